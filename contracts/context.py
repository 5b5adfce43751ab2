"""What the rules about one KPI need to know beside it: units, settings, and who else has its name or
metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from contracts.documents import (
    ActionKindDocument,
    AlertsDocument,
    ExportConfig,
    KpiDocument,
    NormalRange,
    Range,
    RegistryDocument,
    ThresholdDocument,
    ValidationRule,
)
from contracts.naming import NearNames, fold
from contracts.patterns import Pattern, PatternError, compile_pattern
from contracts.severity import REGISTRY_WORDS
from contracts.units import STANDARD_UNITS, UnitSpec


def _kpi_fields() -> frozenset[str]:
    """Every field of a KPI that a validation rule may name, parts with dots between."""
    fields = {info.serialization_alias or name for name, info in KpiDocument.model_fields.items()}
    fields |= {f"absolute_range.{name}" for name in Range.model_fields}
    fields |= {f"normal_range.{name}" for name in NormalRange.model_fields}
    fields |= {f"alerts.{name}" for name in AlertsDocument.model_fields}
    aliases = [info.serialization_alias or name for name, info in ThresholdDocument.model_fields.items()]
    return frozenset(
        {*fields, *(f"risk_thresholds.{word}.{name}" for word in REGISTRY_WORDS for name in aliases)}
    )


KPI_FIELDS = _kpi_fields()
"""What a validation rule may be about."""


def is_kpi_field(name: str) -> bool:
    """Whether a validation rule can be about this; keys that begin with ``x-`` are the users' own."""
    return name in KPI_FIELDS or name.startswith(("x-", "x_"))


MANY = 20
"""How many KPIs of one name are looked at: a file that repeats one name 10,000 times must not cost a square of it."""


SHOWN = 12
"""How many allowed values are named: a list of hundreds would be repeated for every KPI."""


class KnownKpi(NamedTuple):
    """As much of a KPI as others need to know of it."""

    name: str
    metric: str
    status: str = "active"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One of the registry's own validation rules, compiled. A pattern that RE2 refuses is left out here."""

    field: str
    keys: tuple[str, ...]
    required: bool
    pattern: Pattern | None
    pattern_text: str
    allowed: frozenset[str]
    allowed_text: str

    def matches(self, value: str) -> bool:
        """Whether the value is as the pattern wants it; so it is for a rule without one."""
        return self.pattern is None or self.pattern.matches(value)

    @classmethod
    def of(cls, rule: ValidationRule) -> FieldRule:
        """Compile a rule as the registry file holds it."""
        try:
            pattern = compile_pattern(rule.pattern) if rule.pattern else None
        except PatternError:
            pattern = None
        allowed = [str(value) for value in rule.allowed_values]
        keys = tuple(rule.field.split("."))
        more = len(allowed) - SHOWN
        text = ", ".join(allowed) if more <= 0 else f"{', '.join(allowed[:SHOWN])} or one of {more:,} more"
        return cls(rule.field, keys, rule.required, pattern, rule.pattern, frozenset(allowed), text)


class FieldRules(NamedTuple):
    """Validation rules by what they ask for, so that each KPI is held only against those that ask."""

    required: tuple[FieldRule, ...]
    patterns: tuple[FieldRule, ...]
    allowed: tuple[FieldRule, ...]

    @classmethod
    def of(cls, rules: Iterable[ValidationRule]) -> FieldRules:
        """Compile those that are about a field that KPIs have."""
        found = [FieldRule.of(rule) for rule in rules if is_kpi_field(rule.field)]
        return cls(
            tuple(rule for rule in found if rule.required),
            tuple(rule for rule in found if rule.pattern is not None),
            tuple(rule for rule in found if rule.allowed),
        )


@dataclass(frozen=True, slots=True)
class RegistryContext:
    """Everything around one KPI.

    ``names`` and ``metrics`` list, by folded name, every KPI that has it, the KPI itself included: two
    entries under one name are a collision. They come from a whole document, or from two narrow queries. ``actions``
    are those of the catalogue, by name; None where there is none to ask, and ``left_out`` names that the files define
    in a shape that cannot be used.
    """

    units: Mapping[str, UnitSpec]
    export: ExportConfig
    field_rules: FieldRules
    names: Mapping[str, tuple[KnownKpi, ...]]
    metrics: Mapping[str, tuple[KnownKpi, ...]]
    near_units: NearNames = field(repr=False, compare=False)
    near_names: NearNames = field(repr=False, compare=False)
    actions: Mapping[str, ActionKindDocument] | None = None
    left_out: frozenset[str] = frozenset()
    near_actions: NearNames = field(default_factory=lambda: NearNames(()), repr=False, compare=False)

    @classmethod
    def of(
        cls,
        settings: RegistryDocument,
        known: Iterable[KnownKpi | tuple[str, str, str]],
        units: Mapping[str, UnitSpec] | None = None,
    ) -> RegistryContext:
        """From the registry's settings (its KPIs are not looked at) and the KPIs there are.

        ``units`` defaults to the standard ones and those that the settings define themselves.
        """
        kpis = [kpi if isinstance(kpi, KnownKpi) else KnownKpi(*kpi) for kpi in known]
        units = units_of(settings) if units is None else units
        return cls(
            units=units,
            export=settings.export_config,
            field_rules=FieldRules.of(settings.validation_rules),
            names=_by_fold((fold(kpi.name), kpi) for kpi in kpis),
            metrics=_by_fold((fold(kpi.metric), kpi) for kpi in kpis if kpi.metric),
            near_units=NearNames(units),
            near_names=NearNames(kpi.name for kpi in kpis),
        )

    def with_actions(
        self, actions: Mapping[str, ActionKindDocument], left_out: frozenset[str] = frozenset()
    ) -> RegistryContext:
        """The same, held against a catalogue of actions."""
        return replace(self, actions=actions, left_out=left_out, near_actions=NearNames(actions))


def context_of(document: RegistryDocument, left_out: Iterable[str] = ()) -> RegistryContext:
    """The context of every KPI of a whole registry document; ``left_out`` are names that it has no KPI for,
    though the file does."""
    known = [KnownKpi(kpi.name, kpi.prometheus_metric, kpi.status) for kpi in document.kpis]
    return RegistryContext.of(document, [*known, *(KnownKpi(name, "") for name in left_out)])


def units_of(settings: RegistryDocument) -> dict[str, UnitSpec]:
    """The standard units and those that the registry file defines itself."""
    return {**STANDARD_UNITS, **{unit.code: unit.as_spec() for unit in settings.units}}


def _by_fold(pairs: Iterable[tuple[str, KnownKpi]]) -> dict[str, tuple[KnownKpi, ...]]:
    found: defaultdict[str, list[KnownKpi]] = defaultdict(list)
    for key, kpi in pairs:
        found[key].append(kpi)
    return {key: tuple(kpis) for key, kpis in found.items()}
