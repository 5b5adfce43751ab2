"""Runs, inboxes and pauses as they are told, for the answers and for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from protocols.inbox.run_data import as_sent, run_data
from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import Deviation, Intervention, Pause, ProtocolRun, ReasonCode, Step
from protocols.services.proposing import Proposal
from telemetry.contracts_now import iso

SEVERITIES = ["info", "warning", "critical"]
_WHOLE = "Only where one run is told."


class OfferSerializer(serializers.Serializer[Any]):
    """A hand-off once it is offered."""

    agent = serializers.CharField(help_text="Who is asked.")
    state = serializers.ChoiceField(choices=[(one.value, one.name) for one in OfferState])
    due = serializers.DateTimeField(help_text="Until when they may answer.")
    answered = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    run = serializers.IntegerField(allow_null=True, help_text="What it asks for, in their inbox.")


class StepSerializer(serializers.Serializer[Step]):
    """One step, in the order of `number`."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Step.Kind.values)
    name = serializers.CharField(help_text="The action's, or that of the agent who is asked.")
    description = serializers.CharField()
    severity = serializers.ChoiceField(choices=SEVERITIES, help_text="At which it was asked for.")
    declared = serializers.BooleanField(help_text="Whether the contract asks for it.")
    added = serializers.DateTimeField(help_text="Since when it is asked for.")
    state = serializers.ChoiceField(choices=[(one.value, one.name) for one in StepState])
    due = serializers.DateTimeField(allow_null=True)
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(required=False, help_text=_WHOLE)
    evidence = serializers.DictField(required=False, help_text=_WHOLE)
    hand_off = OfferSerializer(allow_null=True)


class ParentSerializer(serializers.Serializer[Any]):
    """Who asked for a run, and why."""

    run = serializers.IntegerField()
    agent = serializers.CharField()
    reason = serializers.CharField()
    due = serializers.DateTimeField(help_text="Until when it can be accepted or refused.")


class DeviationSerializer(serializers.Serializer[Deviation]):
    """Where what was done is not what was declared."""

    rule = serializers.CharField(help_text="Such as RUN003: see docs/conformance.md.")
    step = serializers.IntegerField(help_text="0 for the run.")
    message = serializers.CharField()
    judgement = serializers.CharField(help_text="What a person thinks of it; empty while nobody said.")


class InterventionSerializer(serializers.Serializer[Intervention]):
    """What a person did about a run."""

    kind = serializers.ChoiceField(choices=Intervention.Kind.values)
    step = serializers.IntegerField(help_text="0 for the run.")
    reason_code = serializers.CharField()
    reason = serializers.CharField(help_text="The same in words.")
    words = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(required=False, help_text="Not told to agents.")


class RunSerializer(serializers.Serializer[ProtocolRun]):
    """What an agent did about one episode of one person."""

    id = serializers.IntegerField()
    agent = serializers.CharField()
    kpi = serializers.CharField()
    user_id = serializers.CharField(help_text="As agents send it; for others as in metrics and on pages.")
    severity = serializers.ChoiceField(choices=SEVERITIES, help_text="The worst so far.")
    state = serializers.ChoiceField(choices=[(one.value, one.name) for one in RunState])
    opened = serializers.DateTimeField(help_text="When the measurement crossed the line.")
    recorded = serializers.DateTimeField(help_text="When the agent could know.")
    ended = serializers.DateTimeField(allow_null=True)
    release = serializers.IntegerField()
    condition = serializers.CharField()
    reason = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    measurement_source = serializers.CharField()
    parent = ParentSerializer(allow_null=True)
    acknowledged = serializers.DateTimeField(allow_null=True, help_text="When a person first looked.")
    assignee = serializers.CharField(allow_null=True)
    steps = StepSerializer(many=True)
    deviations = DeviationSerializer(many=True)
    cursor = serializers.IntegerField(help_text="Of its last change.")

    def get_fields(self) -> dict[str, Any]:
        """Also those whose names a serializer has for itself, in their place."""
        said = "The run that all hand-offs began with."
        own: dict[str, Any] = {
            "context": serializers.DictField(
                allow_null=True, help_text="What was said along with the value."
            ),
            "root": serializers.IntegerField(allow_null=True, help_text=said),
        }
        fields: dict[str, Any] = {}
        for name, field in super().get_fields().items():
            fields |= {name: field} | (own if name == "measurement_source" else {})
        return fields

    def to_representation(self, instance: ProtocolRun) -> dict[str, Any]:
        """The fields that were asked for."""
        called = self.context.get("called", as_sent)
        return {
            name: value for name, value in run_data(instance, called=called).items() if name in self.fields
        }


class WholeRunSerializer(RunSerializer):
    """A run with everything that is known of it."""

    trace = serializers.CharField(
        allow_null=True,
        help_text="The 32 hexadecimal digits of the trace of what opened it; null where nobody keeps one.",
    )
    interventions = InterventionSerializer(many=True, help_text="What people did about it, the latest first.")


class ProposalSerializer(serializers.Serializer[Any]):
    """A change of the contract that would make what was done what is declared."""

    words = serializers.CharField()
    form = serializers.CharField(
        help_text="The page of this server where it is made; empty where the agent is gone."
    )


class JudgedSerializer(WholeRunSerializer):
    """A run once one of its deviations is judged."""

    proposal = ProposalSerializer(
        allow_null=True, help_text="Where it is better; null where no contract can say it."
    )


def proposal_data(proposal: Proposal | None) -> dict[str, str] | None:
    """A change of the contract as JSON."""
    return None if proposal is None else {"words": proposal.words, "form": proposal.url}


class PauseReasonSerializer(serializers.Serializer[Pause]):
    """Why nothing is to be done, and until when."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    reason = serializers.CharField()


class InboxSerializer(serializers.Serializer[Any]):
    """What is an agent's to do."""

    agent = serializers.CharField()
    since = serializers.IntegerField(
        allow_null=True, help_text="`runs` are those that changed since; null: all that are open."
    )
    paused = PauseReasonSerializer(allow_null=True)
    paused_kpis = serializers.DictField(child=PauseReasonSerializer())
    total = serializers.IntegerField(help_text="How many are open, also those that are not told here.")
    runs = RunSerializer(many=True)


class PauseSerializer(serializers.Serializer[Pause]):
    """A pause of an agent."""

    id = serializers.IntegerField()
    agent = serializers.CharField()
    kpi = serializers.CharField(help_text="Empty: all it watches.")
    reason_code = serializers.ChoiceField(choices=ReasonCode.values)
    reason = serializers.CharField(help_text="The same in words.")
    words = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="When it ends by itself.")
    lifted = serializers.DateTimeField(allow_null=True, help_text="When somebody ended it before.")
    by = serializers.CharField()
    lifted_by = serializers.CharField()

    def to_representation(self, instance: Pause) -> dict[str, Any]:
        """The fields that were asked for."""
        data = {
            "id": instance.pk,
            "agent": instance.agent,
            "kpi": instance.kpi,
            "reason_code": instance.reason_code,
            "reason": instance.get_reason_code_display(),
            "words": instance.words,
            "since": iso(instance.since),
            "until": iso(instance.until),
            "lifted": None if instance.lifted is None else iso(instance.lifted),
            "by": instance.author_name,
            "lifted_by": instance.lifted_name,
        }
        return {name: value for name, value in data.items() if name in self.fields}
