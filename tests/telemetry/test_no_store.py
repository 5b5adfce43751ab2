"""Whatever tells of somebody who was measured is kept by nobody: not by a browser, not by a proxy."""

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver

from bindings.models import Agent
from telemetry.erasure import erase
from telemetry.models import Erasure
from tests.bindings.api.conftest import bearer
from tests.conftest import signed_in
from tests.telemetry.pages.conftest import contract, critical, now, registry  # noqa: F401 - fixtures
from tests.telemetry.samples import NOW, observation, told

URL = "/api/v1/backtests/"
QUESTION = {"kpi": "hrv_rmssd", "condition": "< 25"}


def routes(patterns, before=""):
    for pattern in patterns:
        place = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern):
            yield place, pattern


def is_of_telemetry(place, pattern):
    return "telemetry" in place or "telemetry" in getattr(pattern.callback, "__module__", "")


PERSONAL = sorted(
    {place for place, pattern in routes(get_resolver().url_patterns) if is_of_telemetry(place, pattern)}
)
"""Every address of the app that stores what was measured."""


def test_the_walk_finds_the_addresses():
    assert len(PERSONAL) > 25
    for part in (
        "observations",
        "erasures",
        "backtests",
        "metrics",
        "standing/kpi",
        "replay",
        "person",
        "erasure/",
    ):
        assert any(part in place for place in PERSONAL), part


@pytest.fixture
def root(db):
    return signed_in(User.objects.create_superuser("root", password="hush"))


@pytest.fixture
def known(critical, settings, tmp_path, root):  # noqa: F811
    """What stands in the addresses."""
    settings.DATA_DIR = tmp_path
    told(observation(18, NOW, user_id="u-9"))
    erase("u-9")
    backtest = root.post(URL, QUESTION, content_type="application/json").json()
    return {
        "<str:kpi>": "hrv_rmssd",
        "<str:agent>": "NEUROS",
        "<int:subject>": str(critical.subject_id),
        "<path:object_id>": str(Erasure.objects.get().pk),
        "<int:pk>": str(backtest["id"]),
        "(?P<pk>[0-9]{1,18})": str(backtest["id"]),
        "^": "",
        "/?$": "",
    }


def test_a_person_is_stored_nowhere_on_the_way(known, root):
    kept, seen = [], 0
    for place in PERSONAL:
        path = "/" + place
        for part, value in known.items():
            path = path.replace(part, value)
        answer = root.get(path)
        if answer.status_code in (404, 405):
            answer = root.post(path, QUESTION, content_type="application/json")
        assert answer.status_code < 500, path
        if answer.status_code in (301, 302, 403, 404):  # tells of nobody
            continue
        seen += 1
        if "no-store" not in answer.get("Cache-Control", ""):
            kept.append(path)
    assert kept == []
    assert seen > 15


def test_reports_of_an_agent_are_kept_by_nobody(critical):  # noqa: F811
    client = bearer("observations:write", agent=Agent.objects.get(name="NEUROS"))
    answer = client.post("/api/v1/observations", observation(50, NOW), content_type="application/json")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
