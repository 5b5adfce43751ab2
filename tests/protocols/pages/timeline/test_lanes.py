"""Bars of a lane: none over another, the order kept, quiet ones folded."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import SECOND
from protocols.pages.run.timeline.axis import axis
from protocols.pages.run.timeline.lanes import OWN_AT_MOST, Bar, Item, lane
from tests.protocols.pages.stories import AT

KINDS = ("f-normal", "f-warning", "f-critical", "b-open")
LEFT, RIGHT = 92.0, 740.0


def made(seed: int, at_most: int = 60) -> list[Item]:
    """Any items: drawn one by one they would take longer to make than to place."""
    some = Random(seed)  # noqa: S311 - nothing secret
    found = []
    for number in range(some.randint(0, at_most)):
        start = AT + some.randint(0, 4_000) * SECOND
        end = start + some.choice((0, some.randint(0, 400), some.randint(0, 4_000))) * SECOND
        label = "label " * some.randint(0, 10)
        found.append(Item(f"step-{number}", start, end, label, label, some.choice(KINDS), some.randint(0, 6)))
    return found


seeds = st.integers(0, 2**32)


def placed(items: list[Item]):
    shown = axis([], AT, AT + 8_000 * SECOND, LEFT, RIGHT)
    return lane("NEUROS", items, shown, 100.0)


@given(seeds)
def test_no_bar_or_label_is_over_another(seed):
    items = made(seed)
    rows: dict[float, list[Bar]] = {}
    for bar in placed(items).bars:
        rows.setdefault(bar.y, []).append(bar)
    for bars in rows.values():
        for one, after in pairwise(sorted(bars, key=lambda bar: bar.left)):
            assert one.right <= after.left


@given(seeds)
def test_the_order_is_kept_and_nothing_leaves_the_picture(seed):
    items = made(seed)
    bars = placed(items).bars
    assert [bar.item.start for bar in bars] == sorted(bar.item.start for bar in bars)
    for bar in bars:
        assert bar.x >= LEFT
        assert bar.end <= RIGHT + 0.2
        assert bar.left >= LEFT - 0.2
        assert bar.right <= RIGHT + 0.2


@given(seeds)
def test_however_many_there_are_a_lane_stays_readable(seed):
    items = made(seed, 400)
    bars = placed(items).bars
    assert len(bars) <= OWN_AT_MOST + len(KINDS)


@given(seeds)
def test_a_lane_holds_its_bars(seed):
    items = made(seed)
    found = placed(items)
    assert all(found.y < bar.y and bar.y + 14 < found.y + found.height for bar in found.bars)


def test_five_hundred_quiet_steps_are_one_bar_and_what_failed_is_seen():
    quiet = [
        Item(f"step-{n}", AT + n * SECOND, AT + (n + 1) * SECOND, "done", "done", "f-normal")
        for n in range(499)
    ]
    failed = Item("step-499", AT + 499 * SECOND, AT + 520 * SECOND, "could not", "could not", "f-critical", 4)
    labels = [bar.label for bar in placed([*quiet, failed]).bars]
    assert labels == ["499 steps as declared", "could not"]
