"""Blocks of lines, against rendering everything anew."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.exposition import stacks
from telemetry.exposition.stacks import Stack

IDS = st.integers(min_value=1, max_value=40)
CHANGES = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.dictionaries(IDS, st.integers(min_value=0, max_value=10**6), min_size=1)
        ),
        st.tuples(st.just("blank"), st.integers(min_value=0, max_value=10**6)),
        st.tuples(st.just("keep"), st.sets(IDS)),
    ),
    max_size=12,
)


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacks, "SIZE", 3)
        yield


def lines(row):
    return f'value{{id="{row[0]}"}} {row[1]}\n'.encode(), f'stamp{{id="{row[0]}"}} {row[1] * 7}\n'.encode()


def tails(row):
    return str(row[1]).encode(), str(row[1] * 7).encode()


def put(stack, rows):
    """What changed, as it is read from the database."""
    unknown = stack.patch(sorted(rows.items()))
    stack.add([(pk, rows[pk]) for pk in sorted(unknown)])


def shown(stack, column=0):
    return b"".join(stack.texts(column)).decode().splitlines()


def expected(truth, budget, column=0, since=0):
    first = sorted(truth.items())[:budget]
    return [lines(row)[column].decode().strip() for row in first if row[1] >= since]


@settings(deadline=None)
@given(CHANGES, st.integers(min_value=0, max_value=45))
def test_a_stack_is_what_rendering_everything_anew_would_be(changes, budget):
    stack = Stack(lines, tails, budget)
    truth: dict[int, int] = {}
    since = 0
    for what, part in changes:
        if what == "put":
            put(stack, part)
            truth |= part
        elif what == "blank":
            since = max(since, part)
        else:
            stack.keep_only(array("q", sorted(part)))
            truth = {pk: at for pk, at in truth.items() if pk in part}
        if stack.is_tight:
            stack.light([(pk, truth[pk]) for pk in stack.balance()])
        stack.blank_before(since)
        assert stack.count == len(truth)
        assert stack.over_budget == max(len(truth) - budget, 0)
        assert [shown(stack, 0), shown(stack, 1)] == [
            expected(truth, budget, 0, since),
            expected(truth, budget, 1),
        ]


def test_pieces_that_were_given_out_stay_as_they_were():
    stack = Stack(lines, tails, 100)
    put(stack, {1: 10, 2: 20})
    pieces = stack.texts(0)
    put(stack, {1: 11})
    assert b"".join(pieces) == b'value{id="1"} 10\nvalue{id="2"} 20\n'
    assert shown(stack) == ['value{id="1"} 11', 'value{id="2"} 20']


def test_only_the_block_with_the_change_is_another():
    stack = Stack(lines, tails, 100)
    put(stack, dict.fromkeys(range(9), 1))
    before = stack.texts(0)
    put(stack, {4: 2})
    assert [one is other for one, other in zip(before, stack.texts(0), strict=True)] == [True, False, True]


def test_a_block_in_which_nothing_becomes_stale_is_not_looked_at_again():
    stack = Stack(lines, tails, 100)
    put(stack, {pk: pk for pk in range(6)})
    stack.blank_before(2)
    before = stack.texts(0)
    stack.blank_before(2)
    assert [block.oldest for block in stack._blocks] == [2, 3]
    assert all(one is other for one, other in zip(before, stack.texts(0), strict=True))


def test_what_is_beyond_the_budget_has_no_text():
    stack = Stack(lines, tails, 3)
    put(stack, dict.fromkeys(range(12), 1))
    assert stack.balance() == []
    assert sum(bool(block.columns) for block in stack._blocks) == 1


def test_rows_that_are_gone_before_they_are_rendered_are_left_out():
    stack = Stack(lines, tails, 3)
    put(stack, dict.fromkeys(range(6), 1))
    stack.keep_only(array("q", [2, 3, 4, 5]))
    assert stack.balance() == [3, 4, 5]
    stack.light([(3, 1), (5, 1)])
    assert shown(stack) == expected({2: 1, 3: 1, 5: 1}, 3)
