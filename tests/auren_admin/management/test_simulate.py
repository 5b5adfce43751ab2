"""`manage.py simulate` and `manage.py demo`: what they refuse, and how they run beside the server."""

import signal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from auren_admin.management.commands import demo, simulate
from telemetry.simulation.running import CannotSimulate


@pytest.mark.parametrize("command", ["simulate", "demo"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"users": 0}, "--users: expected 1 to 10000"),
        ({"days": 500}, "--days: expected 0 to 400"),
        ({"speed": -1.0}, "--speed"),
        ({"speed": float("nan")}, "--speed"),
    ],
)
def test_what_makes_no_sense_is_refused(command, options, words):
    with pytest.raises(CommandError, match=words):
        call_command(command, **options)


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_made_up_people_have_no_place_in_production(command, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not in production"):
        call_command(command)


def test_the_demo_runs_the_simulation_beside_the_server():
    options = {"users": 3, "days": 2, "speed": 1.0, "host": "0.0.0.0", "port": 9000, "web_only": False}
    assert demo.Command().companions(options) == (
        "worker",
        "schedule",
        "simulate --url http://localhost:9000 --users 3 --days 2 --speed 1.0",
    )


def test_ctrl_c_ends_it_without_a_traceback(monkeypatch):
    def interrupted(plan, say):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "simulate", interrupted)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    out = StringIO()
    call_command("simulate", stdout=out)
    assert out.getvalue() == "Stopped.\n"


def test_what_is_missing_is_an_error_in_words(monkeypatch):
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)

    def refused(plan, say):
        raise CannotSimulate("Nothing answers")

    monkeypatch.setattr(simulate, "simulate", refused)
    with pytest.raises(CommandError, match="Nothing answers"):
        call_command("simulate")
