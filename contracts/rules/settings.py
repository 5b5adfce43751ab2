"""Rules about a registry as a whole: how it is exported, its validation rules, the units it defines."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Problem, settings_rule
from contracts.context import KPI_FIELDS, RegistryContext, is_kpi_field
from contracts.documents import RegistryDocument
from contracts.naming import METRIC, NAME, RESERVED_LABELS, UNBOUNDED_LABELS, NearNames, fold
from contracts.patterns import PatternError, compile_pattern
from contracts.rules.names import unfit_lines, unfit_texts
from contracts.rules.words import quoted
from contracts.units import STANDARD_UNITS

_LABELS = ("export_config", "prometheus", "labels")
_NEAR_FIELDS = NearNames(field for field in KPI_FIELDS if field.count(".") < 2)


@settings_rule(
    "REG001",
    "reserved",
    "error",
    title="Label not allowed",
    example="export_config: {prometheus: {labels: [user_id, timestamp]}}",
)
def labels_are_allowed(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """Every value of a label makes a time series of its own. A label that is new with every sample fills any
    database, and some names belong to Prometheus (https://prometheus.io/docs/practices/naming/#labels)."""
    for index, label in enumerate(registry.export_config.prometheus.labels):
        folded = fold(label)
        if folded in UNBOUNDED_LABELS:
            yield Problem(
                (*_LABELS, index),
                f"The label {quoted(label)} would make one time series per sample. Prometheus keeps the "
                "time of every "
                "sample itself, and a label that never repeats fills its memory.",
                "Remove it.",
            )
        elif folded in RESERVED_LABELS or folded.startswith("__"):
            reason = RESERVED_LABELS.get(folded, "Prometheus keeps names that begin with two underscores")
            yield Problem(
                (*_LABELS, index),
                f"The label {quoted(label)} is reserved. {reason}.",
                "Remove it, or rename it.",
            )


@settings_rule(
    "REG002",
    "label_pattern",
    "error",
    title="Label name not accepted by Prometheus",
    example="export_config: {prometheus: {labels: [user-id]}}",
)
def labels_are_accepted(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """Prometheus takes letters, digits and underscores in the name of a label."""
    for index, label in enumerate(registry.export_config.prometheus.labels):
        if not METRIC.fullmatch(label):
            yield Problem(
                (*_LABELS, index),
                f"Prometheus does not accept the label {quoted(label)}. Only letters, digits and "
                "underscores can be "
                "used, and the first may not be a digit.",
                f"Did you mean {label.replace('-', '_')}?"
                if METRIC.fullmatch(label.replace("-", "_"))
                else "",
            )


@settings_rule(
    "REG003",
    "duplicate_label",
    "error",
    title="Label named twice",
    example="export_config: {prometheus: {labels: [user_id, user_id]}}",
)
def labels_are_unique(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """A sample that carries a label twice is refused by Prometheus."""
    seen: set[str] = set()
    for index, label in enumerate(registry.export_config.prometheus.labels):
        if label in seen:
            yield Problem(
                (*_LABELS, index), f"The label {quoted(label)} is named twice.", "Remove one of them."
            )
        seen.add(label)


@settings_rule(
    "REG004",
    "prefix_pattern",
    "error",
    title="Prefix not accepted by Prometheus",
    example="export_config: {prometheus: {prefix: auren-}}",
)
def prefix_is_accepted(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """The prefix is the beginning of every metric's name and has to be one itself."""
    prefix = registry.export_config.prometheus.prefix
    if prefix and not METRIC.fullmatch(prefix):
        yield Problem(
            ("export_config", "prometheus", "prefix"),
            f"Prometheus does not accept names that begin with {quoted(prefix)}. Only letters, digits and "
            "underscores "
            "can be used, and the first may not be a digit.",
            "Write it like auren_.",
        )


@settings_rule(
    "REG005",
    "validation_field",
    "error",
    title="Validation rule about an unknown field",
    example="validation_rules: [{field: units, required: true}]",
)
def validation_rules_name_fields(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """A validation rule about a field that no KPI has checks nothing."""
    for index, rule in enumerate(registry.validation_rules):
        if not is_kpi_field(rule.field):
            question = _NEAR_FIELDS.question(rule.field)
            yield Problem(
                ("validation_rules", index, "field"),
                f"No KPI has a field {quoted(rule.field)}. This validation rule would check nothing.",
                question or "Name a field such as unit or normal_range.min.",
            )


@settings_rule(
    "REG006",
    "pattern_invalid",
    "error",
    title="Pattern cannot be used",
    example="validation_rules: [{field: owner, pattern: '(?=team)'}]",
)
def patterns_are_safe(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """Patterns run on RE2, which answers any text in a time that grows with its length only. It has no
    look-ahead and no back-references (https://github.com/google/re2/wiki/Syntax)."""
    for index, rule in enumerate(registry.validation_rules):
        if not rule.pattern:
            continue
        try:
            compile_pattern(rule.pattern)
        except PatternError as error:
            yield Problem(
                ("validation_rules", index, "pattern"),
                f"The pattern {quoted(rule.pattern)} cannot be used. RE2 says: {error}.",
                "Write it without look-ahead and back-references, in RE2's syntax.",
            )


@settings_rule(
    "REG007",
    "unit_definition",
    "error",
    title="Unit defined badly",
    example="units: [{code: Beats Per Breath}]",
)
def units_are_sound(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """A unit of the registry's own needs a code that can stand anywhere, once, and may not redefine one that
    everybody knows."""
    seen: set[str] = set()
    for index, unit in enumerate(registry.units):
        path = ("units", index, "code")
        if not NAME.fullmatch(unit.code):
            yield Problem(
                path, f"The unit's code {quoted(unit.code)} is not a plain identifier.", "Write it like bpm."
            )
        elif unit.code in seen:
            yield Problem(path, f"The unit {quoted(unit.code)} is defined twice.", "Remove one of them.")
        elif unit.code in STANDARD_UNITS and unit.as_spec() != STANDARD_UNITS[unit.code]:
            yield Problem(
                path, f"The unit {quoted(unit.code)} is a standard one.", "Remove it, or choose another code."
            )
        if unit.base and unit.base not in context.units:
            yield Problem(
                ("units", index, "base"),
                f"The base unit {quoted(unit.base)} is not known.",
                context.near_units.question(unit.base),
            )
        seen.add(unit.code)


@settings_rule(
    "REG009",
    "invalid_text",
    "error",
    title="Text with a character that cannot be shown",
    example=r'x-note: "Read from \u202Ethe right"',
)
def texts_can_be_shown(registry: RegistryDocument, context: RegistryContext) -> Iterator[Problem]:
    """Control characters and characters that turn the writing direction break exports, and can make a text
    look like another one. In a text of one line so do tabs, line ends and spaces that do not break."""
    yield from unfit_texts(registry.model_dump(by_alias=True, exclude={"kpis"}))
    for number, unit in enumerate(registry.units):
        at = ("units", number)
        yield from unfit_lines((((*at, "title"), unit.title), ((*at, "symbol"), unit.symbol)))
