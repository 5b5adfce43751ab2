"""The client with its thread."""

import threading
import time

import httpx
import pytest

from auren_client import AurenError, Client, NoBindings, NoInbox, NotDelivered, OutboxFull, Timing
from tests.auren_client.run_servers import run
from tests.auren_client.servers import TOKEN, body

QUICK = Timing(poll_every=0.02, send_after=0.01, slowest=0.05, inbox_every=0.02)


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.fixture
def connect(server):
    """Makes running clients of the made-up server, and closes them."""
    made = []

    def build(server=server, **options):
        http = httpx.Client(transport=httpx.MockTransport(server))
        more = {"agent": "NEUROS", "token": TOKEN, "file": None, "timing": QUICK} | options
        made.append(Client("http://auren", http=http, **more))
        return made[-1]

    yield build
    for client in made:
        client.close(0.1)


def test_the_first_question_starts_it(connect):
    assert list(connect().bindings()) == ["hrv_rmssd"]


def test_it_follows_a_change_by_itself(connect, server):
    changed = threading.Event()
    client = connect().start()
    client.on_change(lambda bindings: changed.set())
    server.served, server.etag = body(critical="< 20"), '"two"'
    assert changed.wait(10)
    assert client.bindings()["hrv_rmssd"].triggers[0].condition == "< 20"


def test_it_is_not_started_twice(connect):
    client = connect().start()
    thread = client._thread
    client.start()
    assert client._thread is thread


def test_a_listener_may_ask_for_the_bindings(connect):
    client = connect()
    told: list[bool] = []
    client.on_change(lambda bindings: told.append(client.bindings() is bindings))
    client.start()
    assert told == [True]


def test_flush_delivers_and_brings_the_answers(connect, server):
    client = connect()
    ids = [client.observe("hrv_rmssd", value, user_id="u1") for value in range(30, 60)]
    answers = client.flush()
    assert sorted(identity for answer in answers for identity in answer.results) == sorted(ids)
    assert answers[0].states == [{"kpi": "hrv_rmssd", "state": "normal"}]
    assert list(server.stored) == ids
    assert client.flush() == []


def test_flush_says_what_it_could_not_deliver_and_keeps_it(connect, server):
    client = connect().start()
    server.down = True
    client.observe("hrv_rmssd", 40, user_id="u1")
    with pytest.raises(NotDelivered, match="1 observation not delivered yet") as told:
        client.flush(0.05)
    assert told.value.waiting == 1
    server.down = False
    client.flush()
    assert len(server.stored) == 1


def test_many_threads_may_observe_at_once_and_nothing_is_lost_or_doubled(connect, server):
    client = connect(batch=50).start()

    def work(number):
        for value in range(100):
            client.observe("hrv_rmssd", value, user_id=f"u{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.flush()
    sent = [identity for batch in server.batches for identity in batch]
    assert len(sent) == len(set(sent)) == 400


def test_a_mistake_of_its_own_does_not_end_it(connect, server, monkeypatch, caplog):
    client = connect().start()
    monkeypatch.setattr(client._engine, "poll_answered", lambda reply: 1 / 0)
    until(lambda: "This should not have happened" in caplog.text)
    monkeypatch.undo()
    client.observe("hrv_rmssd", 40, user_id="u1")
    client.flush()
    assert len(server.stored) == 1


def test_a_full_queue_refuses_rather_than_loses(connect, server):
    client = connect(longest_queue=2).start()
    server.down = True
    for _ in range(2):
        client.observe("hrv_rmssd", 40, user_id="u1")
    with pytest.raises(OutboxFull, match="2 observations wait already"):
        client.observe("hrv_rmssd", 40, user_id="u1")


def test_closing_delivers_what_waits(connect, server):
    with connect() as client:
        client.observe("hrv_rmssd", 40, user_id="u1")
    assert len(server.stored) == 1
    assert not client._thread.is_alive()
    assert list(client.bindings()) == ["hrv_rmssd"]
    with pytest.raises(AurenError, match="closed"):
        client.observe("hrv_rmssd", 40, user_id="u1")


def test_closing_says_what_it_could_not_deliver(connect, server, caplog):
    client = connect().start()
    server.down = True
    client.observe("hrv_rmssd", 40, user_id="u1")
    client.close(0.05)
    assert "Closed with 1 observation not delivered yet" in caplog.text


def test_closed_before_it_was_started_it_asks_nobody(connect, server):
    client = connect()
    client.close()
    client.start()
    assert server.requests == []
    with pytest.raises(NoBindings):
        client.bindings()


def test_where_and_who_may_come_from_the_environment(monkeypatch, server):
    for name, value in {"URL": "http://auren", "AGENT": "NEUROS", "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"AUREN_{name}", value)
    http = httpx.Client(transport=httpx.MockTransport(server))
    with Client(http=http, file=None) as client:
        assert client.bindings().agent == "NEUROS"


@pytest.mark.parametrize("name", ["AUREN_URL", "AUREN_AGENT", "AUREN_TOKEN"])
def test_what_is_missing_is_named(monkeypatch, name):
    for other in {"AUREN_URL", "AUREN_AGENT", "AUREN_TOKEN"} - {name}:
        monkeypatch.setenv(other, "http://auren")
    monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match=name):
        Client()


@pytest.mark.parametrize("wrong", [{"poll_every": 0}, {"slowest": float("inf")}, {"send_after": -1}])
def test_a_pace_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="expected waits"):
        Timing(**wrong)


def test_the_first_question_for_the_inbox_waits_for_it(connect, runs):
    found = connect(server=runs).inbox()
    assert [one.id for one in found] == [7]
    assert found.paused is None


def test_the_inbox_is_kept_fresh_from_then_on_and_news_are_told(connect, runs):
    told = threading.Event()
    client = connect(server=runs)
    client.inbox()
    client.on_inbox(lambda inbox: told.set() if len(inbox) == 2 else None)
    runs.runs[8] = run(8)
    assert told.wait(10)
    assert [one.id for one in client.inbox()] == [7, 8]


def test_a_listener_may_ask_for_the_inbox_and_report(connect, runs):
    client = connect(server=runs)

    @client.on_inbox
    def work(inbox):
        for one in client.inbox():
            for step in one.to_do:
                step.done("As asked.")

    client.start()
    client.flush()
    assert [path for path, _ in runs.said] == ["runs/7/steps/1", "runs/7/steps/2"]


def test_without_the_server_the_question_for_the_inbox_ends_with_the_reason(connect, runs):
    client = connect(server=runs).start()
    runs.down = True
    with pytest.raises(NoInbox, match="did not answer"):
        client.inbox()


def test_flush_delivers_reports_too_and_says_how_many_wait(connect, runs):
    client = connect(server=runs)
    client.inbox()[0].to_do[0].done()
    client.flush()
    assert len(runs.said) == 1
    runs.down = True
    client.inbox()[0].to_do[0].done()
    with pytest.raises(NotDelivered, match="1 report not delivered yet: the server did not answer") as told:
        client.flush(0.1)
    assert (told.value.waiting, told.value.reports) == (0, 1)
    client.observe("hrv_rmssd", 40, user_id="u1")
    with pytest.raises(NotDelivered, match="1 observation and 1 report not delivered yet"):
        client.flush(0.1)


def test_closing_delivers_reports_and_none_is_taken_after_it(connect, runs):
    with connect(server=runs) as client:
        first, second = client.inbox()[0].to_do
        first.done()
    assert len(runs.said) == 1
    with pytest.raises(AurenError, match="closed"):
        second.done()


@pytest.mark.slow
def test_200_clients_outlive_their_server(server):
    """The short run with real threads and real time; the long one is simulated."""
    count, quick = 200, Timing(poll_every=1.0, send_after=0.1, slowest=2.0)
    http = httpx.Client(transport=httpx.MockTransport(server))
    clients = [Client("http://auren", http=http, agent="NEUROS", token=TOKEN, file=None, timing=quick)
               for _ in range(count)]  # fmt: skip
    for client in clients:
        client.start()
    server.down = True
    before, start = len(server.requests), time.monotonic()
    until(lambda: sum(client.status.failures > 0 for client in clients) == count)
    asked, periods = len(server.requests) - before, (time.monotonic() - start) / quick.poll_every + 1
    assert {client.bindings()["hrv_rmssd"].triggers[0].condition for client in clients} == {"< 25"}
    assert asked <= 1.1 * count * periods
    for client in clients:
        client._stopped = True
        client._wake.set()
    for client in clients:
        client.close(0)
