"""Inboxes are answered from memory as Django would answer them, byte for byte, and never with what is old."""

from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from django.db import connection

from bindings.models import Agent
from contracts.evaluation import micros
from jobs.database_clock import database_clock
from protocols.inbox.held import GOOD_FOR, Held
from protocols.inbox.keeper import Keeper
from protocols.models import Pause, ProtocolRun
from protocols.services import news
from protocols.services.marks import Marks
from protocols.services.pausing import lift, pause
from protocols.services.sweeping import sweep
from protocols.serving import Inboxes
from releases.serving.front import REFUSED
from telemetry.erasure import erase
from tests.protocols.samples import MINUTE, observation, opened, reported, told
from tests.releases.serving.conftest import Site, ask, connections_stay, make_site

__all__ = ["connections_stay"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
INBOX = "/api/v1/agents/NEUROS/inbox"


class Quiet(Keeper):
    """Looks when a test does."""

    def polled(self) -> None:
        """Nobody begins a thread."""


@pytest.fixture(autouse=True)
def marks_of_its_own(monkeypatch, tmp_path):
    """Tests that run beside these change inboxes, too."""
    found = Marks(tmp_path / "inboxes")
    monkeypatch.setattr(news, "marks", lambda: found)


@pytest.fixture
def held():
    return Held()


@pytest.fixture
def site(held, tmp_path):
    """A front with inboxes, and Django behind it."""
    found = make_site(tmp_path)
    found.front._aside = Inboxes(held, Quiet(held))
    return found


@pytest.fixture
def neuros(site: Site):
    """The secret of NEUROS, whose inbox is held."""
    secret = site.token("runs:write", agent="NEUROS")
    ask(site.front, INBOX, secret)
    return secret


HEADERS = [
    {},
    {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_IF_NONE_MATCH": '"other"'},
    {"REQUEST_METHOD": "HEAD"},
    {"HTTP_ACCEPT": "text/html"},
]


@pytest.mark.parametrize("more", HEADERS, ids=str)
def test_an_inbox_is_answered_as_django_answers_it(site, held, neuros, more):
    opened(18)
    opened(28, user_id="u-2")
    ask(site.front, INBOX, neuros)
    held.look()
    for path in (INBOX, f"{INBOX}/"):
        fast, slow = site.both(path, neuros, **more)
        assert fast.code == (304 if more.get("HTTP_IF_NONE_MATCH") == "*" else 200)
        # On PostgreSQL the cursor is the cluster's, which others move between the two answers.
        cursors = [int(one.headers.pop("Auren-Cursor")) for one in (fast, slow)]
        assert cursors == sorted(cursors)
        assert (fast.status, fast.headers) == (slow.status, slow.headers)
        assert fast.body == (b"" if "REQUEST_METHOD" in more else slow.body)


def changes(editor):
    """What may become of an inbox, one after the other."""
    now = database_clock.moment()
    run = opened(18, at=now)
    yield
    reported(run, 1, "started", now=now)
    yield
    reported(run, 1, now=now)
    reported(run, 2, now=now)
    yield
    held = pause("NEUROS", reason_code="agent_faulty", user=editor, now=micros(now))
    yield
    lift(held.pk, user=editor, now=micros(now))
    yield
    pause("NEUROS", kpi="hrv_rmssd", reason_code="planned", user=editor, now=micros(now))
    yield
    Pause.objects.all().delete()
    yield
    told(observation(60, at=now + MINUTE), now=now + MINUTE)
    yield
    opened(18, at=now + 2 * MINUTE)
    yield
    sweep(micros(now + 20 * MINUTE))
    yield
    ProtocolRun.objects.all().delete()
    yield


def test_every_change_is_seen_at_the_next_look(site, held, neuros, editor):
    etags = []
    for _ in changes(editor):
        if connection.vendor == "postgresql":
            held._seen = {}  # all of a test is one transaction, and has one number
        held.look()
        fast, slow = site.both(INBOX, neuros)
        assert (fast.body, fast.headers["ETag"]) == (slow.body, slow.headers["ETag"])
        etags.append(fast.headers["ETag"])
    assert all(one != other for one, other in zip(etags, etags[1:], strict=False))


def test_what_did_not_change_is_not_made_again(site, held, neuros, django_assert_max_num_queries):
    opened(18)
    assert held.look() == 1
    with django_assert_max_num_queries(5):
        assert held.look() == 0
    with django_assert_max_num_queries(0):
        assert ask(site.front, INBOX, neuros).code == 200


def test_a_pause_ends_by_itself_without_a_question(site, held, neuros, editor, monkeypatch):
    now = database_clock.moment()
    opened(18, at=now)
    pause("NEUROS", reason_code="planned", minutes=1, user=editor, now=micros(now))
    held.look()
    assert b'"runs":[]' in site.both(INBOX, neuros)[0].body
    box = held.boxes["NEUROS"]
    paused, free = box.told
    assert 58 < paused.until - monotonic() <= 60
    assert b'"runs":[]' not in free.variant.data
    later = now + timedelta(seconds=61)
    monkeypatch.setattr(type(database_clock), "micros", lambda self: micros(later))
    box.told = (free,)
    fast, slow = site.both(INBOX, neuros)
    assert (fast.body, fast.headers["ETag"]) == (slow.body, slow.headers["ETag"])


def test_erasing_a_person_empties_the_inbox(site, held, neuros):
    opened(18, user_id="someone-to-erase")
    held.look()
    assert b"someone-to-erase" in site.both(INBOX, neuros)[0].body
    erase("someone-to-erase")
    held.look()
    assert b"someone-to-erase" not in site.both(INBOX, neuros)[0].body


def test_what_was_not_confirmed_for_a_second_is_asked_of_django(site, held, neuros):
    opened(18)
    held.look()
    held._confirmed -= GOOD_FOR
    before = site.django.times
    assert ask(site.front, INBOX, neuros).code == 200
    assert site.django.times == before + 1


def test_what_another_process_was_told_is_not_answered_as_it_was_before(
    site, held, neuros, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(news, "LISTENERS", [])  # as in another process
    run = opened(18)
    held.look()
    assert b'"state":"pending"' in site.both(INBOX, neuros)[0].body
    before = site.django.times
    with django_capture_on_commit_callbacks(execute=True):
        reported(run, 1, "started")
    assert b'"state":"started"' in ask(site.front, INBOX, neuros).body
    assert site.django.times == before + 1
    if connection.vendor == "postgresql":
        held._seen = {}  # all of a test is one transaction, and has one number
    held.look()
    assert b'"state":"started"' in ask(site.front, INBOX, neuros).body
    assert site.django.times == before + 1


def test_nobody_is_told_to_do_anything_while_the_database_is_away(site, held, neuros):
    held.look()
    held._confirmed -= GOOD_FOR
    site.holder.answered -= 60
    answer = ask(site.front, INBOX, neuros)
    assert (answer.code, REFUSED in site.django.last) == (503, True)
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize(
    ("agent", "scopes", "code"),
    [("SOMNOS", ["runs:write"], 403), ("NEUROS", ["bindings:read"], 403), ("", ["metrics:read"], 200)],
)
def test_only_an_agent_is_answered_from_memory_and_about_itself(site, held, neuros, agent, scopes, code):
    held.look()
    other = site.token(*scopes, agent=agent)
    before = site.django.times
    assert ask(site.front, INBOX, other).code == code
    assert ask(site.front, INBOX, neuros, query="since=1").code == 200
    assert site.django.times == before + 2


def test_what_nobody_asks_for_is_held_no_longer(site, held, neuros):
    held.look()
    held.boxes["NEUROS"].asked -= 1000
    held.look()
    assert not held.boxes


def test_as_many_as_there_are_agents(site, held, neuros):
    assert Agent.objects.count() >= 3
    secrets = {name: site.token("runs:write", agent=name) for name in ("SOMNOS", "CARDIOS")}
    for name, secret in secrets.items():
        ask(site.front, INBOX.replace("NEUROS", name), secret)
    run = opened(18)
    reported(run, 1)
    reported(run, 2)
    held.look()
    for name, secret in (*secrets.items(), ("NEUROS", neuros)):
        fast, slow = site.both(INBOX.replace("NEUROS", name), secret)
        assert fast.body == slow.body
        assert f'"agent":"{name}"'.encode() in fast.body


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_a_process_changes_itself_is_seen_at_once_and_what_others_do_soon(monkeypatch):
    held, looked = Held(), Event()
    held.told("NEUROS", monotonic())
    keeper = Keeper(held, every=60)
    look = keeper.look

    def noted():
        look()
        looked.set()

    monkeypatch.setattr(keeper, "look", noted)

    def says(text):
        assert looked.wait(20)
        looked.clear()
        told = held.told("NEUROS", monotonic())
        return told is not None and text in told.variant.data

    keeper.polled()
    try:
        assert says(b'"total":0')
        opened(18)
        assert says(b'"total":1')
        monkeypatch.setattr(news, "LISTENERS", [])  # as if another process did it
        opened(18, user_id="u-2")
        assert not looked.wait(0.5)
        keeper.look_soon()
        assert says(b'"total":2')
    finally:
        monkeypatch.undo()
        keeper.stop()
    assert keeper.look_soon not in news.LISTENERS
