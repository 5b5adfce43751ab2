"""KPIs through the API: what is stored is what was sent, and nobody's change is lost."""

from decimal import Decimal

import pytest

from kpis.models import KPI, Revision, Threshold
from tests.kpis.api.conftest import body
from tests.kpis.conftest import HRV, make
from tests.rest.calls import call, codes, seen

HRV_PATH = "kpis/hrv_rmssd/"


@pytest.fixture(autouse=True)
def settings_row(registry):
    """The registry's settings."""


def test_what_is_sent_is_what_is_read(editor_client):
    created = call(editor_client, "POST", "kpis/", body())
    assert created.status_code == 201, created.content
    assert created["Location"] == "/api/v1/kpis/hrv_rmssd/"
    row, tag = seen(editor_client, HRV_PATH)
    assert tag == created["ETag"]
    assert row["normal_range"] == {"min": 30, "max": 100, "optimal": 50}
    assert {t["severity"]: t["condition"] for t in row["thresholds"]} == {
        "critical": "< 20", "warning": "< 30", "info": "> 100",
    }  # fmt: skip
    assert row["revision"] == 1


def test_a_row_sent_back_as_it_was_read_changes_nothing_but_the_revision(hrv, editor_client):
    row, tag = seen(editor_client, HRV_PATH)
    answer = call(editor_client, "PUT", HRV_PATH, row, if_match=tag)
    assert answer.status_code == 200, answer.content
    assert answer.json() == row | {"revision": 2}


def test_a_change_in_part_leaves_the_rest(hrv, editor_client):
    row, tag = seen(editor_client, HRV_PATH)
    answer = call(editor_client, "PATCH", HRV_PATH, {"normal_range": {"optimal": 60}}, if_match=tag)
    assert answer.json() == row | {"revision": 2, "normal_range": {"min": 30, "max": 100, "optimal": 60}}


def test_keys_of_a_file_that_have_no_field_are_kept(registry, editor_client):
    rows = {"critical": HRV["risk_thresholds"]["critical"] | {"x-colour": "red"}}
    make(**{"x-scope": "night", "risk_thresholds": rows})
    row, tag = seen(editor_client, HRV_PATH)
    assert call(editor_client, "PUT", HRV_PATH, row, if_match=tag).status_code == 200
    assert KPI.objects.get().as_document().extra == {"x-scope": "night"}
    assert Threshold.objects.get().extra == {"x-colour": "red"}


def test_a_write_without_a_condition_is_refused(hrv, editor_client):
    for method in ("PUT", "PATCH", "DELETE"):
        answer = call(editor_client, method, HRV_PATH, body())
        assert answer.status_code == 428
        assert answer.json()["code"] == "precondition_required"
        assert call(editor_client, method, HRV_PATH, body(), if_match="*").status_code == 428


def test_a_write_of_what_changed_since_is_refused_and_says_the_version_there_is(hrv, editor_client):
    row, tag = seen(editor_client, HRV_PATH)
    now = call(editor_client, "PUT", HRV_PATH, row, if_match=tag)["ETag"]
    for method in ("PUT", "PATCH", "DELETE"):
        answer = call(editor_client, method, HRV_PATH, row, if_match=tag)
        assert answer.status_code == 412
        assert answer["ETag"] == now
    assert KPI.objects.get().revision == 2


def test_deleting_keeps_a_mark_in_the_history(hrv, editor_client):
    _, tag = seen(editor_client, HRV_PATH)
    answer = call(editor_client, "DELETE", HRV_PATH + "?change_reason=Measured+elsewhere", if_match=tag)
    assert answer.status_code == 204
    assert not KPI.objects.exists()
    last = Revision.objects.latest("pk")
    assert (last.document, last.source, last.reason) == (None, "api", "Measured elsewhere")


def test_who_and_why_stand_in_the_history(hrv, editor_client, editor):
    row, tag = seen(editor_client, HRV_PATH)
    sent = row | {"change_reason": "Study of 2026"}
    assert call(editor_client, "PUT", HRV_PATH, sent, if_match=tag).status_code == 200
    last = Revision.objects.latest("pk")
    assert (last.author, last.source, last.reason) == (editor, "api", "Study of 2026")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_dry_run_writes_nothing(hrv, editor_client, method):
    before = [list(model.objects.order_by("pk").values()) for model in (KPI, Threshold, Revision)]
    row, tag = seen(editor_client, HRV_PATH)
    path, sent = (HRV_PATH, row | {"title": "Other"})
    if method == "POST":
        path, sent = "kpis/", body(name="hrv_other", prometheus_metric="auren_hrv_other_ms")
    answer = call(editor_client, method, path + "?dry_run=true", sent, if_match=tag)
    assert answer.status_code == (204 if method == "DELETE" else 200), answer.content
    assert [list(model.objects.order_by("pk").values()) for model in (KPI, Threshold, Revision)] == before


def test_a_dry_run_says_what_would_be_refused(hrv, editor_client):
    answer = call(editor_client, "POST", "kpis/?dry_run=true", body(name="HRV"))
    assert answer.status_code == 400
    assert "name_pattern" in codes(answer)


def test_each_error_names_its_place_and_its_rule(editor_client):
    rows = {"warning": {"condition": "< 30"}, "critical": {"condition": "< abc", "action": "do it!"}}
    answer = call(editor_client, "POST", "kpis/", body(risk_thresholds=rows))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    errors = {error["code"]: error for error in answer.json()["errors"]}
    assert errors["condition_invalid"]["pointer"] == "/thresholds/1/condition"
    assert errors["condition_invalid"]["rule"].startswith("KPI")
    assert errors["action_name"]["pointer"] == "/thresholds/1/action"


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"categroy": "sleep"}, "unknown_field", "/categroy"),
        ({"absolute_range": {"mim": 1}}, "unknown_field", "/absolute_range/mim"),
        ({"thresholds": [{"severity": "critical", "conditon": "< 1"}]}, "unknown_field", "/thresholds/0/conditon"),
        ({"thresholds": {}}, "wrong_shape", "/thresholds"),
        ({"thresholds": [{"severity": "risk", "condition": "< 1"}]}, "severity_unknown", "/thresholds/0/severity"),
        ({"thresholds": [{"severity": "info", "condition": "< 1"}] * 2}, "severity_twice", "/thresholds/1/severity"),
        ({"thresholds": [{"severity": "info"}]}, "missing_key", "/thresholds/0/condition"),
        ({"thresholds": [3]}, "wrong_shape", "/thresholds/0"),
        ({"title": 12}, "text_expected", "/title"),
        ({"title": None}, "wrong_shape", "/title"),
        ({"absolute_range": {"min": "1"}}, "number_expected", "/absolute_range/min"),
        ({"absolute_range": {"min": True}}, "number_expected", "/absolute_range/min"),
        ({"unit": "miliseconds"}, "unit_unknown", "/unit"),
        ({"successor": "hrv_sdnn"}, "successor_unusable", "/successor"),
        ({"status": "retired"}, "value_not_allowed", "/status"),
        ({"change_reason": 3}, "text_expected", "/change_reason"),
        ({"change_reason": "x" * 501}, "too_long", "/change_reason"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_refused_at_its_place(editor_client, parts, code, pointer):
    answer = call(editor_client, "POST", "kpis/", body() | parts)
    assert answer.status_code == 400
    assert (code, pointer) in {(error["code"], error.get("pointer")) for error in answer.json()["errors"]}
    assert not KPI.objects.exists()


def test_a_name_that_is_taken_is_refused(hrv, editor_client):
    answer = call(editor_client, "POST", "kpis/", body())
    assert answer.status_code == 400
    assert KPI.objects.count() == 1


def test_a_name_that_is_not_there_is_not_found(editor_client):
    answer = call(editor_client, "GET", "kpis/hrv/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_how_it_alerts_is_sent_read_and_found_by(hrv, editor_client):
    _, tag = seen(editor_client, HRV_PATH)
    alerts = {"mode": "cohort", "cohort_share": 12.5, "noise_budget": None}
    answer = call(editor_client, "PATCH", HRV_PATH, {"alerts": alerts}, if_match=tag)
    assert answer.json()["alerts"] == alerts
    kept = KPI.objects.get().as_document().alerts
    assert kept is not None
    assert kept.cohort_share == Decimal("12.5")
    found = [
        call(editor_client, "GET", f"kpis/?alert_mode={mode}").json()["results"]
        for mode in ("cohort", "none")
    ]
    assert [len(rows) for rows in found] == [1, 0]


def test_what_cannot_be_of_alerts_is_refused_on_its_place(hrv, editor_client):
    _, tag = seen(editor_client, HRV_PATH)
    for alerts, place, code in (
        ({"mode": "pager"}, "/alerts/mode", "value_not_allowed"),
        ({"cohort_share": 0}, "/alerts/cohort_share", "alert_number"),
        ({"noise_budget": "2"}, "/alerts/noise_budget", "number_expected"),
    ):
        answer = call(editor_client, "PATCH", HRV_PATH, {"alerts": alerts}, if_match=tag)
        assert (answer.status_code, codes(answer)) == (400, {code})
        assert [error["pointer"] for error in answer.json()["errors"]] == [place]
