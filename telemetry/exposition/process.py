"""django-prometheus' own metrics: how requests are answered, summed over the worker processes of this server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, Metric, values
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which `prometheus_client` is told where processes share their counts."""
TRIES: Final = 5


def process_families() -> Iterable[Metric]:
    """From the folder that the processes share, or this process' own where there is none."""
    folder = os.environ.get(FOLDER)
    for _ in range(TRIES):
        if not folder or not os.path.isdir(folder):
            break
        with suppress(FileNotFoundError):  # a worker that was just started took a dead one's file over
            return list(MultiProcessCollector(None).collect())  # type: ignore[no-untyped-call]
    return REGISTRY.collect()


def share_counts(folder: Path) -> None:
    """Have the processes that are forked from this one count together; what earlier ones left is forgotten.

    They count by what `prometheus_client` chose when this process imported it: it is asked to choose again.
    Whoever set the folder already is left alone.
    """
    if FOLDER in os.environ:
        return
    for pattern in ("*.db", "*.draft"):
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)
    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
