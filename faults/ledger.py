"""What was asked for, what was answered, and whether exactly that was done."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Ledger:
    """The jobs a client was promised, each written down before the client goes on."""

    path: Path
    sent: int = 0

    def __post_init__(self) -> None:
        self.path.write_text("")

    def acknowledge(self, pk: int) -> None:
        with self.path.open("a") as file:
            file.write(f"{pk}\n")

    def promised(self) -> set[int]:
        return {int(line) for line in self.path.read_text().split()}


@dataclass(slots=True)
class Outcome:
    """A ledger against the database. ``parked`` are the jobs that should be given up, and were."""

    name: str
    seed: int
    sent: int
    promised: set[int]
    effects: Iterable[int]
    parked: set[int] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The ledger line, and under it what else was seen."""
        effects = Counter(self.effects)
        stored = set(effects)
        duplicates = sum(effects.values()) - len(stored)
        lost = len(self.promised - stored - self.parked)
        strays = len(stored - self.promised) if self.sent == len(self.promised) else 0
        if duplicates or lost or strays or not self.sent:
            self.failures.append("the ledger does not add up")
        verdict = "FAIL" if self.failures else "pass"
        line = (
            f"fault {self.name} sent={self.sent} acknowledged={len(self.promised)} stored={len(stored)}"
            f" duplicates={duplicates} lost={lost} seed={self.seed} {verdict}"
        )
        told = [f"{name} {value}" for name, value in self.notes.items()] + self.failures
        return [line, f"  {'; '.join(told)}"] if told else [line]


def seeded(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 - nothing secret
