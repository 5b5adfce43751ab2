"""Two people who answer for the same thing at the very same moment: one of them comes first, and the other sees it."""

from functools import partial
from threading import Event
from typing import Any

import pytest

from contracts.units import STANDARD_UNITS
from kpis.models import RegistrySettings, Unit
from releases import services
from releases.models import Approval, Channel, ChannelMove, Release, Unprotection
from releases.services import MoveRefused, approving, moving, protecting
from tests.kpis.conftest import make
from tests.racing import PATIENCE, meet_before, together
from tests.releases.samples import edit, person, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
GO: dict[str, Any] = {"channel": "production", "release": 2}


@pytest.fixture
def ann():
    return person("ann", first_name="Ann", last_name="Author")


@pytest.fixture
def rex():
    return person("rex", first_name="Rex", last_name="Reviewer")


@pytest.fixture
def proposed(ann) -> Release:
    """Release 2 of Ann's, which waits for somebody else's approval before production, on release 1, may go there."""
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    Channel.objects.get_or_create(name="production")
    make()
    publish(author=ann)
    services.protect(channel="production", by=ann)
    edit("< 25")
    publish(author=ann)
    return Release.objects.get(number=2)


def tried(work):
    """What somebody did, or the code of why it was refused."""

    def done():
        try:
            return work() or "done"
        except MoveRefused as refused:
            return refused.code

    return done


def move(by):
    return partial(services.move, **GO, by=by)


def say(release, who, verdict):
    return partial(services.say, release=release, person=who, verdict=verdict, note="Seen.")


def settle(who, *, is_confirmed):
    return partial(services.settle_unprotect, channel="production", by=who, is_confirmed=is_confirmed)


def test_a_move_at_the_moment_of_approval_is_refused_or_names_who_approved(proposed, ann, rex, monkeypatch):
    meet_before(monkeypatch, approving, "makers")
    moved, said = together(tried(move(ann)), tried(say(proposed, rex, "approved")))
    assert isinstance(said, Approval)
    if moved == "not_approved":
        assert Channel.objects.get(release__number=1)
    else:
        assert (moved.after.number, moved.approved_by) == (2, "Rex Reviewer")


def test_a_release_that_is_rejected_meanwhile_is_moved_to_before_that_or_not_at_all(
    proposed, ann, rex, monkeypatch
):
    services.say(release=proposed, person=rex, verdict="approved")
    judged, rejected, order = Event(), Event(), []
    go_on = moving.set_channel

    def slowly(*args, **kwargs):
        judged.set()
        rejected.wait(PATIENCE)  # long enough for whoever would not wait for this move
        order.append("moved")  # while nobody else has a turn
        return go_on(*args, **kwargs)

    def goes():
        services.move(**GO, by=ann)

    def rejects():
        judged.wait(5)
        say(proposed, rex, "rejected")()
        rejected.set()
        order.append("rejected")

    monkeypatch.setattr(moving, "set_channel", slowly)
    together(goes, rejects)
    moves = ChannelMove.objects.filter(after=proposed, kind="publish")
    assert (order, [one.approved_by for one in moves]) == (["moved", "rejected"], ["Rex Reviewer"])


def test_after_a_rejection_nobody_moves(proposed, ann, rex):
    say(proposed, rex, "rejected")()
    assert together(*[tried(move(ann))] * 3) == ["rejected"] * 3


def test_of_confirming_and_withdrawing_at_once_one_counts(proposed, ann, rex, monkeypatch):
    services.ask_unprotect(channel="production", by=ann)
    meet_before(monkeypatch, Unprotection, "save")
    done = together(tried(settle(rex, is_confirmed=True)), tried(settle(ann, is_confirmed=False)))
    assert sorted(isinstance(one, Unprotection) for one in done) == [False, True]
    assert "nothing_asked" in done
    asked = Unprotection.objects.get()
    assert Channel.objects.get().is_protected is (asked.state == Unprotection.State.WITHDRAWN)
    kinds = ChannelMove.objects.filter(kind__in=("unprotect", "withdraw")).values_list("kind", flat=True)
    assert list(kinds) == ["withdraw" if asked.state == Unprotection.State.WITHDRAWN else "unprotect"]


def test_two_who_ask_at_once_ask_once(proposed, ann, rex, monkeypatch):
    meet_before(monkeypatch, protecting, "as_line")
    done = together(
        *(tried(partial(services.ask_unprotect, channel="production", by=who)) for who in (ann, rex))
    )
    assert "asked_already" in done
    assert Unprotection.objects.count() == 1
