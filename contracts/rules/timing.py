"""Rules about how long a trigger must hold, when it is over, and how long an action may take; and about lengths."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext, AgentSpec, BindingSpec
from contracts.catalogue import Problem, agent_rule, binding_rule, roster_rule
from contracts.documents import RosterDocument
from contracts.documents.bindings import TimingDocument
from contracts.durations import Duration, DurationError
from contracts.findings import Path
from contracts.limits import AGENT_LIMITS, BINDING_LIMITS
from contracts.rules.conditions import how_to_write
from contracts.rules.words import stretch, symbol, word
from contracts.severity import BINDING_WORD, Severity
from contracts.triggers import read_condition

_TIMING: Path = ("alerting", "timing")


def _timings(binding: BindingSpec) -> Iterator[tuple[Severity, Path, TimingDocument]]:
    for severity, name in BINDING_WORD.items():
        timing: TimingDocument = getattr(binding.document.alerting.timing, name)
        yield severity, (*_TIMING, name), timing


@binding_rule(
    "BND017",
    "duration_invalid",
    "error",
    title="Duration cannot be understood",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", timing: {risk: {for: ten minutes}}, actions: [{name: rest_today}]}
        """,
)
def durations_are_understood(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Times are written as a whole number and a unit, as in Prometheus: 30s, 5m, 12h, 7d."""
    for _, path, timing in _timings(binding):
        for key, text in (("for", timing.for_), ("keep_firing_for", timing.keep_firing_for)):
            if text and (problem := _unreadable((*path, key), text)):
                yield problem
    for index, action in enumerate(binding.document.alerting.actions):
        at = ("alerting", "actions", index, "deadline")
        if action.deadline and (problem := _unreadable(at, action.deadline)):
            yield problem


def _unreadable(path: Path, text: str) -> Problem | None:
    try:
        Duration.parse(text)
    except DurationError as error:
        told = f"The length of time cannot be understood. {error}."
        return Problem(path, told, "Write it like 30s, 5m, 12h or 7d.")
    return None


@binding_rule(
    "BND018",
    "recovery_overlaps",
    "error",
    title="Recovered while still a concern",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", timing: {risk: {recover_if: "< 120"}}, actions: [{name: rest_today}]}
        """,
)
def recovery_is_no_concern(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A condition for recovery keeps a value at the edge from flapping. If it held together with the trigger
    itself, the same value would make the agent act and stop at once."""
    for severity, path, timing in _timings(binding):
        unit = binding.kpi.unit if binding.kpi else None
        recovery, error = read_condition(timing.recover_if, unit) if timing.recover_if else (None, None)
        place = (*path, "recover_if")
        if error:
            told = f"The condition for recovery cannot be understood. {error}."
            yield Problem(place, told, how_to_write(error))
        for trigger in binding.triggers:
            if recovery and trigger.severity is severity and (both := recovery.values & trigger.values):
                told = stretch(both, symbol(binding.kpi, context) if binding.kpi else "")
                yield Problem(
                    place,
                    f"A value would be {word(severity)} and recovered at once. That is so for {told}.",
                    f"Leave out {told}.",
                )


@binding_rule(
    "BND019",
    "too_long",
    "error",
    title="Text too long",
    example=f"""
        kpis_used:
          - {{key: resting_hr, alerting: {{risk_if: "> 110", actions: [{{name: {"a" * 121}}}]}}}}
        """,
)
def texts_are_short_enough(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The database keeps texts of a limited length. A longer one would pass here and be refused there."""
    for index, action in enumerate(binding.document.alerting.actions):
        path: Path = ("alerting", "actions", index)
        yield from _too_long((*path, "name"), action.name, BINDING_LIMITS["action"])
        limit = BINDING_LIMITS["action_description"]
        yield from _too_long((*path, "description"), action.description, limit)


@agent_rule(
    "AGT006",
    "too_long",
    "error",
    title="Text too long",
    example=f"version: '{'1' * 21}'",
)
def agents_texts_are_short_enough(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """The database keeps texts of a limited length. A longer one would pass here and be refused there."""
    yield from _too_long(("version",), agent.document.version, AGENT_LIMITS["version"])
    for hand_off in agent.hand_offs:
        yield from _too_long((*hand_off.path, "reason"), hand_off.document.reason, BINDING_LIMITS["reason"])


@roster_rule(
    "RST005",
    "too_long",
    "error",
    title="Text too long",
    example=f"agents: {{NEUROS: {{status: beta, role: {'nervous ' * 26}}}}}",
)
def entries_are_short_enough(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """The database keeps texts of a limited length. A longer one would pass here and be refused there."""
    for name, agent in roster.agents.items():
        yield from _too_long(("agents", name), name, AGENT_LIMITS["name"])
        yield from _too_long(("agents", name, "role"), agent.role, AGENT_LIMITS["role"])


def _too_long(path: Path, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        told = f"The text is too long. At most {limit:,} characters can be kept."
        yield Problem(path, told, "Shorten it.")
