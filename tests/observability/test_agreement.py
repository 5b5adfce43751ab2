"""Prometheus fires when the evaluator acts, step by step: random contracts and series, and the edges by hand.

By hand: ``AGREEMENT_BATCHES=2000 pytest -m slow tests/observability/test_agreement.py`` tries 50,000.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from contracts.durations import Duration
from contracts.severity import Severity
from tests.observability.agreement.lives import STEP, Contract, Life, Series, Value
from tests.observability.agreement.prometheus import disagreement

BATCHES = int(os.environ.get("AGREEMENT_BATCHES", "80"))
LIVES = 25
"""In one batch, which one run of promtool goes through."""
STEPS = 16
pytestmark = [pytest.mark.monitoring, pytest.mark.slow]

CONDITIONS = (
    "< 20",
    "<= 20",
    "> 80",
    ">= 80",
    "20..30",
    "!= 50",
    "== 50",
    "< 20 or > 80",
    "<= 19.5 or 80..89",
)
RECOVERIES = ("", ">= 25", "> 30", "25..70", "< 75", "!= 20")
CHANGES = (
    "drop >= 10% over 5m",
    "drop > 12.5% over 3m",
    "rise >= 20% over 2m",
    "< 20 or drop >= 10% over 5m",
)
NEAR = "5 19 19.499999 19.5 19.999999 20 20.000001 24 25 30 31 50 70 75 79.9 80 89 90"
numbers = st.sampled_from([Decimal(text) for text in NEAR.split()])
minutes = st.sampled_from(["", "1m", "2m", "3m"])
missing = st.sampled_from(["", "2m", "3m", "5m"])


def triggers(
    conditions: tuple[str, ...] = CONDITIONS,
    recoveries: tuple[str, ...] = RECOVERIES,
    keep: st.SearchStrategy[str] = minutes,
) -> st.SearchStrategy[Mapping[Severity, Mapping[str, str]]]:
    one = st.fixed_dictionaries(
        {
            "condition": st.sampled_from(conditions),
            "for": minutes,
            "keep_firing_for": keep,
            "recover_if": st.sampled_from(recoveries),
        }
    )
    return st.dictionaries(st.sampled_from(Severity), one, min_size=1, max_size=2)


def series(value: st.SearchStrategy[Value | None], fewest: int) -> st.SearchStrategy[Series]:
    return st.lists(value, min_size=fewest, max_size=STEPS).map(tuple)


def without_return(life: Life) -> Life:
    """Prometheus forgets the episode of a source that another one has outlived (docs/semantics.md): it stays away."""
    length = (
        Duration.parse(life.contract.missing_data).seconds // STEP if life.contract.missing_data else STEPS
    )
    kept = {}
    for source, values in life.series.items():
        others = [one for name, one in life.series.items() if name != source]
        heard = {step for one in others for step, value in enumerate(one) if value is not None}
        own = [step for step, value in enumerate(values) if value is not None]
        ends = (
            after
            for before, after in zip(own, own[1:], strict=False)
            if any(before + length <= at < after for at in heard)
        )
        kept[source] = values[: min(ends, default=STEPS)]
    return Life(life.contract, kept)


value = st.builds(Value, numbers, st.sampled_from([True, True, False]))
sparse = series(st.none() | value, 4)
guarded = st.sampled_from([False, False, False, True])
of_one_source = st.builds(
    Life,
    st.builds(Contract, triggers(), missing, guarded, st.booleans()),
    st.fixed_dictionaries({"watch": sparse}),
)
# What keeps firing does so for a source that another one has outlived too (docs/semantics.md): there is no such length.
of_two_sources = st.builds(
    Life,
    st.builds(Contract, triggers(keep=st.just("")), missing),
    st.fixed_dictionaries({"watch": sparse, "ring": sparse}),
).map(without_return)
looking_back = st.builds(
    Life,
    st.builds(Contract, triggers(CHANGES, ("", "rise >= 5% over 2m", "> 50"))),
    st.fixed_dictionaries({"watch": series(value, STEPS)}),
)


@seed(20_000)
@settings(
    max_examples=BATCHES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(st.lists(of_one_source | of_two_sources | looking_back, min_size=LIVES, max_size=LIVES))
def test_random_contracts_and_series(tmp_path_factory, batch):
    found = disagreement(batch, tmp_path_factory.mktemp("batch"))
    assert not found, found


def at_minutes(text: str, *, without: str = "") -> Series:
    """``18 - 30``: a value a minute, ``-`` where nothing came; the guard lets all through but those named."""
    return tuple(
        None if one == "-" else Value(Decimal(one), one not in without.split()) for one in text.split()
    )


def below_20(**timing: str) -> Mapping[Severity, Mapping[str, str]]:
    return {Severity.CRITICAL: {"condition": "< 20", **timing}}


EDGES = {
    "exactly on the boundary, and the next number beside it": Life(
        Contract(below_20()), {"watch": at_minutes("20 19.999999 20 20.000001 19.999999")}
    ),
    "one minute short of `for`, then all of it": Life(
        Contract(below_20(**{"for": "3m"})), {"watch": at_minutes("18 18 18 20 18 18 18 18 20")}
    ),
    "silence while waiting begins anew": Life(
        Contract(below_20(**{"for": "3m"}), "2m"), {"watch": at_minutes("18 - - 18 - 18 - 18")}
    ),
    "silence while acting ends nothing": Life(Contract(below_20(), "2m"), {"watch": at_minutes("18 - - - - - 30")}),
    "a sawtooth within the band is one episode": Life(
        Contract(below_20(recover_if="> 25")), {"watch": at_minutes("18 22 18 24 25 22 25.000001 22 18")}
    ),
    "the band does not hold what only waits": Life(
        Contract(below_20(**{"for": "2m", "recover_if": "> 25"})), {"watch": at_minutes("18 22 22 18 18 18 22")}
    ),
    "it goes on for as long as it is kept, and begins anew with the next value in the band": Life(
        Contract(below_20(keep_firing_for="2m", recover_if="> 25")), {"watch": at_minutes("18 30 22 30 30 30 18")}
    ),
    "silence while ending stops the count": Life(
        Contract(below_20(keep_firing_for="3m"), "2m"), {"watch": at_minutes("18 30 - - - - 30 30 30 30")}
    ),
    "a late recovery after a long silence": Life(
        Contract(below_20(keep_firing_for="1m"), "2m"), {"watch": at_minutes("18 - - - - - - - 30 30")}
    ),
    "the worse of two sources, and one that was put away": Life(
        Contract(below_20(), "3m"), {"watch": at_minutes("18 18"), "ring": at_minutes("30 - 30 - 30 - 30 - 30")}
    ),
    "what the guard keeps out says nothing": Life(
        Contract(below_20(), is_guarded=True), {"watch": at_minutes("18 30 18 31 30", without="30")}
    ),
    "a drop of exactly ten per cent from the mean": Life(
        Contract({Severity.WARNING: {"condition": "drop >= 10% over 5m"}}),
        {"watch": at_minutes("50 50 45 50 44 50 50 50 46 44.000001")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
def test_edges_by_hand(tmp_path, edge):
    found = disagreement([EDGES[edge]], tmp_path)
    assert not found, found


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("< 20)", "<= 20)"),
        ("for: 3m", "for: 2m"),
        ("keep_firing_for: 3m\n", "\n"),
        ("> 25)", ">= 25)"),
        ("ALERTS{", "NONE{"),
    ],
)
def test_rules_that_say_something_else_are_found(tmp_path, what, instead):
    found = disagreement(list(EDGES.values()), tmp_path, lambda rules: rules.replace(what, instead))
    assert "AurenK" in found
