"""The catalogue of deviations: what a rule about a run is, and how one is declared.

A rule is a small pure function that looks at one case and yields what it finds. Its terms are those of process mining:
``pattern`` is the constraint that a deviation breaks, by its name in Declare
(https://doi.org/10.1109/EDOC.2007.14), or the alignment that shows it. Importing :mod:`protocols.conformance.rules`
fills the catalogue.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from protocols.conformance.case import Case


class Breach(NamedTuple):
    """What a rule yields: the step's number (0 for the run), when it happened, and a sentence for a person."""

    place: int
    at: int
    message: str


Check = Callable[[Case], Iterable[Breach]]


@dataclass(frozen=True, slots=True)
class RunRule:
    """One entry of the catalogue. ``id`` is stable and never reused; ``code`` is its slug for programs; ``example``
    says in a sentence where it speaks."""

    id: str
    code: str
    title: str
    pattern: str
    rationale: str
    example: str
    check: Check


RULES: dict[str, RunRule] = {}
"""Every rule by its id, in order."""


def run_rule(id: str, code: str, *, title: str, pattern: str, example: str) -> Callable[[Check], Check]:
    """Declare a rule; its docstring is the reason that people read. Raises ValueError when the id is taken."""

    def declare(check: Check) -> Check:
        if id in RULES:
            raise ValueError(f"rule {id} is declared twice")
        rationale = inspect.cleandoc(check.__doc__ or "")
        RULES[id] = RunRule(id, code, title, pattern, rationale, example, check)
        return check

    return declare
