"""A run as programs are told of it: read with a constant number of queries, and bounded where there are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db.models import F, Prefetch, Q, QuerySet

from contracts.limits import RUN_LIMITS
from protocols.models import Deviation, HandOffOffer, Intervention, ProtocolRun, Step
from telemetry.contracts_now import iso

BRIEF: Final = RUN_LIMITS["steps of one run in a list or an inbox, beside those its contract asks for"]
"""Steps that a list tells of one run; beyond it only those that its contract asks for."""
SAID: Final = 100
"""What people did about a run, the latest of it, that the run itself tells."""

Called = Callable[[str], str]
"""What a person is called, by the id that agents send."""


def as_sent(user_id: str) -> str:
    """As agents call a person."""
    return user_id


def loaded(rows: QuerySet[ProtocolRun], *, whole: bool) -> QuerySet[ProtocolRun]:
    """The runs with all that is told of them; with notes and evidence, and every step, only where ``whole``."""
    steps = Step.objects.order_by("number").select_related("offer").annotate(child=F("offer__child__id"))
    deviations = Deviation.objects.order_by("place", "rule")
    if not whole:
        steps = steps.filter(Q(number__lte=BRIEF) | Q(declared=True)).defer("note", "evidence")
        deviations = deviations.filter(place__lte=BRIEF)
    return rows.select_related("subject", "offer__step").prefetch_related(
        Prefetch("steps", steps), Prefetch("deviations", deviations)
    )


def run_data(run: ProtocolRun, *, called: Called = as_sent, whole: bool = False) -> dict[str, Any]:
    """One run of :func:`loaded` as JSON."""
    inputs = run.inputs
    return {
        "id": run.pk,
        "agent": run.agent,
        "kpi": run.kpi,
        "user_id": called(run.subject.user_id),
        "severity": severity_word(run.severity),
        "state": str(run.state),
        "opened": iso(run.opened),
        "recorded": iso(run.recorded),
        "ended": _time(run.ended),
        "release": run.release,
        "condition": run.condition,
        "reason": run.reason,
        "value": inputs.get("value"),
        "measurement_source": run.source,
        "context": inputs.get("context"),
        "root": run.root_id,
        "parent": _parent(run.offer) if run.offer else None,
        "acknowledged": _time(run.acknowledged),
        "assignee": run.assignee_name or None,
        "steps": [_step(step, whole=whole) for step in run.steps.all()],
        "deviations": [_deviation(one) for one in run.deviations.all()],
        "cursor": run.changed,
    } | ({"trace": run.trace} if whole else {})


def runs_data(runs: Iterable[ProtocolRun], *, called: Called = as_sent) -> list[dict[str, Any]]:
    """Several runs as JSON, each in brief."""
    return [run_data(run, called=called) for run in runs]


def said_of(run: ProtocolRun, *, names: bool) -> list[dict[str, Any]]:
    """What people did about a run, the latest first; who it was only where ``names``."""
    rows = Intervention.objects.filter(run=run).select_related("step").order_by("-at", "-pk")[:SAID]
    return [_intervention(one, names=names) for one in rows]


def _intervention(one: Intervention, *, names: bool) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "step": one.step.number if one.step else 0,
        "reason_code": one.reason_code,
        "reason": one.get_reason_code_display() if one.reason_code else "",
        "words": one.words,
        "at": iso(one.at),
    } | ({"by": one.author_name} if names else {})


def severity_word(severity: int) -> str:
    """A severity by the word that contracts have for it."""
    return str(ProtocolRun.Severity(severity).label)


def _time(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _parent(offer: HandOffOffer) -> dict[str, Any]:
    return {
        "run": offer.step.run_id,
        "agent": offer.source,
        "reason": offer.reason,
        "due": iso(offer.due),
    }


def _step(step: Any, *, whole: bool) -> dict[str, Any]:
    data = {
        "number": step.number,
        "kind": step.kind,
        "name": step.name,
        "description": step.description,
        "severity": severity_word(step.severity),
        "declared": step.declared,
        "added": iso(step.added),
        "state": str(step.state),
        "due": _time(step.due),
        "started": _time(step.started),
        "finished": _time(step.finished),
    }
    if whole:
        data |= {"note": step.note, "evidence": step.evidence}
    return data | {"hand_off": _offer(step.offer, step.child) if hasattr(step, "offer") else None}


def _offer(offer: HandOffOffer, child: int | None) -> dict[str, Any]:
    return {
        "agent": offer.target,
        "state": str(offer.state),
        "due": iso(offer.due),
        "answered": _time(offer.answered),
        "answer": offer.answer,
        "run": child,
    }


def _deviation(one: Deviation) -> dict[str, Any]:
    return {"rule": one.rule, "step": one.place, "message": one.message, "judgement": one.judgement}
