"""docs/timetable.md names all that runs by itself, as it is in the code and in the examples for systemd."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings

from jobs.kinds import KINDS, SCHEDULES

PAGE = (settings.BASE_DIR / "docs/timetable.md").read_text(encoding="utf-8")
SYSTEMD = settings.BASE_DIR / "deploy/systemd"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BY_SETTING = {"telemetry_forward": "every minute, at second 30"}
"""What only some sites have: the tests' settings name no address to forward to."""
NOT_SERVED = {"auren_client", "bench", "faults", "scripts", "tests", "var"}
LOOP = r"^\s+while (True|not self\._(stop|ended))"
NOT_BY_ITSELF = {"auren_admin.gateway.worker_pool"}
"""Modules with a thread that waits until somebody asks."""
SECONDS = {"s": 1.0, "h": 3600.0}


def rows(title):
    """The cells of the table under this title."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `") or " | `" in line]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def when(schedule):
    """A schedule in the page's words."""
    at = schedule.offset
    if schedule.every == DAY:
        return f"every day at {at // HOUR:02}:{at % HOUR // MINUTE:02}"
    if schedule.every == HOUR:
        return f"every hour, at minute {at // MINUTE}"
    if schedule.every == MINUTE:
        return "every minute" + (f", at second {at.seconds}" if at else "")
    return f"every {schedule.every.seconds} seconds"


def test_every_job_that_runs_by_itself_is_there_with_its_time():
    ours = {one.kind: when(one) for one in SCHEDULES if not one.kind.startswith("fault_")}
    assert {name: at for name, _, at, _ in rows("Jobs")} == BY_SETTING | ours


def test_how_long_a_job_may_be_silent_is_its_lease():
    told = {name: silent for name, _, _, silent in rows("Jobs")}
    leases = {name: KINDS[name].lease // MINUTE for name in told}
    assert told == {name: f"{lease} minute{'s' * (lease > 1)}" for name, lease in leases.items()}


@pytest.mark.parametrize("row", rows("Beside requests"), ids=lambda row: row[3])
def test_what_runs_in_a_thread_looks_as_often_as_the_page_says(row):
    module, _, name = row[3].rpartition(".")
    value = getattr(import_module(module), name)
    number, unit = row[2].split()
    assert float(number) * SECONDS[unit] == getattr(value, "total_seconds", lambda: value)()


def test_every_loop_of_a_thread_is_on_the_page():
    named = {row[3].rpartition(".")[0] for row in rows("Beside requests")}
    looping = set()
    for path in settings.BASE_DIR.glob("*/**/*.py"):
        place = path.relative_to(settings.BASE_DIR)
        if place.parts[0] in NOT_SERVED or place.parts[0].startswith("."):
            continue
        text = path.read_text(encoding="utf-8")
        if re.search(r"\bThread\(", text) and re.search(LOOP, text, re.MULTILINE):
            looping.add(".".join(place.with_suffix("").parts))
    assert looping - named == NOT_BY_ITSELF


def test_every_timer_of_systemd_is_there_with_its_time():
    told = {name: at for name, _, at, _ in rows("On the machine")}
    assert set(told) == {path.name for path in SYSTEMD.glob("*.timer")}
    for name, at in told.items():
        unit = (SYSTEMD / name).read_text(encoding="utf-8")
        [day, hour, minute] = re.findall(r"OnCalendar=(.*?) ?\*-\*-\* (\d\d):(\d\d):00 UTC", unit)[0]
        [within] = re.findall(r"RandomizedDelaySec=(\d+)min", unit)
        assert at == f"every {'Sunday' if day else 'day'} at {hour}:{minute}, within {within} minutes"


def test_how_long_a_timer_of_systemd_may_run_is_its_limit():
    for name, _, _, most in rows("On the machine"):
        unit = (SYSTEMD / name).with_suffix(".service").read_text(encoding="utf-8")
        [limit] = re.findall(r"TimeoutStartSec=(\d+)min", unit)
        assert most == f"{limit} minutes"
