"""Bars of a lane: none over another, the order kept, quiet ones folded."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import SECOND
from protocols.pages.run.timeline.axis import axis
from protocols.pages.run.timeline.lanes import OWN_AT_MOST, Bar, Item, lane
from tests.protocols.pages.stories import AT

KINDS = ("f-normal", "f-warning", "f-critical", "b-open")
LEFT, RIGHT = 92.0, 740.0


@st.composite
def made(draw, at_most: int = 60) -> list[Item]:
    found = []
    for number in range(draw(st.integers(0, at_most))):
        start = AT + draw(st.integers(0, 4_000)) * SECOND
        end = start + draw(st.integers(0, 4_000)) * SECOND
        label = draw(st.text("abc ", max_size=60))
        kind = draw(st.sampled_from(KINDS))
        found.append(Item(f"step-{number}", start, end, label, label, kind, draw(st.integers(0, 6))))
    return found


def placed(items: list[Item]):
    shown = axis([], AT, AT + 8_000 * SECOND, LEFT, RIGHT)
    return lane("NEUROS", items, shown, 100.0)


@given(made())
def test_no_bar_or_label_is_over_another(items):
    rows: dict[float, list[Bar]] = {}
    for bar in placed(items).bars:
        rows.setdefault(bar.y, []).append(bar)
    for bars in rows.values():
        for one, after in pairwise(sorted(bars, key=lambda bar: bar.left)):
            assert one.right <= after.left


@given(made())
def test_the_order_is_kept_and_nothing_leaves_the_picture(items):
    bars = placed(items).bars
    assert [bar.item.start for bar in bars] == sorted(bar.item.start for bar in bars)
    for bar in bars:
        assert bar.x >= LEFT
        assert bar.end <= RIGHT + 0.2
        assert bar.left >= LEFT - 0.2
        assert bar.right <= RIGHT + 0.2


@given(made(at_most=400))
def test_however_many_there_are_a_lane_stays_readable(items):
    bars = placed(items).bars
    assert len(bars) <= OWN_AT_MOST + len(KINDS)


@given(made())
def test_a_lane_holds_its_bars(items):
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
