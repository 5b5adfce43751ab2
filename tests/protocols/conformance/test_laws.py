"""What holds for every run."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.conformance import OfferFacts, PauseFacts, RunFacts, StepFacts, aligned, judge, next_due
from protocols.conformance.case import Case
from protocols.conformance.examples import LOOKED
from protocols.conformance.ordering import kept_in_order

NAMES = ("reduce", "notify", "log", "call")
RENAMED = dict(zip(NAMES, ("z_reduce", "alpha", "m", "call_2"), strict=True))
AGENTS = ("NEUROS", "CARDIOS", "SOMNOS")
times = st.integers(0, 60).map(lambda minute: minute * 60_000_000)
maybe = st.none() | times
pauses = st.lists(
    st.builds(PauseFacts, st.sampled_from(AGENTS), st.sampled_from(["", "hrv"]), times, maybe), max_size=4
)
offers = st.builds(
    OfferFacts,
    st.sampled_from(AGENTS),
    st.sampled_from(["offered", "accepted", "refused", "ignored", "withdrawn"]),
    times,
    times,
    maybe,
)
steps = st.builds(
    StepFacts,
    number=st.just(0),
    name=st.sampled_from(NAMES),
    asked=times,
    known=times,
    kind=st.sampled_from(["action", "action", "hand_off", "review"]),
    declared=st.booleans(),
    deadline=maybe,
    state=st.sampled_from(["pending", "started", "done", "failed", "skipped", "overridden", "not_needed"]),
    started=maybe,
    finished=maybe,
    stopped=maybe,
    offer=st.none() | offers,
)
states = [
    "offered",
    "waiting",
    "active",
    "completed",
    "failed",
    "recovered",
    "timed_out",
    "overridden",
    "ignored",
]

# To make the first of them takes a second where others work, too.
slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def runs(draw):
    some = draw(st.lists(steps, max_size=8))
    numbered = tuple(one._replace(number=number) for number, one in enumerate(some, 1))
    chain = tuple(draw(st.lists(st.sampled_from(AGENTS), max_size=4)))
    state, ended = draw(st.sampled_from(states)), draw(maybe)
    return RunFacts("NEUROS", "hrv", state, 0, numbered, ended, ended, (*chain, "NEUROS"))


def renamed(facts):
    changed = (one._replace(name=RENAMED[one.name]) for one in facts.steps)
    return facts._replace(steps=tuple(changed))


@slowly
@given(runs(), pauses, times)
def test_it_depends_on_nothing_but_what_is_handed_in(facts, some, now):
    assert judge(facts, some, now) == judge(facts, tuple(reversed(some)), now)
    others = [PauseFacts("SOMEBODY", "", 0), PauseFacts("NEUROS", "another", 0)]
    assert judge(facts, some, now) == judge(facts, [*some, *others, *some], now)


@slowly
@given(runs(), pauses, times)
def test_names_make_no_difference(facts, some, now):
    plain = [one[:3] for one in judge(facts, some, now)]
    assert plain == [one[:3] for one in judge(renamed(facts), some, now)]


@slowly
@given(runs(), pauses, times)
def test_each_rule_says_one_thing_of_a_step(facts, some, now):
    found = judge(facts, some, now)
    assert len({(one.rule, one.place) for one in found}) == len(found)
    assert all(0 <= one.place <= len(facts.steps) and len(one.message) < 300 for one in found)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 10)), max_size=12), pauses)
def test_what_is_done_in_time_and_in_order_does_not_differ(some, others):
    now, made = 0, []
    for number, (name, took) in enumerate(some, 1):
        now += took
        made.append(StepFacts(number, name, 0, 0, deadline=now, state="done", finished=now))
    facts = RunFacts("NEUROS", "hrv", "completed", 0, tuple(made), now, now, ("NEUROS",))
    assert not judge(facts, [one for one in others if one.agent != "NEUROS"], LOOKED)


@slowly
@given(runs(), pauses, times, times)
def test_once_it_is_over_time_alone_changes_nothing(facts, some, now, later):
    ended = facts._replace(state="recovered", ended=0 if facts.ended is None else facts.ended)
    assert judge(ended, some, now) == judge(ended, some, max(now, later))


@slowly
@given(runs(), pauses, times, times)
def test_time_alone_only_adds_to_a_run_that_goes_on(facts, some, now, later):
    going = facts._replace(state="active", ended=None, told=None)
    before, after = judge(going, some, now), judge(going, some, max(now, later))
    assert set(before) <= set(after)


@slowly
@given(runs(), pauses, times)
def test_nothing_changes_before_the_next_moment_that_something_is_due(facts, some, now):
    closed = [
        one for one in facts.steps if one.stopped is None and one.state not in ("overridden", "not_needed")
    ]
    going = facts._replace(state="active", ended=None, told=None, steps=tuple(closed))
    due = next_due(going, some, now)
    until = now + 10**15 if due is None else due - 1
    assert judge(going, some, now) == judge(going, some, until)
    if due is not None and not some:
        assert judge(going, some, due) != judge(going, some, now)


@given(times, times, pauses)
def test_a_length_of_time_is_over_when_so_much_was_worked(start, length, some):
    case = Case.of(RunFacts("NEUROS", "hrv", "active", 0), some, 0)
    end = case.after(start, length)
    if end is not None:
        assert case.worked(start, end) == length
    assert case.worked(start, start + length) <= length


@given(st.permutations(range(9)))
def test_as_many_as_possible_keep_their_order(numbers):
    kept = kept_in_order(numbers)
    assert all(one < other for one, other in pairwise(kept))
    assert [one for one in numbers if one in kept] == kept
    assert len(kept) == longest(numbers)


def longest(numbers):
    best: list[int] = []
    for at, number in enumerate(numbers):
        best.append(1 + max((best[i] for i in range(at) if numbers[i] < number), default=0))
    return max(best, default=0)


@slowly
@given(runs(), pauses, times)
def test_side_by_side_each_step_stands_where_it_is_declared_and_each_deviation_once(facts, some, now):
    found = judge(facts, some, now)
    rows = aligned(facts, found)
    assert [one.number for one in rows if one.declared] == [one.number for one in facts.steps if one.declared]
    assert {one.number for one in rows} == {one.number for one in facts.steps}
    told = sorted(one for row in rows for one in row.differs)
    assert told == sorted(one for one in found if one.place)
