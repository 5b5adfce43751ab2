"""Agents, bindings and hand-offs as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field
from rest_framework import serializers

from bindings.api import shapes
from bindings.api.contracts import Refused, contract_of, held, write
from bindings.models import Action, Agent, Binding, HandOff, Trigger
from contracts.documents import BindingDocument, HandOffDocument, RosterAgent
from contracts.documents.base import Text
from contracts.findings import Path
from contracts.limits import AGENT_LIMITS, BINDING_LIMITS, KPI_LIMITS, THRESHOLD_LIMITS, WORD
from contracts.severity import HANDOFF_KEYS, Severity
from rest.fields import TextField
from rest.handling import model_errors
from rest.problems import ErrorItem, Invalid, error_of
from rest.serializers import ContractSerializer

SEVERITIES = [str(severity) for severity in Severity]
KEY_OF = {str(severity): key for key, severity in HANDOFF_KEYS.items()}


class PartSerializer(ContractSerializer):
    """A part of an agent's contract: written by writing the whole, judged as a whole."""

    index = 0
    """Where in the agent's file the part stands."""

    def refuse(self, refused: Refused, place: Callable[[Path], Path]) -> Invalid:
        """The rules' words at their places, then what only the columns object to."""
        errors = [error_of(finding, place) for finding in refused.findings]
        said = {error.code for error in errors}
        others = model_errors(refused.error) if refused.error else []
        return Invalid([*errors, *(error for error in others if error.code not in said)])

    def agent_named(self, name: str) -> Agent:
        """The agent, held; Raises Invalid where there is none or the row is another's."""
        if self.instance is not None and self.instance.agent.name != name:
            raise fixed("agent")
        agent = held(name)
        if agent is None:
            raise Invalid([ErrorItem("unknown_agent", "There is no agent of this name.", ("agent",))])
        self.context["view"].require_own(agent)
        return agent


def fixed(name: str) -> Invalid:
    """The objection to moving a row elsewhere."""
    message = "This is part of the row's address: delete the row and create another."
    return Invalid([ErrorItem("fixed", message, (name,))])


class AgentBody(RosterAgent):
    """What the roster says of an agent, with its name."""

    name: Text = Field()
    code: Text = Field(default="")


class AgentSerializer(PartSerializer):
    """An AI agent of the roster. What it watches and whom it asks are resources of their own."""

    document = AgentBody

    name = TextField(AGENT_LIMITS["name"], required=True, help_text="Capital letters, such as `NEUROS`.")
    code = TextField(AGENT_LIMITS["name"], help_text="Its files' folder begins with it; by default the name.")
    role = TextField(AGENT_LIMITS["role"], help_text="What it is for.")
    status = TextField(
        WORD, help_text="`alpha`, `beta`, `prod` or `todo`; another word is kept, with a warning."
    )
    enabled = serializers.BooleanField(default=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    extra = serializers.DictField(read_only=True, help_text="Keys of imported files that have no field here.")
    revision = serializers.IntegerField(read_only=True)

    def to_representation(self, instance: Agent) -> dict[str, Any]:
        """A status of one's own is shown where it stands, wherever it is kept."""
        data = super().to_representation(instance)
        kept = dict(data["extra"].get("agent", {}))
        status = kept.pop("status", data["status"])
        extra = {key: part for key, part in data["extra"].items() if key != "agent"}
        return data | {"status": status, "extra": extra | ({"agent": kept} if kept else {})}

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """The roster's keys without a field stay."""
        kept = self.instance.extra.get("agent", {}) if isinstance(self.instance, Agent) else {}
        return kept | data

    def store(self, row: Agent, document: AgentBody, *, author: Any, reason: str) -> Any:
        """Write the whole contract with this entry."""
        row.code = document.code or row.code
        bindings = contract_of(row).bindings.model_copy(update={"agent": document.name})
        entry = RosterAgent.model_validate(document.model_dump(by_alias=True, exclude={"name", "code"}))
        try:
            write(row, bindings, entry, author=author, reason=reason)
        except Refused as refused:
            raise self.refuse(refused, _agent_place) from None
        return row


def _agent_place(path: Path) -> Path:
    """From the roster's place, or the bindings file's, to that of the body."""
    if path[:1] == ("agents",):
        return path[2:]
    return ("name",) if path[:1] == ("agent",) else ()


class TriggerSerializer(serializers.Serializer[Trigger]):
    """When the agent acts."""

    severity = serializers.ChoiceField(choices=SEVERITIES)
    condition = TextField(THRESHOLD_LIMITS["condition"], required=True, help_text="Such as `< 25`.")
    keep_firing_for = TextField(THRESHOLD_LIMITS["keep_firing_for"], help_text="Such as `10m`.")
    recover_if = TextField(THRESHOLD_LIMITS["recover_if"], help_text="A condition of its own for recovery.")
    older_key = serializers.BooleanField(
        default=False, help_text="Written as `caution_if_drop_pct` in the file."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`for` is a word of Python's own, so the field cannot be an attribute."""
        said = "How long it must hold before it counts, such as `10m`."
        held = TextField(THRESHOLD_LIMITS["for_"], source="for_duration", help_text=said)
        return {**super().get_fields(), "for": held}


class ActionSerializer(serializers.Serializer[Action]):
    """One step the agent takes."""

    name = TextField(
        BINDING_LIMITS["action"], required=True, help_text="Such as `reduce_training_intensity`."
    )
    description = TextField(BINDING_LIMITS["action_description"])
    on = serializers.ChoiceField(
        choices=SEVERITIES, allow_blank=True, required=False, help_text="Only at this severity."
    )
    deadline = TextField(BINDING_LIMITS["deadline"], help_text="How long it may take, such as `15m`.")
    extra = serializers.DictField(read_only=True)

    def to_representation(self, instance: Action) -> dict[str, Any]:
        """A severity that there is not, which an import kept, is shown where it stands: sent back, it is refused."""
        data = super().to_representation(instance)
        extra = dict(data["extra"])
        return data | {"on": extra.pop("on", data["on"]), "extra": extra}


class BindingSerializer(PartSerializer):
    """What one agent watches, when it acts, and what it does then, in order."""

    document = BindingDocument

    agent = TextField(AGENT_LIMITS["name"], source="agent.name", required=True, help_text="Its name.")
    kpi = TextField(120, source="kpi.name", required=True, help_text="Its name.")
    role = TextField(BINDING_LIMITS["role"], help_text="What the KPI is to it, such as `primary_signal`.")
    enabled = serializers.BooleanField(default=True)
    guard = TextField(BINDING_LIMITS["guard"], help_text="Applies only when, such as `is_resting == true`.")
    triggers = TriggerSerializer(many=True, required=False, help_text="None: the KPI's thresholds hold.")
    actions = ActionSerializer(many=True, required=False)
    version = serializers.IntegerField(read_only=True)
    revision = serializers.IntegerField(source="agent.revision", read_only=True, help_text="The agent's.")
    extra = serializers.DictField(read_only=True, help_text="Keys of imported files that have no field here.")

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """The binding as the agent's file has it."""
        name = data.get("agent")
        if not isinstance(name, str):
            raise Invalid([ErrorItem("missing_key", "`agent` is missing.", ("agent",))])
        if isinstance(self.instance, Binding) and self.instance.kpi.name != data.get("kpi"):
            raise fixed("kpi")
        if "kpi" not in data:
            raise Invalid([ErrorItem("missing_key", "`kpi` is missing.", ("kpi",))])
        kept = shapes.kept_of(self.instance) if isinstance(self.instance, Binding) else {}
        return shapes.binding_data(data, kept)

    def place_in(self, data: Mapping[str, Any]) -> Callable[[Path], Path]:
        """From the file's place to the body's."""
        return shapes.place_of(data, self.index)

    def draft(self) -> Any:
        """The row is written by the agent; there is nothing to copy."""
        return self.instance

    def store(self, row: Any, document: BindingDocument, *, author: Any, reason: str) -> Any:
        """Write the agent's whole contract with this binding in its place, or behind the last."""
        agent = self.agent_named(self.initial_data["agent"])
        contract = contract_of(agent)
        used = list(contract.bindings.kpis_used)
        self.index = next((i for i, other in enumerate(used) if other.key == document.key), len(used))
        if self.instance is None and self.index < len(used):
            message = "This agent already binds this KPI."
            raise Invalid([ErrorItem("duplicate_binding", message, ("kpi",))])
        used[self.index : self.index + 1] = [document]
        try:
            bindings = contract.bindings.model_copy(update={"kpis_used": used})
            write(agent, bindings, contract.entry, author=author, reason=reason)
        except Refused as refused:
            raise self.refuse(refused, self.place_in(self.initial_data)) from None
        return agent.bindings.get(kpi__name=document.key)


class HandOffBody(HandOffDocument):
    """Another agent that is asked, at a severity."""

    severity: Text = Field()


class HandOffSerializer(PartSerializer):
    """At a severity of one KPI, or of any that it watches, one agent asks another, for a reason."""

    document = HandOffBody

    agent = TextField(AGENT_LIMITS["name"], source="agent.name", required=True, help_text="Who asks.")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    target = TextField(AGENT_LIMITS["name"], source="target.name", required=True, help_text="Who is asked.")
    kpi = TextField(
        KPI_LIMITS["name"],
        source="kpi.name",
        default="",
        help_text="Only about this KPI; blank: about every KPI that the agent watches.",
    )
    reason = TextField(BINDING_LIMITS["reason"], help_text="Why, in a short sentence.")
    revision = serializers.IntegerField(source="agent.revision", read_only=True, help_text="The agent's.")

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """The hand-off as the agent's file has it."""
        for name in ("agent", "severity", "target"):
            if not isinstance(data.get(name), str):
                raise Invalid([ErrorItem("missing_key", f"`{name}` is missing, or no text.", (name,))])
        if data["severity"] not in SEVERITIES:
            raise Invalid([ErrorItem("severity_unknown", "This is no severity.", ("severity",))])
        if isinstance(self.instance, HandOff):
            row = self.instance
            about = row.kpi.name if row.kpi else ""
            before = {"severity": row.severity, "target": row.target.name, "kpi": about}
            for name in before:
                if data.get(name, "") != before[name]:
                    raise fixed(name)
        kept = self.instance.extra if isinstance(self.instance, HandOff) else {}
        part = {key: data[key] for key in ("severity", "kpi", "reason") if key in data}
        return {**kept, **part, "agent": data["target"]}

    def draft(self) -> Any:
        """The row is written by the agent; there is nothing to copy."""
        return self.instance

    def store(self, row: Any, document: HandOffBody, *, author: Any, reason: str) -> Any:
        """Write the agent's whole contract with this hand-off in its place, or behind the last."""
        agent = self.agent_named(self.initial_data["agent"])
        contract = contract_of(agent)
        key = KEY_OF[document.severity]
        asked = list(getattr(contract.bindings.collaboration, key))
        about = [(other.agent, other.kpi) for other in asked]
        one = HandOffDocument.model_validate(document.model_dump(exclude={"severity"}))
        self.index = about.index((one.agent, one.kpi)) if (one.agent, one.kpi) in about else len(asked)
        if self.instance is None and self.index < len(asked):
            message = "This agent already asks this one about this at this severity."
            raise Invalid([ErrorItem("duplicate_hand_off", message, ("target",))])
        asked[self.index : self.index + 1] = [one]
        collaboration = contract.bindings.collaboration.model_copy(update={key: asked})
        bindings = contract.bindings.model_copy(update={"collaboration": collaboration})
        try:
            write(agent, bindings, contract.entry, author=author, reason=reason)
        except Refused as refused:
            raise self.refuse(refused, self._place(key)) from None
        rows = agent.hand_offs.filter(severity=document.severity, target__name=document.agent)
        return rows.filter(kpi__name=document.kpi or None).first()

    def _place(self, key: str) -> Callable[[Path], Path]:
        def place(path: Path) -> Path:
            if path[:3] != ("collaboration", key, self.index):
                return ()
            return path[3:4] if path[3:4] in (("reason",), ("kpi",)) else ("target",)

        return place
