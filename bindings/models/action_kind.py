"""The catalogue of actions: what a step is, for people who never saw a contract."""

from dataclasses import replace
from typing import Any

from django.db import models
from pydantic import ValidationError as ShapeError

from bindings.models.constraints import ACTION_KIND_CONSTRAINTS
from bindings.models.roster import format_version
from contracts.agents import AgentContext
from contracts.checks import check_actions
from contracts.documents import ActionKindDocument, ActionsDocument
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding
from contracts.limits import ACTION_KIND_LIMITS
from kpis.gate import raise_on_errors
from kpis.models.fields import LineField, ProseField
from kpis.models.room import require_room


class ActionKind(models.Model):
    """What one action is, whichever bindings take it: in plain words, who can take it, whether it can be undone.

    Bindings call it by its name, and agents by theirs: it describes them, and nothing hangs on it.
    """

    name = LineField(
        max_length=ACTION_KIND_LIMITS["name"],
        unique=True,
        help_text="As bindings call it, such as reduce_training_intensity.",
    )
    title = LineField(
        max_length=ACTION_KIND_LIMITS["title"], blank=True, help_text="What it is, in a few plain words."
    )
    description = ProseField(
        max_length=ACTION_KIND_LIMITS["description"],
        blank=True,
        help_text="What happens when it is taken, for somebody who never saw a contract.",
    )
    agents = models.JSONField(default=list, blank=True, help_text="The agents that can take it.")
    reversible = models.BooleanField("can be undone", null=True, blank=True)
    owner = LineField(
        max_length=ACTION_KIND_LIMITS["owner"], blank=True, help_text="Who answers questions about it."
    )
    extra = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = "catalogue action"
        verbose_name_plural = "catalogue actions"
        ordering = ("name",)
        constraints = ACTION_KIND_CONSTRAINTS

    def __str__(self) -> str:
        return self.name

    def as_document(self) -> ActionKindDocument:
        """The action as the catalogue's file has it. Raises pydantic's error for what no file can hold."""
        data = {
            "title": self.title,
            "description": self.description,
            "agents": self.agents,
            "reversible": self.reversible,
            "owner": self.owner,
        }
        return ActionKindDocument.model_validate(data | self.extra)

    def fill(self, document: ActionKindDocument) -> None:
        """Take over everything that the document says; saves nothing."""
        self.title, self.description = document.title, document.description
        self.agents, self.reversible = list(document.agents), document.reversible
        self.owner, self.extra = document.owner, dict(document.extra)

    def judge(self, context: AgentContext | None = None) -> tuple[ActionKindDocument | None, list[Finding]]:
        """Its document, unless it has none, and what the rules say of it; of its agents only where a roster is known.

        Places are those of the catalogue's file.
        """
        try:
            document = self.as_document()
        except ShapeError as error:
            at = ("actions", self.name)
            return None, [replace(one, path=(*at, *one.path)) for one in shape_findings(error)]
        catalogue = ActionsDocument.model_construct(
            version=format_version(), last_updated="", actions={self.name: document}
        )
        return document, check_actions(catalogue, context or AgentContext())

    def clean(self) -> None:
        """Refuse what the rules call an error, and one more than there may be."""
        if self._state.adding:
            require_room("catalogue actions", ActionKind.objects.all())
        if not self.name:  # which is told already
            return
        places: dict[tuple[str, ...], str] = {("actions", self.name): "name"}
        places |= {("actions", self.name, field): field for field in ACTION_KIND_FIELDS}
        raise_on_errors(self.judge()[1], places)


ACTION_KIND_FIELDS = ("title", "description", "agents", "reversible", "owner")


class ActionCatalogue(models.Model):
    """The one row beside the actions: the file's version, its date, and keys that we do not model."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.JSONField(default=format_version, help_text="A number or a text, as the file has it.")
    last_updated = LineField(max_length=40, blank=True)
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "catalogue of actions"
        default_permissions = ()  # whoever may change an action may change what stands beside them
        constraints = (
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="action_catalogue_single",
                violation_error_message="There is one catalogue of actions.",
            ),
        )

    def __str__(self) -> str:
        return "Catalogue of actions"

    @classmethod
    def current(cls) -> "ActionCatalogue":
        """The catalogue's row; the defaults, unsaved, where nothing was stored yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    def as_data(self) -> dict[str, Any]:
        """Everything of the file but its actions."""
        return {"version": self.version, "last_updated": self.last_updated, **self.extra}

    def fill(self, document: ActionsDocument) -> None:
        """Take over everything of the file but its actions; saves nothing."""
        data = document.model_copy(update={"actions": {}}).model_dump(mode="json", by_alias=True)
        self.version, self.last_updated = data["version"], document.last_updated
        self.extra = dict(document.extra)
