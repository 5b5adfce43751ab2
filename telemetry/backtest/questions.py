"""What a backtest is asked: one KPI, by one agent or as such, over some time, by two contracts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from contracts.conditions import ConditionError
from contracts.conditions import parse as parse_condition
from contracts.durations import Duration, DurationError
from contracts.evaluation import SECOND
from contracts.measures import unit_called
from contracts.naming import NearNames
from contracts.severity import Severity
from contracts.tokens import ExpectationError
from contracts.units import UnitSpec
from contracts.watched import Definition, WatchedBinding, WatchedTrigger
from contracts.watched_reading import read_body
from contracts.watching import Watching
from releases.services import working_copy
from telemetry import contracts_now

DAY = 86_400 * SECOND
MOST_DAYS = 3660
USUAL_DAYS = 30


class Refused(Exception):
    """A question that cannot be asked; ``key`` is the part that is wrong."""

    def __init__(self, code: str, message: str, key: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.key, self.hint = code, message, key, hint


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody types: another condition for one severity. Without one, the working copy is asked about."""

    kpi: str
    agent: str = ""
    condition: str = ""
    severity: str = "critical"
    for_: str | None = None
    keep_firing_for: str | None = None
    recover_if: str | None = None
    days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class Question:
    """Two contracts over the same values; None where there is none. An agent of "" is the KPI as such: everybody's
    values, whoever reports them, by the registry's own thresholds."""

    kpi: str
    agent: str
    since: int
    until: int
    before: WatchedBinding | None
    after: WatchedBinding | None
    severity: str = ""
    changed: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kpi": self.kpi,
            "agent": self.agent,
            "since": self.since,
            "until": self.until,
            "before": self.before and self.before.as_data(),
            "after": self.after and self.after.as_data(),
            "severity": self.severity,
            "changed": self.changed,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Question:
        """The inverse. Raises BodyError."""
        sides = {key: data[key] and _read(data["agent"], data[key]) for key in ("before", "after")}
        return cls(**(data | sides))


def ask(wish: Wish, now: int) -> Question:
    """The released contract against the one that is wished for. Raises Refused."""
    if not 1 <= wish.days <= MOST_DAYS:
        raise Refused("out_of_range", f"days is a whole number from 1 to {MOST_DAYS}.", "days")
    _severity(wish.severity)
    if not wish.condition and any((wish.for_, wish.keep_firing_for, wish.recover_if)):
        raise Refused("missing_key", "Say which condition it is that would have to hold.", "condition")
    before = released(wish.kpi, wish.agent)
    if wish.condition:
        after: WatchedBinding | None = changed(before, wish)
    else:
        after = in_document(Watching(working_copy()), wish.kpi, wish.agent)
    return Question(
        kpi=wish.kpi,
        agent=wish.agent,
        since=now - wish.days * DAY,
        until=now,
        before=before,
        after=after,
        severity=wish.severity if wish.condition else "",
        changed=wish.condition and condition_of(wish.condition, "condition", before.definition),
    )


def released(kpi: str, agent: str) -> WatchedBinding:
    """What is released of a KPI, to an agent or as such. Raises Refused."""
    found = contracts_now.current()
    definition = found.kpis.get(kpi)
    if definition is None:
        hint = found.near_kpis.question(kpi) if len(kpi) <= 120 else ""
        raise Refused("unknown_kpi", "No released KPI has this name.", "kpi", hint)
    if not agent:
        return as_such(definition)
    watched = found.binding(agent, kpi)
    if watched is not None:
        binding = _judging(watched.binding)
        return binding if watched.evaluator is not None else replace(binding, enabled=False)
    if agent not in found.agents:
        hint = NearNames(found.agents).question(agent) if len(agent) <= 120 else ""
        raise Refused("unknown_agent", "No released agent has this name.", "agent", hint)
    raise Refused(
        "not_bound", f"{agent} does not watch {kpi}.", "agent", "Leave the agent out for the KPI as such."
    )


def as_such(definition: Definition) -> WatchedBinding:
    """A KPI by its own thresholds, for nobody in particular."""
    triggers = tuple(
        WatchedTrigger(
            one.severity, one.condition, one.for_, one.keep_firing_for, one.recover_if, inherited=True
        )
        for one in definition.thresholds
    )
    return WatchedBinding("", definition.name, "", True, "", triggers, (), definition)


def in_document(watching: Watching, kpi: str, agent: str) -> WatchedBinding | None:
    """The contract that a document asks for; None where nothing is evaluated by it."""
    definition = watching.definition(kpi)
    if definition is None:
        return None
    if not agent:
        return as_such(definition)
    if not watching.is_enabled(agent):
        return None
    binding = watching.binding(agent, kpi)
    return _judging(binding) if binding and binding.enabled else None


def _judging(binding: WatchedBinding) -> WatchedBinding:
    """What a value is judged by: whom the agent then asks changes nothing of it."""
    return replace(binding, hand_offs=())


def changed(binding: WatchedBinding, wish: Wish) -> WatchedBinding:
    """The contract with another condition at one severity, whose lengths of time stay unless others are wished
    for; switched on in any case. Raises Refused."""
    severity = _severity(wish.severity)
    was = next((one for one in binding.triggers if one.severity is severity), WatchedTrigger(severity, ""))
    trigger = replace(
        was,
        condition=condition_of(wish.condition, "condition", binding.definition),
        for_=was.for_ if wish.for_ is None else _length(wish.for_, "for"),
        keep_firing_for=(
            was.keep_firing_for
            if wish.keep_firing_for is None
            else _length(wish.keep_firing_for, "keep_firing_for")
        ),
        recover_if=(
            was.recover_if
            if wish.recover_if is None
            else condition_of(wish.recover_if, "recover_if", binding.definition)
        ),
        inherited=False,
    )
    rest = [one for one in binding.triggers if one.severity is not severity]
    ordered = sorted([*rest, trigger], key=lambda one: -one.severity.rank)
    return replace(binding, triggers=tuple(ordered), enabled=True)


def _severity(word: str) -> Severity:
    try:
        return Severity("info" if word == "elevated" else word)
    except ValueError:
        words = ", ".join(one.value for one in Severity)
        raise Refused("value_not_allowed", f"A severity is one of {words}.", "severity") from None


def condition_of(text: str, key: str, definition: Definition) -> str:
    """What somebody types, as it is written everywhere; in the KPI's unit. Raises Refused."""
    try:
        return str(parse_condition(text, unit_of(definition))) if text else ""
    except ConditionError as error:
        raise _unreadable(error, key) from None


def unit_of(definition: Definition) -> UnitSpec | None:
    """The unit of a released KPI, with the symbol it was released with."""
    unit = unit_called(definition.unit)
    return replace(unit, symbol=definition.symbol) if unit else None


def _length(text: str, key: str) -> str:
    try:
        return str(Duration.parse(text)) if text else ""
    except DurationError as error:
        raise _unreadable(error, key) from None


def _unreadable(error: ExpectationError, key: str) -> Refused:
    code = "invalid_duration" if isinstance(error, DurationError) else "invalid_condition"
    return Refused(code, str(error), key)


def _read(agent: str, body: dict[str, Any]) -> WatchedBinding:
    whole = {"agent": agent, "enabled": True, "status": "", "version": "", "role": ""}
    return read_body(whole | {"bindings": [body], "hand_offs": []})[0]
