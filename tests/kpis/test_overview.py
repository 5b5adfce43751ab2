"""The first page at a glance."""

import pytest
from django.core.cache import cache

from kpis import overview
from kpis.models import KPI, RegistrySettings
from kpis.overview import overview_for
from tests.form_filling import fill_in
from tests.kpis.conftest import make


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def test_it_counts_what_there_is(hrv, viewer):
    make(name="other", prometheus_metric="auren_other_ms", status="draft", category="sleep")
    seen = overview_for(viewer)
    assert seen is not None
    assert (seen.kpis, dict(seen.by_status), seen.categories, seen.units) == (
        2,
        {"active": 1, "draft": 1},
        2,
        1,
    )
    assert [revision.subject_name for revision in seen.latest] == ["other", "hrv_rmssd"]


def test_it_names_the_kpis_the_rules_have_something_against(hrv, viewer):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    seen = overview_for(viewer)
    assert seen is not None
    assert seen.verdict is not None
    assert dict(seen.verdict.counts)["error"] >= 1
    assert [kpi.name for kpi in seen.verdict.troubled] == ["hrv_rmssd"]


def test_it_asks_the_rules_again_once_something_changed(hrv, viewer):
    before = overview_for(viewer)
    RegistrySettings.objects.update(prefix="other_")
    after = overview_for(viewer)
    assert before != after


def test_what_was_judged_is_kept(hrv, viewer, django_assert_num_queries, monkeypatch):
    overview_for(viewer)
    monkeypatch.setattr(overview, "judge", lambda: 1 / 0)
    # states, categories, units, last revision, units, settings, their rules, latest
    with django_assert_num_queries(8):
        overview_for(viewer)


def test_it_does_not_wait_for_very_many(hrv, viewer, monkeypatch):
    monkeypatch.setattr(overview, "CHECKED_AT_MOST", 0)
    seen = overview_for(viewer)
    assert seen is not None
    assert seen.verdict is None


def test_a_deleted_kpi_is_among_the_latest_changes(hrv, viewer, editor_client):
    fill_in(editor_client, f"/admin/kpis/kpi/{hrv.pk}/delete/")
    seen = overview_for(viewer)
    assert not KPI.objects.exists()
    assert seen is not None
    assert seen.latest[0].document is None
