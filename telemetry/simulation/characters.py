"""What the simulated agents are like: how fast, how reliable, and what they say. All made up, the same each time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal["done", "failed", "skipped"]
Answer = Literal["accepted", "refused", "ignored"]


@dataclass(frozen=True, slots=True)
class Character:
    """How likely it is that an agent is late with a step, skips it, or fails; that it refuses a hand-off, or says
    nothing; and that it does something that no contract asks for.
    """

    late: float = 0.04
    skips: float = 0.02
    fails: float = 0.02
    refuses: float = 0.05
    ignores: float = 0.0
    adds: float = 0.0


USUAL: Final = Character()
CHARACTERS: Final[Mapping[str, Character]] = {
    "CARDIOS": Character(late=0.6, ignores=0.4),
    "NUTROS": Character(skips=0.4),
    "HYPERTROS": Character(fails=0.35),
    "SOMNOS": Character(refuses=0.3),
    "AUREN": Character(adds=0.3),
}
ADDED: Final = "message_the_coach"
"""What is done though no contract asks for it."""

NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "reduce_training_intensity": ("Today's ride is at 80 %.", "The intervals became an easy hour."),
    "trigger_somnos_review": ("SOMNOS has the last seven nights.", "Asked about the nights since Monday."),
    "flag_cns_fatigue": ("Flagged for this week.", "Flagged: third day in a row."),
    "hard_stop_power_training": ("No power training until the index is below 75.", "Two sessions are off."),
    "notify_user_cns_rest_day": ("Told: today is a rest day.", "The message was read after four minutes."),
    "review_carbohydrate_timing": (
        "Carbohydrates move to the hours around training.",
        "Late meals stand out.",
    ),
    "raise_protein_target": ("The target is 2.0 g/kg from today.", "One more portion a day."),
    "immediate_rest_recommendation": ("Asked to rest today.", "The message was read at once."),
    "light_activity_only": ("An hour of walking in place of the run.", "The second session is off."),
    "complete_rest_day": ("Nothing is planned for today.", "All of today's sessions are off."),
    "review_sleep_habits": ("The phone is used until midnight.", "Coffee after four on most days."),
    "review_sleep_quality": ("Two short awakenings each night.", "Warm nights: the window was shut."),
    "review_sleep_latency": ("Late training on those evenings.", "It was one restless night."),
    "review_sleep_stages": ("Little deep sleep since Sunday.", "Within what is usual for this person."),
    "prioritize_sleep_schedule": ("Bedtime is 22:15 tonight.", "Half an hour earlier, for three nights."),
    "mandatory_recovery_period": ("No training until Thursday.", "Three days off."),
    "review_cortisol_rhythm": ("Flat on workdays, usual at weekends.", "The samples were taken late."),
    "review_movement_screen": ("The left shoulder is stiff.", "Deep squats hurt."),
    "answer_hand_off": (
        "It fits the last two weeks.",
        "Nothing on my side explains it.",
        "Two short nights.",
    ),
    ADDED: ("The coach asked to be told.", "The competition is on Sunday."),
}
DONE: Final = ("Done as the contract says.",)
SKIPPED: Final = (
    "Travelling today: nothing was eaten as usual.",
    "The coach changed the plan already.",
    "Done yesterday, and still in force.",
)
FAILED: Final = (
    "The training plan is locked: nothing could be written.",
    "The calendar did not answer.",
    "No message could be delivered.",
)
ACCEPTED: Final = ("I look at it now.", "Taken.", "On it: I know this week's data.")
REFUSED: Final = (
    "The device was not worn for three of the last seven nights.",
    "Nothing was measured on my side this week.",
)


@dataclass(frozen=True, slots=True)
class Intention:
    """What an agent will do about a step: in ``delay`` minutes it begins, and takes ``takes``. A late one begins
    only once its time is over."""

    outcome: Outcome
    delay: float
    takes: float
    is_late: bool
    note: str


@dataclass(frozen=True, slots=True)
class Reply:
    """How an agent will answer a hand-off, and after how many minutes."""

    answer: Answer
    delay: float
    words: str


def intention(agent: str, step: str, *about: object) -> Intention:
    """What an agent will do about a step; the same for the same question."""
    character, chance = CHARACTERS.get(agent, USUAL), _chance(agent, step, *about)
    draw, is_late = chance.random(), chance.random() < character.late
    delay, takes = chance.uniform(0.5, 4.0), chance.uniform(1.0, 6.0)
    if draw < character.skips:
        return Intention("skipped", delay, 0.0, False, chance.choice(SKIPPED))
    if draw < character.skips + character.fails:
        return Intention("failed", delay, takes, is_late, chance.choice(FAILED))
    return Intention("done", delay, takes, is_late, chance.choice(NOTES.get(step, DONE)))


def reply(agent: str, *about: object) -> Reply:
    """How an agent will answer a hand-off; the same for the same question."""
    character, chance = CHARACTERS.get(agent, USUAL), _chance(agent, "hand-off", *about)
    draw, delay = chance.random(), chance.uniform(1.0, 8.0)
    if draw < character.ignores:
        return Reply("ignored", delay, "")
    if draw < character.ignores + character.refuses:
        return Reply("refused", delay, chance.choice(REFUSED))
    return Reply("accepted", delay, chance.choice(ACCEPTED))


def addition(agent: str, *about: object) -> str:
    """The note to what an agent does unasked; "" where it does nothing of the kind."""
    character, chance = CHARACTERS.get(agent, USUAL), _chance(agent, "addition", *about)
    return chance.choice(NOTES[ADDED]) if chance.random() < character.adds else ""


def _chance(*about: object) -> random.Random:
    """Nothing secret comes of it, and the same each time."""
    return random.Random(":".join(map(str, about)))  # noqa: S311  # nosec B311
