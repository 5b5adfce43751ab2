"""Making everything of a large release, and its alert rules and their tests: seconds against the goal, and linearity.

The release has a made-up registry, the same every time, of which each agent watches a share; each KPI has three
thresholds. `linear` compares what one KPI costs in the large release with one a tenth of its size.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from bench.bench_contracts import registry
from bench.figures import Figure
from contracts.documents import BindingsDocument, RosterDocument
from contracts.loading import tree_of
from contracts.release import ReleaseDocument
from observability.alert_rules import alert_rule_files
from observability.export import export_files
from observability.options import ExportOptions, Files
from observability.rule_tests.files import rule_test_files

KPIS, AGENTS = 10_000, 100
SECONDS = 20.0
"""The most that generating for all KPIs and agents may take."""
LINEAR_WITHIN = 1.5
ROUNDS = 3
Generator = Callable[[ReleaseDocument, ExportOptions], Files]
GENERATED: Final[Mapping[str, Generator]] = {
    "alert_rules": alert_rule_files,
    "rule_tests": rule_test_files,
    "export": export_files,
}


def release(kpis: int, agents: int) -> ReleaseDocument:
    """Of so many KPIs, each watched by one of the agents."""
    [loaded] = tree_of({"kpi_registry.yaml": registry(kpis).encode()}).registries
    if loaded.document is None:
        raise ValueError("the made-up registry cannot be read")
    names = [kpi.name for kpi in loaded.document.kpis]
    found = [f"AGENT_{number}" for number in range(agents)]
    share = kpis // agents
    bindings = {
        agent: BindingsDocument.model_validate(
            {
                "agent": agent,
                "kpis_used": [{"key": name} for name in names[number * share : (number + 1) * share]],
            }
        )
        for number, agent in enumerate(found)
    }
    roster = RosterDocument.model_validate({"agents": {agent: {"enabled": True} for agent in found}})
    return ReleaseDocument(loaded.document, roster, bindings, {agent: agent.lower() for agent in found})


def seconds_of(generate: Generator, document: ReleaseDocument) -> float:
    """Processor seconds, the least of some rounds: other programs come between in so long a time."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        generate(document, ExportOptions())
        taken.append(time.process_time() - start)
    return min(taken)


def run() -> Iterator[Figure]:
    """The figures of this area."""
    large, small = release(KPIS, AGENTS), release(KPIS // 10, AGENTS // 10)
    for name, generate in GENERATED.items():
        seconds = seconds_of(generate, large)
        yield Figure(f"observability.{name}_10k", seconds, SECONDS, 1.0)
        yield Figure(f"observability.{name}_linear", seconds / 10, seconds_of(generate, small), LINEAR_WITHIN)
