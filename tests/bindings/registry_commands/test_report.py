"""``manage.py registry report``: every rule over the database."""

import json

from bindings.models import ValidationReport
from tests.kpis.commands import run


def test_it_keeps_a_report_and_prints_it(neuros):
    code, out, _ = run("report")
    assert code == 0
    assert "KPI016" in out
    assert ValidationReport.objects.get().trigger == "cli"


def test_errors_make_the_exit_code_1_and_what_is_new_is_told(neuros, hrv):
    run("report")
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    code, out, _ = run("report")
    assert code == 1
    assert "new, 0 fixed since the report before." in out


def test_the_level_that_fails_can_be_chosen(neuros):
    assert run("report", "--fail-on", "note")[0] == 1


def test_it_is_written_to_a_file_in_any_format(neuros, tmp_path):
    code, out, _ = run("report", "--format", "json", "--output", tmp_path / "report.json")
    assert code == 0
    assert "The report is in" in out
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["errors"] == 0


def test_an_empty_database_is_never_clean(db):
    code, out, _ = run("report")
    assert code == 3
    assert "Nothing was checked" in out
