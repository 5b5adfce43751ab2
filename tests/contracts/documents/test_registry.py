"""The registry's models."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts.documents import KpiDocument, RegistryDocument, UnitDocument
from contracts.severity import Severity

KPI: dict[str, Any] = {"name": "a", "unit": "hours", "prometheus_metric": "auren_a_hours"}


def test_severities_are_read_in_every_word_and_the_worst_comes_first() -> None:
    words = {"elevated": {"condition": "> 3"}, "risk": {"condition": "> 9"}, "caution": {"condition": "> 6"}}
    kpi = KpiDocument.model_validate(KPI | {"risk_thresholds": words})
    assert list(kpi.risk_thresholds) == [Severity.CRITICAL, Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize("words", [{"warning", "caution"}, {"terrible"}])
def test_severities_twice_or_unknown_are_refused(words: set[str]) -> None:
    thresholds = {word: {"condition": "> 3"} for word in sorted(words)}
    with pytest.raises(ValidationError):
        KpiDocument.model_validate(KPI | {"risk_thresholds": thresholds})


def test_for_is_written_as_the_file_has_it() -> None:
    kpi = KpiDocument.model_validate(
        KPI | {"risk_thresholds": {"critical": {"condition": "> 3", "for": "5m"}}}
    )
    assert kpi.risk_thresholds[Severity.CRITICAL].for_ == "5m"
    assert kpi.model_dump(mode="json", by_alias=True)["risk_thresholds"]["critical"]["for"] == "5m"


def test_unknown_keys_are_kept_as_plain_data() -> None:
    kpi = KpiDocument.model_validate(KPI | {"x-note": ["a", {"b": 1}]})
    assert kpi.extra == {"x-note": ["a", {"b": 1}]}
    assert kpi == KpiDocument.model_validate(kpi.model_dump())


@pytest.mark.parametrize("value", ["a\0", ["\ud800"], {"a\0": 1}, float("nan"), [{"a": float("inf")}]])
def test_unknown_keys_hold_clean_texts_and_finite_numbers(value: object) -> None:
    with pytest.raises(ValidationError):
        KpiDocument.model_validate(KPI | {"note": value})


def test_json_and_back_is_the_same_kpi() -> None:
    ranges = {"absolute_range": {"min": 0}, "normal_range": {"min": 0.1, "max": 7.25, "optimal": 3}}
    kpi = KpiDocument.model_validate(KPI | ranges)
    assert KpiDocument.model_validate_json(kpi.model_dump_json()) == kpi


def test_an_empty_registry_exports_with_our_prefix() -> None:
    assert RegistryDocument(kpis=[]).export_config.prometheus.prefix == "auren_"


def test_a_unit_without_a_title_is_called_by_its_code() -> None:
    assert UnitDocument(code="laps").as_spec().title == "laps"
