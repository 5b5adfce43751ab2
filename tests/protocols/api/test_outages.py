"""While nothing can be written, agents read what is to be done, and are told when to come again with what they did."""

import pytest
from django.db import connection
from django.test import Client

from protocols.models import Step
from tests.bindings.api.conftest import bearer
from tests.protocols.samples import opened, publish_protocol
from tests.rest.calls import call
from tests.telemetry.samples import make_settings

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def set_read_only(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_read_only = {how}")


@pytest.fixture
def program() -> Client:
    make_settings()
    publish_protocol()
    client = bearer("metrics:read", "runs:write")
    client.raise_request_exception = False
    return client


def test_reading_goes_on_and_what_is_said_comes_again(program):
    run = opened()
    below = ("steps/1", "steps", "interventions", "deviations/RUN003")
    paths = (*(f"runs/{run.pk}/{path}" for path in below), "pauses/")
    bodies = (
        {"state": "done"},
        {"action": "rest"},
        {"kind": "agree"},
        {"step": 1, "judgement": "harmful", "words": "No."},
        {"agent": "NEUROS", "reason_code": "planned"},
    )
    set_read_only("on")
    try:
        for path in ("agents/NEUROS/inbox", "runs/", f"runs/{run.pk}", "pauses/"):
            assert call(program, "GET", path).status_code == 200, path
        for path, body in zip(paths, bodies, strict=True):
            response = call(program, "POST", path, body)
            assert (response.status_code, response.json()["code"]) == (503, "unavailable"), path
            assert int(response["Retry-After"]) > 0
    finally:
        set_read_only("off")
    assert not Step.objects.filter(state="done").exists()
    assert call(program, "POST", paths[0], bodies[0]).status_code == 200
