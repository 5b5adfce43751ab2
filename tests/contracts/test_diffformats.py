"""Changes as text, JSON and Markdown."""

import json

import pytest

from contracts.diff import Change, diff_registries
from contracts.diffformats import DIFF_FORMATS, render_changes, summary
from contracts.documents import RegistryDocument

KPI = {
    "name": "hrv_rmssd",
    "unit": "milliseconds",
    "prometheus_metric": "auren_hrv_rmssd_ms",
    "absolute_range": {"min": 1, "max": 250.5},
    "risk_thresholds": {"critical": {"condition": "< 20", "action": "rest"}},
}


def changes(**parts: object) -> list[Change]:
    before, after = (RegistryDocument.model_validate({"kpis": [kpi]}) for kpi in (KPI, KPI | parts))
    return diff_registries(before, after)


def test_text_has_a_line_for_each_change_and_a_summary():
    found = changes(title="HRV", risk_thresholds={"critical": {"condition": "< 25", "action": "rest"}})
    assert render_changes(found, "text").splitlines() == [
        "cosmetic     hrv_rmssd: title set to HRV",
        "behavioural  hrv_rmssd critical: < 20 → < 25 ms",
        "1 behavioural and 1 cosmetic changes.",
    ]


def test_nothing_changed_is_said():
    assert render_changes([], "text") == "No differences.\n"
    assert render_changes([], "markdown") == "**No differences.**\n"


def test_json_keeps_numbers_as_numbers():
    data = json.loads(render_changes(changes(absolute_range={"min": 2, "max": 250.25}), "json"))
    assert data["summary"] == {"breaking": 0, "behavioural": 2, "cosmetic": 0}
    assert [(change["before"], change["after"]) for change in data["changes"]] == [(1, 2), (250.5, 250.25)]
    assert data["changes"][0]["path"] == ["absolute_range", "min"]


def test_a_change_of_one_is_singular():
    assert summary(changes(title="HRV")) == "1 cosmetic change."


def test_only_colour_differs_with_colour():
    plain, coloured = (render_changes(changes(title="HRV"), "text", color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert coloured.replace("\x1b[36m", "").replace("\x1b[0m", "") == plain


@pytest.mark.parametrize("format", DIFF_FORMATS)
def test_no_text_of_a_file_can_steer_the_terminal(format):
    shown = render_changes(changes(title="a\u202eb"), format)
    assert "\u202e" not in shown


def test_markdown_shows_a_text_and_does_not_obey_it():
    assert "<img" not in render_changes(changes(title="<img src=x>"), "markdown")


def test_an_unknown_format_is_an_error():
    with pytest.raises(ValueError, match="there are text, json, markdown"):
        render_changes([], "xml")
