from observability.dashboards.layout import height, placed
from observability.dashboards.model import Panel


def panel(width, tall=4):
    return Panel("key", "Title", "stat", [], {}, width=width, height=tall)


def test_panels_stand_side_by_side_until_there_is_no_room():
    places = [(left, top) for _, left, top in placed([panel(12), panel(12, 8), panel(6)], 3)]
    assert places == [(0, 3), (12, 3), (0, 11)]


def test_all_of_them_are_as_high_as_their_lines():
    assert height([panel(24, 4), panel(12, 8)]) == 12
    assert height([]) == 0
