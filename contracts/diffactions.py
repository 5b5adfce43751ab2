"""What changed in the catalogue of actions, in words.

Everything of it is cosmetic: it tells people what a step is, and nothing that an agent is served hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts.diff import ABSENT, Change, ChangeClass, change, differences
from contracts.documents import ActionKindDocument, ActionsDocument, as_data
from contracts.findings import Path

ACTIONS = "catalogue of actions"
"""The subject of every change of the catalogue; no KPI and no agent can be called so."""
_COSMETIC = ChangeClass.COSMETIC
UNDONE: Mapping[Any, str] = {True: "can be undone", False: "cannot be undone"}
UNSAID = "nobody says whether it can be undone"


def diff_actions(before: ActionsDocument, after: ActionsDocument) -> list[Change]:
    """Everything that differs: the whole, then action by action in the order of their names."""
    if before == after:
        return []
    old, new = (as_data(side.model_copy(update={"actions": {}})) for side in (before, after))
    changes = [
        change(ACTIONS, path, a, b, _COSMETIC, "")
        for path, a, b in differences(old, new, ())
        if path != ("actions",)
    ]
    for name in sorted(before.actions.keys() | after.actions.keys()):
        changes += diff_action(name, before.actions.get(name), after.actions.get(name))
    return changes


def diff_action(
    name: str, before: ActionKindDocument | None, after: ActionKindDocument | None
) -> list[Change]:
    """What differs in one action; None is one that the catalogue does not have."""
    if before == after:
        return []
    if before is None or after is None:
        verb = "added to" if before is None else "removed from"
        told = f"The action {name} {verb} the catalogue"
        was, becomes = before and as_data(before), after and as_data(after)
        return [Change(ACTIONS, ("actions", name), _COSMETIC, was, becomes, told)]
    return [_field(name, path, a, b) for path, a, b in differences(as_data(before), as_data(after), ())]


def diff_versions(
    name: str, before: ActionKindDocument, new_name: str, after: ActionKindDocument
) -> list[Change]:
    """What differs between two versions of one action, its name too. The subject of each change is the action."""
    subject = f"The action {new_name}"
    told = f"{subject}: name changed from {name} to {new_name}"
    renamed = [Change(subject, ("actions", new_name), _COSMETIC, name, new_name, told)]
    fields = [replace(one, subject=subject) for one in diff_action(new_name, before, after)]
    return [*(renamed if name != new_name else ()), *fields]


def _field(name: str, path: Path, before: Any, after: Any) -> Change:
    place = ("actions", name, *path)
    if path == ("reversible",):
        was, becomes = (UNDONE.get(side, UNSAID) for side in (before, after))
        told = f"The action {name}: {becomes} (was: {was})"
        before, after = (None if side is ABSENT else side for side in (before, after))
        return Change(ACTIONS, place, _COSMETIC, before, after, told)
    found = change(f"The action {name}", path, before, after, _COSMETIC, "")
    return Change(ACTIONS, place, _COSMETIC, found.before, found.after, found.words)
