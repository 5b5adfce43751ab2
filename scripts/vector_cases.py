"""What docs/test-vectors is made of: the questions, and the states that a person expects as the answers.

`python -m scripts.test_vectors` works out the rest, and refuses to write anything where the evaluator disagrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.severity import Severity
from contracts.watched import Definition, WatchedAction, WatchedBinding, WatchedRange, WatchedTrigger

NUMBERS = (
    -55,
    -5,
    0,
    0.1,
    4.999999,
    5,
    5.000001,
    19,
    19.999999,
    20,
    20.000001,
    45,
    80,
    89,
    89.5,
    100,
    250.25,
    1e15,
)
CONDITIONS = (
    "< 20", "<=20", "> 100.0", "≥ 20", "== 5", "= = 5", "!= 5", "80..89", "25-39", "25 – 39", "[0.8, 1.5]",
    "-150--50", "< 20 or > 100", "<0.1 or 5 or", "> 0.1", "< 5 or >= 5", "Rise > 2.5 % over 1w", "drop >= 10% over 7d",
    "< 30 or drop >= 10% over 24h", "drop >= 0% over 1s",
    "< .5", "> 1e3", "< - 3", "< 007", "<\n20", "drop >= 10% over 7dor> 5", "< 20or> 100",
    "< abc", "= 5", "20", "39..25", "< 20 ms", "< 1,5", "< 1e400", "< 1234567890", "< 0.1234567", "drop 10% over 7d",
    "drop >= 10% over 7", "drop >= -1% over 7d", "drop >= 10% over 0d", "", "0...5",
)  # fmt: skip
BEFORE = ((150, 3), (1, 3), (-150, 3), (0, 2), (0, 0))
"""Of the window: the sum of the values and how many there are."""
GUARDS = (
    "is_resting == true", "is_resting != true", "age >= 18", "age != 18", "not age >= 18", "phase == 'base'",
    "age >= 18 or is_resting == true", "age>=18 and not (phase == \"taper\" or is_resting == TRUE)", "age == 0.1",
    "is_resting", "age > true", "age >= ", "(age > 1", "and == 1", "phase == base",
)  # fmt: skip
CONTEXTS: tuple[dict[str, Any], ...] = (
    {},
    {"is_resting": True},
    {"is_resting": False, "age": 18, "phase": "base"},
    {"is_resting": 1, "age": "18", "phase": "taper"},
    {"is_resting": None, "age": None},
    {"age": 17.999999, "phase": ""},
    {"age": 0.1, "is_resting": True, "phase": "BASE"},
)


def binding(
    *triggers: tuple[str, str] | tuple[str, str, Mapping[str, str]],
    guard: str = "",
    missing: str = "",
    unit: str = "ms",
) -> WatchedBinding:
    """NEUROS watching heart-rate variability; a trigger is a severity, a condition, and its timing."""
    watched = []
    for severity, condition, *timing in triggers:
        found: Mapping[str, str] = timing[0] if timing else {}
        watched.append(
            WatchedTrigger(
                Severity(severity),
                condition,
                found.get("for", ""),
                found.get("keep", ""),
                found.get("recover", ""),
            )
        )
    return WatchedBinding(
        agent="NEUROS",
        kpi="hrv_rmssd",
        role="primary_signal",
        enabled=True,
        guard=guard,
        triggers=tuple(watched),
        actions=(WatchedAction("train_less"), WatchedAction("rest_today", on="critical", deadline="15m")),
        definition=Definition(
            name="hrv_rmssd",
            title="Heart-rate variability",
            unit="milliseconds",
            symbol="ms",
            prometheus_metric="auren_hrv_rmssd_ms",
            absolute_range=WatchedRange(),
            missing_data=missing,
        ),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """At a length of time after the beginning: a value, or None to only look. ``expected`` is the state after it.

    ``is_release``: the story's other contract comes into force then.
    """

    after: str
    value: float | None
    expected: str
    context: Mapping[str, Any] | None = None
    source: str = ""
    is_release: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One binding and what happens to it. Each step is "15m 18.5 critical"; a value of "-" only looks, and "!" has
    the contract ``then`` come into force."""

    name: str
    binding: WatchedBinding
    text: str
    contexts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    then: WatchedBinding | None = None

    @property
    def steps(self) -> list[Step]:
        """The steps, read. Behind the state may stand the source that measured."""
        found = []
        for index, line in enumerate(self.text.split(",")):
            after, value, expected, *source = line.split()
            number = None if value in "-!" else float(value) if "." in value else int(value)
            named = source[0] if source else ""
            found.append(Step(after, number, expected, self.contexts.get(index), named, value == "!"))
        return found


BANDS = binding(("critical", "< 20"), ("warning", "< 30"), ("info", "> 100"))
HELD = binding(("critical", "< 20", {"for": "10m"}), missing="2d")
KEPT = binding(("critical", "< 20", {"keep": "10m"}), missing="2d")
SAWTOOTH = binding(("critical", "< 20", {"recover": ">= 25"}), missing="2d")
ALL = binding(
    ("critical", "< 20", {"for": "10m", "keep": "5m", "recover": ">= 25"}),
    ("warning", "< 30", {"recover": ">= 35"}),
    missing="1d",
)
DROP = binding(("warning", "drop >= 10% over 7d"), ("critical", "< 20 or drop > 50% over 1d"))
RESTING = binding(("critical", "< 20", {"for": "10m"}), guard="is_resting == true", missing="1d")
YES, NO = {"is_resting": True}, {"is_resting": False}

STORIES = (
    Story("the bands, at and beside their ends", BANDS, """0s 50 normal, 1m 30 normal, 2m 29.999999 warning,
        3m 20 warning, 4m 19.999999 critical, 5m 20 warning, 6m 30 normal, 7m 100 normal, 8m 100.000001 info"""),
    Story("the first value is already critical", BANDS, "0s 18 critical, 1m 25 warning"),
    Story("an older value changes nothing", BANDS, "10m 50 normal, 9m 5 normal, 11m 18 critical, 10m 50 critical"),
    Story("two values at one time are judged one after the other", BANDS, "1m 18 critical, 1m 50 normal"),
    Story("no triggers at all", binding(missing="1h"), "0s 50 normal, 2h - unknown, 3h 1 normal"),
    Story("a tenth is a tenth", binding(("warning", "<= 0.3")), "0s 0.3 warning, 1m 0.300001 normal"),
    Story("it must hold first: values confirm it", HELD,
        "0s 50 normal, 1m 18 normal, 6m 15 normal, 11m 12 critical"),
    Story("it must hold first: time alone", HELD, "0s 18 normal, 9m - normal, 10m - critical"),
    Story("it must hold first: nobody looked in between", HELD, "0s 18 normal, 30m 50 normal"),
    Story("it must hold first: a better value in between", HELD,
        "0s 18 normal, 9m 20 normal, 10m 18 normal, 19m - normal, 20m - critical"),
    Story("it must hold first: a better value at the very moment", HELD, "0s 18 normal, 10m 50 normal"),
    Story("kept on after it is over", KEPT, "0s 18 critical, 1m 30 critical, 10m - critical, 11m - normal"),
    Story("kept on, and begun again", KEPT,
        "0s 18 critical, 1m 30 critical, 9m 18 critical, 12m 30 critical, 21m - critical, 22m - normal"),
    Story("kept on, and ended by a value", KEPT, "0s 18 critical, 1m 30 critical, 11m 30 normal"),
    Story("a sawtooth is one episode", SAWTOOTH,
        "0s 18 critical, 1m 22 critical, 2m 18 critical, 3m 24.9 critical, 4m 19 critical, 5m 25 normal"),
    Story("all of it together", ALL, """0s 50 normal, 1m 18 warning, 11m - critical, 12m 24 critical,
        13m 25 critical, 15m 19 critical, 16m 30 critical, 21m - warning, 22m 34 warning, 23m 35 normal"""),
    Story("silence is unknown, not recovery", SAWTOOTH,
        "0s 18 critical, 47h - critical, 48h - unknown, 60h - unknown, 72h 22 critical, 73h 25 normal"),
    Story("silence, and a good value after it", SAWTOOTH, "0s 18 critical, 49h 50 normal"),
    Story("silence while all was well", SAWTOOTH, "0s 50 normal, 49h 51 normal"),
    Story("a value at the last moment is no silence", SAWTOOTH, "0s 50 normal, 48h 51 normal, 96h - unknown"),
    Story("silence stops what must hold first", binding(("critical", "< 20", {"for": "3d"}), missing="2d"),
        "0s 50 normal, 1h 18 normal, 49h - unknown, 80h 18 normal, 127h 18 normal, 152h - critical"),
    Story("silence stops what is kept on", binding(("critical", "< 20", {"keep": "3d"}), missing="2d"),
        "0s 18 critical, 1h 50 critical, 49h - unknown, 80h - unknown, 81h 50 critical, 128h 50 critical, "
        "153h 50 normal"),
    Story("without missing_data, silence is never unknown", BANDS, "0s 18 critical, 500h - critical"),
    Story("a drop from the mean of seven days", DROP, """0s 50 normal, 24h 50 normal, 48h 45 warning,
        72h 46 normal, 73h 43.2 normal, 74h 42.1 warning, 75h 19 critical"""),
    Story("the window begins exactly seven days before", DROP,
        "0s 50 normal, 168h 45 warning, 336h 1000 normal, 504h 900 warning, 673h 30 normal"),
    Story("a drop is told by source", DROP,
        "0s 50 normal watch, 1h 45 normal strap, 2h 45 warning watch, 3h 45 warning strap"),
    Story("each source is late by its own newest value only", BANDS,
        "300m 60 normal watch, 0s 12 critical ring, 301m 60 critical watch, 302m 60 normal ring"),
    Story("it must hold first: for each source by itself", HELD,
        "0s 18 normal a, 1m 60 normal b, 5m 18 normal a, 6m 60 normal b, 10m 18 critical a, 11m 60 critical b"),
    Story("the worst speaks, and after it the next one", BANDS,
        "0s 25 warning a, 1m 18 critical b, 2m 40 warning b, 3m 40 normal a"),
    Story("a source that is silent counts no longer while another speaks", SAWTOOTH,
        "0s 18 critical a, 1h 50 critical b, 47h 50 critical b, 48h - normal, 49h 50 normal b, 97h - unknown"),
    Story("two that fall silent together end nothing", SAWTOOTH,
        "0s 18 critical a, 1h 50 critical b, 48h - normal, 49h - unknown, 60h 50 normal b"),
    Story("without missing_data, a source outlived by seven days counts no longer", BANDS,
        "0s 18 critical a, 167h 50 critical b, 168h 50 normal b, 400h - normal, 401h 18 critical a"),
    Story("a device that a guard keeps out does not count", RESTING,
        "0s 18 unknown a, 1m 50 normal b, 2m 18 normal a", {0: NO, 1: YES, 2: NO}),
    Story("silence and the end of what must hold first at one moment: silence", binding(
        ("critical", "< 20", {"for": "2d"}), missing="2d"), "0s 18 normal, 48h - unknown, 49h 18 normal"),
    Story("silence and the end of what is kept on at one moment: silence, and it stays open", binding(
        ("critical", "< 20", {"keep": "2d"}), missing="2d"), "0s 18 critical, 1s 50 critical, 48h 50 critical, "
        "172801s 50 normal, 345601s - unknown"),
    Story("between the condition and where it ends, while it is ending: it goes on", binding(
        ("critical", "< 20", {"keep": "10m", "recover": ">= 25"})),
        "0s 18 critical, 1m 30 critical, 5m 22 critical, 11m - critical, 12m 30 critical, 22m - normal"),
    Story("a window is told where it had to be asked", DROP, "0s 50 normal, 1h 45 warning, 2h 19 critical"),
    Story("a window counts what the guard kept out", binding(
        ("warning", "drop >= 10% over 7d"), guard="is_resting == true"),
        "0s 50 normal, 1h 100 normal, 2h 67.6 normal, 3h 60 warning", {0: YES, 1: NO, 2: YES, 3: YES}),
    Story("a value from before what time has said is dated after it", HELD,
        "0s 18 normal, 10m - critical, 9m 50 normal"),
    Story("another contract judges the value in force", BANDS, "0s 22 warning, 1m ! critical, 2m 22 critical",
        then=binding(("critical", "< 25"), ("warning", "< 30"))),
    Story("a milder contract ends what was only waiting", binding(("critical", "< 20", {"for": "2m"})),
        "0s 18 normal, 1m ! normal, 5m - normal", then=binding(("critical", "< 15", {"for": "2m"}))),
    Story("what waits for another condition begins anew", binding(("critical", "< 20", {"for": "2m"})),
        "0s 12 normal, 1m ! normal, 2m - normal, 3m - critical", then=binding(("critical", "< 15", {"for": "2m"}))),
    Story("a trigger that is gone ends", BANDS, "0s 18 critical, 1m ! normal", then=binding(("info", "> 100"))),
    Story("another contract says nothing of who is silent", SAWTOOTH, "0s 18 critical, 48h - unknown, 49h ! unknown, "
        "50h 18 warning", then=binding(("warning", "< 20"), missing="2d")),
    Story("a guard lets through what it is about", RESTING,
        "0s 50 normal, 1m 18 normal, 11m - critical, 12m 50 critical, 13m 50 critical, 14m 50 normal",
        {0: YES, 1: YES, 3: NO, 5: YES}),
    Story("a guard stops what must hold first", RESTING,
        "0s 18 normal, 5m 18 normal, 10m - normal, 11m 18 normal, 21m - critical",
        {0: YES, 1: NO, 3: YES}),
    Story("what the guard keeps out is silence", RESTING,
        "0s 50 normal, 23h 18 normal, 24h - unknown, 25h 18 unknown", {0: YES, 1: NO}),
)  # fmt: skip
