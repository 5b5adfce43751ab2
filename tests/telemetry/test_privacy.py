"""A marked id goes through every flow; afterwards it is in one column of the database, and nowhere else."""

import importlib.util
import json
import logging
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse

from auren_admin.discretion import Discreet
from contracts.evaluation import micros
from jobs.kinds import SCHEDULES
from jobs.models import Job
from jobs.runner import run_due
from jobs.services import enqueue
from releases.models import Delivery, WebHook
from releases.models.webhook import Event
from telemetry import keeping, silence
from telemetry.batch import Batch
from telemetry.models import Series, Subject
from telemetry.residue_scan import Search
from telemetry.subjects import pseudonym
from tests.bindings.api.conftest import bearer
from tests.telemetry.samples import DAY, HOUR, MINUTE, NOW, observation

MARK = "zq-marked-person-81f3"
PLACE = "telemetry_subject.user_id"
"""The only place where a person's id may be."""


@pytest.fixture
def said(caplog):
    """Everything that is logged, at every level."""
    caplog.set_level(logging.DEBUG)
    handler = logging.Handler()
    texts: list[str] = []
    formatter = logging.Formatter("{name} {message}", style="{")
    handler.emit = lambda record: texts.append(formatter.format(record))  # type: ignore[method-assign]
    names = ["", *(name for name in logging.Logger.manager.loggerDict if "." not in name)]
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield texts
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def agent(contract):
    return bearer("observations:write", "people:erase", "metrics:read", "bindings:read", "registry:read")


def post(client, *items, strict: bool = False):
    address = "/api/v1/observations" + ("?strict=true" if strict else "")
    body = json.dumps([{"agent": "NEUROS"} | item for item in items])
    return client.post(address, body, content_type="application/json")


def marked(value=50, at=NOW, **parts):
    return observation(value, at, **({"user_id": MARK} | parts))


def everything_is_reported(client) -> None:
    """Values that are taken in, late, doubled, corrected, refused, and bodies that cannot be read."""
    now = NOW
    assert post(client, marked(18), marked(50, now - HOUR)).status_code == 200
    post(client, marked(18), marked(19, now - DAY), marked(55, now - HOUR))
    kpi_wrong = marked(kpi=MARK)
    post(client, marked(20), marked(21), kpi_wrong)
    post(
        client, kpi_wrong, marked(unit=MARK), marked() | {"at": MARK}, marked(value=MARK), marked(agent=MARK)
    )
    post(client, marked(user_id=f"{MARK}@example.org"), marked(user_id=MARK * 9), marked(**{MARK: 1}))
    post(client, marked(9999), marked(-1), strict=True)
    post(client, marked(18, kpi="hrv_patient"), marked(18, kpi="hrv_guarded", context={"is_resting": False}))
    client.post("/api/v1/observations", f'[{{"user_id": "{MARK}"', content_type="application/json")
    client.post("/api/v1/observations", f'{{"{MARK}": []}}', content_type="application/json")


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr("telemetry.ingest.clock", lambda: micros(NOW))


@pytest.fixture
def lived(agent, now, said, settings, tmp_path):
    """Everything that can happen to a marked person has happened."""
    settings.DATA_DIR = tmp_path
    everything_is_reported(agent)
    silence.let_time_pass(micros(NOW + 20 * MINUTE))
    silence.renew(micros(NOW + 20 * MINUTE))
    for kind in {one.kind for one in SCHEDULES}:
        enqueue(kind=kind, payload={}, key="privacy")
    run_due()
    keeping.tidy(micros(NOW + 2 * DAY))
    call_command("registry", "export", "--out", str(tmp_path / "export"), stdout=StringIO(), verbosity=0)
    return agent


def test_the_id_is_in_one_column_of_the_database_and_in_no_file(lived):
    assert Subject.objects.filter(user_id=MARK).exists()
    assert Series.objects.count() >= 2
    search = Search(MARK).everywhere()
    assert search.found == [PLACE]
    assert search.files > 0


def test_no_job_knows_it(lived):
    assert Job.objects.count() > 4
    for job in Job.objects.all():
        assert MARK not in json.dumps([job.payload, job.result, job.error, job.message, job.key])


def test_no_log_says_it(lived, said, capfd, admin_client):
    find = reverse("admin:telemetry_standing_find")
    for name in (MARK, MARK + "-unknown"):
        assert MARK not in (admin_client.post(find, {"name": name}).headers.get("Location") or "")
    erased = lived.post("/api/v1/erasures", json.dumps({"user_id": MARK}), content_type="application/json")
    assert erased.json()["left"] == []
    assert said
    assert MARK not in "\n".join(said)
    assert MARK not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "path", ["/api/v1/registry", "/api/v1/registry.yaml", "/api/v1/agents/NEUROS/bindings"]
)
def test_nothing_that_is_served_names_it(lived, path):
    answer = lived.get(path)
    assert answer.status_code == 200
    assert MARK.encode() not in answer.content


@pytest.mark.skipif(not importlib.util.find_spec("telemetry.exposition"), reason="nothing is exposed yet")
@pytest.mark.parametrize("path", ["/metrics", "/metrics/kpis", "/metrics/process"])
def test_metrics_say_a_pseudonym(lived, path):
    answer = lived.get(path)
    content = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert MARK.encode() not in content
    assert (pseudonym(MARK).encode() in content) is (path != "/metrics/process")


def test_webhooks_and_the_admins_own_history_do_not_know_it(lived, admin_client):
    WebHook.objects.create(name="ours", url="https://example.org/hook", events=[*Event.values])
    page = reverse("admin:telemetry_erasure_add")
    answer = admin_client.post(page, {"user_id": MARK, "again": MARK}, follow=True)
    assert MARK.encode() not in answer.content
    assert Search(MARK).everywhere().found == []
    assert not Delivery.objects.filter(body__contains=MARK).exists()


def test_a_refusal_repeats_no_id(agent, now):
    bad = [marked(user_id=f"{MARK}@example.org"), marked(user_id=MARK * 9), marked(user_id=f"{MARK}\u0000")]
    answer = post(agent, *bad)
    assert MARK not in json.dumps([answer.json()["errors"], answer.json()["results"]])


def test_a_database_that_quotes_a_row_is_not_quoted(agent, now, monkeypatch, capfd):
    """As the logs are really formatted: the handlers write to stderr."""
    stream = StringIO()
    ours = [one for one in logging.getLogger("django").handlers if isinstance(one.formatter, Discreet)]
    for handler in ours:
        monkeypatch.setattr(handler, "stream", stream)
    agent.raise_request_exception = False

    def refuse(*args):
        raise DatabaseError(f"duplicate key\nDETAIL:  Key (user_id)=({MARK}) already exists.")

    monkeypatch.setattr(Batch, "take", refuse)
    answer = post(agent, marked())
    assert answer.status_code == 500
    assert MARK not in answer.content.decode()
    assert "duplicate key" in stream.getvalue()
    assert MARK not in stream.getvalue() + "".join(capfd.readouterr())
