"""Rules about what follows from a threshold: the action, how long it must hold, when it is over."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import RegistryContext
from contracts.durations import Duration, DurationError
from contracts.naming import NAME, fold, is_name
from contracts.rules.words import quoted, stretch, symbol, word
from contracts.spec import KpiSpec
from contracts.triggers import TriggerSpec


@kpi_rule(
    "KPI040",
    "action_missing",
    "warning",
    title="Threshold recommends nothing",
    example='risk_thresholds: {critical: {condition: "> 80"}}',
)
def threshold_has_an_action(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A threshold is there to make something happen. Without an action, nobody knows what."""
    for trigger in kpi.triggers:
        if not trigger.document.action:
            yield Problem(
                (*trigger.row, "action"),
                f"{word(trigger.severity).capitalize()} recommends nothing.",
                "Name an action such as reduce_training_intensity.",
            )


@kpi_rule(
    "KPI041",
    "action_name",
    "error",
    title="Action is not a plain identifier",
    example='risk_thresholds: {critical: {condition: "> 80", action: "Call a doctor!"}}',
)
def action_is_an_identifier(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Actions are called by name in code, alerts and metrics: small letters, digits and underscores."""
    for trigger in kpi.triggers:
        action = trigger.document.action
        if action and not is_name(action):
            yield bad_action((*trigger.row, "action"), action)


def bad_action(path: tuple[str | int, ...], action: str) -> Problem:
    """The problem with an action whose name is no identifier."""
    plain = "_".join("".join(c if c.isalnum() or c == "_" else " " for c in fold(action)).split())
    return Problem(
        path,
        f"The action {quoted(action)} is not a plain identifier. Only the small letters a to z, digits and "
        "underscores can be used.",
        f"Did you mean {plain}?" if NAME.fullmatch(plain) and len(plain) < 100 else "",
    )


@kpi_rule(
    "KPI042",
    "duration_invalid",
    "error",
    title="Duration cannot be understood",
    example='risk_thresholds: {critical: {condition: "> 80", action: call_a_doctor, for: five minutes}}',
)
def durations_are_understood(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Times are written as a whole number and a unit, as in Prometheus: 30s, 5m, 12h, 7d."""
    if kpi.document.missing_data:
        yield from _unreadable_duration(("missing_data",), kpi.document.missing_data)
    for trigger in kpi.triggers:
        row = trigger.document
        if row.for_:
            yield from _unreadable_duration((*trigger.row, "for"), row.for_)
        if row.keep_firing_for:
            yield from _unreadable_duration((*trigger.row, "keep_firing_for"), row.keep_firing_for)


def _unreadable_duration(path: tuple[str | int, ...], text: str) -> Iterator[Problem]:
    try:
        Duration.parse(text)
    except DurationError as error:
        yield Problem(
            path, f"The length of time cannot be understood. {error}.", "Write it like 30s, 5m, 12h or 7d."
        )


@kpi_rule(
    "KPI043",
    "recovery_overlaps",
    "error",
    title="Recovered while still a concern",
    example='risk_thresholds: {critical: {condition: "> 80", action: call_a_doctor, recover_if: "< 90"}}',
)
def recovery_is_no_concern(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A condition for recovery keeps a value at the edge from flapping. If it held together with the
    threshold itself, the same value would be a concern and recovered at once."""
    for trigger in kpi.triggers:
        if trigger.recovery and (both := trigger.recovery.values & trigger.values):
            unit = symbol(kpi, context)
            told = stretch(both, unit)
            yield Problem(
                (*trigger.row, "recover_if"),
                f"A value would be {word(trigger.severity)} and recovered at once. That is so for {told}.",
                f"Leave out {told}.",
            )


@kpi_rule(
    "KPI044",
    "window_too_short",
    "note",
    title="Change looks back less far than values may be apart",
    example="""
        missing_data: 3d
        risk_thresholds: {warning: {condition: drop >= 10% over 1d, action: rest_today}}
        """,
)
def window_holds_a_value(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A change compares with the values in a window before. Where values may be further apart than the window
    is long, the window can be empty, and then no change can be told."""
    if kpi.document.missing_data:
        for trigger in kpi.triggers:
            yield from short_window(trigger, kpi)


def short_window(trigger: TriggerSpec, kpi: KpiSpec) -> Iterator[Problem]:
    """A problem for every change of a condition whose window is shorter than the KPI's values may be
    apart."""
    if not trigger.condition or not trigger.condition.changes:
        return
    try:
        apart = Duration.parse(kpi.document.missing_data)
    except DurationError:
        return
    for change in trigger.condition.changes:
        if change.window < apart:
            yield Problem(
                trigger.path,
                f"The change may find nothing to compare with. It looks back {change.window.words()}, but "
                "values may "
                f"be {apart.words()} apart.",
                f"Look back at least {apart.words()}.",
            )
