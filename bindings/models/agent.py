"""An AI agent of the roster, and its whole contract."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Prefetch
from pydantic import ValidationError as ShapeError

from bindings.models.constraints import AGENT_CONSTRAINTS
from bindings.models.context import agent_context
from bindings.models.identity import AgentIdentity
from contracts.agents import AgentContext, AgentSpec, compile_agent
from contracts.checks import check_agent, check_roster
from contracts.documents import BindingsDocument, RosterAgent, RosterDocument
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding
from contracts.limits import AGENT_LIMITS
from contracts.severity import HANDOFF_KEYS
from kpis.gate import raise_on_errors
from kpis.models.fields import LineField
from kpis.models.room import require_room

if TYPE_CHECKING:
    from bindings.models.binding import Binding
    from bindings.models.hand_off import HandOff


class Verdict(NamedTuple):
    """An agent's contract compiled, unless it cannot be, and what the rules say of it."""

    spec: AgentSpec | None
    findings: list[Finding]


class AgentQuerySet(models.QuerySet["Agent"]):
    """Agents, in the roster's order."""

    def whole(self) -> "AgentQuerySet":
        """With all that a contract consists of, its KPIs without their own contracts; five queries more."""
        # KPIs by a join: SQLite refuses Django's query for a thousand of them.
        bindings, hand_offs = (
            apps.get_model("bindings", name)._default_manager.select_related("kpi")
            for name in ("Binding", "HandOff")
        )
        return self.prefetch_related(
            Prefetch("bindings", bindings),
            "bindings__triggers",
            "bindings__actions",
            Prefetch("hand_offs", hand_offs),
            "hand_offs__target",
        )

    def with_kpis(self) -> "AgentQuerySet":
        """The same with every bound KPI's own contract, as pictures need it; three queries more."""
        return self.whole().prefetch_related(
            "bindings__kpi__unit", "bindings__kpi__successor", "bindings__kpi__thresholds"
        )


class Agent(models.Model):
    """An AI agent: what it is for, which KPIs it watches, and whom it asks for help."""

    class Status(models.TextChoices):
        """How far an agent is built."""

        TODO = "todo", "to do"
        ALPHA = "alpha", "alpha"
        BETA = "beta", "beta"
        PROD = "prod", "in production"

    name = LineField(
        max_length=AGENT_LIMITS["name"], unique=True, help_text="Capital letters, such as NEUROS."
    )
    code = LineField(
        "folder",
        max_length=AGENT_LIMITS["name"],
        unique=True,
        blank=True,
        help_text="The folder of its files begins with this word, such as neuros; by default the name.",
    )
    role = LineField(
        max_length=AGENT_LIMITS["role"], blank=True, help_text="What it is for, such as Sleep specialist."
    )
    status = models.CharField(max_length=AGENT_LIMITS["status"], choices=Status.choices, blank=True)
    enabled = models.BooleanField(default=True, help_text="One that is switched off watches nothing.")
    tags = models.JSONField(default=list, blank=True, help_text="Words to find it by, one per line.")
    version = LineField(max_length=AGENT_LIMITS["version"], default="1.1", editable=False)
    position = models.PositiveIntegerField(default=0, editable=False, db_index=True)
    extra = models.JSONField(default=dict, blank=True, editable=False)
    identity = models.OneToOneField(
        AgentIdentity, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="draft"
    )
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = AgentQuerySet.as_manager()

    draft_bindings: "Sequence[Binding] | None" = None
    """The bindings this agent is about to have, while it is edited together with them."""
    draft_hand_offs: "Sequence[HandOff] | None" = None

    class Meta:
        ordering = ("position", "id")
        constraints = AGENT_CONSTRAINTS

    def __str__(self) -> str:
        return self.name

    def as_document(self) -> BindingsDocument:
        """The agent's bindings and hand-offs as its file holds them, as they are being edited or stored."""
        hand_offs = self.current_hand_offs()
        collaboration: dict[str, Any] = {
            key: [row.as_data() for row in hand_offs if row.severity == severity]
            for key, severity in HANDOFF_KEYS.items()
        }
        data: dict[str, Any] = {
            "agent": self.name,
            "version": self.version,
            "kpis_used": [row.as_data() for row in self.current_bindings()],
            "collaboration": collaboration | self.extra.get("collaboration", {}),
        }
        return BindingsDocument.model_validate(data | self.extra.get("bindings", {}))

    def as_entry(self) -> RosterAgent:
        """The agent as the roster lists it."""
        data = {"enabled": self.enabled, "status": self.status, "role": self.role, "tags": self.tags}
        return RosterAgent.model_validate(data | self.extra.get("agent", {}))

    def current_bindings(self) -> "Sequence[Binding]":
        """The bindings as they are being edited, else as they are stored."""
        if self.draft_bindings is not None:
            return self.draft_bindings
        if not self.pk:
            return []
        rows = self.bindings.all()
        if not self._has_at_hand("bindings"):
            rows = rows.select_related("kpi").prefetch_related("triggers", "actions")
        return list(rows)

    def current_hand_offs(self) -> "Sequence[HandOff]":
        """The hand-offs as they are being edited, else as they are stored."""
        if self.draft_hand_offs is not None:
            return self.draft_hand_offs
        if not self.pk:
            return []
        rows = self.hand_offs.all()
        return list(rows if self._has_at_hand("hand_offs") else rows.select_related("target", "kpi"))

    def _has_at_hand(self, name: str) -> bool:
        """Whether these rows were fetched together with the agent."""
        return name in getattr(self, "_prefetched_objects_cache", {})

    def judge(self, context: AgentContext | None = None) -> Verdict:
        """What the rules say of the whole contract, saved or not.

        Without ``context``, the database is asked for it. Places are those of the bindings document; what is
        about the roster's entry begins with ``agents`` and the name.
        """
        try:
            document = self.as_document()
        except ShapeError as error:  # a value that no document can hold, such as a control character
            return Verdict(None, shape_findings(error))
        try:
            entry = self.as_entry()
        except ShapeError as error:
            at = ("agents", self.name)
            return Verdict(None, [replace(one, path=(*at, *one.path)) for one in shape_findings(error)])
        around = context or self.context(document, entry)
        spec = compile_agent(document, around)
        roster = RosterDocument.model_construct(version="1.1", last_updated="", agents={self.name: entry})
        return Verdict(spec, [*check_roster(roster, around), *check_agent(spec, around)])

    def findings(self) -> list[Finding]:
        """What the rules say of the whole contract, saved or not."""
        return self.judge().findings

    def context(self, document: BindingsDocument, entry: RosterAgent) -> AgentContext:
        """What the rules need to know beside this agent: its KPIs, the roster, and who asks whom."""
        others = Agent.objects.exclude(pk=self.pk)
        roster = {
            name: RosterAgent.model_construct(enabled=enabled, status=status, role="", tags=[])
            for name, enabled, status in others.values_list("name", "enabled", "status")
        }
        asked = others.filter(hand_offs__isnull=False).values_list("name", "hand_offs__target__name")
        return agent_context(document, roster | {self.name: entry}, asked)

    def clean(self) -> None:
        """Refuse what the rules call an error, of the whole contract, on the field it is about."""
        if self._state.adding:
            require_room("agents", Agent.objects.all())
        self.code = self.code or self.name.lower()
        raise_on_errors(self.findings(), AGENT_FIELDS | {("agents", self.name, k): k for k in ENTRY_FIELDS})


ENTRY_FIELDS = ("enabled", "status", "role", "tags")
AGENT_FIELDS: dict[tuple[str, ...], str] = {("agent",): "name"}
"""Where a place of the documents stands in the form; the roster's entry is added by its name."""
