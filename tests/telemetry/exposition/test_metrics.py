"""`/metrics` over HTTP."""

import gzip
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from bindings.models import Agent
from tests.bindings.api.conftest import bearer
from tests.conftest import signed_in
from tests.telemetry.exposition.samples import VALUE, read
from tests.telemetry.samples import observation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
OPEN = {"Accept": "application/openmetrics-text;version=1.0.0"}
PATHS = ("/metrics", "/metrics/", "/metrics/kpis", "/metrics/process")


@pytest.fixture
def prometheus():
    return bearer("metrics:read")


def body(answer) -> str:
    assert answer.status_code == 200
    text: str = answer.getvalue().decode()
    return text


def test_all_of_it_is_at_one_address_and_its_parts_at_two(prometheus):
    whole, kpis, process = (
        body(prometheus.get(path)) for path in ("/metrics", "/metrics/kpis", "/metrics/process")
    )
    for name, is_kpi in (("auren_kpi_info", True), ("django_http_requests_total_by_method_total", False)):
        assert (name in whole, name in kpis, name in process) == (True, is_kpi, not is_kpi)


def test_a_value_is_there_at_once(prometheus):
    agent = bearer("observations:write", agent=Agent.objects.get(name="NEUROS"))
    item = observation(18, datetime.now(UTC))
    assert agent.post("/api/v1/observations", item, "application/json").json()["results"] == ["accepted"]
    assert list(read(body(prometheus.get("/metrics")))[VALUE].values()) == [18]


def test_the_older_format_unless_the_other_one_is_asked_for(prometheus):
    plain, other = prometheus.get("/metrics"), prometheus.get("/metrics", headers=OPEN)
    assert plain["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert other["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert not body(plain).endswith("# EOF\n")
    assert read(body(other), is_open=True)


def test_compressed_only_when_asked(prometheus):
    plain = prometheus.get("/metrics/kpis")
    packed = prometheus.get("/metrics/kpis", headers={"Accept-Encoding": "gzip"})
    assert (plain.get("Content-Encoding"), packed["Content-Encoding"]) == (None, "gzip")
    text = plain.getvalue()
    assert gzip.decompress(packed.getvalue()) == text
    assert plain["Content-Length"] == str(len(text))
    assert {"Accept", "Accept-Encoding", "Authorization"} <= set(plain["Vary"].replace(" ", "").split(","))


@pytest.mark.parametrize("accept", ["application/json", "text/html", "nonsense", "image/png;q=0"])
def test_whatever_is_accepted_there_is_an_answer(prometheus, accept):
    assert body(prometheus.get("/metrics/kpis", headers={"Accept": accept}))


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_it_without_the_scope(path):
    assert Client().get(path).status_code == 401
    assert bearer("registry:read", "observations:write").get(path).status_code == 403
    assert bearer("metrics:read").get(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_an_agent_is_not_shown_everybody_s(path):
    answer = bearer("metrics:read", agent=Agent.objects.get(name="NEUROS")).get(path)
    assert answer.status_code == 403
    assert "this one is an agent's" in answer.json()["detail"]


def test_people_need_the_permission(stranger):
    assert signed_in(stranger).get("/metrics").status_code == 403
    stranger.user_permissions.add(Permission.objects.get(codename="view_standing"))
    assert signed_in(stranger).get("/metrics").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(prometheus, method):
    assert getattr(prometheus, method)("/metrics").status_code in (403, 405)


def test_an_unknown_parameter_is_refused(prometheus):
    answer = prometheus.get("/metrics?match=x")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_asking_for_the_headers_only(prometheus):
    answer = prometheus.head("/metrics/kpis")
    assert (answer.status_code, answer.getvalue()) == (200, b"")
