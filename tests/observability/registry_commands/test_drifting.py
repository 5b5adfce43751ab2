"""``registry drift`` against a real Prometheus, and against a server that answers as Grafana does."""

import copy
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from bindings.models import Trigger
from faults.servers import Server, wait_until
from tests.kpis.commands import run
from tests.observability.samples import RULES
from tests.releases.samples import delete_kpi, publish
from tests.telemetry.monitoring import get, prometheus, running

pytestmark = pytest.mark.usefixtures("generators", "first")
CONFIGURATION = "global: {evaluation_interval: 1m}\nrule_files: [rules/*.yml]\n"


class Loaded:
    """A Prometheus with rules of its own, a copy of what was exported."""

    def __init__(self, folder: Path, server: Server, port: int) -> None:
        self.rules = folder / "rules"
        self.server = server
        self.port = port

    def load(self, text: str) -> None:
        """Have it load this, and nothing else."""
        self.rules.mkdir(exist_ok=True)
        (self.rules / "kpi-alerts.yml").write_text(text)
        before = self.loaded_at()
        time.sleep(1.1 - time.time() % 1)  # it tells by the second when it last did
        os.kill(self.server.pid, signal.SIGHUP)
        wait_until(lambda: self.loaded_at() > before, 10, "a reload")

    def loaded_at(self) -> float:
        """When it last loaded its configuration."""
        lines = get(self.port, "/metrics").decode().splitlines()
        name = "prometheus_config_last_reload_success_timestamp_seconds "
        return float(next(line for line in lines if line.startswith(name)).split()[1])

    def drift(self, *options: object) -> tuple[int, dict[str, str]]:
        """The exit code, and what each difference is called."""
        url = f"http://127.0.0.1:{self.port}"
        code, out, err = run("drift", "--prometheus", url, "--json", *options)
        assert code < 2, err
        return code, {one["name"]: one["kind"] for one in json.loads(out)["differences"]}


@pytest.fixture
def loaded(tmp_path) -> Iterator[Loaded]:
    server, port = prometheus(tmp_path, CONFIGURATION)
    with running(server, port, "/-/ready"):
        yield Loaded(tmp_path, server, port)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An export of release 1."""
    folder = tmp_path / "export"
    assert run("export", "--only", "observability", "--channel", "production", "--out", folder)[0] == 0
    return folder


def text_of(out: Path) -> str:
    return (out / RULES).read_text()


def changed(text: str, change: Any) -> str:
    """A rule file with something done to the rules of its first group."""
    data = yaml.safe_load(text)
    change(data["groups"][0]["rules"])
    return yaml.safe_dump(data)


def second() -> None:
    """Release 2, with other words in an alert."""
    Trigger.objects.filter(severity="critical").update(condition="< 21.5")
    publish("Stricter")


@pytest.mark.monitoring
@pytest.mark.slow
class TestOfARealPrometheus:
    def test_what_was_exported_and_loaded_is_no_drift(self, loaded, out):
        loaded.load(text_of(out))
        assert loaded.drift() == loaded.drift("--out", out) == (0, {})

    def test_a_rule_that_was_taken_out_is_missing(self, loaded, out):
        loaded.load(changed(text_of(out), lambda rules: rules.pop(0)))
        (name,) = names(text_of(out))[:1]
        assert loaded.drift() == (1, {name: "missing"})

    def test_without_any_of_it_all_is_missing(self, loaded, out):
        assert loaded.drift() == (1, dict.fromkeys(names(text_of(out)), "missing"))

    def test_a_rule_that_was_added_is_extra(self, loaded, out):
        added = {"alert": "Mine", "expr": "vector(1)"}
        loaded.load(changed(text_of(out), lambda rules: rules.append(added)))
        assert loaded.drift() == (1, {"Mine": "extra"})

    @pytest.mark.parametrize(
        "part", [{"expr": "vector(1)"}, {"for": "1m"}, {"keep_firing_for": "5m"}, {"labels": {}}]
    )
    def test_a_rule_that_was_changed_is_edited(self, loaded, out, part):
        loaded.load(changed(text_of(out), lambda rules: rules[0].update(part)))
        (name,) = names(text_of(out))[:1]
        assert loaded.drift() == (1, {name: "edited"})

    def test_an_earlier_export_is_not_loaded_yet(self, loaded, out):
        loaded.load(text_of(out))
        second()
        run("export", "--only", "observability", "--channel", "production", "--out", out)
        code, found = loaded.drift("--out", out)
        assert (code, set(found.values())) == (1, {"not_loaded"})
        loaded.load(text_of(out))
        assert loaded.drift("--out", out) == (0, {})

    def test_an_export_that_was_not_made_again_is_told_as_such(self, loaded, out):
        loaded.load(text_of(out))
        second()
        code, found = loaded.drift("--out", out)
        assert (code, set(found.values())) == (1, {"not_exported"})

    def test_an_edit_stays_an_edit_while_a_release_is_not_loaded(self, loaded, out):
        loaded.load(changed(text_of(out), lambda rules: rules[0].update({"expr": "vector(1)"})))
        second()
        assert "edited" in loaded.drift()[1].values()

    def test_in_words_it_says_what_to_do(self, loaded, out):
        loaded.load(text_of(out))
        second()
        _, told, _ = run("drift", "--prometheus", f"http://127.0.0.1:{loaded.port}")
        assert "prometheus: not loaded yet: alert " in told
        assert "release 1 has it like this" in told
        assert "/-/reload" in told


def names(text: str) -> list[str]:
    return [rule["alert"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


class Grafana(ThreadingHTTPServer):
    """As much of Grafana as is asked: dashboards by uid, and a search by tag."""

    def __init__(self, dashboards: list[dict[str, Any]], token: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.token = token
        self.dashboards = {one["uid"]: one | {"id": 7, "version": 3} for one in dashboards}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/grafana/"


class Answer(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/grafana")
        uid = unquote(path.rpartition("/")[2])
        found: Any = None
        if path == "/api/search":
            found = [{"uid": uid, "title": one["title"]} for uid, one in self.server.dashboards.items()]
        elif uid in self.server.dashboards:
            found = {"meta": {}, "dashboard": self.server.dashboards[uid]}
        if self.server.token and self.headers["Authorization"] != self.server.token:
            self.send_response(401)
        else:
            self.send_response(200 if found is not None else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def boards(out) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(out.glob("grafana/dashboards/*.json"))]


def grafana_drift(
    dashboards: list[dict[str, Any]], *options: object, token: str = ""
) -> tuple[int, dict[str, str]]:
    with Grafana(dashboards, token) as server:
        code, out, err = run("drift", "--grafana", server.url, "--json", *options)
        server.shutdown()
    assert code < 2, err
    return code, {one["name"]: one["kind"] for one in json.loads(out)["differences"]}


def test_dashboards_that_grafana_has_are_no_drift(boards):
    assert grafana_drift(boards) == (0, {})


def test_a_dashboard_that_is_not_there_is_missing(boards):
    assert grafana_drift(boards[1:]) == (1, {boards[0]["uid"]: "missing"})


def test_a_dashboard_more_is_extra(boards):
    assert grafana_drift([*boards, boards[0] | {"uid": "mine"}]) == (1, {"mine": "extra"})


def test_a_dashboard_that_somebody_changed_is_edited(boards):
    edited = copy.deepcopy(boards)
    edited[0]["panels"][0]["title"] = "Mine"
    assert grafana_drift(edited) == (1, {boards[0]["uid"]: "edited"})


def test_a_dashboard_of_an_earlier_release_is_not_loaded_yet(boards):
    delete_kpi("ln_rmssd")
    publish("Less")
    assert grafana_drift(boards) == (1, {boards[0]["uid"]: "not_loaded"})


def test_the_token_comes_from_a_file(boards, tmp_path):
    (tmp_path / "token").write_text("glsa_made-up\n")
    options = ("--grafana-token-file", tmp_path / "token")
    assert grafana_drift(boards, *options, token="Bearer glsa_made-up") == (0, {})


def test_the_directory_alone_is_compared_too(out):
    (out / RULES).write_text("groups: []\n")
    code, told, _ = run("drift", "--out", out)
    assert (code, f"files: edited by hand: file {RULES}" in told) == (1, True)


@pytest.mark.parametrize(
    ("options", "chosen"), [((), "--channel production"), (("--release", "2"), "--release 2")]
)
def test_it_says_how_to_export_the_same_release_again(out, options, chosen):
    second()
    _, told, _ = run("drift", "--out", out, *options)
    assert f"`registry export {chosen} --only observability --out {out}`" in told


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 2),
        (["--prometheus", "ftp://example.org"], 2),
        (["--prometheus", "http://user:password@127.0.0.1:9"], 2),
        (["--prometheus", "http://127.0.0.1:9", "--token-file", "/nowhere"], 3),
        (["--prometheus", "http://127.0.0.1:9", "--token-file", "/dev/zero"], 3),
        (["--prometheus", "http://127.0.0.1:9"], 3),
        (["--grafana", "http://127.0.0.1:9"], 3),
        (["--out", "/nowhere"], 2),
        (["--release", "9", "--prometheus", "http://127.0.0.1:9"], 2),
    ],
)
def test_what_could_not_be_looked_at_is_no_drift_and_no_success(options, code):
    began = time.monotonic()
    ended, told, err = run("drift", *options)
    assert (ended, told) == (code, "")
    assert "password@" not in err
    assert time.monotonic() - began < 10
