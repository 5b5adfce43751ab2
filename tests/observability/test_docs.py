"""The pages about what is exported name all of it, and their examples work."""

import re

import pytest
import yaml
from django.conf import settings

from observability.alertmanager import PATH, SYMPTOMS, alertmanager_files
from observability.infrastructure_rules import infrastructure_alerts
from observability.options import ExportOptions
from observability.recording_rules import recording_rule_files
from tests.contracts.releases import example_release
from tests.observability.tools import OPTIONS, ran, rules_in, written


def page(name):
    return (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8")


def test_each_recorded_series_is_in_the_list():
    (text,) = recording_rule_files(example_release(), OPTIONS).values()
    told = page("recording-rules.md").replace("…", "agent_kpi:auren_kpi_value")
    for rule in rules_in(text):
        assert f"`{rule['record']}`" in told


def test_each_alert_about_the_service_is_in_the_list_as_it_is():
    told = page("infrastructure-alerts.md")
    for alert in infrastructure_alerts():
        (line,) = [line for line in told.splitlines() if line.startswith(f"| [`{alert.name}`](runbooks/")]
        _, name, severity, _, for_, _, _ = line.split("|")
        assert alert.runbook in name
        assert alert.severity in severity
        assert for_.strip().replace(" min", "m").replace(" h", "h") == (alert.for_ or "at once")


def test_what_is_muted_with_the_service_is_told():
    told = page("alertmanager.md")
    for name in ("AurenServiceDown", "AurenScheduleSilent", "AurenCollectorDown", "AurenIngestStopped"):
        assert f"`{name}`" in told
    assert len(SYMPTOMS) == 7, "docs/alertmanager.md lists them in words"


@pytest.mark.monitoring
def test_the_example_of_addresses_is_taken(tmp_path):
    (example,) = [
        block
        for block in re.findall(r"```yaml\n(.+?)```", page("alertmanager.md"), re.S)
        if "receivers" in yaml.safe_load(block)
    ]
    files = alertmanager_files(example_release(), ExportOptions(receivers=example))
    assert "reach nobody" not in files[PATH]
    assert "No route leads" not in files[PATH]
    assert "SUCCESS" in ran("amtool", "check-config", written(tmp_path, files) / PATH)
    assert "sleep-on-call@example.org" in files[PATH]


@pytest.mark.monitoring
def test_the_example_of_scrape_jobs_is_taken(tmp_path):
    (example,) = re.findall(
        r"```yaml\n(  - job_name: auren_node.+?)```", page("infrastructure-alerts.md"), re.S
    )
    (tmp_path / "prometheus.yml").write_text(f"scrape_configs:\n{example}", encoding="utf-8")
    assert "SUCCESS" in ran("promtool", "check", "config", tmp_path / "prometheus.yml")
