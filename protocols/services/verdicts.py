"""What a person thinks of a deviation: harmful, acceptable, or better than what is declared; on the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User

from contracts.limits import RUN_LIMITS
from jobs.people import name_of
from protocols.conformance import RULES
from protocols.errors import NoSuchRun, RunError
from protocols.models import Deviation, Intervention
from protocols.services.holding import held_run, working

MOST_WORDS: Final = RUN_LIMITS["characters of why a deviation is judged so"]
"""Fewer than a note has: beside the rule and the verdict it stands among the run's interventions."""

NO_DEVIATION: Final = "There is no such deviation: what was reported since may have shown otherwise."
NO_RULE: Final = "No rule about runs has this id. docs/conformance.md has them all."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person thinks of one deviation of a run, and why. ``place`` is the step's number, 0 for the run."""

    place: int
    rule: str
    judgement: str
    words: str


def judge_deviation(
    pk: int, verdict: Verdict, *, user: User | None, author_name: str = "", now: int
) -> Deviation:
    """Judge a deviation of a run, and put that on the record. Raises RunError.

    Who judges again replaces what was thought before; both stay on the record. The same again changes nothing.
    """
    if verdict.judgement not in Deviation.Judgement.values:
        choices = ", ".join(Deviation.Judgement.values)
        raise RunError("unknown_judgement", "A deviation is judged by one word.", f"One of: {choices}.")
    if not verdict.words.strip():
        raise RunError("reason_missing", "Say why.", "A short sentence is enough.")
    if len(verdict.words) > MOST_WORDS:
        raise RunError("too_long", f"A reason has at most {MOST_WORDS:,} characters.")
    author = author_name or name_of(user)
    with working(now) as work:
        held = held_run(work, pk)
        one = Deviation.objects.filter(run=held.run, place=verdict.place, rule=verdict.rule).first()
        if one is None:
            raise NoSuchRun(NO_DEVIATION if verdict.rule in RULES else NO_RULE)
        if (one.judgement, one.judged_words, one.judged_by_name) == (
            verdict.judgement,
            verdict.words,
            author,
        ):
            return one
        one.judgement, one.judged_words = verdict.judgement, verdict.words
        one.judged_by, one.judged_by_name, one.judged_at = user, author, now
        one.save(update_fields=["judgement", "judged_words", "judged_by", "judged_by_name", "judged_at"])
        Intervention.objects.create(
            run=held.run,
            step=held.step(verdict.place) if verdict.place else None,
            kind=Intervention.Kind.JUDGE,
            words=f"{one.rule}, {one.get_judgement_display()}: {verdict.words}",
            author=user,
            author_name=author,
            at=now,
        )
        held.run.acknowledged = held.run.acknowledged or now
        held.save()
        return one
