"""Small deliveries that wait together are stored together, and nobody pays for another."""

import threading
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, transaction

from contracts.evaluation import micros
from rest import patience
from rest.patience import at_most
from telemetry.contracts_now import current
from telemetry.deliveries import Delivery, Stretch
from telemetry.ingest import _stored, _together
from telemetry.line import FEW, MOST, Line
from telemetry.parsing import Reader
from telemetry.storage import store
from tests.telemetry.samples import MINUTE, NOW, observation, rows, told

READY = 10  # seconds
WATCHED: Any = None  # nobody asks


class Database:
    """What a line asks about it."""

    vendor, in_atomic_block = "sqlite", False


@pytest.fixture(autouse=True)
def database(monkeypatch):
    found = Database()
    monkeypatch.setattr("telemetry.line.connection", found)
    return found


class Wrong(Exception):
    """Something about one delivery."""


def delivery(user, size=1, is_strict=False):
    found = Delivery(user, "NEUROS", size, 1, [], is_strict)
    found.stretches = [Stretch(found, name, WATCHED, "", [], [], True) for name in user.split()]
    return found


class Scene:
    """A line whose first delivery is being stored while the others come; ``groups`` are who went together."""

    def __init__(self, together=None, alone=None, first=None):
        self.groups: list[list[str]] = []
        self.alone: list[str] = []
        self._refuse, self._alone, self._refuse_first = together, alone, first
        self._first, self._go = threading.Event(), threading.Event()
        self.line = Line(self._together, self._by_itself)

    def _together(self, deliveries, now):
        self.groups.append([one.digest for one in deliveries])
        if len(self.groups) == 1:
            self._first.set()
            assert self._go.wait(READY)
            if self._refuse_first:
                raise self._refuse_first
        elif self._refuse:
            raise self._refuse
        return [{"of": one.digest} for one in deliveries]

    def _by_itself(self, one, now):
        self.alone.append(one.digest)
        if self._alone:
            raise self._alone
        return {"of": one.digest}

    def play(self, *deliveries):
        """What each was answered, in their order: the first one while the others come."""
        found = {}

        def work(one):
            try:
                found[one.digest] = self.line.take(one, 0)["of"]
            except Exception as error:
                found[one.digest] = error

        first = delivery("first")
        threads = [threading.Thread(target=work, args=(one,)) for one in (first, *deliveries)]
        threads[0].start()
        assert self._first.wait(READY)
        for count, thread in enumerate(threads[1:], 1):
            thread.start()
            while thread.is_alive() and len(self.line._waiting) < count:
                thread.join(0.001)
        self._go.set()
        for thread in threads:
            thread.join(READY)
        assert found.pop("first") == (self._refuse_first or "first")
        assert self.line._waiting == []
        return found


def test_those_who_wait_go_together():
    scene = Scene()
    assert scene.play(delivery("anna"), delivery("berta"), delivery("carla")) == {
        "anna": "anna",
        "berta": "berta",
        "carla": "carla",
    }
    assert [sorted(group) for group in scene.groups] == [["first"], ["anna", "berta", "carla"]]
    assert scene.alone == []


def test_those_with_a_person_in_common_do_not():
    scene = Scene()
    found = scene.play(delivery("anna berta"), delivery("berta carla"), delivery("dora"))
    assert set(found) == {"anna berta", "berta carla", "dora"}
    for group in scene.groups:
        users = " ".join(group).split()
        assert len(users) == len(set(users))
    assert len(scene.groups) == 3


def test_no_more_go_together_than_are_stored_quickly():
    scene = Scene()
    scene.play(delivery("anna", MOST // 2), delivery("berta", MOST // 2), delivery("carla", MOST // 2))
    assert [len(group) for group in scene.groups] == [1, 2, 1]


def test_where_one_is_in_the_way_each_goes_alone():
    scene = Scene(together=Wrong())
    assert scene.play(delivery("anna"), delivery("berta")) == {"anna": "anna", "berta": "berta"}
    assert sorted(scene.alone) == ["anna", "berta"]


def test_what_is_wrong_with_one_is_told_to_that_one():
    wrong = Wrong()
    assert Scene(together=Wrong(), alone=wrong).play(delivery("anna")) == {"anna": wrong}


def test_a_database_that_is_away_is_away_for_all_of_them_and_not_waited_for_again():
    away = OperationalError("it is away")
    scene = Scene(together=away)
    assert scene.play(delivery("anna"), delivery("berta")) == {"anna": away, "berta": away}
    assert scene.alone == []


def state(code: str) -> OperationalError:
    error = OperationalError("told")
    error.__cause__ = psycopg.errors.lookup(code)()
    return error


def test_a_lock_that_was_not_given_is_waited_for_once_for_all():
    busy = state("55P03")
    assert Scene(together=busy).play(delivery("anna"), delivery("berta")) == {"anna": busy, "berta": busy}


def test_who_gave_way_goes_alone():
    scene = Scene(together=state("40P01"))
    assert scene.play(delivery("anna"), delivery("berta")) == {"anna": "anna", "berta": "berta"}


def test_nobody_stands_at_the_door_for_longer_than_it_has_time(monkeypatch):
    monkeypatch.setattr(patience, "_of_process", 10.0)
    scene = Scene()
    first = threading.Thread(target=scene.line.take, args=(delivery("first"), 0))
    first.start()
    assert scene._first.wait(READY)
    with at_most(0.1), pytest.raises(OperationalError, match="another thread"):
        scene.line.take(delivery("anna"), 0)
    scene._go.set()
    first.join(READY)
    assert scene.line._waiting == []


def test_nobody_waits_for_a_database_that_was_away_for_who_came_before():
    away = OperationalError("it is away")
    scene = Scene(first=away)
    waiting = [delivery("anna", MOST), delivery("berta"), delivery("first berta")]
    assert set(scene.play(*waiting).values()) == {away}
    assert (scene.groups, scene.alone) == ([["first"]], [])


def test_who_gets_no_turn_is_not_stored_with_the_next_one(monkeypatch):
    def no_turn():
        raise PermissionError("the file of turns")

    scene = Scene()
    with monkeypatch.context() as patched:
        patched.setattr("telemetry.line.turn", no_turn)
        with pytest.raises(PermissionError):
            scene.line.take(delivery("anna"), 0)
    assert scene.play(delivery("berta")) == {"berta": "berta"}
    assert scene.groups == [["first"], ["berta"]]


@pytest.mark.parametrize("one", [delivery("anna", MOST + 1), delivery("anna", is_strict=True)])
def test_a_large_one_and_one_that_is_all_or_nothing_go_alone(one):
    scene = Scene()
    assert scene.play(one) == {"anna": "anna"}
    assert scene.alone == ["anna"]


def test_where_many_write_at_a_time_few_wait_for_others(database):
    database.vendor = "postgresql"
    scene = Scene()
    scene.play(delivery("anna", FEW), delivery("berta", FEW + 1))
    assert scene.alone == ["berta"]


def read(*items):
    now = micros(NOW)
    good, bad = Reader(current(), "NEUROS", now, 0).read(list(items))
    found = Delivery(
        sha256(repr(items).encode()).hexdigest(), "NEUROS", len(items), current().release, bad, False
    )
    found.sort(good)
    return found


def unnumbered(answer):
    """PostgreSQL gives no number of a run twice, also where the first run was undone."""
    return answer | {"runs": [run | {"id": 0} for run in answer.get("runs", [])]}


@pytest.mark.django_db
@pytest.mark.usefixtures("contract")
def test_stored_together_each_is_told_what_it_would_be_told_alone():
    told(observation(30, NOW - MINUTE, user_id="c"))
    batches = [
        [
            observation(50, user_id="a"),
            observation(18, NOW - MINUTE, user_id="a"),
            observation(-1, user_id="a"),
        ],
        [
            observation(18, user_id="b", kpi="hrv_patient"),
            observation(40, user_id="b", measurement_source="ring"),
        ],
        [
            observation(18, user_id="c"),
            observation(31, NOW - MINUTE, user_id="c"),
            observation(19, user_id="c"),
        ],
        [observation("x", user_id="d")],
    ]
    before = rows()
    with transaction.atomic():
        apart = [_stored(store(), [read(*batch)], micros(NOW))[0] for batch in batches]
        after = rows()
        transaction.set_rollback(True)
    assert rows() == before
    together = _together([read(*batch) for batch in batches], micros(NOW))
    assert list(map(unnumbered, together)) == list(map(unnumbered, apart))
    assert rows() == after
    assert [len(one["errors"]) for one in apart] == [1, 0, 1, 1]
