"""deploy/compose.yaml and what it mounts, held to what can be known without a container engine."""

import io
import re
import subprocess

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from releases.services import publish
from tests.telemetry.monitoring import program

DEPLOY = settings.BASE_DIR / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
EXAMPLE = dict(
    re.findall(
        r"^(\w+)=(.*)$", (DEPLOY / "compose.env.example").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
)
VARIABLES = re.findall(r"(?<!\$)\$\{(\w+)(:[?-])([^}]*)\}", TEXT)
SECRET = re.compile(r"PASSWORD|SECRET|KEY|PEPPER|TOKEN$")
NO_HEALTH = {"export", "collector", "tempo"}
"""One ends by itself; the images of the others have nothing to ask with, and Prometheus scrapes both."""


def scraped(path="compose/prometheus.yml"):
    found = yaml.safe_load((DEPLOY / path).read_text(encoding="utf-8"))
    return {job.pop("job_name"): job for job in found["scrape_configs"]}


def test_everything_that_was_asked_for_is_there():
    assert SERVICES.keys() == {
        "web", "worker", "schedule", "export", "postgres", "redis",
        "prometheus", "node", "alertmanager", "grafana", "collector", "tempo",
    }  # fmt: skip
    assert {name for name, one in SERVICES.items() if one.get("profiles")} == {"tempo"}


@pytest.mark.parametrize("name", SERVICES, ids="service-{}".format)
def test_each_service_is_bounded_and_may_do_little(name):
    service = SERVICES[name]
    assert {"mem_limit", "cpus", "pids_limit", "logging", "restart", "networks"} <= service.keys()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("test" in service["healthcheck"]) is (name not in NO_HEALTH)


@pytest.mark.parametrize("name", SERVICES, ids="service-{}".format)
def test_each_service_has_ports_on_this_machine_alone_and_volumes_with_a_name(name):
    service = SERVICES[name]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for volume in service.get("volumes", ()):
        source, _, rest = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).partition(":")
        there = source == "./secrets" or (DEPLOY / source).exists()  # the page has people make that folder
        assert source in COMPOSE["volumes"] or (":ro" in rest and there)


def test_every_variable_is_in_the_example_with_the_same_default():
    assert {name for name, _, _ in VARIABLES} == EXAMPLE.keys()
    for name, kind, text in VARIABLES:
        assert EXAMPLE[name] == ("" if kind == ":?" else text)
        assert text or kind == ":-"


def test_what_is_secret_must_be_given_and_nothing_else_is_let_through():
    required = {name for name, kind, _ in VARIABLES if kind == ":?"}
    assert {name for name in EXAMPLE if SECRET.search(name)} <= required
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not SECRET.search(name) or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    assert not re.search(r"(?<!\$)\$[A-Za-z_]", TEXT), "a variable without a default or a reason"


def test_every_image_can_be_pinned_and_no_default_floats():
    for name, kind, default in VARIABLES:
        if name.endswith("_IMAGE") and name != "AUREN_IMAGE":
            assert kind == ":-"
            assert re.search(r":v?\d+\.\d+", default), name
    assert all(re.fullmatch(r"\$\{\w+_IMAGE:-.+\}", one["image"]) for one in SERVICES.values())


def test_settings_of_the_product_are_settings_it_has():
    for service in SERVICES.values():
        told = {name for name in service.get("environment", {}) if name.startswith("AUREN_")}
        assert told <= settings.ENVIRONMENT_NAMES


def test_only_what_speaks_to_the_stores_reaches_them():
    beside = {name for name, one in SERVICES.items() if "data" in one["networks"]}
    assert beside == {"web", "worker", "schedule", "export", "postgres", "redis"}
    assert COMPOSE["networks"]["data"] == {"internal": True}


def test_collector_and_tempo_have_the_memory_their_settings_are_for():
    assert SERVICES["collector"]["mem_limit"] == SERVICES["tempo"]["mem_limit"] == "256m"
    tempo = yaml.safe_load((DEPLOY / "tempo.yaml").read_text(encoding="utf-8"))
    assert tempo["compactor"]["compaction"]["block_retention"] == "24h"
    assert EXAMPLE["TRACES_EXPORTER"] == "nop"


def test_prometheus_scrapes_what_is_there_and_the_product_as_outside_of_a_container():
    jobs = scraped()
    targets = {
        target for job in jobs.values() for one in job.get("static_configs", ()) for target in one["targets"]
    }
    names = {target.partition(":")[0] for target in targets} - {"127.0.0.1"}
    names |= {name for job in jobs.values() for one in job.get("dns_sd_configs", ()) for name in one["names"]}
    assert names == {"web", "node", "alertmanager", "collector", "tempo"}
    alone = scraped("prometheus.yml")
    assert alone.keys() <= jobs.keys()
    for name, job in alone.items():
        assert job["metrics_path"] == jobs[name]["metrics_path"]


def test_grafana_s_sources_are_services_and_its_dashboards_the_exported_ones():
    provisioning = DEPLOY / "grafana/provisioning"
    sources = yaml.safe_load((provisioning / "datasources/auren.yaml").read_text(encoding="utf-8"))[
        "datasources"
    ]
    assert {re.split("[/:]+", one["url"])[1] for one in sources} <= SERVICES.keys()
    assert len({one["uid"] for one in sources}) == len(sources) == 3
    (provider,) = yaml.safe_load((provisioning / "dashboards/auren.yaml").read_text(encoding="utf-8"))[
        "providers"
    ]
    assert provider["options"]["path"].startswith("/export/")
    assert "export:/export:ro" in SERVICES["grafana"]["volumes"]


@pytest.mark.django_db
def test_the_export_that_it_runs_writes_what_the_others_mount(tmp_path, monkeypatch):
    monkeypatch.chdir(settings.BASE_DIR)
    call_command("registry", "import", "examples/auren", verbosity=0, stdout=io.StringIO())
    publish(author=None, author_name="test", message="First.", accepted="Known.")
    receivers = f"--receivers={DEPLOY / 'receivers.example.yaml'}"
    swap = {"--out=/export": f"--out={tmp_path}", "--receivers=/run/receivers.yaml": receivers}
    call_command(*(swap.get(word, word) for word in SERVICES["export"]["command"]), stdout=io.StringIO())
    (told,) = (word for word in SERVICES["alertmanager"]["command"] if word.startswith("--config.file="))
    assert (tmp_path / told.partition("/export/")[2]).exists()
    assert list((tmp_path / "prometheus/rules").glob("*.yml"))
    assert list((tmp_path / "grafana/dashboards").glob("*.json"))


@pytest.mark.monitoring
def test_prometheus_takes_its_configuration(tmp_path):
    (tmp_path / "token").write_text("secret")
    text = (DEPLOY / "compose/prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(
        text.replace("/run/secrets/metrics_token", str(tmp_path / "token"))
    )
    done = subprocess.run(
        [program("promtool"), "check", "config", str(tmp_path / "prometheus.yml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
