"""Hostile observations through the API: each answered by its code, nothing stored, and the next good one works."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from bindings.models import Agent
from contracts.evaluation import micros
from telemetry.bodies import MOST_ITEMS
from telemetry.parsing import _number
from tests.bindings.api.conftest import bearer
from tests.rest.calls import call
from tests.telemetry.samples import DAY, MINUTE, NOW, observation, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
PATH = "observations/"
ITEMS: dict[str, tuple[Any, str]] = {
    "NaN as a text": (observation("NaN"), "not_finite"),
    "infinity as a text": (observation("-Infinity"), "not_finite"),
    "a number as a text": (observation("12"), "number_expected"),
    "a number with underscores": (observation("1_000"), "number_expected"),
    "true": (observation(True), "number_expected"),
    "a list as the value": (observation([50]), "number_expected"),
    "no value": (observation(None), "missing_key"),
    "below the range": (observation(-5), "out_of_range"),
    "above the range": (observation(9000), "out_of_range"),
    "just above": (observation(250.00001), "out_of_range"),
    "larger than any whole number": (observation(10**30), "out_of_range"),
    "another unit": (observation(unit="seconds"), "unit_mismatch"),
    "no unit": (observation() | {"unit": None}, "unit_mismatch"),
    "a unit that is no text": (observation(unit=["ms"]), "unit_mismatch"),
    "NUL in the user id": (observation(user_id="a\0b"), "invalid_text"),
    "NUL in the source": (observation(measurement_source="a\0b"), "invalid_text"),
    "NUL in the id": (observation(id="a\0b"), "invalid_text"),
    "NUL in the context": (observation(context={"a": "b\0"}), "invalid_text"),
    "NUL in a name of the context": (observation(context={"a\0": "b"}), "invalid_text"),
    "a bidi override": (observation(user_id="a\u202eb"), "invalid_text"),
    "an unknown field": (observation(usr_id="a"), "unknown_field"),
    "a nested context": (observation(context={"a": {"b": 1}}), "wrong_shape"),
    "a context that is a list": (observation(context=[1]), "wrong_shape"),
    "a context without end": (observation(context={str(n): n for n in range(51)}), "wrong_shape"),
    "a long user id": (observation(user_id="a" * 121), "too_long"),
    "a long source": (observation(measurement_source="a" * 121), "too_long"),
    "an empty user id": (observation(user_id=""), "missing_key"),
    "a user id that is a number": (observation(user_id=5), "text_expected"),
    "an e-mail address": (observation(user_id="anna.berg@example.org"), "raw_identifier"),
    "a telephone number": (observation(user_id="+49 151 2345678"), "raw_identifier"),
    "no zone": (observation() | {"at": "2026-11-24T11:00:00"}, "timezone_required"),
    "a day that does not exist": (observation() | {"at": "2026-02-30T11:00:00Z"}, "invalid_time"),
    "an hour that does not exist": (observation() | {"at": "2026-11-24T24:00:00Z"}, "invalid_time"),
    "a date alone": (observation() | {"at": "2026-11-24"}, "invalid_time"),
    "a week": (observation() | {"at": "2026-W48-2T11:00:00Z"}, "invalid_time"),
    "a Unix time": (observation() | {"at": 1795500000}, "invalid_time"),
    "a time with NUL": (observation() | {"at": "2026-11-24T11:00:00Z\0"}, "invalid_time"),
    "a time in other digits": (observation() | {"at": "٢٠٢٦-11-24T11:00:00Z"}, "invalid_time"),
    "no time": (observation() | {"at": None}, "missing_key"),
    "10 minutes ahead": (observation(at=NOW + 10 * MINUTE), "from_the_future"),
    "2 days ahead": (observation(at=NOW + 2 * DAY), "from_the_future"),
    "the end of time": (observation() | {"at": "9999-12-31T23:59:59-14:00"}, "from_the_future"),
    "older than what is kept": (observation(at=NOW - 401 * DAY), "too_old"),
    "the beginning of time": (observation() | {"at": "0001-01-01T00:00:00+14:00"}, "too_old"),
    "a KPI that nobody bound": (observation(kpi="hrv_free"), "not_bound"),
    "a KPI that is deprecated": (observation(kpi="hrv_old"), "kpi_not_active"),
    "a KPI that there is not": (observation(kpi="hrv_rmsd"), "unknown_kpi"),
    "a KPI with NUL": (observation(kpi="hrv\0"), "unknown_kpi"),
    "a KPI that is a number": (observation(kpi=5), "missing_key"),
    "an item that is a number": (5, "wrong_shape"),
    "an item that is nothing": (None, "wrong_shape"),
}
GOOD = json.dumps(observation()).encode()
BODIES: dict[str, tuple[bytes, int, str]] = {
    "NaN": (GOOD.replace(b"50", b"NaN"), 400, "not_finite"),
    "Infinity": (GOOD.replace(b"50", b"-Infinity"), 400, "not_finite"),
    "1e400": (GOOD.replace(b"50", b"1e400"), 400, "not_finite"),
    "larger than any float": (GOOD.replace(b"50", b"1" + b"0" * 400), 400, "not_finite"),
    "a lone surrogate": (GOOD.replace(b"u-1", b"u\\ud800"), 400, "invalid_text"),
    "a lone surrogate in a key": (GOOD.replace(b'"kpi"', b'"k\\ud800"'), 400, "invalid_text"),
    "deep": (b"[" * 100_000, 400, "too_deep"),
    "deep and closed": (b"[" * 900 + b"]" * 900, 400, "too_deep"),
    "deep within an observation": (GOOD.replace(b"50", b"[" * 5000 + b"]" * 5000), 400, "too_deep"),
    "a key twice": (GOOD.replace(b'"value": 50', b'"value": 50, "value": 60'), 400, "duplicate_key"),
    "a key twice, disguised": (GOOD.replace(b'"value": 50', b'"value": 50, "v\\u0061lue": 60'), 400, "duplicate_key"),
    "a key twice in the context": (
        GOOD.replace(b'"value": 50', b'"value": 50, "context": {"a": 1, "a": 2}'), 400, "duplicate_key",
    ),
    "a list twice": (b'{"observations": [], "observations": [%s]}' % GOOD, 400, "duplicate_key"),
    "not JSON": (b"kpi=hrv", 400, "not_json"),
    "two texts": (GOOD + GOOD, 400, "not_json"),
    "another encoding": (GOOD.decode().encode("utf-16"), 400, "wrong_encoding"),
    "nothing": (b" ", 400, "empty"),
    "an empty list": (b"[]", 400, "empty"),
    "no list": (b'{"observations": 5}', 400, "wrong_shape"),
    "a list and more": (b'{"observations": [%s], "strict": true}' % GOOD, 400, "unknown_field"),
    "a text": (b'"hello"', 400, "wrong_shape"),
    "too many": (b"[" + b",".join([GOOD] * (MOST_ITEMS + 1)) + b"]", 413, "too_large"),
    "too large": (b" " * (8 * 1024 * 1024 + 1), 413, "too_large"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("telemetry.ingest.clock", lambda: micros(NOW))


@pytest.fixture
def client():
    return bearer("observations:write", agent=Agent.objects.get(name="NEUROS"))


def assert_the_next_good_one_works(client):
    response = call(client, "POST", PATH, observation(at=NOW - MINUTE))
    assert response.status_code == 200
    assert response.json()["results"] == ["accepted"]


def codes_of(response) -> set[str]:
    return {error["code"] for error in response.json()["errors"]} | {response.json().get("code", "")}


@pytest.mark.parametrize(("item", "code"), ITEMS.values(), ids=ITEMS.keys())
def test_an_observation_that_may_not_be_stored_is_answered_by_its_code(client, item, code):
    before = rows()
    response = call(client, "POST", PATH, [item])
    assert response.status_code == 200
    found = response.json()
    assert found["results"] == [code]
    assert found["errors"][0]["code"] == code
    assert found["errors"][0]["message"]
    assert found["states"] == []
    for private in ("anna", "151", "u-1"):
        assert private not in response.content.decode()
    assert rows() == before
    refused = call(client, "POST", PATH + "?strict=true", [item])
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert code in codes_of(refused)
    assert rows() == before
    assert_the_next_good_one_works(client)


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_cannot_be_read_is_a_problem(client, body, status, code):
    before = rows()
    response = call(client, "POST", PATH, body)
    assert response.status_code == status, response.content
    assert code in codes_of(response)
    if status != 200:
        assert response["Content-Type"] == "application/problem+json"
    assert "u-1" not in response.content.decode()
    assert rows() == before
    assert_the_next_good_one_works(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json; charset=latin-1"},
        {"content_type": "text/plain"},
        {"content_encoding": "gzip"},
        {"content_encoding": "deflate, gzip"},
    ],
)
def test_another_encoding_is_refused(client, headers):
    before = rows()
    response = call(client, "POST", PATH, observation(), **headers)
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"
    assert rows() == before


def test_another_agents_name_is_refused(client):
    before = rows()
    response = call(client, "POST", PATH, [observation(), observation(agent="SOMNOS")])
    assert response.status_code == 403
    assert rows() == before


def test_an_unknown_parameter_is_refused(client):
    assert call(client, "POST", PATH + "?stict=true", observation()).status_code == 400
    assert call(client, "POST", PATH + "?strict=perhaps", observation()).status_code == 400


def test_what_was_meant_is_asked_back(client):
    found = call(client, "POST", PATH, [observation(kpi="hrv_rmsd"), observation(usr_id="a")]).json()[
        "errors"
    ]
    assert "hrv_rmssd" in found[0]["hint"]
    assert "user_id" in found[1]["hint"]


def test_what_is_unusual_and_still_right_is_stored(client):
    fine = [
        observation(unit="ms"),
        observation(at=NOW + 4 * MINUTE, unit="milliseconds"),
        observation() | {"at": "2026-11-24t11:00:00.123456789z"},
        observation() | {"at": "2026-11-24 12:00:30.5+01:00"},
        observation(user_id="0101-00012"),
        observation(user_id="Grüße-日本"),
        observation(user_id='q"uo\\te'),
        observation(at=NOW - timedelta(days=399)),
        observation(user_id="no source", measurement_source=None),
    ]
    response = call(client, "POST", PATH, fine)
    assert set(response.json()["results"]) <= {"accepted", "late"}, response.json()
    assert [one["user_id"] for one in response.json()["states"]][2] == "Grüße-日本"


def test_minus_zero_is_zero(client):
    """A range that holds zero is needed for it."""
    watched: Any = SimpleNamespace(low=-1.0, high=1.0)
    assert str(_number(-0.0, watched)) == "0.0"


def test_nobody_without_a_token_reports(client):
    before = rows()
    for stranger in (bearer("bindings:read"), Client()):
        assert call(stranger, "POST", PATH, observation()).status_code in (401, 403)
    assert call(client, "GET", PATH).status_code in (403, 405)
    assert rows() == before


def test_a_gateway_is_not_slowed_down_and_who_guesses_is(client, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"address": "3/min", "token": "3/min"}
    }
    answers = {call(client, "POST", PATH, observation(at=NOW - n * MINUTE)).status_code for n in range(10)}
    assert answers == {200}
    guess = {"authorization": "Bearer aur_0123456789abcdef.guess"}
    found = [call(Client(), "POST", PATH, observation(), **guess).status_code for _ in range(5)]
    assert found == [401, 401, 401, 429, 429]
