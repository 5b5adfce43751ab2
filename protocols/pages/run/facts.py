"""All that a run's page is made of: read in a constant number of queries, however much was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from contracts.action_words import ActionWords
from contracts.watched import Definition
from protocols.conformance import RunFacts
from protocols.lifecycle import OPEN
from protocols.models import Deviation, HandOffOffer, Intervention, Pause, ProtocolRun, Step
from protocols.pages.action_words import Wording, words_of
from protocols.services.facts import Whole, too_late_by
from protocols.services.facts import facts_of as conformance_facts
from telemetry import contracts_now

FAMILY_AT_MOST = 40
"""Runs of one page: the one that all began with, and those that hand-offs opened."""
STEPS_AT_MOST = 2_000
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
    deviations: Sequence[Deviation] = ()
    judged: RunFacts | None = None
    """As conformance looks at it; None where nothing is compared."""
    definition: Definition = field(default_factory=lambda: Definition(""))
    words: Wording = field(default_factory=Wording)
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
        return self.words[step.name]

    def paused_now(self) -> Pause | None:
        """The pause that holds now and lasts longest."""
        return max(
            (one for one in self.pauses if one.since <= self.now < ended(one)), key=ended, default=None
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
    end = run.ended or now
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
        pauses=list(
            Pause.objects.filter(agent=run.agent, kpi__in=("", run.kpi), since__lt=end, until__gt=run.opened)
            .filter(Q(lifted__isnull=True) | Q(lifted__gt=run.opened))
            .order_by("since", "pk")[:SAID_AT_MOST]
        ),
        deviations=list(Deviation.objects.filter(run=run).order_by("place", "rule")[:STEPS_AT_MOST]),
        definition=contracts_now.current().definition(run.kpi),
        judged=conformance_facts([Whole(run, steps, mine)])[run.pk].run,
        words=words_of(run.release),
        more_family=more,
    )


def lateness(facts: Facts, step: Step) -> int | None:
    """By how much a step was or is too late, in microseconds, as conformance has it; None where it is not."""
    return too_late_by(facts.run, step, facts.pauses, facts.now) or None
