"""Asking beside a KPI, and the page with the answer."""

import pytest

from jobs.models import Job
from telemetry.subjects import label
from tests.conftest import signed_in

ASK = "/admin/telemetry/standing/backtest/"


def form(**parts):
    whole = {"kpi": "hrv_rmssd", "agent": "NEUROS", "severity": "critical", "condition": "< 28", "days": "30"}
    return {f"backtest-{key}": value for key, value in (whole | parts).items()}


def test_the_answer_tells_both_contracts_and_who_is_affected(history, client):
    page = client.post(ASK, form(), follow=True)
    for text in (
        "2 people would be critical instead of 1, for 3 h instead of 2 h: 2 times instead of 1.",
        "1 person, 2 h, 1 time",
        "2 people, 3 h, 2 times",
        "(1 h longer, 1 time more)",
        "critical 2 h (1 time)",
        "&lt; 28",
        label("u-2"),
        "7 values of 3 people",
    ):
        assert text in page.text, text
    assert "u-2" not in page.text


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"condition": "< abc"}, "A number is expected"),
        ({"condition": ""}, "Write a condition"),
        ({"kpi": "hrv_rmsd"}, "No released KPI has this name."),
        ({"agent": "SOMNOS"}, "SOMNOS does not watch hrv_rmssd."),
        ({"severity": "bad"}, "is not one of the available choices"),
        ({"for_": "soon"}, "expected"),
        ({"condition": "< 2\x005"}, "character"),
        ({"days": "99999"}, "is not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_says_so_on_the_page(history, client, parts, told):
    page = client.post(ASK, form(**parts))
    assert page.status_code == 422
    assert told in page.text


def test_a_large_one_shows_how_far_it_is_and_can_be_cancelled(history, client, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    page = client.post(ASK, form(), follow=True)
    job = Job.objects.get()
    assert f'data-progress="/admin/jobs/job/{job.pk}/progress/"' in page.text
    page = client.post(f"{ASK}{job.pk}/cancel/", follow=True)
    assert "was cancelled" in page.text


def test_nobody_cancels_what_somebody_else_asked_for(history, client, monkeypatch, django_user_model):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    client.post(ASK, form())
    Job.objects.update(author=django_user_model.objects.create_user("other"))
    assert client.post(f"{ASK}{Job.objects.get().pk}/cancel/").status_code == 403


@pytest.mark.parametrize("page", ["kpi/hrv_rmssd/", "binding/NEUROS/hrv_rmssd/"])
def test_the_form_stands_beside_a_kpi_and_a_binding(history, client, page):
    text = client.get(f"/admin/telemetry/standing/{page}").text
    assert "What if" in text
    assert f'action="{ASK}"' in text


def test_without_a_question_the_page_says_where_to_ask(client):
    assert "start a backtest there" in client.get(ASK).text


def test_only_those_who_may_see_measurements_ask(history, django_user_model):
    stranger = signed_in(django_user_model.objects.create_user("stranger", password="x", is_staff=True))
    assert stranger.post(ASK, form()).status_code == 403
    assert not Job.objects.exists()
