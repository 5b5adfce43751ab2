"""How long a thread waits is said once, and counts wherever it waits."""

import math
import threading
from time import monotonic, sleep

import pytest
from django.db import OperationalError

from rest import patience
from rest.patience import FLOOR, SHORT, SINCE, at_most, at_most_since, holding, left, longest, set_longest


@pytest.fixture(autouse=True)
def bound(monkeypatch):
    monkeypatch.setattr(patience, "_of_process", math.inf)
    set_longest(10.0)


def test_a_thread_waits_as_long_as_its_process_unless_told_otherwise():
    with at_most(2.0):
        assert longest() == 2.0
        with at_most(60.0):
            assert longest() == 10.0
    assert longest() == 10.0


def test_what_is_allowed_in_all_is_used_up():
    with at_most(FLOOR + 0.2, in_all=True):
        sleep(0.1)
        assert FLOOR <= longest() < FLOOR + 0.15
        sleep(0.2)
        assert longest() == FLOOR


@pytest.mark.parametrize(("ago", "left"), [(0.0, SHORT), (1.2, SHORT - 1.2), (30.0, FLOOR)])
def test_a_report_has_what_its_wait_for_a_thread_left(ago, left):
    with at_most_since({SINCE: monotonic() - ago}):
        assert longest() == pytest.approx(left, abs=0.1)
    with at_most_since({}):
        assert longest() == pytest.approx(SHORT, abs=0.1)


def test_another_thread_is_not_meant(monkeypatch):
    found = []
    with at_most(1.0):
        thread = threading.Thread(target=lambda: found.append(longest()))
        thread.start()
        thread.join()
    assert found == [10.0]


def test_a_lock_is_waited_for_no_longer_than_the_database():
    lock = threading.Lock()
    with lock, at_most(0.1), pytest.raises(OperationalError, match=r"0\.1 s"), holding(lock):
        pass
    with holding(lock):
        assert lock.locked()
    assert not lock.locked()


def test_what_is_left_of_all_has_no_floor():
    assert left() == math.inf
    with at_most(5.0, in_all=True):
        assert 4.0 < left() <= 5.0
    with at_most(0.0, in_all=True):
        assert left() <= 0 < longest()


def test_where_the_database_is_a_file_nothing_is_limited(monkeypatch):
    monkeypatch.setattr(patience, "_of_process", math.inf)
    with at_most(1.0, in_all=True):
        assert longest() == math.inf
