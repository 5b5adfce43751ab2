"""Rules about how a KPI alerts people: shares and budgets that can be met, and settings that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from contracts.catalogue import Problem, Rule, Scope, declare, kpi_rule, settings_rule
from contracts.context import RegistryContext
from contracts.documents import RegistryDocument
from contracts.documents.alerts import AlertMode
from contracts.findings import Level, Path
from contracts.limits import MOST_ALERTS, MOST_PEOPLE
from contracts.severity import Severity
from contracts.spec import KpiSpec

_SETTINGS: Path = ("export_config", "alerts")
NOISE, NOISE_UNKNOWN = "HIS001", "HIS002"

declare(
    Rule(
        NOISE,
        "noise_budget_exceeded",
        Level.WARNING,
        "Alerts more often than its noise budget",
        "People who are alerted too often stop looking, and miss the alert that matters. The backtest of the last "
        "30 days says how often the definitions as they are edited now would alert; publishing them all the same "
        "wants a reason. See docs/noise.md.",
        "alerts: {noise_budget: 0.5}",
        Scope.HISTORY,
    )
)
declare(
    Rule(
        NOISE_UNKNOWN,
        "noise_unknown",
        Level.NOTE,
        "Noise not known yet",
        "There is so much stored that the backtest runs in the background. Publishing does not wait for it; whoever "
        "publishes before it is over does not know how often the definitions alert.",
        "alerts: {noise_budget: 0.5}",
        Scope.HISTORY,
    )
)


@kpi_rule(
    "KPI070",
    "alert_number",
    "error",
    title="Share or budget that cannot be",
    example="alerts: {mode: cohort, cohort_share: 120}",
)
def alert_numbers_are_possible(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A share of people is more than nobody and at most all of them. A budget of nothing would forbid every
    alert, which the mode `none` says outright."""
    alerts = kpi.document.alerts
    if alerts is None:
        return
    if alerts.cohort_share is not None and not 0 < alerts.cohort_share <= 100:
        yield Problem(
            ("alerts", "cohort_share"),
            "The share of people is not between 0 and 100 per cent.",
            "Write a share above 0 and up to 100, such as 10.",
        )
    if alerts.noise_budget is not None:
        yield from _budget(("alerts", "noise_budget"), alerts.noise_budget)


def _budget(path: Path, budget: Decimal) -> Iterator[Problem]:
    if not 0 < budget <= MOST_ALERTS:
        yield Problem(
            path,
            f"The noise budget is not between 0 and {MOST_ALERTS:,}. It is how many alerts per person per week "
            "are bearable.",
            "Write a number above 0, such as 0.5; a KPI that is to raise no alerts has the mode none.",
        )


@kpi_rule(
    "KPI071",
    "cohort_share_unused",
    "note",
    title="Share of a cohort without a cohort",
    example="alerts: {mode: person, cohort_share: 10}",
)
def share_is_used(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The share of people counts only where they alert as a cohort: because the mode says so or, where it is
    left open, because there are many of them."""
    alerts = kpi.document.alerts
    if alerts and alerts.cohort_share is not None and alerts.mode in (AlertMode.PERSON, AlertMode.NONE):
        yield Problem(
            ("alerts", "cohort_share"),
            f"The share of people does nothing. The mode is {alerts.mode}.",
            "Leave the share out, or make the mode cohort.",
        )


@kpi_rule(
    "KPI072",
    "noise_budget_unused",
    "note",
    title="Noise budget of a KPI that is silent",
    example="""
        risk_thresholds: {warning: {condition: "> 80", action: rest_today}}
        alerts: {mode: none, noise_budget: 1}
        """,
)
def budget_is_used(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """What raises no alerts cannot raise too many."""
    alerts = kpi.document.alerts
    if alerts and alerts.noise_budget is not None and alerts.mode is AlertMode.NONE:
        yield Problem(
            ("alerts", "noise_budget"),
            "The noise budget does nothing. The mode is none.",
            "Leave the budget out, or choose another mode.",
        )


@kpi_rule(
    "KPI073",
    "critical_alerts_nobody",
    "note",
    title="Critical values alert nobody",
    example="""
        risk_thresholds: {critical: {condition: "> 80", action: call_a_doctor}}
        alerts: {mode: none}
        """,
)
def critical_values_alert(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Agents act on a critical value whatever the mode is, but no person is told."""
    alerts = kpi.document.alerts
    if alerts and alerts.mode is AlertMode.NONE and Severity.CRITICAL in kpi.document.risk_thresholds:
        yield Problem(
            ("alerts", "mode"),
            "A critical value alerts nobody. Agents act on it, but no alert is raised.",
            "Leave it so if the agents are enough; otherwise choose person or cohort.",
        )


@settings_rule(
    "REG010",
    "alert_number",
    "error",
    title="Number of people or budget that cannot be",
    example="export_config: {alerts: {people: 0}}",
)
def alert_settings_are_possible(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """People are counted in whole numbers, and a budget of nothing would forbid every alert."""
    alerts = registry.export_config.alerts
    if alerts.people != alerts.people.to_integral_value() or not 1 <= alerts.people <= MOST_PEOPLE:
        yield Problem(
            (*_SETTINGS, "people"),
            f"The number of people is not a whole number from 1 to {MOST_PEOPLE:,}.",
            "Write a number such as 50.",
        )
    yield from _budget((*_SETTINGS, "noise_budget"), alerts.noise_budget)
