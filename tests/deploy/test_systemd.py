"""The units and timers of deploy/systemd, as systemd reads them and as the page about them tells."""

import re
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from tests.deploy.units import unit

DEPLOY = settings.BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ROLES = [DEPLOY / f"systemd/auren-{role}.service" for role in ("schedule", "web", "worker")]
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
PAGE = (settings.BASE_DIR / "docs/proxy.md").read_text(encoding="utf-8")
ANALYZE = shutil.which("systemd-analyze")


def test_the_units_differ_in_what_they_run_and_in_nothing_that_protects():
    told = [unit(path)[0] for path in ROLES]
    for one in told:
        del one["Description"], one["After"]
    runs = {one.pop("ExecStart").partition("manage.py ")[2] for one in told}
    assert runs == {"up --web-only", "worker", "schedule"}
    assert told[0] == told[1] == told[2]
    assert all(f"deploy/systemd/{path.name}" in PAGE for path in ROLES)


def test_the_units_and_the_page_set_what_there_is():
    assert {name for path in UNITS for name, _ in unit(path)[1]} <= settings.ENVIRONMENT_NAMES
    assert set(re.findall(r"^(AUREN_\w+)=", PAGE, re.MULTILINE)) <= settings.ENVIRONMENT_NAMES


def test_one_of_two_servers_differs_from_the_only_one_in_its_port_and_folder_alone():
    one, some = unit(DEPLOY / "systemd/auren-web.service"), unit(DEPLOY / "systemd/auren-web@.service")
    assert set(some[1]) - set(one[1]) == {("PORT", "%i"), ("AUREN_DATA_DIR", "/var/lib/auren/%i")}
    assert {key for key in some[0] if some[0][key] != one[0].get(key)} == {
        "Description",
        "Environment",
        "StateDirectory",
    }


@pytest.mark.parametrize("timer", TIMERS, ids=lambda path: path.stem)
def test_each_timer_has_a_service_that_protects_as_the_others_do_and_makes_up_for_a_night_off(timer):
    service, clock = unit(timer.with_suffix(".service"))[0], unit(timer)[0]
    assert (service["Type"], clock["Persistent"], "Restart" in service) == ("oneshot", "true", False)
    other = unit(DEPLOY / "systemd/auren-web.service")[0]
    for key in (
        "NoNewPrivileges",
        "CapabilityBoundingSet",
        "ProtectSystem",
        "SystemCallFilter",
        "PrivateTmp",
    ):
        assert service[key] == other[key]


def test_no_housekeeping_touches_a_volume():
    for timer in TIMERS:
        text = timer.with_suffix(".service").read_text(encoding="utf-8")
        commands = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        assert commands
        assert not any("volume" in one or "system prune" in one for one in commands)


@pytest.mark.django_db
def test_housekeeping_deletes_sessions_that_have_ended_and_no_other():
    command = unit(DEPLOY / "systemd/auren-housekeeping.service")[0]["ExecStart"].partition("manage.py ")[2]
    for key, seconds in (("over", -60), ("open", 60)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=timezone.now() + timedelta(seconds=seconds)
        )
    call_command(command)
    assert [one.session_key for one in Session.objects.all()] == ["open"]


@pytest.mark.skipif(not ANALYZE, reason="needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path):
    for path in UNITS + TIMERS:
        text = path.read_text(encoding="utf-8").replace("/opt/auren-admin/.venv/bin/python", sys.executable)
        (tmp_path / path.name).write_text(text.replace("/usr/bin/docker", "/bin/true"))
    shutil.copy(tmp_path / "auren-web@.service", tmp_path / "auren-web@8001.service")
    whole = sorted(path for path in tmp_path.iterdir() if "@." not in path.name)
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *map(str, whole)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, [line for line in done.stderr.splitlines() if "auren" in line]) == (0, [])
