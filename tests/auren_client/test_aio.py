"""The client on asyncio."""

import asyncio

import httpx
import pytest

from auren_client import AsyncClient, AurenError, NoInbox, NoRun, NotDelivered, State, Timing
from tests.auren_client.servers import TOKEN, body

QUICK = Timing(poll_every=0.02, send_after=0.01, slowest=0.05, inbox_every=0.02)


@pytest.fixture
def connect(server):
    def build(server=server, **options):
        http = httpx.AsyncClient(transport=httpx.MockTransport(server))
        more = {"agent": "NEUROS", "token": TOKEN, "file": None, "timing": QUICK} | options
        return AsyncClient("http://auren", http=http, **more)

    return build


def test_it_has_bindings_once_it_is_entered_and_judges_by_them(connect):
    async def agent():
        async with connect() as client:
            return client.evaluate("hrv_rmssd", 18, user_id="u1")

    assert asyncio.run(agent()).state is State.CRITICAL


def test_it_follows_a_change_by_itself_and_awaits_its_listeners(connect, server):
    async def agent():
        changed = asyncio.Event()
        async with connect() as client:

            @client.on_change
            async def told(bindings):
                await asyncio.sleep(0)
                changed.set()

            server.served, server.etag = body(critical="< 20"), '"two"'
            await asyncio.wait_for(changed.wait(), 10)
            return client.bindings()["hrv_rmssd"].triggers[0].condition

    assert asyncio.run(agent()) == "< 20"


def test_a_listener_that_fails_stops_nobody(connect, caplog):
    async def agent():
        client = connect()
        client.on_change(lambda bindings: 1 / 0)
        async with client:
            return list(client.bindings())

    assert asyncio.run(agent()) == ["hrv_rmssd"]
    assert "A listener failed." in caplog.text


def test_flush_delivers_and_brings_the_answers(connect, server):
    async def agent():
        async with connect() as client:
            ids = [client.observe("hrv_rmssd", value, user_id="u1") for value in range(30, 60)]
            answers = await client.flush()
            return ids, [identity for answer in answers for identity in answer.results]

    ids, answered = asyncio.run(agent())
    assert list(server.stored) == ids == answered


def test_what_another_thread_observes_is_delivered_too(connect, server):
    async def agent():
        async with connect() as client:
            await asyncio.to_thread(client.observe, "hrv_rmssd", 40, user_id="u1")
            for _ in range(200):
                if server.stored:
                    return
                await asyncio.sleep(0.01)

    asyncio.run(agent())
    assert len(server.stored) == 1


def test_without_the_server_flush_says_what_waits_and_closing_ends(connect, server, caplog):
    async def agent():
        client = await connect().start()
        server.down = True
        client.observe("hrv_rmssd", 40, user_id="u1")
        with pytest.raises(NotDelivered, match="1 observation not delivered yet"):
            await client.flush(0.05)
        await client.close(0.05)
        await client.close()
        with pytest.raises(AurenError, match="closed"):
            client.observe("hrv_rmssd", 40, user_id="u1")
        return client.bindings()

    assert list(asyncio.run(agent())) == ["hrv_rmssd"]
    assert "Closed with 1 observation not delivered yet" in caplog.text


def test_the_inbox_is_awaited_once_and_kept_fresh_and_reports_are_delivered(connect, runs):
    async def agent():
        told = asyncio.Event()
        async with connect(runs) as client:
            first, second = (await client.inbox())[0].to_do

            @client.on_inbox
            async def news(inbox):
                await asyncio.sleep(0)
                told.set()

            first.done("Eighty per cent.")
            second.skip("SOMNOS is at it already.")
            await client.flush()
            await asyncio.wait_for(told.wait(), 10)
            return list(await client.inbox()), await client.run(7)

    left, found = asyncio.run(agent())
    assert left == []
    assert found.state == "completed"
    assert [data["state"] for _, data in runs.said] == ["done", "skipped"]


def test_a_listener_on_asyncio_may_ask_for_the_inbox(connect, runs):
    async def agent():
        client = connect(runs)

        @client.on_inbox
        async def work(inbox):
            for step in (await client.inbox())[0].to_do:
                step.done("As asked.")

        async with client:
            await client.flush()

    asyncio.run(agent())
    assert len(runs.said) == 2


def test_without_the_server_there_is_no_inbox_and_no_run(connect, runs):
    async def agent():
        async with connect(runs) as client:
            runs.down = True
            with pytest.raises(NoInbox, match="did not answer"):
                await client.inbox()
            with pytest.raises(NoRun, match="run 7: the server did not answer"):
                await client.run(7)

    asyncio.run(agent())
