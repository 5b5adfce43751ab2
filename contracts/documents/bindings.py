"""What one agent watches and does: the file `kpi_bindings.yaml` of each agent."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from contracts.documents.base import ConditionText, Document, Text, Truth
from contracts.documents.registry import FORMAT_VERSION


class ActionDocument(Document):
    """One step that the agent takes."""

    noun = "an action"

    name: Text = Field(description="The action, in lower_snake_case.")
    description: Text = Field(default="", description="What the agent does, in plain words.")
    on: Text = Field(default="", description="Only at this severity: `risk`, `caution` or `elevated`.")
    deadline: Text = Field(default="", description="How long the agent may take for it, such as `15m`.")


class TimingDocument(Document):
    """How long a trigger must hold, and when it is over."""

    noun = "timing"

    for_: Text = Field(
        default="",
        validation_alias=AliasChoices("for", "for_"),
        serialization_alias="for",
        description="How long the condition must hold first, such as `5m`.",
    )
    keep_firing_for: Text = Field(
        default="", description="How long to go on after the condition has ended, such as `10m`."
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
    actions: list[ActionDocument] = Field(default_factory=list, description="The steps, in order.")


class BindingDocument(Document):
    """One KPI that the agent watches."""

    noun = "a binding"

    key: Text = Field(description="The KPI's name in the registry.")
    role: Text = Field(
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

    agent: Text = Field(description="The agent to ask.")
    reason: Text = Field(default="", description="Why, in plain words.")


class CollaborationDocument(Document):
    """Which agents are asked, by severity."""

    noun = "collaboration"

    on_risk: list[HandOffDocument] = Field(
        default_factory=list, description="Asked when a value is critical."
    )
    on_caution: list[HandOffDocument] = Field(
        default_factory=list, description="Asked when a value is a warning."
    )
    on_elevated: list[HandOffDocument] = Field(
        default_factory=list, description="Asked when a value is worth a look."
    )


class BindingsDocument(Document):
    """The KPIs that one agent watches and what it does about them."""

    noun = "bindings"
    always_written = frozenset({"version"})

    agent: Text = Field(description="The agent's name on the roster.")
    version: Text = Field(default=FORMAT_VERSION, description="The format's version.")
    kpis_used: list[BindingDocument] = Field(description="The KPIs that the agent watches.")
    collaboration: CollaborationDocument = Field(
        default_factory=CollaborationDocument, description="Agents that are asked for help."
    )
