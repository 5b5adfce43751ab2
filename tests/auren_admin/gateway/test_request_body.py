"""Bodies are read under a deadline, so many at a time, and so many bytes of them."""

from io import BytesIO
from threading import Event, Thread

import pytest

from auren_admin.gateway import request_body
from auren_admin.gateway.request_body import BodyReader, Full, Incomplete, Reading, TooSlow


class Held:
    """A body that does not come, until the connection is broken off."""

    def __init__(self):
        self.begun, self.broken_off = Event(), Event()

    def read(self, size):
        self.begun.set()
        assert self.broken_off.wait(10)
        return b""


def read(reader, stream, length, *, caller="one", is_known=True, abort=lambda: None, most=100):
    return reader.read(stream, length, most, caller=caller, is_known=is_known, abort=abort)


@pytest.fixture
def reader():
    return BodyReader()


def hold(reader, caller, *, is_known=True):
    """Have a body read that does not come."""
    held = Held()

    def wait():
        with pytest.raises((Incomplete, TooSlow)):
            read(reader, held, 10, caller=caller, is_known=is_known, abort=held.broken_off.set)

    thread = Thread(target=wait)
    thread.start()
    assert held.begun.wait(10)
    return held, thread


def test_a_body_is_read_and_counts_until_it_is_released(reader):
    assert read(reader, BytesIO(b"0123456789more"), 10) == b"0123456789"
    assert reader._bytes == 10
    reader.release(10)
    assert reader._bytes == 0


def test_a_long_body_is_read_in_pieces(reader):
    body = b"x" * (request_body.CHUNK * 2 + 1)
    assert read(reader, BytesIO(body), len(body)) == body


@pytest.mark.parametrize(("sent", "read_"), [(99, 99), (100, 100), (500, 101)])
def test_of_a_body_of_unknown_length_one_byte_more_than_allowed_is_read(reader, sent, read_):
    assert len(read(reader, BytesIO(b"x" * sent), None)) == read_
    assert reader._bytes == read_


def test_a_body_that_ends_early_is_incomplete(reader):
    with pytest.raises(Incomplete):
        read(reader, BytesIO(b"123"), 10)
    assert reader._bytes == 0


def test_a_body_that_does_not_come_is_broken_off(reader):
    held, thread = hold(reader, "slow")
    reader.expire()
    assert not held.broken_off.is_set()
    next(iter(reader._readings)).grace = -1
    reader.expire()
    thread.join(10)
    assert held.broken_off.is_set()
    assert reader._bytes == 0


def test_a_caller_has_only_so_many_at_a_time_and_others_go_on(reader):
    held = [hold(reader, "greedy") for _ in range(request_body.EACH)]
    with pytest.raises(Full):
        read(reader, BytesIO(b"1"), 1, caller="greedy")
    assert read(reader, BytesIO(b"1"), 1, caller="other") == b"1"
    let_go(held)


def test_callers_nobody_vouches_for_leave_places_to_those_who_are_known(reader):
    held = [hold(reader, f"stranger {number}", is_known=False) for number in range(request_body.OPEN_PLACES)]
    with pytest.raises(Full):
        read(reader, BytesIO(b"1"), 1, caller="stranger", is_known=False)
    assert read(reader, BytesIO(b"1"), 1) == b"1"
    let_go(held)


def test_more_bytes_than_there_is_memory_for_are_not_read(reader, monkeypatch):
    monkeypatch.setattr(request_body, "BUDGET", 10)
    with pytest.raises(Full):
        read(reader, BytesIO(b"x" * 11), 11)
    assert read(reader, BytesIO(b"x" * 10), 10)


@pytest.mark.parametrize(
    ("seconds", "received", "late"),
    [(4.9, 0, False), (5.1, 0, True), (60, 1024 * 1024, False), (301, 32 * 1024 * 1024, True)],
)
def test_a_longer_body_has_more_time_but_not_for_ever(seconds, received, late):
    reading = Reading(None, request_body.GRACE, 0, received)
    assert reading.is_late(seconds) is late


@pytest.mark.parametrize(("size", "is_all"), [(10, True), (request_body.DRAINED + 1, False)])
def test_a_body_nobody_wants_is_read_up_to_a_bound_and_not_kept(reader, size, is_all):
    assert reader.drain(BytesIO(b"x" * size), caller="one", is_known=True, abort=None) is is_all
    assert reader._bytes == 0


def test_one_that_does_not_come_is_broken_off(reader, monkeypatch):
    monkeypatch.setattr(request_body, "DRAIN_GRACE", -1)
    held = Held()
    looking = Thread(target=lambda: held.begun.wait(10) and reader.expire())
    looking.start()
    with pytest.raises(TooSlow):
        reader.drain(held, caller="one", is_known=True, abort=held.broken_off.set)
    looking.join()


def let_go(held):
    for stream, thread in held:
        stream.broken_off.set()
        thread.join(10)
