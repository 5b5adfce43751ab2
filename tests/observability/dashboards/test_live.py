"""Every panel's question, put to a real Prometheus that scrapes the demo: each has an answer."""

import json
import re
import time
from contextlib import suppress
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from faults.servers import wait_until
from tests.observability.dashboards.samples import asked, classic_only, example_files, panels_of
from tests.telemetry.simulation.demos import running_demo
from tests.telemetry.simulation.test_prometheus import MAKE_TOKEN, PROGRAM, running_prometheus

pytestmark = [pytest.mark.slow, pytest.mark.monitoring]
ELSEWHERE = re.compile(r'\b(node_|otelcol_)|job="auren_collector')
"""Of the node exporter and the OpenTelemetry collector, neither of which runs beside a demo."""


def questions():
    """Where it stands, what it asks, and whether only of now."""
    return [
        (f"{dashboard['title']}: {panel['title']}", asked(target["expr"]), target["instant"])
        for dashboard in classic_only(example_files()).values()
        for panel in panels_of(dashboard)
        for target in panel["targets"]
    ] + [
        (f"{dashboard['title']}: mark {one['name']}", one["expr"], False)
        for dashboard in classic_only(example_files()).values()
        for one in dashboard["annotations"]["list"]
    ]


def answered(port, question, instant):
    """The series of an answer, as Grafana asks for it: of now, or of the last minutes."""
    now = int(time.time())
    kind = (
        ("query", {"time": now}) if instant else ("query_range", {"start": now - 300, "end": now, "step": 5})
    )
    parameters = urlencode({"query": question} | kind[1])
    with urlopen(f"http://127.0.0.1:{port}/api/v1/{kind[0]}?{parameters}", timeout=10) as answer:
        return json.load(answer)["data"]["result"]


@pytest.mark.skipif(not PROGRAM, reason="no Prometheus here (Debian: apt install prometheus)")
def test_every_panel_has_an_answer_from_the_demo(tmp_path):
    for name in ("site", "prometheus"):
        (tmp_path / name).mkdir()
    with (
        running_demo(tmp_path / "site", "--days", "5") as demo,
        running_prometheus(tmp_path / "prometheus", f"127.0.0.1:{demo.port}", demo.run(MAKE_TOKEN)) as port,
    ):
        ours = [one for one in questions() if not ELSEWHERE.search(one[1])]
        waiting = {place: (question, now) for place, question, now in ours}
        assert len(waiting) > 60

        def all_answered():
            for place, one in list(waiting.items()):
                if answered(port, *one):
                    del waiting[place]
            return not waiting

        # A rate needs two scrapes, and an agent has been seen once the living demo has reported for it.
        with suppress(TimeoutError):
            wait_until(all_answered, 150, "every answer", every=2)
        assert not waiting


def test_only_disk_and_collector_are_asked_of_others():
    places = {place for place, question, _ in questions() if ELSEWHERE.search(question)}
    assert places == {
        "AUREN overview: Free space",
        "AUREN overview: Bytes left",
        "AUREN overview: Collector",
        "AUREN overview: Refused or not sent, a second",
        "AUREN overview: Queue, of what it can hold",
    }
