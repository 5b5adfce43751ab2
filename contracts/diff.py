"""What changed between two versions of a registry or of a KPI, and how much it matters, in words.

A renamed KPI is one removed and one added: whoever used the old name has lost it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.conditions import ConditionError, parse
from contracts.diffwords import added_words, changed_words, removed_words
from contracts.documents import KpiDocument, RegistryDocument, as_data
from contracts.findings import Path
from contracts.measures import unit_called
from contracts.ordering import is_reordered
from contracts.units import UnitSpec, find_unit


class ChangeClass(StrEnum):
    """How much a change matters: cosmetic < behavioural < breaking."""

    COSMETIC = "cosmetic"
    BEHAVIOURAL = "behavioural"
    BREAKING = "breaking"

    @property
    def rank(self) -> int:
        """0 for cosmetic, 1 for behavioural, 2 for breaking."""
        return list(ChangeClass).index(self)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``before`` or ``after`` is None where there was nothing, or is nothing any more.

    ``subject`` is the KPI's name, or ``registry``; ``path`` the place inside it, empty for the whole of it.
    """

    subject: str
    path: Path
    kind: ChangeClass
    before: Any
    after: Any
    words: str

    def __str__(self) -> str:
        return self.words

    @property
    def is_about_alerts(self) -> bool:
        """Whether only people notice it: how they are alerted is nothing that agents are served."""
        return self.path[:1] == ("alerts",) or self.path[:2] == ("export_config", "alerts")


REGISTRY = "registry"
"""The subject of changes that are not about one KPI."""

_COSMETIC, _BEHAVIOURAL, _BREAKING = ChangeClass.COSMETIC, ChangeClass.BEHAVIOURAL, ChangeClass.BREAKING
_BREAKING_FIELDS = frozenset({"name", "unit", "prometheus_metric"})
_BEHAVIOURAL_FIELDS = frozenset(
    {"absolute_range", "normal_range", "status", "missing_data", "export_config", "validation_rules"}
)
_BEHAVIOURAL_IN_ALERTS = frozenset({"mode", "cohort_share"})
"""Who is alerted. A budget alerts nobody and spares nobody."""
_BEHAVIOURAL_IN_THRESHOLD = frozenset({"condition", "action", "for", "keep_firing_for", "recover_if"})
_CONDITIONS = frozenset({"condition", "recover_if"})
ABSENT: Any = object()  # null is a value
# A list of mappings is compared entry by entry, by the key that names an entry.
_NAMED_BY = {"units": "code", "validation_rules": "field"}


def diff_registries(before: RegistryDocument, after: RegistryDocument) -> list[Change]:
    """Everything that differs: settings, units, then KPI by KPI in the order of their names."""
    old = {kpi.name: kpi for kpi in reversed(before.kpis)}
    new = {kpi.name: kpi for kpi in reversed(after.kpis)}
    units = {unit.code: unit.as_spec() for registry in (before, after) for unit in registry.units}
    changes = diff_settings(before, after) + diff_units(before, after)
    for name in sorted(old.keys() | new.keys()):
        changes += _diff_kpi(old.get(name), new.get(name), units)
    return changes + order_changed(
        REGISTRY, "kpis", "KPIs", [kpi.name for kpi in before.kpis], [kpi.name for kpi in after.kpis]
    )


def order_changed(
    subject: str, key: str, noun: str, before: Iterable[str], after: Iterable[str]
) -> list[Change]:
    """The change that those which both sides have come in another order, or none."""
    if not is_reordered(before, after):
        return []
    return [Change(subject, (key,), _COSMETIC, None, None, f"The {noun} are in another order")]


def diff_kpis(before: KpiDocument | None, after: KpiDocument | None) -> list[Change]:
    """What differs between two versions of a KPI, field by field; None is a KPI that is not there."""
    return _diff_kpi(before, after, {})


def diff_settings(before: RegistryDocument, after: RegistryDocument) -> list[Change]:
    """What differs in everything of the registry but its KPIs and its own units."""
    return _diff_registry(_settings(before), _settings(after))


def diff_units(before: RegistryDocument, after: RegistryDocument) -> list[Change]:
    """What differs in the units that the registries define themselves."""
    old, new = ({"units": [as_data(unit) for unit in registry.units]} for registry in (before, after))
    return _diff_registry(old, new)


def _settings(registry: RegistryDocument) -> dict[str, Any]:
    data = as_data(registry.model_copy(update={"kpis": [], "units": []}))
    # Said in full on both sides: what goes without saying can change as well.
    alerts = {"alerts": as_data(registry.export_config.alerts)}
    return data | {"export_config": as_data(registry.export_config) | alerts}


def _diff_registry(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        change(REGISTRY, path, a, b, _kind_of_setting(path), "") for path, a, b in differences(old, new, ())
    ]


def _kind_of_setting(path: Path) -> ChangeClass:
    if path[:2] == ("export_config", "alerts"):
        return _BEHAVIOURAL if path[-1] == "people" else _COSMETIC
    return _BEHAVIOURAL if path[0] in _BEHAVIOURAL_FIELDS else _COSMETIC


def worst(changes: Iterable[Change]) -> ChangeClass | None:
    """The class of the change that matters most, or None without changes."""
    return max((change.kind for change in changes), key=lambda kind: kind.rank, default=None)


def _diff_kpi(
    before: KpiDocument | None, after: KpiDocument | None, units: Mapping[str, UnitSpec]
) -> list[Change]:
    if before == after:
        return []
    if before is None or after is None:
        return [_whole(before, after)]
    unit = units.get(after.unit) or find_unit(after.unit)
    symbol = unit.symbol if unit else ""
    old, new = (as_data(kpi) | {"status": kpi.status.value} for kpi in (before, after))
    written = unit or unit_called(after.unit)
    return [
        change(after.name, path, a, b, _kind(path, a, b, written), "" if path[0] == "alerts" else symbol)
        for path, a, b in differences(old, new, ())
    ]


def _whole(before: KpiDocument | None, after: KpiDocument | None) -> Change:
    if after is not None:
        return Change(after.name, (), _BEHAVIOURAL, None, as_data(after), f"{after.name} added")
    assert before is not None  # noqa: S101  of two that differ, one is there
    return Change(before.name, (), _BREAKING, as_data(before), None, f"{before.name} removed")


def differences(old: Mapping[str, Any], new: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, Any, Any]]:
    """The places where two mappings differ, in the order of the newer one, what is gone last."""
    for key in [*new, *(key for key in old if key not in new)]:
        a, b, path = old.get(key, ABSENT), new.get(key, ABSENT), (*at, key)
        if a == b:
            continue
        if not at and key in _NAMED_BY:
            a, b = _by_name(a, _NAMED_BY[key]), _by_name(b, _NAMED_BY[key])
        if _is_opened(path, a, b):
            yield from differences({} if a is ABSENT else a, {} if b is ABSENT else b, path)
        else:
            yield path, a, b


def _by_name(items: Any, key: str) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for item in () if items is ABSENT else items:
        name = str(item[key])
        while name in named:  # two rules about one field: both count
            name += "'"
        named[name] = item
    return named


def _is_opened(path: Path, a: Any, b: Any) -> bool:
    """Whether to look inside instead of comparing the whole."""
    if path[0] in ("units", "validation_rules"):
        return len(path) == 1
    if path[0] == "risk_thresholds":  # a severity that appears or goes is one change
        return len(path) == 1 or (len(path) == 2 and isinstance(a, dict) and isinstance(b, dict))
    if path[0] in ("absolute_range", "normal_range", "alerts", "export_config"):
        return all(isinstance(side, dict) or side is ABSENT for side in (a, b))
    return isinstance(a, dict) and isinstance(b, dict)


def _kind(path: Path, before: Any, after: Any, unit: UnitSpec | None) -> ChangeClass:
    if path[0] == "risk_thresholds":
        return _kind_in_threshold(path, before, after, unit)
    if path[0] == "alerts":
        return _BEHAVIOURAL if path[-1] in _BEHAVIOURAL_IN_ALERTS else _COSMETIC
    if path[0] in _BREAKING_FIELDS:
        return _BREAKING
    return _BEHAVIOURAL if path[0] in _BEHAVIOURAL_FIELDS else _COSMETIC


def _kind_in_threshold(path: Path, before: Any, after: Any, unit: UnitSpec | None) -> ChangeClass:
    if len(path) == 2:
        return _BREAKING if after is ABSENT else _BEHAVIOURAL
    if path[2] in _CONDITIONS and means_the_same(before, after, unit):
        return _COSMETIC
    return _BEHAVIOURAL if path[2] in _BEHAVIOURAL_IN_THRESHOLD else _COSMETIC


def means_the_same(before: Any, after: Any, unit: UnitSpec | None = None) -> bool:
    """Whether two texts are the same condition, such as `< 20` and `<20`; `unit` is the KPI's."""
    try:
        a, b = parse(before, unit), parse(after, unit)
    except (ConditionError, TypeError):
        return False
    return a.values == b.values and set(a.changes) == set(b.changes)


def change(subject: str, path: Path, before: Any, after: Any, kind: ChangeClass, symbol: str) -> Change:
    there = after if before is ABSENT else before
    if isinstance(there, list) and there:  # a list that was not there was empty
        before, after = ([] if side is ABSENT else side for side in (before, after))
    say: Callable[[str, Path, Any, Any, str], str] = changed_words
    if before is ABSENT:
        say, before = added_words, None
    elif after is ABSENT:
        say, after = removed_words, None
    return Change(subject, path, kind, before, after, say(subject, path, before, after, symbol))
