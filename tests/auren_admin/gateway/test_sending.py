"""Answers leave whole where they are small, piece by piece where they are large, and so many large ones at a time."""

from threading import Event

import pytest

from auren_admin.gateway import sending
from auren_admin.gateway.sending import Pace, Sender, Start, break_off


class Channel:
    """What was sent over it."""

    def __init__(self):
        self.sent, self.done = None, Event()

    def response_bytes(self, status, headers, body):
        self.sent = (status, dict(headers), body)
        self.done.set()

    def response_iter(self, status, headers, body):
        parts = []
        while (part := next_of(body)) is not None:
            parts.append(part)
        self.sent = (status, dict(headers), parts)
        self.done.set()


def next_of(body):
    try:
        return body.__next__()
    except StopIteration:
        return None


@pytest.fixture
def start():
    begun = Start()
    begun("200 OK", [("Content-Type", "text/plain")])
    return begun


@pytest.mark.parametrize("result", [[b"some", b"thing"], iter([b"some", b"thing"])])
def test_a_small_answer_is_sent_whole(start, result):
    channel = Channel()
    Sender().send(channel, start, result, lambda: None)
    assert channel.sent == (200, {"Content-Type": "text/plain"}, b"something")


def test_a_large_answer_is_sent_by_a_thread_of_its_own_with_its_length(start, monkeypatch):
    monkeypatch.setattr(sending, "SMALL", 8)
    channel = Channel()
    Sender().send(channel, start, [b"some", b"thing"], lambda: None)
    assert channel.done.wait(10)
    assert channel.sent == (200, {"Content-Type": "text/plain", "Content-Length": "9"}, [b"some", b"thing"])


class Made:
    """An answer that is put together piece by piece."""

    def __init__(self):
        self.made = 0

    def __iter__(self):
        for piece in (b"some", b"thing"):
            self.made += 1
            yield piece


def test_the_beginning_of_a_large_answer_does_not_wait_for_its_end(monkeypatch):
    monkeypatch.setattr(sending, "SMALL", 8)
    begun, result, made_before = Start(), Made(), []
    begun("200 OK", [("Content-Length", "9")])

    class Asking(Channel):
        def response_iter(self, status, headers, body):
            made_before.append(result.made)
            super().response_iter(status, headers, body)

    channel = Asking()
    Sender().send(channel, begun, result, lambda: None)
    assert channel.done.wait(10)
    assert channel.sent == (200, {"Content-Length": "9"}, [b"some", b"thing"])
    assert made_before == [0]


def test_an_answer_of_middle_size_is_sent_whole_where_too_many_are_on_their_way(start, monkeypatch):
    monkeypatch.setattr(sending, "SMALL", 1)
    monkeypatch.setattr(sending, "STREAMS", 0)
    channel = Channel()
    Sender().send(channel, start, [b"some", b"thing"], lambda: None)
    assert channel.sent == (200, {"Content-Type": "text/plain"}, b"something")


def test_more_large_answers_than_there_are_threads_for_are_refused(start, monkeypatch):
    monkeypatch.setattr(sending, "SMALL", 1)
    monkeypatch.setattr(sending, "WHOLE", 1)
    monkeypatch.setattr(sending, "STREAMS", 1)
    sender, held, full = Sender(), Event(), Event()

    class Slow(Channel):
        def response_iter(self, status, headers, body):
            held.wait(10)

    sender.send(Slow(), start, [b"much"], lambda: None)
    sender.send(Channel(), start, [b"much"], full.set)
    held.set()
    assert full.is_set()


def test_an_answer_that_is_taken_too_slowly_ends_before_its_end(monkeypatch):
    times = iter([0, 1, 31, 99])
    monkeypatch.setattr(sending, "monotonic", lambda: next(times))
    assert list(Pace([b"x" * 100_000, b"y", b"z"])) == [b"x" * 100_000, b"y"]


def test_breaking_off_announces_more_than_it_sends():
    channel = Channel()
    break_off(channel, 408, [])
    assert channel.done.wait(10)
    assert channel.sent == (408, {"Connection": "close", "Content-Length": "1"}, [])
