"""The first page at a glance."""

from kpis.models import KPI
from kpis.overview import overview_for
from tests.form_filling import fill_in
from tests.kpis.conftest import make


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


def test_it_takes_the_same_queries_whatever_there_is(hrv, viewer, django_assert_num_queries):
    overview_for(viewer)
    with django_assert_num_queries(4):  # states, categories, units, latest
        overview_for(viewer)


def test_a_deleted_kpi_is_among_the_latest_changes(hrv, viewer, editor_client):
    fill_in(editor_client, f"/admin/kpis/kpi/{hrv.pk}/delete/")
    seen = overview_for(viewer)
    assert not KPI.objects.exists()
    assert seen is not None
    assert seen.latest[0].document is None
