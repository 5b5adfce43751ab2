"""What a person can do about a run, and for which reasons: two clicks, the second of which says why."""

from __future__ import annotations

from typing import Final, NamedTuple

from protocols.models import Intervention, ReasonCode

Kind = Intervention.Kind


class Choice(NamedTuple):
    """A button that opens a panel: its word, what it comes to, and the reasons of which one is the second click."""

    kind: str
    label: str
    meaning: str
    reasons: tuple[tuple[str, str], ...]
    is_first: bool = False

    @property
    def only_words(self) -> bool:
        """Whether it is words that are sent, and no reason."""
        return not self.reasons


def _reasons(*codes: ReasonCode) -> tuple[tuple[str, str], ...]:
    return tuple((code.value, str(code.label)) for code in codes)


R = ReasonCode
AGREE: Final = Choice(
    Kind.AGREE,
    "Agree",
    "Puts on the record that this is right. Nothing changes for the agent.",
    _reasons(R.RIGHT, R.KNOWN, R.OTHER),
    is_first=True,
)
OVERRIDE: Final = Choice(
    Kind.OVERRIDE,
    "Override",
    "Ends this: what is not done yet will not be done, and nobody else is asked.",
    _reasons(
        R.WRONG_READING, R.KNOWN, R.NOT_SUITABLE, R.TOO_MUCH, R.TOO_LITTLE, R.AGENT_FAULTY, R.PLANNED, R.OTHER
    ),
)
TAKE_OVER: Final = Choice(
    Kind.TAKE_OVER,
    "Take over",
    "You do what is left, and the agent does nothing more. It is assigned to you.",
    _reasons(R.TOO_LITTLE, R.NOT_SUITABLE, R.AGENT_FAULTY, R.KNOWN, R.PLANNED, R.OTHER),
)
COMMENT: Final = Choice(Kind.COMMENT, "Comment", "Stays with this run, with your name and the time.", ())
STEP: Final = Choice(
    Kind.OVERRIDE,
    "Override",
    "Takes this one step out of the agent’s hands; the others go on.",
    _reasons(R.NOT_SUITABLE, R.TOO_MUCH, R.WRONG_READING, R.KNOWN, R.AGENT_FAULTY, R.OTHER),
)
MAIN: Final = (AGREE, OVERRIDE, TAKE_OVER)
DONE_WORDS: Final = {
    Kind.AGREE: "You agreed. It is on the record.",
    Kind.OVERRIDE: "Overridden. It is on the record.",
    Kind.TAKE_OVER: "You have taken over. It is assigned to you.",
    Kind.ACKNOWLEDGE: "Noted that you have seen it.",
    Kind.ASSIGN: "Assigned to you.",
    Kind.COMMENT: "Your comment is on the record.",
}
