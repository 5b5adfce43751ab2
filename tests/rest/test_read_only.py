"""Fields that cannot be written: refused by name, unless they are sent as they were read."""

import pytest

from kpis.models import KPI
from tests.bindings.api.conftest import NEUROS, agents, store, unhurried, writer  # noqa: F401 - fixtures
from tests.kpis.conftest import registry  # noqa: F401 - fixture
from tests.rest.calls import call, seen

ROWS = ["kpis/hrv_rmssd/", "units/milliseconds/", "agents/NEUROS/", "bindings/NEUROS/hrv_rmssd/",
        "handoffs/NEUROS/critical/SOMNOS/"]  # fmt: skip
EXTRA = [row for row in ROWS if not row.startswith(("units", "handoffs"))]


@pytest.mark.parametrize("path", ROWS)
def test_what_was_read_can_be_sent_back_with_one_change(writer, path):  # noqa: F811
    row, tag = seen(writer, path)
    answer = call(writer, "PUT", path, row | {"change_reason": "None"}, if_match=tag)
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("path", EXTRA)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("name", "value"), [("revision", 99), ("revision", None), ("extra", {"x-team": "heart"})]
)
def test_another_value_is_refused_by_name(writer, path, method, name, value):  # noqa: F811
    row, tag = seen(writer, path)
    answer = call(writer, method, path, (row if method == "PUT" else {}) | {name: value}, if_match=tag)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == ("read_only", f"/{name}")
    assert seen(writer, path) == (row, tag)


def test_a_new_row_has_none_yet(writer):  # noqa: F811
    row, _ = seen(writer, "kpis/hrv_rmssd/")
    new = row | {"name": "hrv_new", "prometheus_metric": "auren_hrv_new_ms"}
    answer = call(writer, "POST", "kpis/", new)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/revision"]
    assert not KPI.objects.filter(name="hrv_new").exists()
    del new["revision"]
    assert call(writer, "POST", "kpis/", new).status_code == 201


def test_a_row_of_a_list_is_known_by_its_name(writer):  # noqa: F811
    path = "bindings/NEUROS/hrv_rmssd/"
    row, tag = seen(writer, path)
    row["actions"].reverse()
    row["actions"][0]["name"] = "rest_today"
    answer = call(writer, "PUT", path, row, if_match=tag)
    assert answer.status_code == 200, answer.content
    row = answer.json()
    row["actions"][1]["extra"] = {"x-note": "mine"}
    answer = call(writer, "PUT", path, row, if_match=answer["ETag"])
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/actions/1/extra"]


def test_what_is_wrong_and_what_cannot_be_written_are_told_at_once(writer):  # noqa: F811
    _, tag = seen(writer, "kpis/hrv_rmssd/")
    answer = call(writer, "PATCH", "kpis/hrv_rmssd/", {"revision": 9, "nme": "x"}, if_match=tag)
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_field", "read_only"]
