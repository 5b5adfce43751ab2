"""The client on asyncio."""

import asyncio

import httpx
import pytest

from auren_client import AsyncClient, AurenError, NotDelivered, State, Timing
from tests.auren_client.servers import TOKEN, body

QUICK = Timing(poll_every=0.02, send_after=0.01, slowest=0.05)


@pytest.fixture
def connect(server):
    def build(**options):
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
