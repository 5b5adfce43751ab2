"""What happened and what was done, as a short paragraph for somebody who never saw a run. Pure: no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contracts.durations import Duration
from contracts.evaluation import SECOND
from protocols.lifecycle import RunState, StepState
from protocols.models import Intervention, Step
from protocols.pages.prose import SEVERITY_WORDS, clock, day, length, lowered
from protocols.pages.run.deeds import deeds
from protocols.pages.run.facts import Facts, ended
from protocols.pages.run.telling import Piece, pieces, plain, quoted, sentence, strong

LATE_NEWS: Final = 5 * 60 * SECOND
"""From when on it is worth saying that the agent could not know earlier."""
FELL, ROSE = ("below ", "at most ", "a drop of "), ("above ", "at least ", "a rise of ")


@dataclass(frozen=True, slots=True)
class Story:
    """The title of the page, and its sentences."""

    title: str
    sentences: tuple[str, ...]

    @property
    def pieces(self) -> list[Piece]:
        """The story in pieces, as the page shows it."""
        return pieces(" ".join(self.sentences))

    @property
    def text(self) -> str:
        """All of it without anything standing out."""
        return plain(" ".join(self.sentences))


def story(facts: Facts) -> Story:
    """Told from what is known now."""
    told = [*_beginning(facts), *deeds(facts), *_pauses(facts), *_end(facts)]
    return Story(title_of(facts), tuple(sentence(one) for one in told))


def title_of(facts: Facts) -> str:
    """ "Heart-rate variability fell to 18 ms"."""
    verb, value, _ = reading(facts)
    if not value:
        return f"{facts.run.agent} and {lowered(facts.kpi_title)}"
    return f"{facts.kpi_title} {verb} {value}"


def reading(facts: Facts) -> tuple[str, str, str]:
    """How the value came to where it was, the value with its unit, and what is the matter with it; "" for no value."""
    inputs = facts.run.inputs
    value = inputs.get("value") if isinstance(inputs, dict) else None
    if not isinstance(value, int | float):
        return "", "", facts.run.reason
    number = f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    told = f"{number} {facts.definition.symbol}".rstrip()
    _, is_about, rest = facts.run.reason.partition(" is ")
    if not is_about:
        return "was", told, facts.run.reason
    if rest.endswith(" now") and ", for " in rest:
        return "had been", told, rest.removesuffix(" now")
    verb = "fell to" if rest.startswith(FELL) else "rose to" if rest.startswith(ROSE) else "was"
    return verb, told, rest


def _beginning(facts: Facts) -> Iterator[str]:
    run = facts.run
    at = f"at {clock(run.opened)} {day(run.opened, facts.now)}"
    if run.offer is not None:
        yield from _asked(facts, at)
        return
    verb, value, rest = reading(facts)
    if value:
        about = f", {rest}" if rest else ""
        yield f"{at} {lowered(facts.kpi_title)} {verb} {strong(value)}{about}{_severity(facts)}"
    else:
        about = f": {rest}" if rest else ""
        yield f"{at} {run.agent} had to act on {lowered(facts.kpi_title)}{about}{_severity(facts)}"
    if run.recorded - run.opened > LATE_NEWS:
        later, at = length(run.recorded - run.opened), clock(run.recorded, run.opened)
        yield f"The server learnt of it {later} later, at {at}; {run.agent} could not know before"
    yield from _rises(facts)


def _severity(facts: Facts) -> str:
    """At which severity it began; the rule is called by it."""
    lowest = min((step.severity for step in facts.steps if step.declared), default=facts.run.severity)
    return (
        f", which its contract calls {strong(SEVERITY_WORDS.get(lowest, ''))}"
        if lowest in SEVERITY_WORDS
        else ""
    )


def _rises(facts: Facts) -> Iterator[str]:
    """When it grew worse, as far as that asked for more."""
    severities: dict[int, int] = {}
    for step in facts.steps:
        if step.declared:
            severities.setdefault(step.severity, step.added)
    for severity, added in sorted(severities.items())[1:]:
        yield f"At {clock(added, facts.run.opened)} it grew worse, to {strong(SEVERITY_WORDS.get(severity, ''))}"


def _asked(facts: Facts, at: str) -> Iterator[str]:
    offer = facts.run.offer
    assert offer is not None  # noqa: S101 - whoever asks has looked
    verb, value, rest = reading(facts)
    reason = f": {quoted(offer.reason)}" if offer.reason else ""
    yield f"{at} {offer.source} asked {strong(offer.target)} for help{reason}"
    if value:
        had = {"fell to": "had fallen to", "rose to": "had risen to"}.get(verb, "was")
        about = f", {rest}" if rest else ""
        yield f"{lowered(facts.kpi_title)} {had} {strong(value)}{about}"
    target, wait = offer.target, length((offer.answered or facts.now) - offer.offered)
    answer = f": {quoted(offer.answer)}" if offer.answer else ""
    if offer.state == "accepted":
        yield f"{target} {strong('accepted')} after {wait}{answer}"
    elif offer.state == "refused":
        yield f"{target} {strong('refused')} after {wait}{answer}"
    elif offer.state == "ignored":
        yield f"{target} {strong('did not answer')} within {length(offer.due - offer.offered)}"
    elif offer.state == "offered":
        yield f"{target} {strong('has not answered yet')}; it has until {clock(offer.due, facts.run.opened)}"


def _pauses(facts: Facts) -> Iterator[str]:
    for one in facts.own_pauses[-2:]:
        holds = one.since <= facts.now < ended(one)
        is_, until = ("is", "until") if holds else ("was", "to")
        by = f" by {one.author_name}" if one.author_name else ""
        reason = one.get_reason_code_display()
        since = clock(one.since, facts.run.opened)
        yield (
            f"{one.agent} {is_} {strong('paused')}{by} from {since} {until} {clock(ended(one), one.since)}"
            f" ({lowered(reason)})"
        )


def _end(facts: Facts) -> Iterator[str]:
    run = facts.run
    if run.ended is None:
        if not facts.steps:
            yield "Its contract asks for nothing to be done, so this goes on until the value recovers"
        return
    at = clock(run.ended, run.opened)
    match RunState(run.state):
        case RunState.COMPLETED:
            all_done = all(step.state == StepState.DONE for step in facts.steps)
            yield f"By {at} " + ("all that was asked for was done" if all_done else "every step was settled")
        case RunState.FAILED:
            yield f"It ended at {at} with {_count_failed(facts)}"
        case RunState.RECOVERED:
            yield f"At {at} the value {strong('recovered')}{_no_longer_needed(facts)}"
        case RunState.TIMED_OUT:
            yield f"Nobody finished it within {Duration(86_400).words()}, and it was closed at {at}"
        case RunState.OVERRIDDEN | RunState.TAKEN_OVER:
            yield _by_a_person(facts, at)
        case RunState.WITHDRAWN:
            yield _withdrawn(facts, at)
    if run.offer is None and run.state in (RunState.COMPLETED, RunState.FAILED, RunState.TIMED_OUT):
        if run.episode_ended is None:
            yield "The value has not recovered yet"
        elif run.episode_ended > run.ended:
            yield f"The value recovered at {clock(run.episode_ended, run.opened)}"


def _count_failed(facts: Facts) -> str:
    failed = sum(step.state == StepState.FAILED for step in facts.steps)
    hand_offs = all(step.kind == Step.Kind.HAND_OFF for step in facts.steps if step.state == StepState.FAILED)
    if hand_offs:
        return (
            "a request for help that led nowhere"
            if failed == 1
            else f"{failed} requests for help that led nowhere"
        )
    return "a step that failed" if failed == 1 else f"{failed} steps that failed"


def _no_longer_needed(facts: Facts) -> str:
    left = sum(step.state == StepState.NOT_NEEDED and step.number not in facts.offers for step in facts.steps)
    if not left:
        return ""
    return "; one step was no longer needed" if left == 1 else f"; {left} steps were no longer needed"


def _by_a_person(facts: Facts, at: str) -> str:
    kind = (
        Intervention.Kind.OVERRIDE if facts.run.state == RunState.OVERRIDDEN else Intervention.Kind.TAKE_OVER
    )
    verb = "overrode it" if kind is Intervention.Kind.OVERRIDE else "took over"
    found = next((one for one in facts.said if one.kind == kind and one.step_id is None), None)
    if found is None:
        return f"At {at} a person {strong(verb)}"
    reason = f": {lowered(found.get_reason_code_display())}" if found.reason_code else ""
    words = f" ({quoted(found.words)})" if found.words else ""
    return f"At {clock(found.at, facts.run.opened)} {strong(f'{found.author_name} {verb}')}{reason}{words}"


def _withdrawn(facts: Facts, at: str) -> str:
    if facts.run.offer is not None:
        return f"At {at} the request was {strong('withdrawn')}: what it was about had ended"
    return (
        f"At {at} it was {strong('withdrawn')}: a value that came late or was corrected showed that there was nothing"
        " to act on, or no contract asks for it any longer"
    )
