"""The live board: what agents are doing now, what is stuck first, and what waits for whom.

A constant number of queries about what is open; however much that is, the board names no more than a few of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet

from protocols.lifecycle import RunState
from protocols.models import Pause, ProtocolRun, Step
from protocols.pages.action_words import Wordings, wordings
from protocols.pages.filters import Whose
from protocols.pages.pauses import Told
from protocols.pages.prose import to_do
from protocols.pages.waiting import Waiting, waiting
from protocols.pages.words import RUN_STATES, lasting
from protocols.services.lateness import UNSETTLED, Lateness
from telemetry import contracts_now
from telemetry.contracts_now import Released
from telemetry.pages.words import WORDS, called, kind_of, when_of

NAMED: Final = 200
"""Runs on a board: the worst."""
STUCK_NAMED: Final = 20
IN_A_LANE: Final = 6
STEPS_READ: Final = 4_000
"""Of the runs that are named: what each of them does next."""
COUNTED: Final = 1_000
"""So many stuck runs are counted; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class Row:
    """An open run as the board has it. ``late`` is how long what is overdue most has been, "" where nothing is;
    ``step`` what is to be done next, ``action`` how its contract calls that, and ``waits_for`` the agent who is to
    answer."""

    pk: int
    agent: str
    title: str
    reason: str
    kind: str
    word: str
    subject: int
    person: str
    state: str
    chip: str
    opened: datetime | None
    who: str
    acknowledged: bool
    step: str = ""
    action: str = ""
    waits_for: str = ""
    late: str = ""
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One agent: its open runs by severity, the worst named; ``more`` is how many are not."""

    agent: str
    counts: tuple[tuple[str, str, int], ...]
    rows: tuple[Row, ...]
    pauses: tuple[Told, ...] = ()

    @property
    def total(self) -> int:
        """How many runs of this agent are open."""
        return sum(count for _, _, count in self.counts)

    @property
    def more(self) -> int:
        """How many open runs of this agent are not named."""
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Board:
    """All of it. ``stuck`` counts up to COUNTED."""

    counts: tuple[tuple[str, str, int], ...]
    stuck_rows: tuple[Row, ...]
    stuck: int
    lanes: tuple[Lane, ...]
    waiting: tuple[Waiting, ...]
    quiet: tuple[tuple[str, bool], ...]
    pauses: tuple[Pause, ...]
    named: int

    @property
    def total(self) -> int:
        """How many runs are open."""
        return sum(count for _, _, count in self.counts)

    @property
    def stuck_more(self) -> int:
        """How many of those that are stuck are not named first."""
        return self.stuck - len(self.stuck_rows)

    @property
    def has_more_stuck(self) -> bool:
        """Whether there are more than were counted."""
        return self.stuck >= COUNTED


def everybodys(before: str = "") -> Q:
    """Every run, whoever looks after it."""
    return Q()


def board(now: int, whose: Whose = everybodys) -> Board:
    """How it stands at a moment, of all runs or of somebody's; nine queries."""
    runs = ProtocolRun.objects.open().filter(whose())
    by_agent = _counts(runs.order_by().values_list("agent", "severity").annotate(n=Count("pk")))
    lateness = Lateness.at(now)
    late = late_runs(runs, lateness)
    rows = rows_of(_worst(runs, late), lateness)
    pauses = lateness.holding
    paused: defaultdict[str, list[Pause]] = defaultdict(list)
    for one in pauses:
        paused[one.agent].append(one)
    stuck = [row for row in rows if row.late]
    lanes = [
        Lane(
            agent,
            _worst_first(counts),
            tuple(row for row in rows if row.agent == agent)[:IN_A_LANE],
            tuple(Told.of(one) for one in paused.get(agent, ())),
        )
        for agent, counts in by_agent.items()
    ]
    lanes.sort(key=lambda lane: ([-counts for counts in _by_severity(by_agent[lane.agent])], lane.agent))
    whole: defaultdict[int, int] = defaultdict(int)
    for counts in by_agent.values():
        for severity, count in counts.items():
            whole[severity] += count
    return Board(
        counts=_worst_first(whole),
        stuck_rows=tuple(stuck[:STUCK_NAMED]),
        stuck=len(late),
        lanes=tuple(lanes),
        waiting=tuple(waiting(now, whose)),
        quiet=tuple(
            (agent, agent in paused)
            for agent in sorted(contracts_now.current().agents)
            if agent not in by_agent
        ),
        pauses=tuple(pauses),
        named=len(rows),
    )


def _counts(rows: Iterable[tuple[str, int, int]]) -> dict[str, dict[int, int]]:
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for agent, severity, count in rows:
        found[agent][severity] = count
    return dict(found)


def _by_severity(counts: Mapping[int, int]) -> list[int]:
    return [counts.get(severity, 0) for severity in (3, 2, 1)]


def _worst_first(counts: Mapping[int, int]) -> tuple[tuple[str, str, int], ...]:
    """Class, word and count of each severity that occurs."""
    return tuple(
        (kind_of(severity), WORDS[kind_of(severity)], counts[severity])
        for severity in (3, 2, 1)
        if counts.get(severity)
    )


def late_runs(runs: QuerySet[ProtocolRun], lateness: Lateness) -> list[int]:
    """Which of these runs are late, the worst first; one query."""
    rows = runs.filter(lateness.runs()).order_by("-severity", "opened", "pk")
    return list(rows.values_list("pk", flat=True)[:COUNTED])


def _worst(runs: QuerySet[ProtocolRun], stuck: Sequence[int]) -> list[ProtocolRun]:
    """The runs to name: those that are stuck, then the worst and oldest of all."""
    rows = runs.defer("inputs").select_related("subject", "offer")
    found = {run.pk: run for run in rows.filter(pk__in=stuck[:NAMED])} if stuck else {}
    first = [found[pk] for pk in stuck if pk in found]
    if len(first) < NAMED:
        worst = rows.order_by("-severity", "opened", "pk")[:NAMED]
        first += [run for run in worst if run.pk not in found][: NAMED - len(first)]
    return first


def rows_of(runs: Sequence[ProtocolRun], lateness: Lateness | None) -> list[Row]:
    """Runs as rows, with what is to be done next; one query, and one or two for the words of that. Without lateness
    none of them is said to be late."""
    steps: dict[int, list[Step]] = {run.pk: [] for run in runs}
    if runs:
        undone = Step.objects.filter(run__in=list(steps), state__in=UNSETTLED)
        for step in undone.defer("description", "note", "evidence").order_by("run", "number")[:STEPS_READ]:
            steps[step.run_id].append(step)
    words = wordings(own[0].release for own in steps.values() if own)
    released = contracts_now.current()
    return [_row(run, steps[run.pk], released, words, lateness) for run in runs]


def _row(
    run: ProtocolRun, steps: Sequence[Step], released: Released, words: Wordings, lateness: Lateness | None
) -> Row:
    step = next(iter(steps), None)
    action = _next(run, step)
    late = max((lateness.by(run, one) for one in steps), default=0) if lateness and run.is_open else 0
    state, chip = RUN_STATES[RunState(run.state)]
    asks = step is not None and step.kind == Step.Kind.HAND_OFF
    if run.is_open and step is None:
        state = "open until it recovers"  # nothing is declared
    return Row(
        pk=run.pk,
        agent=run.agent,
        title=released.definition(run.kpi).title or run.kpi,
        reason=run.reason,
        kind=kind_of(run.severity),
        word=WORDS[kind_of(run.severity)],
        subject=run.subject_id,
        person=called(run.subject_id, run.subject.user_id),
        state=state,
        chip=chip,
        opened=when_of(run.opened),
        who=run.assignee_name,
        acknowledged=run.acknowledged is not None,
        step=_words(action, words),
        action=action.name if action is not None and action.kind == Step.Kind.ACTION else "",
        waits_for=step.name if step is not None and asks else "",
        late=lasting(late) if late else "",
        asked_by=run.offer.source if run.offer else "",
    )


def _next(run: ProtocolRun, step: Step | None) -> Step | None:
    """What its agent does next; a hand-off that it has not answered says that by its state."""
    return None if step is None or step.kind == Step.Kind.HAND_OFF or run.state == RunState.OFFERED else step


def _words(step: Step | None, words: Wordings) -> str:
    """What is to be done, behind "to", as the release that asks for it calls it."""
    if step is None:
        return ""
    return (
        "review it as asked" if step.kind == Step.Kind.REVIEW else to_do(words[step.release][step.name].title)
    )
