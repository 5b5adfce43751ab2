"""Actions of the catalogue as a kind of thing with a history: how they are compared and brought back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from bindings.action_catalogue import KIND_ACTION, as_kept, replace_action
from bindings.models import ActionKind
from contracts.diff import Change
from contracts.diffactions import diff_versions
from contracts.documents import ActionKindDocument
from contracts.documents.base import KEPT
from kpis import services
from kpis.admin.kinds import Data, Kind, register
from kpis.models import Revision


class ActionKindKind(Kind[ActionKind]):
    """An action with its name."""

    name = KIND_ACTION
    noun, plural = "action", "actions"
    urls = "bindings_actionkind"
    permission = "bindings.view_actionkind"

    def whole(self) -> QuerySet[ActionKind]:
        """It has no parts."""
        return ActionKind.objects.all()

    def revision(self, thing: ActionKind) -> int:
        """The number of its latest revision."""
        return thing.revision

    def data(self, thing: ActionKind) -> Data:
        """Its name, and what the catalogue's file says of it."""
        return as_kept(thing)

    def changes(self, before: Data, after: Data) -> list[Change]:
        """Its name, then field by field."""
        return diff_versions(before["name"], document_of(before), after["name"], document_of(after))

    def restore(self, request: HttpRequest, thing: ActionKind, data: Data, *, seen: int, reason: str) -> None:
        """Replace the action, its name too."""
        services.lock_subject(thing, seen)
        replace_action(
            action=thing,
            name=data["name"],
            document=document_of(data),
            author=request.user,
            source=Revision.Source.RESTORE,
            reason=reason,
        )

    def pictures(self, thing: ActionKind, data: Data) -> dict[str, Any]:
        """None: words have no picture."""
        return {}


def document_of(data: Data) -> ActionKindDocument:
    """The action that a revision holds, also where fewer characters may be written today."""
    return ActionKindDocument.model_validate(data["action"], context=KEPT)


ACTIONS = ActionKindKind()
register(ACTIONS)
