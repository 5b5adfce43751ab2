"""``registry drift`` of rules as they are exported for other rulers than Prometheus' own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from observability.drift.rules import groups_in
from tests.kpis.commands import run

pytestmark = pytest.mark.usefixtures("first")


def answer_of(out: Path) -> dict[str, Any]:
    """What a ruler says that has loaded exactly the files of an export."""
    files = {str(path.relative_to(out)): path.read_text() for path in out.glob("prometheus/rules/*.yml")}
    groups = [
        {
            "name": group.name,
            "interval": group.interval,
            "limit": group.limit,
            "rules": [
                {
                    "type": "alerting" if rule.kind == "alert" else "recording",
                    "name": rule.name,
                    "query": rule.query,
                    "duration": rule.for_,
                    "keepFiringFor": rule.keep_firing_for,
                    "labels": dict(rule.labels),
                    "annotations": dict(rule.annotations),
                }
                for rule in group.rules
            ],
        }
        for group in groups_in(files).values()
    ]
    return {"status": "success", "data": {"groups": groups}}


@pytest.fixture(params=["prometheus", "prometheusrule", "mimir"])
def ruler(request, tmp_path) -> Iterator[tuple[str, str]]:
    """A format, and the address of a ruler that has loaded what was exported in it."""
    export = ("export", "--only", "observability", "--channel", "production", "--out", tmp_path)
    assert run(*export, "--format", request.param)[0] == 0
    data = json.dumps(answer_of(tmp_path)).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield request.param, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_what_was_exported_in_a_format_and_loaded_is_no_drift_in_it(ruler):
    rule_format, url = ruler
    code, out, err = run("drift", "--prometheus", url, "--format", rule_format)
    assert code == 0, out + err


def test_what_mimir_counts_under_its_own_name_differs_from_the_plain_file(ruler):
    rule_format, url = ruler
    code, out, _ = run("drift", "--prometheus", url, "--format", "prometheus")
    assert (code == 1) is ("AurenRuleLimitReached" in out) is (rule_format == "mimir")
