"""The noise on pages of the admin: where one publishes, and beside a KPI's form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from contracts.decimals import plain
from observability.noise import KpiNoise, mode_words, rate_words
from observability.noise_figure import Figure, figure_of
from releases.admin.consequences import PANELS, Panel
from releases.services import PublishPlan
from telemetry.backtest.questions import USUAL_DAYS
from telemetry.backtest.words import counted, people

TEMPLATE = "admin/observability/noise_publish.html"
MOST_SHOWN = 20
"""KPIs that a page lists; the command line has all of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """One KPI as it is drawn."""

    noise: KpiNoise

    @property
    def rate(self) -> str:
        """Alerts per person per week."""
        return rate_words(self.noise.rate)

    @property
    def budget(self) -> str:
        """How many there may be."""
        return plain(self.noise.budget)

    @property
    def about(self) -> str:
        """Whom the figure is of."""
        left = f", {people(self.noise.left_out)} left out" if self.noise.left_out else ""
        return f"{people(self.noise.people)}, {mode_words(self.noise.mode)}{left}"

    @property
    def triggers(self) -> list[tuple[str, str, str, str, str]]:
        """Agent, severity, condition, alerts and rate of each trigger."""
        return [
            (one.agent, str(one.severity), one.conditions, counted(one.alerts, "alert"), rate_words(one.rate))
            for one in self.noise.triggers
        ]


def rows(noise: Sequence[KpiNoise]) -> list[Row]:
    """The first of them, as they are drawn."""
    return [Row(one) for one in noise[:MOST_SHOWN]]


def join() -> None:
    """Have the publish page tell."""
    if panel not in PANELS:
        PANELS.append(panel)


def panel(request: HttpRequest, plan: PublishPlan) -> Panel | None:
    """Which KPIs would alert more often than they may; None where nothing would alert anybody."""
    if plan.errors_unreadable or plan.is_empty:
        return None
    figure = figure_of(plan.judged.pieces)
    if not figure.asked.questions and not figure.asked.silent:
        return None
    return Panel(TEMPLATE, shown(figure))


def shown(figure: Figure) -> dict[str, object]:
    """A figure as it is drawn."""
    known = [one for one in figure.noise or () if one.is_known]
    return {
        "figure": figure,
        "days": USUAL_DAYS,
        "rows": rows(figure.over),
        "more": len(figure.over[MOST_SHOWN:]),
        "known": len(known),
        "loudest": Row(known[0]) if known else None,
        "unsure": sum(1 for one in figure.noise or () if one.people and not one.is_known),
    }
