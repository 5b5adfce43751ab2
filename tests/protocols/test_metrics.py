"""What Prometheus reads of runs."""

import re

import pytest
from django.conf import settings as project

from contracts.evaluation import SECOND, micros
from contracts.rules.metrics import OWN_FAMILIES
from jobs.database_clock import database_clock
from protocols.lifecycle import StepState
from protocols.metrics import protocol_families
from protocols.models import ProtocolRun
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import pause
from protocols.services.reporting import Report, answer_hand_off, report_undeclared
from tests.protocols.samples import MINUTE, NOW, USER, observation, opened, reported, told
from tests.telemetry.exposition.samples import scraped, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]


@pytest.fixture
def lived(editor):
    """A run with one step done, one overridden, one that nobody asked for; one asked accepts, the other refuses."""
    run = opened(18)
    report_undeclared(run.pk, "call", Report(StepState.DONE), agent="NEUROS", now=micros(NOW))
    reported(run, 1)
    decide(run.pk, Decision(Kind.OVERRIDE, 2, "known"), user=editor, now=micros(NOW))
    somnos, cardios = ProtocolRun.objects.filter(root=run).order_by("pk")
    later = micros(NOW + MINUTE)
    answer_hand_off(somnos.pk, accept=True, words="", agent="SOMNOS", now=later)
    answer_hand_off(cardios.pk, accept=False, words="Not the heart.", agent="CARDIOS", now=later)
    return run


def test_what_became_of_runs_actions_and_hand_offs_is_counted(lived):
    found = scraped()
    assert found["auren_protocol_runs_opened_total"] == {
        (agent, "hrv_rmssd"): 1 for agent in ("NEUROS", "SOMNOS", "CARDIOS")
    }
    assert found["auren_protocol_runs_total"] == {
        ("NEUROS", "hrv_rmssd", "failed"): 1,
        ("CARDIOS", "hrv_rmssd", "refused"): 1,
    }
    assert found["auren_protocol_actions_total"] == {
        ("reduce_training_intensity", "NEUROS", "done"): 1,
        ("review_sleep", "NEUROS", "overridden"): 1,
        ("", "NEUROS", "done"): 1,
    }
    assert found["auren_handoffs_total"] == {
        ("offered", "NEUROS", "SOMNOS"): 1,
        ("offered", "NEUROS", "CARDIOS"): 1,
        ("accepted", "NEUROS", "SOMNOS"): 1,
        ("refused", "NEUROS", "CARDIOS"): 1,
    }


def test_what_is_open_and_since_when_it_waits(lived):
    told(observation(28, user_id="u-2"))
    found = scraped()
    assert found["auren_protocol_runs_open"] == {("SOMNOS", "critical"): 1, ("NEUROS", "warning"): 1}
    assert found["auren_protocol_runs_waiting_since_timestamp_seconds"] == {
        ("NEUROS", "warning"): micros(NOW) / SECOND
    }


def test_who_is_paused(editor):
    now = database_clock.micros()
    for kpi in ("", "hrv_rmssd", "hrv_rmssd"):
        pause("NEUROS", kpi=kpi, reason_code="planned", user=editor, now=now)
    pause("SOMNOS", reason_code="planned", minutes=1, user=editor, now=now - 2 * 60 * SECOND)
    assert scraped()["auren_agent_paused"] == {("NEUROS", ""): 1, ("NEUROS", "hrv_rmssd"): 1}


@pytest.mark.parametrize("mode", ["pseudonym", "plain", "off"])
def test_nobody_is_named_in_any_of_them(settings, lived, mode):
    settings.SUBJECT_LABEL = mode
    lines = [line for line in text().splitlines() if re.match("auren_(protocol|handoff|agent_paused)", line)]
    assert lines
    assert not [line for line in lines if USER in line or "user_id" in line]


def test_every_family_is_in_the_document_with_its_labels_and_no_kpi_may_be_called_so(editor, lived):
    pause("NEUROS", reason_code="planned", user=editor, now=database_clock.micros())
    document = (project.BASE_DIR / "docs" / "metrics.md").read_text(encoding="utf-8")
    for name, labels in re.findall(r"^(auren_(?:protocol|hand|agent_p)\w+)\{(.*)\} ", text(), re.M):
        assert name in OWN_FAMILIES
        (line,) = {line for line in document.splitlines() if line.startswith(f"| `{name}`")}
        assert set(re.findall(r'(\w+)="', labels)) == set(re.findall(r"`(\w+)`", line.split("|")[2]))


def test_a_scrape_asks_three_questions_however_many_runs_there_are(django_assert_num_queries):
    told(*[observation(18, user_id=f"u-{number}") for number in range(30)])
    with django_assert_num_queries(3):  # counts, open runs, pauses
        assert len(list(protocol_families())) == 8
