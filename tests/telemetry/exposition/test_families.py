"""What is scraped beside series and states."""

from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from bindings.reports.judging import judge_all
from bindings.reports.keeping import keep
from contracts.rules.metrics import OWN_FAMILIES, is_free
from contracts.severity import Severity
from contracts.watched import WatchedThreshold
from jobs.models import Job
from telemetry import contracts_now
from telemetry.exposition import families
from telemetry.exposition.families import bounds
from tests.bindings.samples import first_binding, replace
from tests.releases.samples import publish
from tests.telemetry.exposition.samples import read, scraped, text
from tests.telemetry.samples import MINUTE, NOW, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def test_a_kpi_is_described_with_its_thresholds():
    found = scraped()
    assert ("hrv_rmssd", "auren_hrv_rmssd_ms", "active", "Heart-rate variability", "milliseconds") in found[
        "auren_kpi_info"
    ]
    assert found["auren_kpi_threshold"][("upper", "hrv_rmssd", "critical")] == 20


def test_where_an_agent_acts_is_told_beside_where_the_kpi_says():
    found = scraped()
    upper = ("upper", "hrv_rmssd", "critical")
    assert found["auren_kpi_threshold"][upper] == 20
    acted_on = {key: value for key, value in found["auren_binding_threshold"].items() if "hrv_rmssd" in key}
    assert acted_on == {("NEUROS", *upper): 25}


@pytest.mark.parametrize(("parts", "inherits"), [({"alerting": {}}, True), ({"enabled": False}, False)])
def test_an_agent_without_triggers_acts_where_the_kpi_says_and_one_that_is_off_nowhere(parts, inherits):
    replace(Agent.objects.get(name="NEUROS"), first_binding(**parts))
    publish()
    contracts_now.forget()
    found = scraped()
    acted_on = found.get("auren_binding_threshold", {})
    thresholds = {key: value for key, value in found["auren_kpi_threshold"].items() if "hrv_rmssd" in key}
    assert acted_on == ({("NEUROS", *key): value for key, value in thresholds.items()} if inherits else {})


def test_every_end_of_a_condition_is_told():
    thresholds = (
        WatchedThreshold(Severity.CRITICAL, "< 20 or 80..90 or > 100"),
        WatchedThreshold(Severity.INFO, "drop >= 10% over 7d"),
    )
    assert set(bounds(thresholds)) == {
        ("critical", "upper", 20),
        ("critical", "lower", 80),
        ("critical", "upper_2", 90),
        ("critical", "lower_2", 100),
    }


def test_what_became_of_observations_is_counted():
    told(observation(18), observation("x"), observation(50, NOW + MINUTE))
    found = scraped()
    assert found["auren_observations_total"] == {
        ("NEUROS", "", "number_expected"): 1,
        ("NEUROS", "hrv_rmssd", "accepted"): 2,
    }
    assert found["auren_transitions_total"] == {
        ("NEUROS", "unknown", "hrv_rmssd", "critical"): 1,
        ("NEUROS", "critical", "hrv_rmssd", "normal"): 1,
    }


def test_which_release_is_where():
    found = scraped()
    assert [key[::2] for key in found["auren_release_info"]] == [("production", "1")]
    assert found["auren_agent_release"] == {("NEUROS",): 1, ("SOMNOS",): 1}


def test_what_the_last_report_found():
    assert "auren_validation_findings" not in scraped()
    keep(judge_all(), trigger="manual")
    assert {key for (key,) in scraped()["auren_validation_findings"]} == {"error", "warning", "note"}


def test_when_an_agent_was_seen_last():
    token = ApiToken(name="one", agent=identity_of(Agent.objects.get(name="NEUROS")), scopes=[])
    token.new_secret()
    token.last_used = timezone.now() - timedelta(hours=1)
    token.save()
    found = scraped()["auren_agent_last_seen_timestamp_seconds"]
    assert found == {("NEUROS",): token.last_used.timestamp()}


def test_when_a_job_was_done_last():
    at = timezone.now().replace(microsecond=250_000)
    Job.objects.create(kind="telemetry_tidy", state=Job.State.DONE, finished_at=at)
    Job.objects.create(kind="telemetry_tidy", state=Job.State.PARKED, finished_at=at + timedelta(hours=1))
    assert scraped()["auren_job_last_success_timestamp_seconds"] == {("telemetry_tidy",): at.timestamp()}


def test_others_add_families(monkeypatch):
    one = GaugeMetricFamily("auren_protocol_runs", "Runs.", value=3)
    monkeypatch.setattr(families, "MORE", [lambda: [one]])
    assert scraped()["auren_protocol_runs"] == {(): 3}


@pytest.mark.parametrize("mode", ["pseudonym", "off"])
def test_no_kpi_may_have_the_name_of_a_family_of_ours(settings, mode):
    settings.SUBJECT_LABEL = mode
    told(*[observation(50, user_id=f"u-{n}") for n in range(6)])
    keep(judge_all(), trigger="manual")
    ours = [name for name in scraped() if not name.startswith("auren_hrv")]
    assert set(ours) <= OWN_FAMILIES
    assert not any(map(is_free, ours))


@pytest.mark.parametrize(
    "metric",
    ["", "auren hrv", "auren_kpi", "auren_kpi_info", "process_cpu", "auren_steps_total", 'x{a="b"} 1\ny'],
)
def test_a_metric_that_would_break_the_answer_is_not_used(metric):
    assert not is_free(metric)


def test_openmetrics_says_the_same():
    told(observation(18))
    assert read(text(is_open=True), is_open=True) == scraped()


def test_openmetrics_ends_once():
    assert text(is_open=True, process=True).count("# EOF\n") == 1
    assert text(is_open=True).endswith("# EOF\n")
