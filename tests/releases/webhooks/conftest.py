"""A server that listens for webhooks on this machine, and a webhook that leads there."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from jobs.models import Job
from jobs.runner import run_job
from releases.models import WebHook
from releases.models.webhook import Event
from tests.kpis.conftest import registry

__all__ = ["registry"]


@dataclass
class Listener:
    """What arrived, and what is answered."""

    port: int = 0
    status: int = 204
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    arrived: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?for=auren"


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.arrived.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(heard.status)
            for name, value in heard.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(heard.answer)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield heard
        server.shutdown()


@pytest.fixture
def near(settings) -> None:
    """Webhooks may reach this machine."""
    settings.WEBHOOK_ALLOW = [ip_network("127.0.0.0/8")]


@pytest.fixture
def hook(db, near, listener) -> WebHook:
    return WebHook.objects.create(name="deploy-bot", url=listener.url, events=Event.values)


def run_now() -> int:
    """Do every waiting job, whenever it is due. Returns how many."""
    pks = list(Job.objects.filter(state="queued").values_list("pk", flat=True))
    for pk in pks:
        Job.objects.filter(pk=pk).update(due_at="2026-01-01T00:00:00Z")
        run_job(pk)
    return len(pks)
