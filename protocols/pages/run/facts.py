"""All that a run's page is made of: read in a constant number of queries, however much was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.text import capfirst

from contracts.action_words import ActionWords
from contracts.watched import Definition
from protocols.conformance import RunFacts
from protocols.lifecycle import OPEN
from protocols.models import Deviation, HandOffOffer, Intervention, Pause, ProtocolRun, Step
from protocols.pages.action_words import Wordings, wordings
from protocols.services.facts import Whole, due_of, stopped_of, too_late_by
from protocols.services.facts import facts_of as conformance_facts
from telemetry import contracts_now

FAMILY_AT_MOST = 40
"""Runs of one page: the one that all began with, and those that hand-offs opened."""
STEPS_AT_MOST = 2_000
PAUSES_AT_MOST = 300
"""That are read, of all agents of the page: the newest."""
SAID_AT_MOST = 200
"""Interventions that are listed, the newest of them."""
REVIEW_WORDS = ActionWords(
    "Answer the hand-off", "Looks into what the other agent asks, and says what it found.", (), None
)


@dataclass(frozen=True, slots=True)
class Facts:
    """A run with its steps and hand-offs by the steps' numbers; the same of the whole family by run.

    ``first`` is the run that all began with, whose agent observes the values.
    """

    run: ProtocolRun
    steps: Sequence[Step]
    now: int
    offers: Mapping[int, HandOffOffer] = field(default_factory=dict)
    children: Mapping[int, ProtocolRun] = field(default_factory=dict)
    """Runs that hand-offs opened, by the number of the step here."""
    family: Sequence[ProtocolRun] = ()
    steps_of: Mapping[int, Sequence[Step]] = field(default_factory=dict)
    offers_of: Mapping[int, HandOffOffer] = field(default_factory=dict)
    """By the step's primary key."""
    said: Sequence[Intervention] = ()
    pauses: Sequence[Pause] = ()
    """Of every agent of the family, as far as they touch any of its runs."""
    stopped: Mapping[int, int] = field(default_factory=dict)
    """When a person overrode a step of any of them, by its primary key."""
    deviations: Sequence[Deviation] = ()
    judged: RunFacts | None = None
    """As conformance looks at it; None where nothing is compared."""
    definition: Definition = field(default_factory=lambda: Definition(""))
    words: Wordings = field(default_factory=Wordings)
    """By the release that asked for a step: what a rise adds may be of a newer one than the run."""
    more_family: bool = False

    @property
    def first(self) -> ProtocolRun:
        """The run that all began with."""
        return next((one for one in self.family if one.pk == (self.run.root_id or self.run.pk)), self.run)

    @property
    def is_open(self) -> bool:
        """Whether something is left to do for the agent."""
        return self.run.state in OPEN

    @property
    def kpi_title(self) -> str:
        """What was measured."""
        return self.definition.title or self.run.kpi.replace("_", " ")

    def title(self, step: Step) -> str:
        """What a step is called."""
        if step.kind == Step.Kind.HAND_OFF:
            return f"Ask {step.name} for help"
        return self.told(step).title

    def told(self, step: Step) -> ActionWords:
        """A step in the catalogue's words."""
        if step.kind == Step.Kind.REVIEW:
            return REVIEW_WORDS
        return self.words[step.release][step.name]

    def in_words(self, text: str) -> str:
        """A sentence about this run in which actions have their names: each is called by its title instead."""
        names = {step.name: step for step in reversed(self.steps) if step.kind == Step.Kind.ACTION}
        if not names:
            return text

        def title(found: re.Match[str]) -> str:
            step = names.pop(
                found[0], None
            )  # once: an agent may call what it does by any word of the sentence
            return found[0] if step is None else f"“{capfirst(self.title(step))}”"

        some = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        return re.sub(rf"(?<!\w)(?:{some})(?!\w)", title, text)

    @property
    def own_pauses(self) -> list[Pause]:
        """The pauses that touched this run while it was open."""
        run, end = self.run, self.run.ended or self.now
        return [
            one
            for one in self.pauses
            if one.agent == run.agent and one.since < end and ended(one) > run.opened
        ]

    def paused_now(self) -> Pause | None:
        """The pause of its agent that holds now and lasts longest."""
        return max(
            (one for one in self.own_pauses if one.since <= self.now < ended(one)), key=ended, default=None
        )


def ended(pause: Pause) -> int:
    """When a pause was or is over."""
    return pause.until if pause.lifted is None else min(pause.lifted, pause.until)


def facts_of(pk: int, now: int) -> Facts | None:
    """A constant number of queries; None where there is no such run."""
    rows = ProtocolRun.objects.select_related("subject", "offer__step__run")
    run = rows.filter(pk=pk).first()
    if run is None:
        return None
    first = run.root_id or run.pk
    family = list(
        ProtocolRun.objects.filter(Q(pk=first) | Q(root=first)).order_by("depth", "pk")[: FAMILY_AT_MOST + 1]
    )
    more, family = len(family) > FAMILY_AT_MOST, family[:FAMILY_AT_MOST]
    steps = list(Step.objects.filter(run=run).order_by("number"))
    others = [one.pk for one in family if one.pk != run.pk]
    steps_of: dict[int, list[Step]] = {one.pk: [] for one in family} | {run.pk: steps}
    for step in Step.objects.filter(run__in=others).order_by("run", "number")[:STEPS_AT_MOST]:
        steps_of[step.run_id].append(step)
    offers = {
        one.step_id: one for one in HandOffOffer.objects.filter(step__run__in=list(steps_of))[:STEPS_AT_MOST]
    }
    mine = {step.number: offers[step.pk] for step in steps if step.pk in offers}
    of_offer = {one.offer_id: one for one in family if one.offer_id is not None}
    said = Intervention.objects.filter(run=run).select_related("step").order_by("-at", "-pk")[:SAID_AT_MOST]
    return Facts(
        run=run,
        steps=steps,
        now=now,
        offers=mine,
        children={number: of_offer[one.pk] for number, one in mine.items() if one.pk in of_offer},
        family=family,
        steps_of=steps_of,
        offers_of=offers,
        said=list(reversed(said)),
        pauses=_pauses([run, *family], now),
        stopped=stopped_of([run, *family]),
        deviations=list(Deviation.objects.filter(run=run).order_by("place", "rule")[:STEPS_AT_MOST]),
        definition=contracts_now.current().definition(run.kpi),
        judged=conformance_facts([Whole(run, steps, mine)])[run.pk].run,
        words=wordings(step.release for some in steps_of.values() for step in some),
        more_family=more,
    )


def _pauses(family: Sequence[ProtocolRun], now: int) -> list[Pause]:
    """What touched any of these runs; one query. They are all about the same KPI."""
    first = min(run.opened for run in family)
    rows = Pause.objects.filter(agent__in={run.agent for run in family}, kpi__in=("", family[0].kpi))
    rows = rows.filter(Q(lifted__isnull=True) | Q(lifted__gt=first), since__lte=now, until__gt=first)
    return list(reversed(rows.order_by("-since", "-pk")[:PAUSES_AT_MOST]))


def lateness(facts: Facts, step: Step, run: ProtocolRun | None = None) -> int | None:
    """By how much a step of a run, this one where none is given, was or is too late, in microseconds, as conformance
    has it; None where it is not."""
    stopped = facts.stopped.get(step.pk)
    return too_late_by(run or facts.run, step, facts.pauses, facts.now, stopped=stopped) or None


def due(facts: Facts, step: Step, run: ProtocolRun | None = None) -> int | None:
    """The last moment at which a step of a run, this one where none is given, is in time, pauses not counted; None
    where it has no deadline."""
    return due_of(run or facts.run, step, facts.pauses, facts.now)
