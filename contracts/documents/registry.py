"""The KPI registry, format 1.1: what `kpi_registry.yaml` holds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from contracts.documents.alerts import AlertsDocument, AlertSettings
from contracts.documents.base import AtMost, ConditionText, Document, Number, Text, Truth
from contracts.limits import (
    DATE,
    KPI_LIMITS,
    LISTS,
    PREFIX,
    RULE_LIMITS,
    THRESHOLD_LIMITS,
    UNIT_LIMITS,
    VERSION,
)
from contracts.severity import REGISTRY_WORDS, Severity
from contracts.units import UnitSpec

FORMAT_VERSION = "1.1"
SCHEMA_VERSION = "1.0"
_REGISTRY = LISTS["a registry"]
_REFERENCES = LISTS["a KPI"]["references"]
_LABELS = LISTS["the Prometheus export"]["labels"]
_ALLOWED = LISTS["a validation rule"]["allowed_values"]

Reference = Annotated[Text, AtMost(_REFERENCES.each)]
Label = Annotated[Text, AtMost(_LABELS.each)]
AllowedValue = Annotated[Text, AtMost(_ALLOWED.each)]


class Status(StrEnum):
    """Where a KPI is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"


class Range(Document):
    """The lowest and the highest value, both included. A missing end has no limit."""

    noun = "a range"

    min: Number | None = Field(default=None, description="The lowest value, included.")
    max: Number | None = Field(default=None, description="The highest value, included.")


class NormalRange(Range):
    """The values of a healthy person, and the best one."""

    noun = "a normal range"

    optimal: Number | None = Field(default=None, description="The best value of all.")


R = TypeVar("R", bound=Document)
_WORST_FIRST = sorted(Severity, reverse=True)


def or_none(found: R | None) -> R | None:
    """A range, or another part, that says nothing is none."""
    if found is not None:
        for end in found.__dict__.values():
            if end is not None:
                return found
    return found if found is not None and found.extra else None


class ThresholdDocument(Document):
    """When a value is at this severity, and what is recommended then."""

    noun = "a threshold"

    condition: ConditionText = Field(description="Which values are meant, such as `< 20` or `80..89`.")
    action: Text = Field(default="", description="What is recommended, in lower_snake_case.")
    for_: Annotated[Text, AtMost(THRESHOLD_LIMITS["for_"])] = Field(
        default="",
        validation_alias=AliasChoices("for", "for_"),
        serialization_alias="for",
        description="How long the condition must hold first, such as `5m`.",
    )
    keep_firing_for: Annotated[Text, AtMost(THRESHOLD_LIMITS["keep_firing_for"])] = Field(
        default="",
        description="How long to go on after the condition has ended, such as `10m`.",
    )
    recover_if: Text = Field(
        default="", description="The condition that ends it, where that is not simply its opposite."
    )


def severities_of_words(value: Any) -> Any:
    """Read the registry's words for severities; the worst comes first, so that the same document has the same bytes.

    Raises PydanticCustomError for an unknown or repeated one.
    """
    if not isinstance(value, dict):
        return value
    found: dict[Severity, Any] = {}
    for word, threshold in value.items():
        severity = REGISTRY_WORDS.get(word)
        if severity is None:
            raise PydanticCustomError("severity_unknown", "unknown severity", {"word": str(word)[:40]})
        if severity in found:
            raise PydanticCustomError("severity_twice", "one severity twice", {"word": str(word)[:40]})
        found[severity] = threshold
    return {severity: found[severity] for severity in _WORST_FIRST if severity in found}


Thresholds = Annotated[dict[Severity, ThresholdDocument], BeforeValidator(severities_of_words)]


class KpiDocument(Document):
    """One KPI: what is measured, which values can be real, which are healthy, and when to act."""

    noun = "a KPI"

    name: Text = Field(
        description="The KPI's own name, unique in the registry: lower-case letters, digits and `_`."
    )
    title: Text = Field(default="", description="What people call it.")
    description: Text = Field(default="", description="What it measures, in plain words.")
    unit: Text = Field(description="The unit's code, such as `milliseconds`.")
    category: Text = Field(default="", description="What it belongs to, such as `sleep`.")
    prometheus_metric: Text = Field(description="The name under which Prometheus stores it.")
    absolute_range: Annotated[Range | None, AfterValidator(or_none)] = Field(
        default=None, description="Values outside cannot be real and are refused."
    )
    normal_range: Annotated[NormalRange | None, AfterValidator(or_none)] = Field(
        default=None, description="The values of a healthy person."
    )
    risk_thresholds: Thresholds = Field(
        default_factory=dict, description="When a value is a concern, by severity."
    )
    owner: Text = Field(default="", description="Who answers questions about it.")
    references: Annotated[list[Reference], AtMost(_REFERENCES.items)] = Field(
        default_factory=list,
        description="Where the numbers come from: links or citations.",
    )
    status: Status = Field(default=Status.ACTIVE, description="`draft`, `active` or `deprecated`.")
    successor: Annotated[Text, AtMost(KPI_LIMITS["successor"])] = Field(
        default="",
        description="The KPI to use instead of a deprecated one.",
    )
    missing_data: Annotated[Text, AtMost(KPI_LIMITS["missing_data"])] = Field(
        default="",
        description="After how long without a value the state is unknown, such as `2d`.",
    )
    alerts: Annotated[AlertsDocument | None, AfterValidator(or_none)] = Field(
        default=None, description="How it alerts people, and how often it may."
    )


class UnitDocument(Document):
    """A unit that the registry defines itself, beyond the standard ones."""

    noun = "a unit"

    code: Annotated[Text, AtMost(UNIT_LIMITS["code"])] = Field(
        description="The word that a KPI's `unit` uses."
    )
    title: Annotated[Text, AtMost(UNIT_LIMITS["title"])] = Field(
        default="", description="What people call it."
    )
    symbol: Annotated[Text, AtMost(UNIT_LIMITS["symbol"])] = Field(
        default="", description="What stands behind a number, such as `ms`."
    )
    ucum: Annotated[Text, AtMost(UNIT_LIMITS["ucum"])] = Field(
        default="", description="Its code in UCUM, https://ucum.org."
    )
    prometheus_suffix: Annotated[Text, AtMost(UNIT_LIMITS["prometheus_suffix"])] = Field(
        default="",
        description="How a metric's name says it, such as `seconds`.",
    )
    grafana: Annotated[Text, AtMost(UNIT_LIMITS["grafana"])] = Field(
        default="short", description="Grafana's id of the unit."
    )
    base: Annotated[Text, AtMost(UNIT_LIMITS["base"])] = Field(
        default="",
        description="The code of the base unit that Prometheus recommends instead.",
    )

    def as_spec(self) -> UnitSpec:
        """The unit as the rules and generators use it."""
        return UnitSpec(
            self.code,
            self.title or self.code,
            self.symbol,
            self.ucum,
            self.prometheus_suffix,
            self.grafana,
            self.base,
        )


class PrometheusExport(Document):
    """How the KPIs are exported to Prometheus."""

    noun = "the Prometheus export"
    always_written = frozenset({"enabled", "prefix"})

    enabled: Truth = Field(default=True, description="Whether they are exported at all.")
    prefix: Annotated[Text, AtMost(PREFIX)] = Field(
        default="auren_", description="What every metric's name starts with."
    )
    labels: Annotated[list[Label], AtMost(_LABELS.items)] = Field(
        default_factory=list, description="The labels of every sample."
    )


class ExportConfig(Document):
    """Where the registry is exported to."""

    noun = "the export"
    always_written = frozenset({"prometheus"})

    prometheus: PrometheusExport = Field(
        default_factory=PrometheusExport, description="Export to Prometheus."
    )
    alerts: AlertSettings = Field(
        default_factory=AlertSettings, description="Alerts of KPIs that do not say it themselves."
    )


class ValidationRule(Document):
    """A rule of the registry's own: what a field of every KPI must look like."""

    noun = "a validation rule"

    field: Annotated[Text, AtMost(RULE_LIMITS["field"])] = Field(
        description="The KPI's field, such as `unit`."
    )
    required: Truth = Field(default=False, description="Whether every KPI must have it.")
    pattern: Annotated[Text, AtMost(RULE_LIMITS["pattern"])] = Field(
        default="",
        description="The regular expression (RE2) that the whole text must match.",
    )
    allowed_values: Annotated[list[AllowedValue], AtMost(_ALLOWED.items)] = Field(
        default_factory=list, description="The only values allowed."
    )


class RegistryDocument(Document):
    """The registry of all KPIs, format 1.1."""

    noun = "a registry"
    always_written = frozenset({"version", "schema_version"})

    version: Annotated[Text, AtMost(VERSION)] = Field(
        default=FORMAT_VERSION, description="The format's version."
    )
    last_updated: Annotated[Text, AtMost(DATE)] = Field(
        default="", description="The date of the last change, such as `2025-07-31`."
    )
    schema_version: Annotated[Text, AtMost(VERSION)] = Field(
        default=SCHEMA_VERSION, description="The version of the schema."
    )
    units: Annotated[list[UnitDocument], AtMost(_REGISTRY["units"].items)] = Field(
        default_factory=list,
        description="Units beyond the standard ones.",
    )
    kpis: Annotated[list[KpiDocument], AtMost(_REGISTRY["kpis"].items)] = Field(description="The KPIs.")
    export_config: ExportConfig = Field(
        default_factory=ExportConfig, description="How the KPIs are exported."
    )
    validation_rules: Annotated[list[ValidationRule], AtMost(_REGISTRY["validation_rules"].items)] = Field(
        default_factory=list,
        description="Rules that every KPI must keep.",
    )


__all__ = [
    "FORMAT_VERSION",
    "SCHEMA_VERSION",
    "ExportConfig",
    "KpiDocument",
    "NormalRange",
    "PrometheusExport",
    "Range",
    "RegistryDocument",
    "Status",
    "ThresholdDocument",
    "UnitDocument",
    "ValidationRule",
]
