"""Alertmanager's configuration: routes, groups, receivers and what mutes what."""

import json
from urllib.request import Request, urlopen

import pytest
import yaml

from contracts.documents.registry import Status
from contracts.release import ReleaseDocument
from faults.servers import Server, spare_port, wait_until
from observability.alertmanager import (
    PATH,
    SYMPTOMS,
    ReceiversError,
    Site,
    alertmanager_files,
    matcher,
    owners_of,
)
from observability.infrastructure_rules import infrastructure_alerts
from observability.options import ExportOptions
from tests.contracts.releases import example_release, made_release
from tests.observability.tools import ran, written
from tests.telemetry.monitoring import get, program, running

HOSTILE = [
    'x"}{severity="critical',
    'a", severity="info',
    "line\nbreak",
    "back\\slash \\n \\",
    "tab\t and \r",
    "{{ template `x` }}",
    "inbox",
    "é–😀 'single' #",
    "- yes: 1e3",
]
SITE = """
global: {smtp_from: auren@clinic.example, smtp_smarthost: "mail.clinic.example:587"}
receivers:
  - name: inbox
    email_configs: [{to: team@clinic.example}]
  - name: urgent owner sleep-team
    webhook_configs: [{url: "http://127.0.0.1:9/"}]
  - name: nobody's
"""
ANNA = {"agent": "NEUROS", "kpi": "hrv_rmssd", "user_id": "anna"}
CRITICAL, WARNING = {"severity": "critical"}, {"severity": "warning"}
MISSING = {"severity": "missing_data"}
DOWN = {"alertname": "AurenServiceDown", "service": "auren"} | CRITICAL


def owned_by(*owners):
    """A release whose KPIs have these owners."""
    document = made_release()
    kpis = [
        kpi.model_copy(update={"owner": owner, "name": f"kpi_{n}"})
        for n, owner in enumerate(owners)
        for kpi in document.registry.kpis[:1]
    ]
    registry = document.registry.model_copy(update={"kpis": kpis})
    return ReleaseDocument(registry, document.roster, {}, document.codes)


def configuration(document=None, **options):
    return alertmanager_files(document or example_release(), ExportOptions(**options))[PATH]


def test_owners_are_those_of_active_kpis():
    document = owned_by("b", "a", "", "a")
    document.registry.kpis[0] = document.registry.kpis[0].model_copy(update={"status": Status.DRAFT})
    assert owners_of(document) == ["a"]


def test_one_person_gives_one_notification():
    route = yaml.safe_load(configuration())["route"]
    assert route["group_by"] == ["alertname", "agent", "kpi", "user_id"]
    assert all("group_by" not in one or "service" in str(one) for one in route["routes"])


@pytest.mark.monitoring
@pytest.mark.parametrize("site", ["", SITE])
def test_amtool_takes_it(tmp_path, site):
    written(tmp_path, {PATH: configuration(receivers=site)})
    assert "SUCCESS" in ran("amtool", "check-config", tmp_path / PATH)


@pytest.mark.monitoring
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"owner": "sleep-team"} | CRITICAL, "urgent owner sleep-team"),
        ({"owner": "sleep-team"} | WARNING, "inbox owner sleep-team"),
        ({"owner": "sleep-team"} | MISSING, "inbox owner sleep-team"),
        ({"owner": "strangers"} | CRITICAL, "urgent"),
        ({"owner": "strangers"} | WARNING, "inbox"),
        (CRITICAL, "urgent"),
        (MISSING, "inbox"),
        ({"service": "auren"} | CRITICAL, "urgent service"),
        ({"service": "auren"} | WARNING, "inbox service"),
    ],
)
def test_who_is_told(tmp_path, labels, receiver):
    assert routed(tmp_path, configuration(), labels) == receiver


@pytest.mark.monitoring
def test_a_hostile_owner_gets_what_is_theirs_and_nothing_else(tmp_path):
    text = configuration(owned_by(*HOSTILE))
    for owner in HOSTILE:
        assert routed(tmp_path, text, {"owner": owner} | CRITICAL) == f"urgent owner {owner}"
    assert routed(tmp_path, text, {"owner": "x"} | CRITICAL) == "urgent"


def test_who_has_no_address_is_reached_as_everybody_is():
    text = configuration(receivers=SITE)
    found = {one["name"]: one for one in yaml.safe_load(text)["receivers"]}
    assert found["inbox owner sleep-team"]["email_configs"] == [{"to": "team@clinic.example"}]
    assert found["urgent service"]["email_configs"] == [{"to": "team@clinic.example"}]
    assert "webhook_configs" in found["urgent owner sleep-team"]
    assert yaml.safe_load(text)["global"]["smtp_from"] == "auren@clinic.example"


def test_what_reaches_nobody_is_said_at_the_top():
    assert "# Receivers that reach nobody yet: inbox, urgent, " in configuration()
    assert "# No route leads to: nobody's." in configuration(receivers=SITE)
    assert "reach nobody" not in configuration(receivers=SITE)


@pytest.mark.parametrize(
    "text",
    ["receivers: [", "- a", "route: {}", "receivers: {}x", "receivers: [a]", "global: [1]",
     "receivers: [{name: a}, {name: a}]", "receivers: [{name: [1]}]", "[" * 5000],
    ids=range(9),
)  # fmt: skip
def test_a_file_of_receivers_that_cannot_be_used_is_refused(text):
    with pytest.raises(ReceiversError):
        Site.of(text)


def test_symptoms_are_alerts_there_are():
    assert {one.name for one in infrastructure_alerts()} >= set(SYMPTOMS)


@pytest.mark.monitoring
@pytest.mark.slow
def test_what_mutes_what(tmp_path):
    """By a real Alertmanager: what is muted, and beside it what is nearly the same and is not."""
    alerts = {
        "critical": {"alertname": "AurenHrvRmssdCritical"} | ANNA | CRITICAL,
        "its warning": {"alertname": "AurenHrvRmssdWarning"} | ANNA | WARNING,
        "its info": {"alertname": "AurenHrvRmssdInfo"} | ANNA | {"severity": "info"},
        "its silence": {"alertname": "AurenHrvRmssdMissingData"} | ANNA | MISSING,
        "another person's": {"alertname": "AurenHrvRmssdWarning"} | ANNA | WARNING | {"user_id": "ben"},
        "another person's info": {"alertname": "A"} | ANNA | {"severity": "info", "user_id": "ben"},
        "another kpi's": {"alertname": "AurenSleepWarning"} | ANNA | WARNING | {"kpi": "sleep"},
        "another agent's": {"alertname": "AurenHrvRmssdWarning"} | ANNA | WARNING | {"agent": "SOMNOS"},
        "a cohort's": {"alertname": "AurenHrvRmssdWarningCohort", "agent": "NEUROS", "kpi": "hrv_rmssd"}
        | WARNING,
        "a disk": {"alertname": "AurenDiskLow", "service": "auren", "instance": "a"} | WARNING,
        "a disk, worse": {"alertname": "AurenDiskLow", "service": "auren", "instance": "b"} | CRITICAL,
        "that disk": {"alertname": "AurenDiskLow", "service": "auren", "instance": "b"} | WARNING,
        "rules": {"alertname": "AurenRuleLimitReached"} | CRITICAL,
        "nobody's": {"alertname": "Other"} | WARNING,
        "an agent's": {"alertname": "A", "agent": "NEUROS"} | CRITICAL,
        "an agent's, less": {"alertname": "B", "agent": "NEUROS"} | WARNING,
    }
    with alertmanager(tmp_path) as port:
        expected = {"its warning", "its info", "another person's info", "that disk"}
        tell(port, alerts)
        wait_until(lambda: muted(port, alerts) == expected, 10, "Alertmanager")
        more = {
            "no requests": DOWN | {"job": "auren_process"},
            "slow": {"alertname": "AurenSlowRequests", "service": "auren"} | WARNING,
        }
        tell(port, more)
        wait_until(lambda: muted(port, alerts | more) == expected | {"slow"}, 10, "Alertmanager")
        down = {"down": DOWN | {"job": "auren_kpis"}}
        tell(port, down)
        expected |= {"slow", "its silence"}
        wait_until(lambda: muted(port, alerts | more | down) == expected, 10, "Alertmanager")


@pytest.mark.monitoring
@pytest.mark.slow
def test_an_agent_that_reports_nothing_mutes_the_silence_of_its_people(tmp_path):
    silent = {"alertname": "AurenHrvRmssdMissingData"} | ANNA | MISSING
    alerts = {
        "stopped": {"alertname": "AurenIngestStopped", "agent": "NEUROS", "service": "auren"} | WARNING,
        "its people": silent,
        "another's": silent | {"agent": "SOMNOS"},
    }
    with alertmanager(tmp_path) as port:
        tell(port, alerts)
        wait_until(lambda: muted(port, alerts) == {"its people"}, 10, "Alertmanager")


def routed(folder, text, labels):
    written(folder, {PATH: text})
    said = [matcher(name, value) for name, value in labels.items()]
    return (
        ran("amtool", "config", "routes", "test", f"--config.file={folder / PATH}", *said)
        .partition("\nWarning")[0]
        .removesuffix("\n")
    )


def alertmanager(folder):
    """A real one, with the example's configuration."""
    written(folder, {PATH: configuration()})
    port = spare_port()
    command = [
        program("prometheus-alertmanager"),
        f"--config.file={folder / PATH}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    return running(Server(command, folder / "alertmanager.log"), port, "/-/ready")


def tell(port, alerts):
    """Have these alerts fire."""
    body = json.dumps([{"labels": labels} for labels in alerts.values()]).encode()
    address, kind = f"http://127.0.0.1:{port}/api/v2/alerts", {"Content-Type": "application/json"}
    urlopen(Request(address, body, kind), timeout=10).close()  # noqa: S310 - ours


def muted(port, alerts):
    """Which of the alerts that fire are."""
    names = {tuple(sorted(labels.items())): name for name, labels in alerts.items()}
    found = json.loads(get(port, "/api/v2/alerts"))
    return {names[tuple(sorted(one["labels"].items()))] for one in found if one["status"]["inhibitedBy"]}
