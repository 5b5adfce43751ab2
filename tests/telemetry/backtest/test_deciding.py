"""A history worked out at once is what the evaluator says value by value."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.decimals import exact
from contracts.evaluation import (
    SECOND,
    START,
    Evaluator,
    Memory,
    Observed,
    Series,
    Transition,
    combine,
    in_order,
    replay,
)
from contracts.severity import Severity
from contracts.watched import Definition, WatchedBinding, WatchedTrigger
from telemetry.backtest.deciding import Decided, whole_numbers

CONDITIONS = (
    "< 25", "> 60 or < 10", "30..40", "drop >= 10% over 1h", "drop > 0% over 10m", "rise >= 50% over 30m",
    "< 20 or drop >= 25% over 1h", "drop >= 33.3% over 10m or rise > 12.5% over 1h",
)  # fmt: skip
lengths = st.sampled_from(["", "", "5m", "1h"])
triggers = st.builds(
    WatchedTrigger,
    severity=st.sampled_from(Severity),
    condition=st.sampled_from(CONDITIONS),
    for_=lengths,
    keep_firing_for=lengths,
    recover_if=st.sampled_from(["", "", "> 40", "rise >= 5% over 1h"]),
)
contracts = st.builds(
    WatchedBinding,
    agent=st.just("NEUROS"),
    kpi=st.just("hrv"),
    role=st.just(""),
    enabled=st.just(True),
    guard=st.sampled_from(["", "", "is_resting == true"]),
    triggers=st.lists(triggers, max_size=4).map(tuple),
    actions=st.just(()),
    definition=st.builds(Definition, name=st.just("hrv"), missing_data=st.sampled_from(["", "2h"])),
)
values = st.one_of(
    st.integers(0, 80).map(float),
    st.sampled_from([22.5, 25.0, 24.999999, 27.7777777777, 0.1, -3.3]),
    st.floats(-1e9, 1e9),
)
observations = st.lists(
    st.builds(
        Observed,
        value=values,
        at=st.integers(0, 400).map(lambda minute: minute * 60 * SECOND),
        context=st.sampled_from([None, {"is_resting": True}, {"is_resting": False}]),
        source=st.just("band"),
    ),
    max_size=40,
).map(in_order)


def bare(transition: Transition) -> tuple[object, ...]:
    """Without the words."""
    return tuple(transition._replace(reason="", means=()))


@settings(max_examples=400)
@given(contracts, observations)
def test_a_history_at_once_goes_through_the_same_states_as_value_by_value(binding, observed):
    contract, until = Evaluator(binding), 500 * 60 * SECOND
    expected = replay(contract, observed, until=until).transitions
    found = Decided(contract).transitions(observed, until=until)
    assert list(map(bare, found)) == list(map(bare, expected))


@settings(max_examples=20)
@given(contracts, observations, observations)
def test_several_sources_are_put_together_as_the_states_of_a_binding_are(binding, band, ring):
    contract, last = Evaluator(binding), 500
    observed = in_order([*band[:8], *(one._replace(source="ring") for one in ring[:8])])
    if not observed:
        return
    told = Decided(contract).changes(observed, until=last * 60 * SECOND)
    found = {at: after.number for at, _, after, *_ in told}
    memories: dict[str, Memory] = {}
    pasts: dict[str, Series] = {}
    state = -1
    for minute in range(last + 1):
        at = minute * 60 * SECOND
        now = [one for one in observed if one.at == at]
        for one in now:
            past = pasts.setdefault(one.source, Series())
            memory = memories.get(one.source, START)
            memories[one.source], _ = contract.evaluate(memory, one, past.before(at))
            past.add(at, one.value)
        memories = {source: contract.tick(memory, at)[0] for source, memory in memories.items()}
        state = found.get(at, state)
        assert state == (combine(contract, memories).state.number if memories else -1), minute


@given(contracts, observations, st.integers(0, 400))
def test_what_lies_before_is_only_looked_back_at(binding, observed, minute):
    contract = Evaluator(binding)
    first = sum(one.at < minute * 60 * SECOND for one in observed)
    decided = Decided(contract)
    whole = decided.transitions(observed, first=first)
    edge = minute * 60 * SECOND - decided.looks_back
    near = [one for one in observed if one.at >= edge]
    assert decided.transitions(near, first=len(near) - (len(observed) - first)) == whole


@given(st.lists(st.one_of(values, st.floats(allow_nan=False, allow_infinity=False)), max_size=8))
def test_whole_numbers_are_the_very_decimals_times_one_power_of_ten(numbers):
    found = whole_numbers(numbers)
    decimals = [exact(number) for number in numbers]
    scales = {Decimal(whole) / one for whole, one in zip(found, decimals, strict=True) if one}
    assert len({scale.normalize() for scale in scales}) <= 1
    assert all(
        scale.as_tuple().digits[0] == 1 and not any(scale.normalize().as_tuple().digits[1:])
        for scale in scales
    )
