"""A cluster that takes down what it is told, and answers as it is asked to."""

import gzip
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SECRETS = ("user:hush@", "long-token")


@dataclass
class Cluster:
    url: str = ""
    answers: list[int] = field(default_factory=list)  # 204 once they are used up
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Of all requests that were taken."""
        return [line for _, body in self.requests for line in gzip.decompress(body).decode().splitlines()]

    def take(self) -> list[str]:
        """The lines since the last time."""
        lines, self.requests = self.lines, []
        return lines


@pytest.fixture
def cluster(settings):
    told = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = told.answers.pop(0) if told.answers else 204
            if status < 500:
                told.requests.append((dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    settings.FORWARD_URL = f"{told.url}/api/v1/import/prometheus"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()
