"""What a person must be allowed in order to apply a plan: everything that it would change, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from contracts.diff import Change
from kpis.importing.steps import Action, Conflicts, Step

if TYPE_CHECKING:
    from kpis.importing.planning import Plan

VERBS = {Action.CREATE: "add", Action.CHANGE: "change", Action.DELETE: "delete"}


def permissions_for(plan: Plan, conflicts: Conflicts = Conflicts.REFUSE) -> tuple[str, ...]:
    """The permissions of all the plan's parts, each once. A page asks for the same that its buttons do."""
    found = [
        *of_steps(plan.kpis, "kpis", "kpi", conflicts),
        *("kpis.change_unit" if unit.code in plan.known_units else "kpis.add_unit" for unit in plan.units),
        *(["kpis.change_kpi"] if plan.order else []),
        *of_settings((*plan.registry_settings, *plan.first_settings)),
    ]
    for part in plan.joined:
        found += part.permissions(conflicts)
    return tuple(dict.fromkeys(found))


def of_steps(steps: Iterable[Step], app: str, model: str, conflicts: Conflicts) -> Iterator[str]:
    """What it takes to create, change and delete things of one model. Conflicts count if overwritten."""
    for step in steps:
        is_overwritten = step.action is Action.CONFLICT and conflicts is Conflicts.THEIRS
        if verb := "change" if is_overwritten else VERBS.get(step.action):
            yield f"{app}.{verb}_{model}"


def of_settings(changes: Iterable[Change]) -> Iterator[str]:
    """What it takes to change the registry's settings; its own rules are rows of their own there."""
    for change in changes:
        if change.path[:1] != ("validation_rules",):
            yield "kpis.change_registrysettings"
        else:
            verb = "add" if change.before is None else "delete" if change.after is None else "change"
            yield from ("kpis.change_registrysettings", f"kpis.{verb}_validationrule")
