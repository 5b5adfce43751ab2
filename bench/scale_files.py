"""A large registry as files: made up, the same every time, with nothing wrong in it.

Agents watch KPIs in turns, so that every KPI is watched by as many agents as any other; every other binding has a
trigger of its own, and asks for two actions. One hand-off an agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.bench_contracts import registry

STEP = 7
"""An agent's first KPI is so many after the one before it: prime to no number of KPIs that is used."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many KPIs and agents, and how many bindings each agent has."""

    kpis: int
    agents: int
    bindings: int = 500

    def __str__(self) -> str:
        return f"{self.kpis // 1000}k"


SIZES = {str(size): size for size in (Size(1_000, 20), Size(3_000, 60), Size(10_000, 200))}


def write(folder: Path, size: Size, told: Callable[[int], str] = str) -> None:
    """Write it all below a folder; ``told`` is what titles say of the number of a KPI."""
    agents = [f"AGENT_{number}" for number in range(size.agents)]
    text = registry(size.kpis, faulty=False, told=told)
    names = [line.split('"')[1] for line in text.splitlines() if line.startswith("  - name:")]
    files = {
        "shared_modules/kpi_registry.yaml": text,
        "roster.yaml": _roster(agents),
        "actions.yaml": _actions(agents),
    }
    for number, agent in enumerate(agents):
        watched = [names[(number * STEP * 9 + n) % size.kpis] for n in range(size.bindings)]
        asked = agents[(number + 1) % size.agents]
        files[f"{agent.lower()}_modules/kpi_bindings.yaml"] = "".join(_bindings(agent, watched, asked))
    for path, content in files.items():
        file = folder / "agents" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def _roster(agents: list[str]) -> str:
    listed = "".join(
        f'  {agent}: {{enabled: true, status: beta, role: "Looks after part {number}"}}\n'
        for number, agent in enumerate(agents)
    )
    return f'version: "1.1"\nlast_updated: "2025-07-31"\nagents:\n{listed}'


def _actions(agents: list[str]) -> str:
    told = f"agents: [{', '.join(agents)}], reversible: true"
    return (
        'version: "1.1"\nlast_updated: "2025-07-31"\nactions:\n'
        f"  reduce_training_intensity: {{title: Train less, description: Takes a fifth off today's plan., {told}}}\n"
        f"  notify_user: {{title: Tell the person, description: Sends them a message., {told}}}\n"
    )


def _bindings(agent: str, watched: list[str], asked: str) -> Iterator[str]:
    yield f'agent: {agent}\nversion: "1.1"\nkpis_used:\n'
    for number, kpi in enumerate(watched):
        yield f"  - key: {kpi}\n    role: {'primary_signal' if number < 3 else 'supplementary'}\n    alerting:\n"
        if number % 2:
            yield f'      risk_if: "< {15 + number % 13}"\n'
        yield "      actions: [{name: reduce_training_intensity, deadline: 15m}, {name: notify_user, deadline: 1h}]\n"
    yield f"collaboration:\n  on_risk:\n    - {{agent: {asked}, reason: It may be something else.}}\n"
