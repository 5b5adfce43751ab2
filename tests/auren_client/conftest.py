"""Clients of a made-up server, on a clock that tests move."""

import httpx
import pytest

from auren_client import Client
from tests.auren_client.run_servers import RunServer, run
from tests.auren_client.servers import TOKEN, FakeTime, Server


@pytest.fixture
def time():
    return FakeTime()


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def runs():
    """A server with a run of three steps in the inbox."""
    return RunServer(runs={7: run()})


@pytest.fixture
def agent(runs, time):
    """A client of that server, stepped by hand, which has the inbox."""
    http = httpx.Client(transport=httpx.MockTransport(runs))
    client = Client(
        "http://auren",
        http=http,
        clock=time.clock,
        agent="NEUROS",
        token=TOKEN,
        file=None,
        chance=lambda: 0.5,
    )
    client._started = True
    client._engine.runs.follow()
    client.step()
    yield client
    http.close()


@pytest.fixture
def make(time, server, tmp_path):
    """Makes a client whose requests reach the made-up server; it is stepped by hand."""
    made = []

    def build(**options):
        options = {"agent": "NEUROS", "token": TOKEN, "file": tmp_path / "kept.json"} | options
        http = httpx.Client(transport=httpx.MockTransport(server))
        client = Client("http://auren", http=http, clock=time.clock, chance=lambda: 0.5, **options)
        client._started = True  # no thread: a test steps it
        made.append(client)
        return client

    yield build
    for client in made:
        client._http.close()


@pytest.fixture
def client(make):
    return make()
