import pytest

from observability.dashboards.colours import NEUTRAL, NO_DATA
from observability.dashboards.fields import count_field, has_bands, kpi_field, state_field
from tests.observability.dashboards.samples import (
    classic_only,
    conditions,
    example_files,
    kpi,
    panels_of,
    unit,
)


@pytest.mark.parametrize("path", classic_only(example_files()))
def test_every_panel_has_a_grey_word_for_what_is_missing(path):
    for panel in panels_of(example_files()[path]):
        defaults = panel["fieldConfig"]["defaults"]
        assert {
            "type": "special",
            "options": {"match": "null+nan", "result": {"text": "no data", "color": NO_DATA}},
        } in defaults["mappings"]
        assert defaults["noValue"] == "no data"


def test_bands_are_drawn_behind_the_lines():
    found = kpi_field(kpi(), unit("milliseconds"), conditions(critical="< 20"))
    assert found["custom"]["thresholdsStyle"] == {"mode": "area"}
    assert found["decimals"] == 1


def test_a_change_over_time_colours_no_value():
    drop = conditions(warning="drop >= 10% over 7d")
    found = kpi_field(kpi(), unit("milliseconds"), drop)
    assert not has_bands(drop)
    assert found["thresholds"]["steps"] == [{"value": None, "color": NEUTRAL}]
    assert "thresholdsStyle" not in found["custom"]


def test_the_axis_reaches_the_normal_range():
    field = kpi_field(
        kpi(normal_range={"min": 30, "max": 120}), unit("milliseconds"), conditions(critical="< 20")
    )
    assert field["custom"]["axisSoftMax"] == 130


def test_states_have_words():
    words = state_field({0: "nothing open"})["mappings"][1]["options"]
    assert [words[number]["text"] for number in ("-1", "0", "3")] == ["unknown", "nothing open", "critical"]


def test_a_count_is_bad_from_a_number_on():
    steps = count_field("green", bad_from=1, bad="red")["thresholds"]["steps"]
    assert steps == [{"value": None, "color": "green"}, {"value": 1, "color": "red"}]
