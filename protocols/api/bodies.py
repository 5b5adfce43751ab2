"""What may be asked of runs, as the bodies of requests."""

from __future__ import annotations

from typing import Any

from contracts.limits import AGENT_LIMITS, BINDING_LIMITS, KPI_LIMITS
from jobs.people import LONGEST_NAME
from protocols.api.fields import ActionName, Answer, Evidence, Moment, OptionalWord, Prose
from protocols.models import NOTE, Deviation, Intervention, ReasonCode
from protocols.services.pausing import LONGEST, SHORTEST, USUAL
from protocols.services.reporting import MOST_STEPS
from protocols.services.verdicts import MOST_WORDS
from rest.bodies import Body, Line, Whole, Word
from rest.problems import ErrorItem, Invalid

REPORTED = ("started", "done", "failed", "skipped")
_AT = "When that was, not before the run was opened; left out, now."
_NOTE = "In words; why, where it failed or was skipped."
_EVIDENCE = "What proves it: a small object of JSON."
SAID_BY_PEOPLE = [kind for kind in Intervention.Kind if kind != Intervention.Kind.JUDGE]
"""What is said of a run or a step; a deviation is judged at its own address."""


class ReportBody(Body):
    """What became of a step."""

    state = Word(REPORTED)
    at = Moment(help_text=_AT)
    note = Prose(NOTE, help_text=_NOTE)
    evidence = Evidence(help_text=_EVIDENCE)


class UndeclaredBody(Body):
    """Something that no contract asks for: an action that was done, or another agent that is asked."""

    action = ActionName(help_text="What was done, by name; or `hand_off`.")
    hand_off = Line(AGENT_LIMITS["name"], help_text="Who is asked for help; with `reason`.")
    reason = Prose(BINDING_LIMITS["reason"], help_text="Why that agent is asked.")
    state = OptionalWord(REPORTED, help_text="Of an action; left out, done.")
    at = Moment(help_text=_AT)
    note = Prose(NOTE, help_text=_NOTE)
    evidence = Evidence(help_text=_EVIDENCE)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two, and only with what goes with it."""
        if bool(data["action"]) == bool(data["hand_off"]):
            place = ("hand_off",) if data["action"] else ()
            message = "Name an action, or an agent to hand over to: one of the two."
            raise Invalid([ErrorItem("missing_key" if not place else "value_not_allowed", message, place)])
        others = ("state", "note", "evidence") if data["hand_off"] else ("reason",)
        wrong = [name for name in others if data.get(name)]
        if wrong:
            goes = "an action" if data["hand_off"] else "a hand-off"
            raise Invalid(
                ErrorItem("value_not_allowed", f"`{name}` goes with {goes}. Leave it out.", (name,))
                for name in wrong
            )
        return data


class AcceptanceBody(Body):
    """The answer to a hand-off."""

    accept = Answer(help_text="Whether the agent takes it on.")
    note = Prose(NOTE, help_text="In words, to a yes.")
    reason = Prose(NOTE, help_text="Why not.")
    at = Moment(help_text=_AT)


class InterventionBody(Body):
    """What a person does about a run."""

    kind = Word([str(kind) for kind in SAID_BY_PEOPLE])
    step = Whole(1, MOST_STEPS, required=False, help_text="Its number; left out, it is about the run.")
    reason_code = OptionalWord(
        list(ReasonCode.values), help_text="Why; for override and take_over it is needed."
    )
    words = Prose(NOTE, help_text="In words.")
    assignee = Line(
        LONGEST_NAME,
        default=None,
        help_text="Whose it is now, by user name; left out, the caller's; empty, nobody's.",
    )


class JudgementBody(Body):
    """What a person thinks of a deviation."""

    step = Whole(
        0, MOST_STEPS, required=False, help_text="The deviation's, as the run tells it; left out, 0: the run."
    )
    judgement = Word(Deviation.Judgement.values)
    words = Prose(MOST_WORDS, required=True, help_text="Why.")


class PauseBody(Body):
    """The kill switch."""

    agent = Line(AGENT_LIMITS["name"], required=True)
    kpi = Line(KPI_LIMITS["name"], help_text="Only about this KPI; left out, at all.")
    reason_code = Word(list(ReasonCode.values))
    words = Prose(NOTE, help_text="In words.")
    minutes = Whole(
        SHORTEST, LONGEST, required=False, help_text=f"Until it ends by itself; left out, {USUAL}."
    )


class NothingBody(Body):
    """There is nothing more to say."""
