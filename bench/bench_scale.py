"""A large registry: each operation in a process of its own, against its goal in processor seconds, and its growth.

``SIZE`` in the environment says how large: 1k (1,000 KPIs, 20 agents, 10,000 bindings; the default), 3k or 10k. Goals
are those of 10k; smaller ones get a share of it by the number of their bindings, and at least a fifth of a second.
Prints the most memory and the queries of each operation beside its figure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.bench_ingest import folders
from bench.figures import CannotMeasure, Figure
from bench.poll_servers import ROOT
from bench.scale_files import SIZES, Size, write

LARGEST: Final = SIZES["10k"]
LEAST: Final = 0.2
"""Processor seconds: below that, the machine's noise is what one measures."""
GOALS: Final[Mapping[str, float]] = {
    "import_first": 25,
    "import_unchanged": 6,
    "import_1_percent_changed": 10,
    "kpis_import": 2.5,
    "kpis_export": 1,
    "export": 8,
    "diff_equal": 0.5,
    "diff_changed": 8,
    "report": 8,
    "kpi_save": 0.06,
    "publish": 20,
    "publish_nothing_new": 1,
    "publish_page_0": 1,
    "publish_page_10": 1.5,
    "publish_page_500": 3,
    "restore": 25,
    "roll_back": 1,
    "page_release": 0.5,
    "page_compare": 0.5,
    "load_in_force": 5,
    "page_now": 0.5,
    "page_agents": 0.5,
    "page_agent": 0.5,
    "agent_save": 2,
    "page_map": 0.5,
    "api_registry": 0.05,
    "api_agents": 0.5,
}
"""Processor seconds for 10,000 KPIs and 100,000 bindings."""
ALIKE: Final = frozenset({"page_agent", "agent_save", "kpi_save"})
"""Those that are to take as long in every size: an agent has as many bindings, and a KPI is one."""
MOST_BYTES: Final[Mapping[str, float]] = {
    "import_first": 600e6,
    "import_unchanged": 600e6,
    "import_1_percent_changed": 600e6,
    "report": 300e6,
    "publish": 800e6,
}
"""Bytes of the process, at every size."""
MOST_QUERIES: Final[Mapping[str, float]] = {"kpi_save": 20, "publish": 300}
SERVING: Final[Mapping[str, float]] = {
    "start_s": 5,
    "first_poll_s": 0.3,
    "slowest_poll_s": 0.05,
    "worker_bytes": 700e6,
}
"""By the clock: a start until it is ready, polls while a release is published, and what a worker holds after it."""
PAGE_BYTES: Final = 1_000_000
PAGE_SECONDS: Final = 1.0
"""Of any page of the admin."""
RELEASE_BYTES: Final = 3_000_000
"""Of two releases that differ in 500 KPIs, documents and findings, as they are kept: 57 MB as text."""
LEAST_BYTES: Final = 500_000
"""A release keeps up to 10,000 findings, however small it is."""


def run() -> Iterator[Figure]:
    """The figures of this area."""
    asked = os.environ.get("SIZE") or "1k"
    if asked not in SIZES:
        raise CannotMeasure(f"SIZE={asked} is none of {', '.join(SIZES)}")
    yield from figures(SIZES[asked])


def figures(size: Size) -> Iterator[Figure]:
    """Of a registry of this size."""
    share = size.agents * size.bindings / (LARGEST.agents * LARGEST.bindings)
    with folders() as folder:
        write(folder / "files", size)
        write(folder / "changed", size, lambda number: f"{number}{' again' if number % 100 == 1 else ''}")
        for name, told in measured(folder):
            if name == "release_bytes":
                most = max(RELEASE_BYTES * share, LEAST_BYTES)
                yield Figure(f"scale.{size}_bytes_of_two_releases", told["size"], most, 1)
            if name in GOALS:
                rest = f"{told['bytes'] / 1e6:,.0f} MB, {told['queries']:,} queries, {told['size']:,} bytes"
                loading = (
                    f", after {told['loading']:.1f} s to load what is in force" if "loading" in told else ""
                )
                print(f"  {name}: {told['seconds']:.1f} s by the clock, {rest}{loading}")
                goal = GOALS[name] if name in ALIKE else max(GOALS[name] * share, LEAST)
                yield Figure(f"scale.{size}_{name}_s", told["processor"], goal, 1)
                if name in MOST_BYTES:
                    yield Figure(f"scale.{size}_{name}_bytes", told["bytes"], MOST_BYTES[name], 1)
                if name in MOST_QUERIES:
                    yield Figure(f"scale.{size}_{name}_queries", told["queries"], MOST_QUERIES[name], 1)
            if name == "page_agent":
                yield Figure(f"scale.{size}_{name}_bytes", told["size"], PAGE_BYTES, 1)
        yield from every_page(folder / "data", size)
        yield from serving(folder / "data", size)


def serving(data: Path, size: Size) -> Iterator[Figure]:
    """How agents are served meanwhile: seconds by the clock, in every size."""
    told = one(data, module="bench.scale_serving")
    print(
        f"  a usual poll: {told['usual_poll'] * 1000:.1f} ms; a worker: {told['bytes_before'] / 1e6:,.0f} MB at first"
    )
    for name, most in SERVING.items():
        yield Figure(f"scale.{size}_{name}", told[name.removeprefix("worker_").removesuffix("_s")], most, 1)


def every_page(data: Path, size: Size) -> Iterator[Figure]:
    """One page of each kind: the slowest and the largest; those over a goal are printed."""
    found = one(data, module="bench.scale_pages")["pages"]
    for page in found:
        if page["seconds"] > PAGE_SECONDS or page["bytes"] > PAGE_BYTES:
            rest = f"{page['seconds']} s, {page['bytes']:,} bytes, {page['queries']:,} queries"
            print(f"  {page['page']}: {rest}")
    yield Figure(f"scale.{size}_slowest_page_s", max(page["seconds"] for page in found), PAGE_SECONDS, 1)
    yield Figure(f"scale.{size}_largest_page_bytes", max(page["bytes"] for page in found), PAGE_BYTES, 1)


def measured(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every operation, in an order in which each finds what it needs."""
    files, changed = str(folder / "files"), str(folder / "changed")
    kpis = folder / "kpis"
    kpis.mkdir()
    for name, *words in (
        ("migrate", "migrate"),
        ("kpis_import", "import", str(folder / "files/agents/shared_modules/kpi_registry.yaml")),
        ("kpis_export", "export", str(folder / "kpis_out")),
    ):
        yield name, one(kpis, *words)
    for name, *words in (
        ("migrate", "migrate"),
        ("import_first", "import", files),
        ("import_unchanged", "import", files),
        ("import_1_percent_changed", "import", changed),
        ("export", "export", str(folder / "out")),
        ("diff_equal", "diff", str(folder / "out")),
        ("diff_changed", "diff", files),
        ("report", "report"),
        ("kpi_save", "save"),
        ("publish", "publish"),
        ("publish_nothing_new", "publish"),
        ("publish_page_0", "page", "/admin/releases/release/publish/"),
        ("load_in_force", "load"),
        ("page_now", "page", "/admin/"),
        ("page_agents", "page", "/admin/bindings/agent/"),
        ("page_agent", "page", "/admin/bindings/agent/AGENT/change/"),
        ("agent_save", "agent_save"),
        ("page_map", "page", "/admin/bindings/agent/map/"),
        ("api_registry", "page", "/api/v1/registry"),
        ("api_agents", "page", "/api/v1/agents?page_size=200"),
        # What a page shows was judged in the background before.
        ("edit_10", "edit", "10"),
        ("judge", "judge"),
        ("publish_page_10", "page", "/admin/releases/release/publish/"),
        ("edit_500", "edit", "500"),
        ("judge", "judge"),
        ("publish_page_500", "page", "/admin/releases/release/publish/"),
        ("publish_500", "publish"),
        ("page_release", "page", "/admin/releases/release/2/"),
        ("page_compare", "page", "/admin/releases/release/compare/?before=release:1&after=release:2"),
        ("restore", "restore", "1"),
        ("roll_back", "roll_back", "1"),
        ("release_bytes", "release_bytes"),
    ):
        yield name, one(folder / "data", *words)


def one(data: Path, *words: str, module: str = "bench.scale_site", database: str = "") -> Mapping[str, Any]:
    """What one operation took: the words are those of the module."""
    data.mkdir(exist_ok=True)
    environment = {
        "AUREN_DATA_DIR": str(data),
        "AUREN_ENV_FILE": os.devnull,
        "AUREN_LOG_LEVEL": "ERROR",
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", module, *words]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603
    if answer.returncode:
        raise CannotMeasure(f"{' '.join(words)}: {answer.stderr[-1000:]}")
    found: Mapping[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found
