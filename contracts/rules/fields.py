"""The registry's own validation rules, applied to every KPI."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from contracts.catalogue import Problem, kpi_rule
from contracts.context import FieldRule, RegistryContext
from contracts.decimals import plain
from contracts.documents import Document, KpiDocument
from contracts.findings import Path
from contracts.naming import METRIC, NAME
from contracts.rules.words import quoted
from contracts.severity import REGISTRY_WORDS
from contracts.spec import KpiSpec

_RULES = "See “validation_rules” of the registry."


@kpi_rule(
    "KPI060",
    "field_required",
    "error",
    title="Field required by this registry",
    example="""
        validation_rules: [{field: owner, required: true}]
        kpis:
          - {name: resting_hr, unit: bpm, prometheus_metric: auren_resting_hr_bpm, title: Pulse}
        """,
)
def required_fields_are_there(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The registry's validation rules name fields that every KPI must have."""
    for rule in context.field_rules.required:
        if not value_at(kpi.document, rule.keys) and not _told_elsewhere(rule, kpi, context):
            yield Problem(path_of(rule), f"This registry requires the field {quoted(rule.field)}.", _RULES)


@kpi_rule(
    "KPI061",
    "field_pattern",
    "error",
    title="Field does not match this registry's pattern",
    example="""
        validation_rules: [{field: owner, pattern: "[a-z]+-team"}]
        kpis:
          - {name: resting_hr, unit: bpm, prometheus_metric: auren_resting_hr_bpm, title: Pulse, owner: Anna}
        """,
)
def fields_match_their_patterns(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The registry's validation rules give patterns that the whole of a field must match."""
    for rule in context.field_rules.patterns:
        value = value_at(kpi.document, rule.keys)
        if value and not rule.matches(value) and not _told_elsewhere(rule, kpi, context):
            yield Problem(
                path_of(rule),
                f"The field {quoted(rule.field)} does not look as this registry wants it. {quoted(value)} "
                "does not "
                f"match {quoted(rule.pattern_text)}.",
                _RULES,
            )


@kpi_rule(
    "KPI062",
    "field_not_allowed",
    "error",
    title="Value not allowed by this registry",
    example="""
        validation_rules: [{field: category, allowed_values: [sleep, recovery]}]
        kpis:
          - {name: resting_hr, title: Pulse, unit: bpm, prometheus_metric: auren_hr_bpm, category: heart}
        """,
)
def values_are_allowed(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The registry's validation rules list the only values that a field may have."""
    for rule in context.field_rules.allowed:
        value = value_at(kpi.document, rule.keys)
        if value and value not in rule.allowed and not _told_elsewhere(rule, kpi, context):
            yield Problem(
                path_of(rule),
                f"This registry does not allow {quoted(value)} as {quoted(rule.field)}. "
                f"Allowed is {rule.allowed_text}.",
                _RULES,
            )


def value_at(document: KpiDocument, keys: tuple[str, ...]) -> str:
    """The text of one field, such as ``unit`` or ``normal_range.min``; "" where there is none."""
    value: object = getattr(document, keys[0], None) if len(keys) == 1 else _inner(document, keys)
    if type(value) is str or value is None:
        return value or ""
    return _as_text(value)


def path_of(rule: FieldRule) -> Path:
    """Where the field stands in a KPI."""
    return rule.keys


def _inner(value: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        if isinstance(value, Document):
            name = "for_" if key == "for" else key
            value = getattr(value, name, None) if name in type(value).model_fields else value.extra.get(key)
        elif isinstance(value, dict):
            value = value.get(REGISTRY_WORDS.get(key, key))
        else:
            return None
    return value


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _told_elsewhere(rule: FieldRule, kpi: KpiSpec, context: RegistryContext) -> bool:
    """Whether a rule of the catalogue already says what is wrong with the field."""
    if rule.field == "name":
        return not NAME.fullmatch(kpi.name)
    if rule.field == "unit":
        return kpi.document.unit not in context.units
    if rule.field == "prometheus_metric":
        metric = kpi.document.prometheus_metric
        return not METRIC.fullmatch(metric) or not metric.startswith(context.export.prometheus.prefix)
    return False
