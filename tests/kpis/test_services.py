"""Operations on a KPI with its thresholds."""

import pytest
from django.core.exceptions import ValidationError

from contracts.diff import diff_kpis
from kpis import services
from kpis.models import KPI, Revision
from tests.kpis.conftest import changed, make


def latest_of(kpi: KPI) -> Revision:
    return Revision.objects.of(services.KIND_KPI, kpi.pk)[0]


def test_a_kpi_is_stored_and_read_as_the_same_document(hrv):
    assert hrv.as_document() == changed()


def test_keys_we_do_not_model_come_back(registry):
    parts = {
        "x-team": {"slack": "#hrv"},
        "normal_range": {"min": 30, "max": 100, "optimal": 50, "x-source": "lab"},
    }
    assert make(**parts).as_document() == changed(**parts)


def test_every_save_is_a_revision(hrv, editor):
    document = changed(title="HRV")
    services.replace(
        kpi=hrv, document=document, author=editor, source=Revision.Source.ADMIN, reason="shorter"
    )
    latest = latest_of(hrv)
    assert (latest.number, latest.author, latest.reason) == (2, editor, "shorter")
    assert latest.as_kpi() == document


def test_an_old_version_comes_back_with_its_thresholds(hrv, editor):
    first = latest_of(hrv).as_kpi()
    assert first is not None
    fewer = changed(risk_thresholds={"critical": {"condition": "< 15", "action": "rest"}})
    services.replace(kpi=hrv, document=fewer, author=editor, source=Revision.Source.ADMIN)
    services.replace(kpi=hrv, document=first, author=editor, source=Revision.Source.RESTORE)
    assert KPI.objects.whole().get().as_document() == changed()


def test_what_the_rules_refuse_is_not_stored(hrv):
    bad = changed(risk_thresholds={"critical": {"condition": "< 120", "action": "rest"}})
    with pytest.raises(ValidationError) as refused:
        services.replace(kpi=hrv, document=bad, author=None, source=Revision.Source.ADMIN)
    assert refused.value.error_dict
    assert KPI.objects.whole().get().as_document() == changed()


def test_a_lock_on_an_older_revision_is_refused(hrv):
    with pytest.raises(services.StaleRevision):
        services.lock(kpi=hrv, revision=hrv.revision - 1)


def test_status_of_several_changes_as_one(hrv):
    make(name="ln_rmssd", prometheus_metric="auren_ln_rmssd_ms")
    assert services.change_status(kpis=KPI.objects.all(), status="draft", author=None) == 2
    assert Revision.objects.filter(source=Revision.Source.BULK).count() == 2


def test_the_exported_document_holds_the_kpis_in_order(hrv):
    make(name="ln_rmssd", prometheus_metric="auren_ln_rmssd_ms")
    document = services.registry_document()
    assert [kpi.name for kpi in document.kpis] == ["hrv_rmssd", "ln_rmssd"]
    assert diff_kpis(document.kpis[0], changed()) == []


@pytest.mark.parametrize("count", [3, 30])
def test_the_export_asks_the_same_queries_of_few_and_many(registry, count, django_assert_num_queries):
    for n in range(count):
        make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms")
    with django_assert_num_queries(5):  # KPIs, thresholds, units, settings, validation rules
        services.registry_document()
