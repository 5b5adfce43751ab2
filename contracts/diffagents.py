"""What changed between two versions of an agent: what it watches and does, and its entry on the roster, in words.

Bindings are compared by their KPI, actions and hand-offs by what they name, so that an inserted line is one
change and not one for every line behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.diff import Change, ChangeClass, change, differences, means_the_same, order_changed
from contracts.documents import (
    ActionDocument,
    BindingDocument,
    BindingsDocument,
    HandOffDocument,
    RosterAgent,
    RosterDocument,
    as_data,
)
from contracts.drops import OLDER_KEY, canonical_drop
from contracts.findings import Path
from contracts.severity import (
    BINDING_WORD,
    BINDING_WORDS,
    HANDOFF_KEYS,
    REGISTRY_WORD,
    TRIGGER_KEYS,
    Severity,
)

ROSTER = "roster"
"""The subject of changes that are about the roster as a whole."""
_COSMETIC, _BEHAVIOURAL, _BREAKING = ChangeClass.COSMETIC, ChangeClass.BEHAVIOURAL, ChangeClass.BREAKING
_BEHAVIOURAL_FIELDS = frozenset({"role", "condition", "timing"})
_COMPARED = frozenset({*TRIGGER_KEYS, "actions", "condition"})
Symbols = Mapping[str, str]
"""Each KPI's unit, as it is written behind a number."""


def diff_agents(
    before: Mapping[str, BindingsDocument],
    after: Mapping[str, BindingsDocument],
    symbols: Symbols | None = None,
) -> list[Change]:
    """Everything that differs in what agents watch and do, agent by agent in the order of their names."""
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        changes += diff_bindings(before.get(name), after.get(name), symbols)
    return changes


def diff_bindings(
    before: BindingsDocument | None, after: BindingsDocument | None, symbols: Symbols | None = None
) -> list[Change]:
    """What differs in what one agent watches and does; None is an agent without a file."""
    if before == after:
        return []
    agent = (after or before).agent  # type: ignore[union-attr]  # of two that differ, one is there
    nothing = BindingsDocument(agent=agent, kpis_used=[])
    old, new = before or nothing, after or nothing
    changes = [
        *_bindings(old, new, symbols or {}),
        *_hand_offs(old, new),
        *_rest(agent, _without(old), _without(new)),
    ]
    if not changes and before and after:
        words = f"{agent}: the same, in another order or written otherwise"
        changes.append(Change(agent, ("kpis_used",), _COSMETIC, None, None, words))
    return changes


def diff_rosters(before: RosterDocument, after: RosterDocument) -> list[Change]:
    """Everything that differs on the roster: the whole, then agent by agent in the order of their names."""
    old, new = (as_data(roster.model_copy(update={"agents": {}})) for roster in (before, after))
    changes = _rest(ROSTER, old, new)
    for name in sorted(before.agents.keys() | after.agents.keys()):
        changes += diff_entries(name, before.agents.get(name), after.agents.get(name))
    return changes + order_changed(ROSTER, "agents", "agents", before.agents, after.agents)


def diff_entries(name: str, before: RosterAgent | None, after: RosterAgent | None) -> list[Change]:
    """What differs in one agent's entry; None is an agent that is not on the roster."""
    if before == after:
        return []
    if before is None or after is None:
        kind, verb = (_BEHAVIOURAL, "added to") if before is None else (_BREAKING, "removed from")
        told = f"{name} {verb} the roster"
        return [Change(name, (), kind, before and as_data(before), after and as_data(after), told)]
    return [_field(name, path, a, b) for path, a, b in differences(as_data(before), as_data(after), ())]


def _field(subject: str, path: Path, before: Any, after: Any) -> Change:
    """A change of one field of an entry or a binding."""
    if path == ("enabled",):
        told = f"{subject} is switched {'on' if after else 'off'}"
        return Change(subject, path, _BEHAVIOURAL, before, after, told)
    acts = path[0] in _BEHAVIOURAL_FIELDS and "/" in subject  # an agent's role only says what it is for
    return change(subject, path, before, after, _BEHAVIOURAL if acts else _COSMETIC, "")


def _bindings(old: BindingsDocument, new: BindingsDocument, symbols: Symbols) -> Iterator[Change]:
    before = {binding.key: binding for binding in old.kpis_used}
    after = {binding.key: binding for binding in new.kpis_used}
    for key in [*after, *(key for key in before if key not in after)]:
        subject, a, b = f"{new.agent}/{key}", before.get(key), after.get(key)
        if a is None and b is not None:
            yield Change(subject, (), _BEHAVIOURAL, None, as_data(b), f"{new.agent} watches {key} as well")
        elif b is None and a is not None:
            yield Change(subject, (), _BREAKING, as_data(a), None, f"{new.agent} no longer watches {key}")
        elif a is not None and b is not None and a != b:
            yield from _binding(subject, a, b, symbols.get(key, ""))


def _binding(subject: str, old: BindingDocument, new: BindingDocument, symbol: str) -> Iterator[Change]:
    yield from _triggers(subject, old, new, symbol)
    if old.guard != new.guard:
        told = f"{subject} applies when {new.guard or 'ever'} (was {old.guard or 'ever'})"
        yield Change(subject, ("condition",), _BEHAVIOURAL, old.guard or None, new.guard or None, told)
    yield from _actions(subject, old.alerting.actions, new.alerting.actions)
    a, b = (_binding_rest(binding) for binding in (old, new))
    for path, was, becomes in differences(a, b, ()):
        yield _field(subject, path, was, becomes)


def _binding_rest(binding: BindingDocument) -> dict[str, Any]:
    """What of a binding is not compared otherwise, `alerting` opened; what goes without saying is said."""
    alerting = {key: value for key, value in as_data(binding.alerting).items() if key not in _COMPARED}
    data = {k: v for k, v in as_data(binding).items() if k not in ("key", "alerting", "condition")}
    return {"enabled": binding.enabled, **data, **alerting}


def _triggers(subject: str, old: BindingDocument, new: BindingDocument, symbol: str) -> Iterator[Change]:
    before, after = _conditions(old), _conditions(new)
    for key in [key for key in TRIGGER_KEYS if before.get(key) != after.get(key)]:
        a, b = before.get(key), after.get(key)
        path, severity = ("alerting", key), REGISTRY_WORD[TRIGGER_KEYS[key]]
        unit = f" {symbol}" if symbol and b and " over " not in b else ""
        if a is None:
            yield Change(subject, path, _BEHAVIOURAL, None, b, f"{subject} {severity} added: {b}{unit}")
        elif b is None:
            yield Change(subject, path, _BREAKING, a, None, f"{subject} {severity} removed (was {a})")
        else:
            kind = _COSMETIC if means_the_same(a, b) else _BEHAVIOURAL
            yield Change(subject, path, kind, a, b, f"{subject} {severity}: {a} → {b}{unit}")


def _conditions(binding: BindingDocument) -> dict[str, str]:
    """The conditions by key; a drop under the older key counts as the caution it is, where there is no other."""
    found = {key: text for key in TRIGGER_KEYS if (text := getattr(binding.alerting, key))}
    if drop := found.pop(OLDER_KEY, ""):
        found[OLDER_KEY if "caution_if" in found else "caution_if"] = canonical_drop(drop)
    return found


def _actions(subject: str, old: list[ActionDocument], new: list[ActionDocument]) -> Iterator[Change]:
    before, after = ({_step(action): action for action in steps} for steps in (old, new))
    place = ("alerting", "actions")
    for step in [*after, *(step for step in before if step not in after)]:
        a, b = before.get(step), after.get(step)
        if a is None and b is not None:
            yield Change(
                subject, place, _BEHAVIOURAL, None, as_data(b), f"{subject} also takes {_told(step)}"
            )
        elif b is None and a is not None:
            yield Change(
                subject, place, _BEHAVIOURAL, as_data(a), None, f"{subject} no longer takes {_told(step)}"
            )
        elif a is not None and b is not None and a != b:
            for path, was, becomes in differences(as_data(a), as_data(b), ()):
                kind = _BEHAVIOURAL if path == ("deadline",) else _COSMETIC
                yield change(f"{subject} {step[0]}", (*path,), was, becomes, kind, "")
    kept = [step for step in after if step in before]
    if kept != [step for step in before if step in after]:
        names = [[name for name, _ in steps] for steps in (before, after)]
        told = f"{subject} takes its actions in another order"
        yield Change(subject, place, _BEHAVIOURAL, names[0], names[1], told)


def _step(action: ActionDocument) -> tuple[str, str]:
    severity = BINDING_WORDS.get(action.on)
    return action.name, REGISTRY_WORD[severity] if severity else action.on


def _told(step: tuple[str, str]) -> str:
    return f"{step[0]} at {step[1]}" if step[1] else step[0]


def _hand_offs(old: BindingsDocument, new: BindingsDocument) -> Iterator[Change]:
    before, after = (_asked(document) for document in (old, new))
    for key in [*after, *(key for key in before if key not in after)]:
        severity, target, kpi, _ = key
        a, b = before.get(key), after.get(key)
        place = ("collaboration", f"on_{BINDING_WORD[severity]}", target, *([kpi] if kpi else []))
        word = REGISTRY_WORD[severity]
        when = f"{kpi} is {word}" if kpi else word
        told = f"{new.agent} {{}} {target} when {when}"
        if a is None and b is not None:
            yield Change(new.agent, place, _BEHAVIOURAL, None, as_data(b), told.format("asks"))
        elif b is None and a is not None:
            yield Change(new.agent, place, _BEHAVIOURAL, as_data(a), None, told.format("no longer asks"))
        elif a != b:
            words = f"{new.agent}: why it asks {target} when {when} changed"
            yield Change(new.agent, place, _COSMETIC, a and as_data(a), b and as_data(b), words)


def _asked(document: BindingsDocument) -> dict[tuple[Severity, str, str, int], HandOffDocument]:
    """Every hand-off by severity, target and KPI; the same one a second time counts on its own."""
    found: dict[tuple[Severity, str, str, int], HandOffDocument] = {}
    for key, severity in HANDOFF_KEYS.items():
        for row in getattr(document.collaboration, key):
            times = sum(known[:3] == (severity, row.agent, row.kpi) for known in found)
            found[severity, row.agent, row.kpi, times] = row
    return found


def _without(document: BindingsDocument) -> dict[str, Any]:
    """What of the file is neither a binding nor a hand-off."""
    data = as_data(document)
    collaboration = document.collaboration.extra
    rest = {key: value for key, value in data.items() if key not in ("kpis_used", "collaboration")}
    return {**rest, **({"collaboration": collaboration} if collaboration else {})}


def _rest(subject: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [change(subject, path, a, b, _COSMETIC, "") for path, a, b in differences(old, new, ())]
