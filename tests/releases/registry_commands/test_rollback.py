"""``registry rollback``: back to an earlier release, with the difference shown."""

import pytest

from releases.models import ChannelMove
from tests.kpis.commands import run
from tests.releases.api.conftest import production
from tests.releases.registry_commands.samples import edit

WHY = ("--reason", "Too many alerts")


@pytest.fixture
def third(first, tmp_path) -> None:
    """Production after three releases."""
    edit(tmp_path, "< 20", "< 22")
    run("publish", "-m", "22")
    edit(tmp_path, "< 20", "< 24")
    run("publish", "-m", "24")
    assert production() == 3


def test_it_goes_to_the_one_before_and_shows_what_that_changes(third):
    code, out, err = run("rollback", *WHY)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "behavioural  hrv_rmssd critical: < 24 → < 22 ms"
    assert out.splitlines()[-1] == "Moved production: release 3 → release 2."
    moved = ChannelMove.objects.latest("pk")
    assert (moved.kind, moved.reason, moved.by_name) == ("rollback", "Too many alerts", "command line")


def test_twice_goes_two_back_not_back_and_forth(third):
    run("rollback", *WHY)
    assert run("rollback", *WHY)[1].splitlines()[-1] == "Moved production: release 2 → release 1."
    assert run("rollback", *WHY)[0] == 3


def test_a_release_is_named_by_its_number(third):
    assert run("rollback", "1", *WHY)[1].splitlines()[-1] == "Moved production: release 3 → release 1."


def test_a_dry_run_moves_nothing(third):
    code, out, _ = run("rollback", "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "Would move production: release 3 → release 2.")
    assert production() == 3


@pytest.mark.parametrize(("where", "code"), [("9", 2), ("x", 2), ("3", 1)])
def test_a_release_it_cannot_go_back_to(third, where, code):
    assert run("rollback", where, *WHY)[0] == code


def test_a_later_release_is_no_way_back(third):
    run("rollback", "1", *WHY)
    assert run("rollback", "2", *WHY)[0] == 1


def test_without_a_reason_nothing_moves_and_it_says_how(third):
    code, _, err = run("rollback")
    assert (code, err) == (1, "Say why production goes back to release 2. Add --reason.\n")
    assert production() == 3
