"""The value's line and the states, as they are drawn."""

from contracts.evaluation import SECOND
from protocols.pages.run.timeline.axis import axis
from protocols.pages.run.timeline.values import HEIGHTS, pieces, thinned, values
from telemetry.pages.contract import Band
from tests.protocols.pages.stories import AT, MINUTE

SHOWN = axis([], AT, AT + 60 * MINUTE, 92.0, 740.0)
BANDS = [Band("critical", None, 25), Band("warning", 25, 30), Band("normal", 40, 75)]


def test_what_is_lower_stands_lower():
    found = values([(AT, 50.0), (AT + 30 * MINUTE, 18.0)], (AT + 30 * MINUTE, 18.0), BANDS, SHOWN, 0.0)
    (_, high), (_, low) = found.dots
    assert low > high
    assert found.mark == found.dots[1]


def test_the_bands_have_words_where_there_is_room():
    found = values([(AT, 50.0), (AT + 30 * MINUTE, 5.0)], None, BANDS, SHOWN, 0.0)
    assert [one.word for one in found.stripes if one.kind != "warning"] == ["critical", "normal"]


def test_many_values_keep_their_lowest_and_their_highest():
    points = [(100 + n / 1000, float(n % 100)) for n in range(1000)]
    found = thinned([*points[:500], (100.5001, -5.0), *points[500:]])
    assert len(found) <= 8
    assert min(y for _, y in found) == -5.0


def test_no_values_are_no_line():
    found = values([], None, BANDS, SHOWN, 0.0)
    assert (found.line, found.mark) == ("", None)


def test_states_follow_one_another_and_the_worst_is_the_highest():
    found = pieces([(AT + 10 * MINUTE, "critical"), (AT + 40 * MINUTE, "normal")], "normal", SHOWN, 0.0)
    assert [one.kind for one in found] == ["normal", "critical", "normal"]
    assert [one.height for one in found] == [HEIGHTS[one.kind] for one in found]
    for one, after in zip(found, found[1:], strict=False):
        assert abs(one.x + one.width - after.x) < 0.2


def test_a_change_before_the_picture_is_where_it_begins():
    (only,) = pieces([(AT - SECOND, "critical")], "normal", SHOWN, 0.0)
    assert only.kind == "critical"
