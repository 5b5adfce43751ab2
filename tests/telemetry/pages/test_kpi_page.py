"""A KPI's values, for everybody."""

from telemetry.models import Standing
from telemetry.pages.kpi_page import distribution
from telemetry.subjects import label
from tests.conftest import signed_in
from tests.telemetry.samples import HOUR, NOW, observation, told

PAGE = "/admin/telemetry/standing/kpi/hrv_rmssd/"
LINES = f"{PAGE}lines/"


def test_the_page_lists_people_the_worst_first(critical, client):
    page = client.get(PAGE).text
    assert page.index(label("u-1")) < page.index(label("u-2"))
    assert "18 ms" in page
    assert "u-1" not in page


def test_the_distribution_is_by_agent(critical):
    (one,) = distribution("hrv_rmssd")
    assert (one.agent, one.total) == ("NEUROS", 2)
    assert one.shares == [("normal", 0.0, 50.0), ("critical", 50.0, 50.0)]


def test_the_lines_come_with_their_bands(critical, client):
    found = client.get(LINES).json()
    assert found["unit"] == "ms"
    assert {"kind": "critical", "low": None, "high": 20} in found["bands"]
    assert {"kind": "normal", "low": 30, "high": 100} in found["bands"]
    mine = next(line for line in found["lines"] if line["state"] == "critical")
    assert mine["value"] == [50, 40, 18]
    assert mine["at"][-1] == (NOW - HOUR).timestamp()
    assert mine["person"] == label("u-1")


def test_the_lines_of_a_binding_stand_over_what_the_agent_acts_on(critical, client):
    found = client.get("/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/lines/").json()
    assert {"kind": "critical", "low": None, "high": 25} in found["bands"]


def test_the_lines_of_one_person_are_theirs_alone(critical, client):
    url = f"/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/{critical.subject_id}/lines/"
    assert {line["subject"] for line in client.get(url).json()["lines"]} == {critical.subject_id}


def test_many_values_are_thinned_to_the_lowest_the_highest_and_the_newest(critical, client, monkeypatch):
    monkeypatch.setattr("telemetry.pages.lines.EXACT_AT_MOST", 100)
    minutes = HOUR / 60
    told(*[observation(50 + n % 7, NOW - HOUR + n * minutes / 2, user_id="u-2") for n in range(1, 100)])
    found = client.get(LINES).json()
    assert found["thinned"]
    line = next(line for line in found["lines"] if line["state"] == "normal")
    assert len(line["value"]) < 10
    assert {min(line["value"]), max(line["value"])} == {50, 60}
    assert line["value"][-1] == 51
    assert line["at"] == sorted(set(line["at"]))
    start, end = int((NOW - HOUR).timestamp()), int(NOW.timestamp())
    mine = f"/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/{line['subject']}/lines/"
    closer = client.get(f"{mine}?from={start}&to={end}").json()
    assert not closer["thinned"]
    assert len(closer["lines"][0]["value"]) == 100


def test_lines_are_sent_only_when_they_changed(critical, client):
    first = client.get(LINES)
    assert client.get(LINES, headers={"If-None-Match": first["ETag"]}).status_code == 304
    told(observation(19, NOW))
    assert client.get(LINES, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_nobody_judged_has_lines_all_the_same(contract, client, now):
    told(observation(50, NOW - HOUR))
    Standing.objects.all().delete()
    (line,) = client.get(LINES).json()["lines"]
    assert (line["value"], line["state"]) == ([50], "unknown")
    assert "No values of this KPI have been reported for an agent" in client.get(PAGE).text


def test_a_kpi_that_is_not_there_is_not_found(contract, client):
    assert client.get("/admin/telemetry/standing/kpi/nothing/").status_code == 404
    assert client.get("/admin/telemetry/standing/binding/NEUROS/nothing/").status_code == 404
    assert client.get("/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/99/").status_code == 404


def test_nonsense_in_the_address_is_the_usual_time(critical, client):
    usual = client.get(LINES).json()["from"]
    for query in ("days=x", "days=-1", "days=5", "from=9&to=1", "from=٣&to=٤", "from=1", "days=" + "9" * 400):
        assert client.get(f"{LINES}?{query}").json()["from"] == usual
    assert client.get(f"{LINES}?from=0&to=999999999999").status_code == 200


def test_who_may_not_see_measurements_sees_none(critical, viewer):
    client = signed_in(viewer)
    binding = "/admin/telemetry/standing/binding/NEUROS/hrv_rmssd/"
    for path in (PAGE, LINES, binding, f"{binding}lines/", f"{binding}{critical.subject_id}/"):
        assert client.get(path).status_code == 403, path
    assert client.post(f"{binding}{critical.subject_id}/replay/").status_code == 403
