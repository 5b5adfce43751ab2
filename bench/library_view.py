"""What scrapes are compared with: prometheus_client, holding the same series, as ``bench.library_view:application``.

No Django, no token: the least that can be done with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

REGISTRY = CollectorRegistry()
SERVED = "text/plain; version=0.0.4; charset=utf-8"


def hold(text: str) -> None:
    """Every sample of a text as a gauge."""
    for family in text_string_to_metric_families(text):
        names = sorted(family.samples[0].labels) if family.samples else []
        gauge = Gauge(family.name, family.documentation, names, registry=REGISTRY)
        for sample in family.samples:
            (gauge.labels(**sample.labels) if names else gauge).set(sample.value)


hold(Path(os.environ["BENCH_FILE"]).read_text(encoding="utf-8"))


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """All of them."""
    body = generate_latest(REGISTRY)
    start_response("200 OK", [("Content-Type", SERVED), ("Content-Length", str(len(body)))])
    return [body]
