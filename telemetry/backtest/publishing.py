"""What publishing would have changed over the last days: the publish page asks for every contract that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from contracts.diff import ChangeClass
from contracts.watched import WatchedBinding
from contracts.watching import Watching
from releases.admin.consequences import PANELS, Panel
from releases.services import PublishPlan, reach
from telemetry.backtest.questions import DAY, USUAL_DAYS, Question, in_document
from telemetry.backtest.running import start
from telemetry.backtest.view import PERMISSION, shown
from telemetry.ingest import clock
from telemetry.models import Series

AT_MOST = 20
"""Contracts that are looked at for one page."""
KEPT = 600 * 1_000_000
"""Microseconds for which an answer is shown again."""
TEMPLATE = "admin/telemetry/backtest/publish.html"


def join() -> None:
    """Have the publish page ask."""
    if panel not in PANELS:
        PANELS.append(panel)


def panel(request: HttpRequest, plan: PublishPlan) -> Panel | None:
    """How often what would be published acts; None where nothing is to be told, or somebody may not see it."""
    if plan.before is None or plan.errors_unreadable or not request.user.has_perm(PERMISSION):
        return None
    until = clock() // KEPT * KEPT
    asked = list(questions(plan, until))
    known = measured(asked)
    context: dict[str, Any] = {"days": USUAL_DAYS, "silent": len(asked) - len(known)}
    if not asked:
        return None
    if known:
        job = start(known[:AT_MOST], author=request.user, key=f"publish {until}")
        context |= {"job": job, "answers": shown(job.result), "beyond": len(known[AT_MOST:])}
    return Panel(TEMPLATE, context)


def measured(asked: Sequence[Question]) -> list[Question]:
    """Those of whose KPI anything was ever reported, by the agent they are about."""
    if not asked:
        return []
    rows = Series.objects.filter(kpi__in={one.kpi for one in asked}).order_by()
    found = set(rows.values_list("kpi", "agent").distinct())
    kpis = {kpi for kpi, _ in found}
    return [one for one in asked if ((one.kpi, one.agent) in found if one.agent else one.kpi in kpis)]


def questions(plan: PublishPlan, until: int) -> Iterator[Question]:
    """One for each binding that judges or acts differently, and for each KPI whose own thresholds do."""
    since = until - USUAL_DAYS * DAY
    sides = Watching(plan.before_document), Watching(plan.document)
    whom = reach(plan.changes, plan.document, plan.before_document)
    touched = {
        change.subject.partition(" ")[0] for change in plan.changes if change.kind is not ChangeClass.COSMETIC
    }
    for name in whom.bindings:
        agent, _, kpi = name.partition("/")
        before, after = (in_document(side, kpi, agent) for side in sides)
        if (before or after) and (name in touched or _judged_by(before) != _judged_by(after)):
            yield Question(kpi, agent, since, until, before, after)
    for kpi in whom.kpis:
        before, after = (in_document(side, kpi, "") for side in sides)
        if _judged_by(before) != _judged_by(after):
            yield Question(kpi, "", since, until, before, after)


def _judged_by(binding: WatchedBinding | None) -> object:
    """All that an evaluation depends on."""
    if binding is None or not binding.enabled:
        return None
    triggers = [
        (one.severity, one.condition, one.for_, one.keep_firing_for, one.recover_if)
        for one in binding.triggers
    ]
    return triggers, binding.guard, binding.definition.missing_data
