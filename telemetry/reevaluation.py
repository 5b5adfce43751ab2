"""Looking back: evaluating a binding's stored history again, after a value of it was corrected."""

from __future__ import annotations

from collections.abc import Collection

import orjson

from contracts.evaluation import Evaluator, Memory, Observed, Transition, replay
from telemetry.judging import transition_row
from telemetry.models import Observation
from telemetry.storage.shapes import StandingKey, TransitionRow


def observations_of(
    key: StandingKey, *, since: int | None = None, until: int | None = None
) -> list[Observed]:
    """What is stored of a binding for a person, oldest first."""
    rows = Observation.objects.filter(
        series__subject=key.subject, series__kpi=key.kpi, series__agent=key.agent
    ).order_by("at", "series__source")
    rows = rows if since is None else rows.filter(at__gte=since)
    rows = rows if until is None else rows.filter(at__lte=until)
    return [
        Observed(value, at, orjson.loads(context) if context else None, source)
        for value, at, context, source in rows.values_list(
            "value", "at", "context", "series__source"
        ).iterator()
    ]


def reevaluated(
    evaluator: Evaluator,
    key: StandingKey,
    before: Memory,
    *,
    release: int,
    now: int,
    besides: Collection[tuple[str, int]] = (),
) -> tuple[Memory, list[TransitionRow]]:
    """The memory by the history as it is now, and the transition to it where the state is another.

    It goes as far as ``before`` went: to its newest value, or to the moment at which time alone changed the state.
    ``besides`` are the sources and times of values that are stored and still to be judged. What was recorded
    stays: the transition says that a correction brought it.
    """
    if before.at is None:
        return before, []
    until = max(before.at, before.since or before.at)
    seen = [one for one in observations_of(key, until=before.at) if (one.source, one.at) not in besides]
    again = replay(evaluator, seen, until=until)
    memory = again.memory
    if memory.state is before.state:
        return memory, []
    last = again.transitions[-1] if again.transitions else None
    said = Transition(
        at=until,
        before=before.state,
        after=memory.state,
        cause="value",
        reason=last.reason if last else "",
        rule=last.rule if last else "",
        condition=last.condition if last else "",
        value=memory.value,
        means=last.means if last else (),
        episode=last.episode if last else None,
    )
    return memory, [transition_row(key, said, None, release=release, now=now, cause="correction")]
