"""The tests that are exported with the alerts about the service."""

import pytest

from observability.infrastructure_rules import infrastructure_alerts, infrastructure_rule_files
from observability.infrastructure_tests import cases, infrastructure_test_files, ingest_cases
from observability.options import ExportOptions, RuleFormat
from tests.contracts.releases import made_release
from tests.observability.tools import OPTIONS, ran, written


def test_each_alert_is_seen_firing_and_not_firing():
    seen = set()
    for case in [*cases(), *ingest_cases()]:
        for firing in case.expected.values():
            severities = {one.get("severity", case.severity) for one in firing}
            seen |= {(case.alert, severity, True) for severity in severities}
            seen |= {(case.alert, one, False) for one in ("warning", "critical") if one not in severities}
    for alert in infrastructure_alerts():
        assert {(alert.name, alert.severity, True), (alert.name, alert.severity, False)} <= seen


def test_forms_that_promtool_cannot_read_have_no_tests():
    options = ExportOptions(rule_format=RuleFormat.PROMETHEUSRULE)
    assert infrastructure_test_files(made_release(), options) == {}


@pytest.mark.slow
@pytest.mark.monitoring
@pytest.mark.parametrize("options", [OPTIONS, ExportOptions()], ids=["with runbooks", "without"])
def test_promtool_finds_them_true(tmp_path, options):
    document = made_release()
    files = infrastructure_test_files(document, options)
    written(tmp_path, infrastructure_rule_files(document, options), files)
    ran("promtool", "test", "rules", *[tmp_path / path for path in files])
