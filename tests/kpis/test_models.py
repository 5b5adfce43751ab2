"""The gate on the models, and the database behind it for whoever goes around the gate."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from kpis.models import KPI, RegistrySettings, Threshold, Unit, ValidationRule
from tests.kpis.conftest import make


def codes(refused: pytest.ExceptionInfo[ValidationError], field: str) -> set[str]:
    return {str(error.code) for error in refused.value.error_dict[field]}


def test_clean_puts_each_error_on_its_field(hrv):
    hrv.name, hrv.normal_min, hrv.references = "HRV", Decimal(101), ["javascript:alert(1)"]
    with pytest.raises(ValidationError) as refused:
        hrv.clean()
    assert "name_pattern" in codes(refused, "name")
    assert "range_out_of_order" in codes(refused, "normal_min")
    assert codes(refused, "references") == {"scheme_not_allowed"}


def test_warnings_and_notes_do_not_block(hrv):
    hrv.prometheus_metric = "auren_hrv_rmssd"  # does not say its unit
    hrv.clean()
    assert "metric_without_unit" in {finding.code for finding in hrv.findings()}


def test_a_threshold_alone_is_judged_among_its_stored_siblings(hrv):
    row = hrv.thresholds.get(severity="critical")
    row.condition = "< 120"
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert "severities_out_of_order" in codes(refused, "condition")


def test_a_threshold_alone_is_written_canonically(hrv):
    row = hrv.thresholds.get(severity="critical")
    row.condition = "<19"
    row.full_clean()
    assert row.condition == "< 19"


def test_a_control_character_is_refused_wherever_it_stands(hrv):
    hrv.title, hrv.extra = "HRV\x01", {"kpi": {"x-note": "a\x02b"}}
    with pytest.raises(ValidationError) as refused:
        hrv.full_clean()
    assert "invalid_text" in codes(refused, "title")


@pytest.mark.parametrize("label", ["timestamp", "le", "quantile", "__name__", "job", "instance"])
def test_settings_refuse_reserved_labels(registry, label):
    registry.labels = ["user_id", label]
    with pytest.raises(ValidationError) as refused:
        registry.full_clean()
    assert codes(refused, "labels") == {"reserved"}


@pytest.mark.parametrize("pattern", ["(?=x)", "[", r"(a)\1"])
def test_a_pattern_that_re2_refuses_is_refused(registry, pattern):
    rule = ValidationRule(settings=registry, field="name", pattern=pattern)
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert "pattern" in refused.value.error_dict


def test_a_rule_about_a_field_that_no_kpi_has_is_refused(registry):
    with pytest.raises(ValidationError) as refused:
        ValidationRule(settings=registry, field="nmae", required=True).full_clean()
    assert "name" in " ".join(refused.value.message_dict["field"])


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"field": "owner", "required": True}, "owner"),
        ({"field": "category", "pattern": "sleep|food"}, "category"),
        ({"field": "unit", "allowed_values": ["hours"]}, "unit"),
        ({"field": "normal_range.min", "allowed_values": ["31"]}, "normal_min"),
    ],
)
def test_the_registrys_own_rules_act_in_clean(hrv, registry, rule, field):
    ValidationRule.objects.create(settings=registry, **rule)
    with pytest.raises(ValidationError) as refused:
        hrv.clean()
    assert set(refused.value.error_dict) == {field}


REFUSED_BY_THE_DATABASE = [
    ("a bad name", {"name": "HRV"}),
    ("a name with a line end", {"name": "hrv\n"}),
    ("a bad metric", {"prometheus_metric": 'x"} or vector(1)'}),
    ("an absolute range out of order", {"absolute_min": 251}),
    ("a normal range out of order", {"normal_min": 101, "optimal": None}),
    ("a normal range that is not possible", {"absolute_min": 31}),
    ("an optimum outside the normal range", {"optimal": 200}),
    ("an unknown status", {"status": "retired"}),
    ("an unknown way to alert", {"alert_mode": "pager"}),
    ("a share of nobody", {"cohort_share": 0}),
    ("a share of more than all", {"cohort_share": 101}),
    ("a budget of nothing", {"noise_budget": 0}),
]


@pytest.mark.door
@pytest.mark.parametrize(
    ("name", "values"), REFUSED_BY_THE_DATABASE, ids=[n for n, _ in REFUSED_BY_THE_DATABASE]
)
def test_the_database_refuses_it_too(hrv, name, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        KPI.objects.filter(pk=hrv.pk).update(**values)


@pytest.mark.door
def test_the_database_refuses_a_second_threshold_of_a_severity_and_an_empty_one(hrv):
    for row in (
        Threshold(kpi=hrv, severity="critical", condition="< 1"),
        Threshold(kpi=hrv, severity="info"),
    ):
        hrv.thresholds.exclude(severity="critical").delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


@pytest.mark.door
def test_the_database_refuses_a_second_kpi_of_a_name_and_a_second_row_of_settings(hrv):
    with pytest.raises(IntegrityError), transaction.atomic():
        KPI.objects.create(name=hrv.name, unit=hrv.unit, prometheus_metric="auren_other_ms")
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrySettings.objects.create(pk=2)


@pytest.mark.postgres
def test_postgresql_keeps_nan_out(hrv):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update kpis_kpi set absolute_max = 'NaN' where id = %s", [hrv.pk])


@pytest.mark.parametrize("count", [3, 30])
def test_whole_contracts_ask_the_same_queries_of_few_and_many(registry, count, django_assert_num_queries):
    for n in range(count):
        make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms")
    with django_assert_num_queries(2):  # KPIs with unit and successor, thresholds
        assert all(kpi.as_document() for kpi in KPI.objects.whole())


def test_the_usual_units_are_there(db):
    assert Unit.objects.get(code="milliseconds").as_spec().base == "seconds"


@pytest.mark.door
@pytest.mark.parametrize("values", [{"alert_people": 0}, {"noise_budget": 0}])
def test_the_database_refuses_settings_that_cannot_be(registry, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrySettings.objects.filter(pk=registry.pk).update(**values)


def test_settings_that_cannot_be_are_refused_on_their_fields(registry):
    registry.alert_people, registry.noise_budget = 0, Decimal(-1)
    with pytest.raises(ValidationError) as refused:
        registry.clean()
    assert codes(refused, "alert_people") == codes(refused, "noise_budget") == {"alert_number"}
