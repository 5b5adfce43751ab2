"""The tests that are exported with the recording rules."""

import pytest
import yaml

from observability import recording_rules, recording_tests
from observability.options import ExportOptions, RuleFormat
from observability.recording_rules import recording_rule_files
from observability.recording_tests import recording_test_files
from tests.contracts.releases import example_release, made_release
from tests.observability.tools import OPTIONS, ran, rules_in, tried, written


@pytest.fixture
def files():
    document = example_release()
    return {**recording_rule_files(document, OPTIONS), **recording_test_files(document, OPTIONS)}


def test_every_series_that_a_rule_records_is_expected(files):
    recorded = {
        (rule["record"], *rule.get("labels", {}).values()) for rule in rules_in(files[recording_rules.PATH])
    }
    told = files[recording_tests.PATH]
    assert len(recorded) > 90
    for record, *labels in recorded:
        assert record in told
        assert all(f'"{label}"' in told for label in labels)


def test_forms_that_promtool_cannot_read_have_no_tests():
    options = ExportOptions(rule_format=RuleFormat.MIMIR)
    assert recording_test_files(example_release(), options) == {}


@pytest.mark.monitoring
def test_promtool_finds_them_true(files, tmp_path):
    ran("promtool", "test", "rules", written(tmp_path, files) / recording_tests.PATH)


@pytest.mark.slow
@pytest.mark.monitoring
def test_each_rule_that_is_wrong_is_found_out(tmp_path):
    document = made_release()
    files = {**recording_rule_files(document, OPTIONS), **recording_test_files(document, OPTIONS)}
    test = written(tmp_path, files) / recording_tests.PATH
    data = yaml.safe_load(files[recording_rules.PATH])
    survivors = []
    for rule in [rule for group in data["groups"] for rule in group["rules"]]:
        right, rule["expr"] = rule["expr"], f"({rule['expr']}) + 1"
        (tmp_path / recording_rules.PATH).write_text(yaml.safe_dump(data), encoding="utf-8")
        if tried("promtool", "test", "rules", test)[0]:
            survivors.append(rule["record"])
        rule["expr"] = right
    assert survivors == []
