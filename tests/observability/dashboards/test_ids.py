import pytest

from observability.dashboards.ids import panel_ids
from observability.dashboards.model import Dashboard, Panel, Row


def dashboard(*keys):
    panels = [Panel(key, "Title", "stat", [], {}) for key in keys]
    return Dashboard("uid", "Title", "", [Row("row", "Row", panels)])


def test_another_panel_changes_no_id():
    assert panel_ids(dashboard("b")).items() <= panel_ids(dashboard("a", "b", "c")).items()


def test_ids_are_numbers_that_every_grafana_takes():
    assert all(0 < number < 2**31 for number in panel_ids(dashboard(*map(str, range(500)))).values())


def test_one_key_twice_is_a_mistake():
    with pytest.raises(ValueError, match="have the key 'a'"):
        panel_ids(dashboard("a", "a"))
