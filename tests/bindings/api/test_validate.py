"""``validate/``: a file in, findings out, nothing kept."""

import json
import time

import pytest

from bindings.models import ApiToken
from jobs.models import Job
from jobs.runner import run_due
from kpis.models import KPI, Revision
from rest.concurrency import expensive
from tests.bindings.api.conftest import agents, bearer, unhurried  # noqa: F401 - fixtures
from tests.kpis.conftest import HRV, registry  # noqa: F401 - fixture
from tests.rest.calls import call
from tests.test_doors import CASES, FILES, registry_yaml

YAML = "application/yaml"
LEVELS = ("error", "warning", "note")


@pytest.fixture
def reader(db):
    return bearer("registry:read")


def validate(client, data, kind=YAML, query=""):
    return call(client, "POST", f"validate/{query}", data, content_type=kind)


def test_a_good_file_has_no_error(reader):
    report = validate(reader, registry_yaml().encode()).json()
    assert report["summary"]["errors"] == 0
    assert not KPI.objects.exists()


@pytest.mark.door
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_kpi_is_found_with_its_line_in_yaml_and_in_json(reader, case):
    whole = {"version": "1.1", "schema_version": "1.0", "kpis": [HRV | case.document]}
    for data, kind in (
        (registry_yaml(**case.document).encode(), YAML),
        (json.dumps(whole).encode(), "application/json"),
    ):
        answer = validate(reader, data, kind)
        assert answer.status_code == 200
        found = {finding["code"]: finding for finding in answer.json()["findings"]}
        assert found[case.code]["line"] >= 1
    assert not Revision.objects.exists()


@pytest.mark.door
@pytest.mark.parametrize(("name", "data", "code"), FILES, ids=[name for name, *_ in FILES])
def test_a_hostile_file_is_answered_in_milliseconds(reader, name, data, code):
    started = time.process_time()
    answer = validate(reader, data if isinstance(data, bytes) else data.encode())
    assert time.process_time() - started < 1
    if answer.status_code == 413:
        assert answer.json()["code"] == code == "too_large"
    else:
        assert code in {finding["code"] for finding in answer.json()["findings"]}


def test_bindings_are_held_against_the_registry_that_is_there(reader, agents):  # noqa: F811 - the fixture
    used = "agent: NEUROS\nkpis_used:\n  - key: hrv_rmsd\n    alerting: {risk_if: '< 20', actions: [{name: rest}]}\n"
    found = {one["code"]: one for one in validate(reader, used.encode()).json()["findings"]}
    assert found["unknown_kpi"]["line"] == 3
    assert "hrv_rmssd" in found["unknown_kpi"]["hint"]


@pytest.mark.parametrize(
    ("format", "kind", "begins"),
    [
        ("text", "text/plain", ""),
        ("json", "application/json", "{"),
        ("sarif", "application/sarif+json", "{"),
        ("junit", "application/xml", "<?xml"),
        ("github", "text/plain", "::error"),
        ("markdown", "text/markdown", ""),
        ("csv", "text/csv", ""),
    ],
)
def test_every_format_is_answered_in_its_type(reader, format, kind, begins):
    answer = validate(reader, registry_yaml(name="HRV").encode(), query=f"?format={format}")
    assert answer.status_code == 200
    assert answer["Content-Type"].split(";")[0] == kind
    assert answer.content.decode().startswith(begins)


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        (YAML, "?format=pdf", 400),
        (YAML, "?format=json,csv", 400),
        (YAML, "?fromat=json", 400),
        ("text/html", "", 415),
        ("application/yaml; charset=utf-16", "", 415),
    ],
)
def test_what_cannot_be_answered_is_a_problem(reader, kind, query, status):
    answer = validate(reader, b"kpis: []", kind, query)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def large(kpis=2_000):
    """A registry of over half a megabyte, each KPI of which lacks nearly everything."""
    rows = "".join(f"  - {{name: kpi_{number}, description: '{'x' * 300}'}}\n" for number in range(kpis))
    return f"version: '1.1'\nkpis:\n{rows}".encode()


def test_a_large_file_is_judged_by_a_job_and_nothing_of_it_is_kept(reader):
    asked = validate(reader, large(), query="?format=json")
    assert asked.status_code == 202
    address = asked["Location"].removeprefix("/api/v1/")
    assert call(reader, "GET", address).status_code == 202
    assert run_due() == 1
    report = call(reader, "GET", address).json()
    assert report["summary"]["errors"] > 1_000
    assert len(report["findings"]) == 1_000
    assert report["summary"]["left_out"] == sum(report["summary"][f"{it}s"] for it in LEVELS) - 1_000
    assert "left out" in report["summary"]["text"]
    assert "text" not in Job.objects.get().payload


def test_only_who_sent_a_file_is_told_of_it(reader):
    address = validate(reader, large())["Location"].removeprefix("/api/v1/")
    assert call(bearer("registry:read"), "GET", address).status_code == 404


def test_a_third_large_file_of_one_caller_has_to_wait_and_another_caller_need_not(reader):
    body = large()
    assert [validate(reader, body).status_code for _ in range(3)] == [202, 202, 429]
    assert validate(bearer("registry:read"), body).status_code == 202


def test_an_answer_lists_the_worst_findings_and_counts_the_others(reader):
    body = large(1_500)[:500_000].rpartition(b"\n")[0]
    report = validate(reader, body).json()
    assert {one["level"] for one in report["findings"]} == {"error"}
    assert len(report["findings"]) == 1_000 < report["summary"]["errors"]


def test_a_caller_with_two_requests_under_way_is_told_when_to_come_again(reader):
    caller = f"token {ApiToken.objects.get().pk}"
    with expensive(caller), expensive(caller):
        answer = validate(reader, registry_yaml().encode())
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    assert answer.json()["code"] == "too_many_at_once"
