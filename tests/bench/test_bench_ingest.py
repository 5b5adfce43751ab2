"""What the bench of reports is made of: batches, callers, and the bare statements."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bench.bare import bare_sqlite
from bench.bench_ingest import _batch
from bench.figures import CannotMeasure
from bench.reporters import Target, seconds_for
from telemetry.bodies import read_body
from tests.telemetry.samples import NOW


class Echo(BaseHTTPRequestHandler):
    """Answers 200 with the body, 500 to an empty one."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if body else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quietly."""


@pytest.fixture
def port():
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_caller_posts_all_over_one_connection(port):
    requests = [Target(port, "/").request(body) for body in (b"one", b"two" * 100_000)]
    assert seconds_for(port, [requests]) > 0


@pytest.mark.parametrize(("body", "expected"), [(b"", b""), (b"one", b"two")])
def test_another_answer_is_no_measurement(port, body, expected):
    with pytest.raises(CannotMeasure):
        seconds_for(port, [[Target(port, "/").request(body)]], expected=expected)


def test_a_batch_is_what_an_agent_sends():
    items = read_body(_batch(NOW, 10, "u-", 3))
    assert len(items) == 10
    assert len({item["user_id"] for item in items}) == 3
    assert isinstance(json.loads(_batch(NOW, 1, "u-", 3)), dict)


def test_the_bare_statements_store_all_rows(tmp_path):
    assert bare_sqlite(tmp_path / "bare.sqlite3").cost(3, 100, 10) > 0
