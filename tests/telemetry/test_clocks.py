"""A node whose own clock is ten minutes off takes in, tells and refuses by the database's time."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bindings.models import Agent, ApiToken
from contracts.evaluation import moment
from jobs.database_clock import database_clock
from releases.serving.holder import Holder
from releases.serving.readiness import readiness
from telemetry.models import Series
from tests.bindings.api.conftest import bearer
from tests.telemetry.samples import observation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
OFF = timedelta(minutes=10)


@pytest.fixture(params=[-1, 1], ids=["behind", "ahead"])
def true_time(request, monkeypatch):
    """What the database says, which this machine's clock does not."""
    ahead = -OFF * request.param
    monkeypatch.setattr(database_clock, "_base", time.time() - time.monotonic() + ahead.total_seconds())
    return lambda: datetime.now(UTC) + ahead


def reported(at):
    agent = bearer("observations:write", agent=Agent.objects.get(name="NEUROS"))
    return agent.post("/api/v1/observations", observation(50, at), "application/json").json()["results"]


def test_what_is_measured_now_is_taken_in_and_stored_as_received_now(true_time):
    assert reported(true_time()) == ["accepted"]
    assert abs(moment(Series.objects.get().received) - true_time()) < timedelta(seconds=30)


def test_the_future_begins_at_the_database(true_time):
    assert reported(true_time() + timedelta(minutes=4)) == ["accepted"]
    assert reported(true_time() + timedelta(minutes=6)) == ["from_the_future"]


@pytest.mark.parametrize(("minutes", "status"), [(5, 200), (-5, 401)])
def test_a_token_counts_until_its_end_by_the_database(true_time, minutes, status):
    prometheus = bearer("metrics:read")
    ApiToken.objects.update(expires=true_time() + timedelta(minutes=minutes))
    assert prometheus.get("/metrics").status_code == status


def test_a_scrape_tells_by_how_much_it_is_off(true_time):
    text = bearer("metrics:read").get("/metrics").getvalue().decode()
    [line] = [line for line in text.splitlines() if line.startswith("auren_clock_skew_seconds ")]
    assert float(line.split()[1]) == pytest.approx((datetime.now(UTC) - true_time()).total_seconds(), abs=1)


def test_readiness_says_so(monkeypatch):
    monkeypatch.setattr(database_clock, "skewed_since", datetime(2026, 11, 24, tzinfo=UTC))
    of = Holder(shelf=object(), answered=time.monotonic(), is_watched=True)  # type: ignore[arg-type]
    status, said = readiness(of)
    assert (status, said["status"]) == (200, "degraded")
    [clock] = said["degraded"]
    assert (clock["what"], clock["since"]) == ("clock", "2026-11-24T00:00:00Z")
    assert "more than 5 s" in clock["meaning"]
