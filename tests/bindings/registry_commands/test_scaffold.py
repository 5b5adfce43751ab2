"""A bindings file begins with what the registry knows."""

import yaml

from contracts.documents import read_bindings
from contracts.findings import Level
from contracts.formatting import format_yaml
from contracts.tree import validate_tree
from tests.kpis.commands import EXAMPLE, REGISTRY, run


def test_the_triggers_are_the_registrys_thresholds(kpis):
    code, out, _ = run("scaffold", "NEUROS", "hrv_rmssd", "ln_rmssd")
    assert code == 0
    assert [row["alerting"] for row in yaml.safe_load(out)["kpis_used"] if "alerting" in row] == [
        {"risk_if": "< 20", "caution_if": "< 30", "elevated_if": "> 100"}
    ]


def test_it_is_read_without_a_finding_and_laid_out_canonically(kpis):
    text = run("scaffold", "NEUROS", "hrv_rmssd", "ln_rmssd")[1]
    assert read_bindings(text).findings == []
    assert format_yaml(text) == text


def test_it_says_what_is_healthy_and_what_is_still_to_do(kpis):
    text = run("scaffold", "NEUROS")[1]
    assert "# Heart-rate variability, in milliseconds; healthy from 30 to 100." in text
    assert "# At risk the registry recommends immediate_rest_recommendation." in text
    assert "# The registry has no threshold for it" in text


def test_validation_finds_what_is_to_fill_in_and_no_error(tmp_path, db):
    run("import", EXAMPLE / REGISTRY)
    assert run("scaffold", "NEUROS", "--out", tmp_path)[0] == 0
    run("export", "--out", tmp_path)
    found = validate_tree([tmp_path]).findings
    assert {finding.code for finding in found if finding.level is not Level.NOTE} == {
        "trigger_without_action",
        "nothing_to_act_on",
    } | {finding.code for finding in found if finding.code == "caution_overlaps_normal"}


def test_a_file_that_is_there_is_left_alone(kpis, tmp_path):
    assert run("scaffold", "NEUROS", "--out", tmp_path)[0] == 0
    code, _, err = run("scaffold", "NEUROS", "--out", tmp_path)
    assert (code, "left alone" in err) == (3, True)


def test_what_makes_no_sense_is_refused(kpis):
    assert run("scaffold", "../etc/passwd")[0] == 2
    code, _, err = run("scaffold", "NEUROS", "hrv_rmsd")
    assert (code, err) == (2, "The registry has no KPI hrv_rmsd. Did you mean hrv_rmssd?")


def test_where_everything_is_watched_one_must_name_kpis(neuros):
    code, _, err = run("scaffold", "SOMNOS")
    assert (code, "Name those" in err) == (3, True)
