"""What one agent watches and does: the file `kpi_bindings.yaml` of each agent."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, Field

from contracts.documents.base import AtMost, ConditionText, Document, Text, Truth
from contracts.documents.registry import FORMAT_VERSION
from contracts.limits import AGENT_LIMITS, BINDING_LIMITS, KPI_LIMITS, LISTS, THRESHOLD_LIMITS, WORD

_HAND_OFFS = LISTS["collaboration"]


class ActionDocument(Document):
    """One step that the agent takes."""

    noun = "an action"

    name: Text = Field(description="The action, in lower_snake_case.")
    description: Text = Field(default="", description="What the agent does, in plain words.")
    on: Annotated[Text, AtMost(WORD)] = Field(
        default="", description="Only at this severity: `risk`, `caution` or `elevated`."
    )
    deadline: Annotated[Text, AtMost(BINDING_LIMITS["deadline"])] = Field(
        default="",
        description="How long the agent may take for it, such as `15m`.",
    )


class TimingDocument(Document):
    """How long a trigger must hold, and when it is over."""

    noun = "timing"

    for_: Annotated[Text, AtMost(THRESHOLD_LIMITS["for_"])] = Field(
        default="",
        validation_alias=AliasChoices("for", "for_"),
        serialization_alias="for",
        description="How long the condition must hold first, such as `5m`.",
    )
    keep_firing_for: Annotated[Text, AtMost(THRESHOLD_LIMITS["keep_firing_for"])] = Field(
        default="",
        description="How long to go on after the condition has ended, such as `10m`.",
    )
    recover_if: Text = Field(
        default="", description="The condition that ends it, where that is not simply its opposite."
    )


class TimingsDocument(Document):
    """The timing of each trigger, beside it: readers that know only `risk_if` still find a plain condition."""

    noun = "timing"

    risk: TimingDocument = Field(default_factory=TimingDocument, description="The timing of `risk_if`.")
    caution: TimingDocument = Field(default_factory=TimingDocument, description="The timing of `caution_if`.")
    elevated: TimingDocument = Field(
        default_factory=TimingDocument, description="The timing of `elevated_if`."
    )


class AlertingDocument(Document):
    """What makes the agent act, and what it does then."""

    noun = "alerting"

    risk_if: ConditionText = Field(default="", description="When the value is critical.")
    caution_if: ConditionText = Field(default="", description="When the value is a warning.")
    elevated_if: ConditionText = Field(default="", description="When the value is worth a look.")
    caution_if_drop_pct: Text = Field(
        default="", description="When a fall is a warning, such as `>= 10 over 7d` (per cent)."
    )
    timing: TimingsDocument = Field(
        default_factory=TimingsDocument, description="How long triggers must hold, and when they are over."
    )
    condition: Text = Field(default="", description="A guard over the context, such as `is_resting == true`.")
    actions: Annotated[list[ActionDocument], AtMost(LISTS["alerting"]["actions"].items)] = Field(
        default_factory=list,
        description="The steps, in order.",
    )


class BindingDocument(Document):
    """One KPI that the agent watches."""

    noun = "a binding"

    key: Annotated[Text, AtMost(KPI_LIMITS["name"])] = Field(description="The KPI's name in the registry.")
    role: Annotated[Text, AtMost(BINDING_LIMITS["role"])] = Field(
        default="",
        description="What the KPI is to the agent.",
        examples=["primary_signal", "trend_check", "composite_gate", "supplementary"],
    )
    enabled: Truth = Field(default=True, description="Whether the agent watches it at all.")
    condition: Text = Field(default="", description="A guard over the context, as in `alerting`.")
    alerting: AlertingDocument = Field(default_factory=AlertingDocument, description="Triggers and actions.")

    @property
    def guard(self) -> str:
        """The guard's text, wherever it is written; the one inside `alerting` counts first."""
        return self.alerting.condition or self.condition


class HandOffDocument(Document):
    """Another agent that is asked, and why."""

    noun = "a hand-off"

    agent: Annotated[Text, AtMost(AGENT_LIMITS["name"])] = Field(description="The agent to ask.")
    kpi: Annotated[Text, AtMost(KPI_LIMITS["name"])] = Field(
        default="", description="Only about this KPI; without it, about every KPI that the agent watches."
    )
    reason: Text = Field(default="", description="Why, in plain words.")


class CollaborationDocument(Document):
    """Which agents are asked, by severity."""

    noun = "collaboration"

    on_risk: Annotated[list[HandOffDocument], AtMost(_HAND_OFFS["on_risk"].items)] = Field(
        default_factory=list,
        description="Asked when a value is critical.",
    )
    on_caution: Annotated[list[HandOffDocument], AtMost(_HAND_OFFS["on_caution"].items)] = Field(
        default_factory=list,
        description="Asked when a value is a warning.",
    )
    on_elevated: Annotated[list[HandOffDocument], AtMost(_HAND_OFFS["on_elevated"].items)] = Field(
        default_factory=list,
        description="Asked when a value is worth a look.",
    )


class BindingsDocument(Document):
    """The KPIs that one agent watches and what it does about them."""

    noun = "bindings"
    always_written = frozenset({"version"})

    agent: Annotated[Text, AtMost(AGENT_LIMITS["name"])] = Field(
        description="The agent's name on the roster."
    )
    version: Text = Field(default=FORMAT_VERSION, description="The format's version.")
    kpis_used: Annotated[list[BindingDocument], AtMost(LISTS["bindings"]["kpis_used"].items)] = Field(
        description="The KPIs that the agent watches."
    )
    collaboration: CollaborationDocument = Field(
        default_factory=CollaborationDocument, description="Agents that are asked for help."
    )
