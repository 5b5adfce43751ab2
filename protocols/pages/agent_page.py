"""An agent's page: its protocol and how that went lately, what it has to do now, and what it did last.

Counts and times are of the last 30 days, and of no more than the newest LOOKED_AT runs of them: the page says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, RunState
from protocols.models import Deviation, Pause, ProtocolRun, Step
from protocols.pages.board import Row, rows_of
from protocols.pages.paths import OFFERS, Told, Watch, at_share, watches_of
from protocols.pages.rules import TITLES
from protocols.pages.run_rows import with_deviations
from protocols.pages.words import RUN_STATES, lasting
from protocols.services.lateness import Lateness
from telemetry import contracts_now
from telemetry.pages.words import WORDS, called, kind_of, when_of

DAYS: Final = 30
DAY: Final = 86_400 * SECOND
LOOKED_AT: Final = 1_000
STEPS_READ: Final = 10_000
LATE: Final = "RUN003"
INBOX_NAMED, NEWEST_NAMED = 20, 10


@dataclass(frozen=True, slots=True)
class Past:
    """A run as the page lists it."""

    pk: int
    title: str
    reason: str
    kind: str
    word: str
    person: str
    state: str
    chip: str
    opened: datetime | None
    took: str
    deviations: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Another agent that asks this one: how often, what became of it, and how long an answer took."""

    agent: str
    outcomes: tuple[tuple[str, int], ...]
    usually: str
    undeclared: int = 0
    """How often no contract said so."""


@dataclass(frozen=True, slots=True)
class Now:
    """What changes all the time: the inbox, and the newest runs."""

    inbox: Sequence[Row]
    open: int
    counts: tuple[tuple[str, str, int], ...]
    newest: Sequence[Past]
    pauses: Sequence[Pause]

    @property
    def more(self) -> int:
        """How many open runs are not named."""
        return self.open - len(self.inbox)


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is declared, with what became of it; ``is_cut`` where there were more runs than were looked at."""

    watches: Sequence[Watch]
    askers: Sequence[Asker]
    rules: Sequence[tuple[str, str, int, int]]
    runs: int
    is_cut: bool


def is_known(agent: str) -> bool:
    """Whether there is, or ever was, such an agent."""
    known = agent in contracts_now.current().agents
    return known or ProtocolRun.objects.filter(agent=agent).order_by("-opened").exists()


def now_of(agent: str, now: int) -> Now:
    """Its inbox and newest runs; seven queries."""
    runs = ProtocolRun.objects.filter(agent=agent).defer("inputs").select_related("subject", "offer")
    mine = ProtocolRun.objects.open().filter(agent=agent)
    by_severity = dict(mine.order_by().values_list("severity").annotate(n=Count("pk")))
    inbox = list(runs.filter(pk__in=_first(mine)).order_by("-severity", "opened", "pk"))
    lateness = Lateness.at(now)
    newest = list(runs.order_by("-opened", "-pk")[:NEWEST_NAMED])
    with_deviations(newest)
    counts = tuple(
        (kind_of(one), WORDS[kind_of(one)], by_severity[one]) for one in (3, 2, 1) if by_severity.get(one)
    )
    return Now(
        rows_of(inbox, lateness), sum(by_severity.values()), counts, [_past(run) for run in newest],
        [one for one in lateness.holding if one.agent == agent],
    )  # fmt: skip


def _first(mine: QuerySet[ProtocolRun]) -> list[int]:
    return list(mine.order_by("-severity", "opened", "pk").values_list("pk", flat=True)[:INBOX_NAMED])


def _past(run: ProtocolRun) -> Past:
    state, chip = RUN_STATES[RunState(run.state)]
    kind = kind_of(run.severity)
    return Past(
        pk=run.pk,
        title=contracts_now.current().definition(run.kpi).title or run.kpi,
        reason=run.reason,
        kind=kind,
        word=WORDS[kind],
        person=called(run.subject_id, run.subject.user_id),
        state=state,
        chip=chip,
        opened=when_of(run.opened),
        took="" if run.ended is None else lasting(run.ended - run.opened),
        deviations=getattr(run, "deviations_found", 0),
    )


def protocol_of(agent: str, now: int) -> Protocol:
    """Its protocol and how that went; five queries, and one more for words that this process has not read yet. The runs
    are named to the others one by one: of a list they look up each, and of a query PostgreSQL would rather read all
    steps and deviations there are."""
    recent = ProtocolRun.objects.filter(agent=agent, opened__gte=now - DAYS * DAY).order_by("-opened")
    rows = recent.values_list(
        "pk", "kpi", "severity", "recorded",
        "offer__source", "offer__state", "offer__offered", "offer__answered",
        "offer__step__declared",
    )[:LOOKED_AT]  # fmt: skip
    runs = {row[0]: row[1:] for row in rows}
    own = Counter((kpi, severity) for kpi, severity, _, source, *_ in runs.values() if source is None)
    rules = Deviation.objects.filter(run__in=list(runs)).order_by().values_list("rule")
    counts = rules.annotate(
        n=Count("pk"), harmful=Count("pk", filter=Q(judgement=Deviation.Judgement.HARMFUL))
    )
    found = sorted(((rule, count, harmful) for rule, count, harmful in counts), key=lambda one: -one[1])
    return Protocol(
        watches=watches_of(agent, contracts_now.current(), _told(runs), own),
        askers=_askers([row[3:] for row in runs.values() if row[3] is not None]),
        rules=[(rule, TITLES.get(rule, rule), count, harmful) for rule, count, harmful in found],
        runs=len(runs),
        is_cut=len(runs) == LOOKED_AT,
    )


def _told(runs: Mapping[int, Sequence[Any]]) -> list[Told]:
    steps = Step.objects.filter(run__in=list(runs)).exclude(kind=Step.Kind.REVIEW).order_by()
    late = set(Deviation.objects.filter(run__in=list(runs), rule=LATE).order_by().values_list("run", "place"))
    rows = steps.values_list(
        "run", "number", "severity", "kind", "name", "release", "declared", "state", "deadline", "added", "finished",
        "offer__state", "offer__offered", "offer__answered",
    )  # fmt: skip
    return [
        Told(runs[row[0]][0], *row[2:11], runs[row[0]][2], *row[11:], row[:2] in late)
        for row in rows[:STEPS_READ]
    ]


def _askers(rows: Sequence[tuple[str, str, int, int | None, bool]]) -> list[Asker]:
    counts: dict[str, Counter[str]] = {}
    took: dict[str, list[int]] = {}
    undeclared: Counter[str] = Counter()
    for source, state, offered, answered, declared in rows:
        undeclared[source] += not declared
        counts.setdefault(source, Counter())[OFFERS[OfferState(state)]] += 1
        if state in (OfferState.ACCEPTED, OfferState.REFUSED) and answered is not None:
            took.setdefault(source, []).append(answered - offered)
    return [
        Asker(
            source,
            tuple(found.most_common()),
            lasting(at_share(sorted(took[source]), 0.5)) if source in took else "",
            undeclared[source],
        )
        for source, found in sorted(counts.items())
    ]
