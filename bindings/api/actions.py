"""The resource `actions/`: the catalogue of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django_filters import BooleanFilter, CharFilter, FilterSet
from drf_spectacular.utils import extend_schema
from pydantic import Field
from rest_framework import serializers

from bindings.action_catalogue import delete_actions, replace_action
from bindings.models import ActionKind
from contracts.documents import ActionKindDocument
from contracts.documents.base import Text
from contracts.findings import Finding, Path
from contracts.limits import ACTION_KIND_LIMITS
from kpis.gate import errors_only
from kpis.locking import working_copy_lock
from kpis.models import Revision
from rest.fields import TextField
from rest.serializers import ContractSerializer
from rest.views import WritableResource


class ActionFilter(FilterSet):
    """Actions by who answers for them, and whether they can be undone."""

    owner = CharFilter()
    reversible = BooleanFilter(
        help_text="Whether it can be undone; those of which nobody has said are neither."
    )

    class Meta:
        model = ActionKind
        fields = ("owner", "reversible")


class ActionKindBody(ActionKindDocument):
    """An action of the catalogue, with its name."""

    name: Text = Field()


class ActionKindSerializer(ContractSerializer):
    """What one action is in plain words, which agents can take it, and whether it can be undone."""

    document = ActionKindBody

    name = TextField(
        ACTION_KIND_LIMITS["name"], required=True, help_text="As bindings call it, such as `rest_today`."
    )
    title = TextField(ACTION_KIND_LIMITS["title"], help_text="What it is, in a few plain words.")
    description = TextField(ACTION_KIND_LIMITS["description"], help_text="What happens when it is taken.")
    agents = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The names of the agents that can take it."
    )
    reversible = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Null where nobody has said."
    )
    owner = TextField(ACTION_KIND_LIMITS["owner"], help_text="Who answers questions about it.")
    revision = serializers.IntegerField(read_only=True)
    extra = serializers.DictField(read_only=True, help_text="Keys of imported files that have no field here.")

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keys without a field stay; null is what goes without saying."""
        kept = self.instance.extra if isinstance(self.instance, ActionKind) else {}
        return kept | data

    def place_in(self, data: Mapping[str, Any]) -> Callable[[Path], Path]:
        """From the catalogue's place to that of the body."""
        return lambda path: (path[2:] or ("name",)) if path[:1] == ("actions",) else path

    def store(self, row: ActionKind, document: ActionKindBody, *, author: Any, reason: str) -> ActionKind:
        """Replace the whole action, through the same service as every other door."""
        said = ActionKindDocument.model_validate(document.model_dump(by_alias=True, exclude={"name"}))
        replace_action(
            action=row,
            name=document.name,
            document=said,
            author=author,
            source=Revision.Source.API,
            reason=reason,
        )
        return row

    def findings(self, row: ActionKind) -> Sequence[Finding]:
        """The rules' errors about the action as it was about to be."""
        return errors_only(row.judge()[1])


@extend_schema(tags=["actions"])
class ActionResource(WritableResource):
    """Actions of the catalogue. Every agent's steps are read by it, so no one agent's token may change it."""

    read_scope = "bindings:read"
    write_scope = "registry:write"
    queryset = ActionKind.objects.all()
    serializer_class = ActionKindSerializer
    filterset_class = ActionFilter
    lookup_field = "name"
    search_fields = ("name", "title", "description")
    ordering_fields = ("name", "owner")
    ordering = ("name",)

    def writing(self) -> AbstractContextManager[None]:
        """Alone with the working copy."""
        return working_copy_lock()

    def version(self, row: ActionKind) -> str:
        """The action's revision, which `If-Match` has to name."""
        return f"action-{row.pk}-{row.revision}"

    def remove(self, row: ActionKind, *, author: Any, reason: str) -> None:
        """Delete, and keep a mark of it in the history."""
        delete_actions(ids=[row.pk], author=author, source=Revision.Source.API, reason=reason)
