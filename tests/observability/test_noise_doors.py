"""Who publishes what is over its noise budget says why, at every door; where nothing is known, nobody is stopped."""

import datetime
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from bindings.models import Waiver
from contracts.rules.alerts import NOISE
from jobs.models import Job
from kpis.models import KPI, RegistrySettings
from observability.noise_erasing import ALSO
from observability.noise_figure import figure_of
from releases.models import Release
from releases.services import PublishRefused, plan_publish, publish, working_copy
from telemetry.erasure import erase
from telemetry.models import Series
from tests.rest.calls import call
from tests.telemetry.samples import USER
from tests.world import readers, state

PUBLISH = "/admin/releases/release/publish/"
pytestmark = pytest.mark.usefixtures("edited")


@pytest.fixture
def edited(noisy):
    """A change of words, so that there is something to publish, and no other warning than that of noise."""
    KPI.objects.filter(name="hrv_rmssd").update(title="Variability")
    plan = plan_publish()
    for entry in plan.entries:
        if entry.level == "warning" and entry.rule != NOISE:
            waive(entry.rule, entry.subject)


def waive(rule: str, subject: str) -> None:
    soon = timezone.localdate() + datetime.timedelta(days=9)
    waiver = Waiver(rule=rule, subject_name=subject, reason="Known.", owner="us", expires=soon)
    waiver.full_clean()
    waiver.save()


def said(release: Release) -> list[str]:
    """What the release keeps of noise."""
    return [entry[3] for entry in release.findings if entry[0] == NOISE]


def registry(*words: str) -> tuple[int, str]:
    """The exit code and everything that was said."""
    out, code = io.StringIO(), 0
    try:
        call_command("registry", *words, stdout=out, stderr=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


def apart_from_memory() -> list[Any]:
    """All rows there are, but jobs and what was judged: these remember what was worked out."""
    pairs = zip(readers(), state(), strict=True)
    return [rows for sql, rows in pairs if "jobs_job" not in sql and "releases_preparedcopy" not in sql]


def test_publishing_is_refused_without_a_reason_and_says_which_kpi_and_why():
    with pytest.raises(PublishRefused) as refused:
        publish(author=None, message="Words.")
    assert refused.value.code == "warnings_not_accepted"
    (entry,) = refused.value.entries
    assert (entry.rule, entry.kpi) == (NOISE, "hrv_rmssd")
    assert "3.5 alerts per person per week by NEUROS; the budget is 2." in entry.message


def test_a_refused_publish_leaves_what_was_worked_out_and_nothing_else(settings):
    settings.REQUIRE_APPROVAL = True
    Job.objects.all().delete()  # the plan's
    before = apart_from_memory()
    for _ in range(2):
        with pytest.raises(PublishRefused, match="so the author must be known"):
            publish(author=None, message="Words.", accepted="Known.")
    assert apart_from_memory() == before
    job = Job.objects.get()
    assert (job.kind, job.state, job.author, job.author_name) == ("noise", Job.State.DONE, None, "")
    assert figure_of(working_copy()).job == job


def test_a_reason_is_kept_with_the_release_with_who_gave_it_and_when(admin_user):
    done = publish(author=admin_user, message="Words.", accepted="The study wants them all.")
    assert (done.release.accepted, done.release.author) == ("The study wants them all.", admin_user)
    assert done.release.created
    assert len(said(done.release)) == 1


def test_within_the_budget_nobody_is_asked():
    RegistrySettings.objects.update(noise_budget=4)
    assert publish(author=None, message="Words.").created


def test_a_waiver_silences_it():
    waive(NOISE, "hrv_rmssd")
    done = publish(author=None, message="Words.")
    assert (len(said(done.release)), done.release.accepted) == (1, "")


def test_where_nothing_was_measured_nobody_is_stopped():
    Series.objects.all().delete()
    assert publish(author=None, message="Words.").created


def test_publishing_does_not_wait_for_what_takes_long_and_keeps_that_it_was_not_known(monkeypatch):
    Job.objects.all().delete()
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    release = publish(author=None, message="Words.").release
    assert "HIS002" in {entry[0] for entry in release.findings}


# The admin


def test_the_publish_page_lists_what_is_over_and_wants_a_reason(boss):
    page = boss.get(PUBLISH).content.decode()
    assert "1 KPI is over its noise budget." in page
    assert "2 people, one by one" in page
    assert page.count('<tr>\n        <th scope="row"><code>hrv_rmssd</code>') == 1
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    data = {"channel": "production", "digest": digest, "message": "Words."}
    refused = boss.post(PUBLISH, data)
    assert refused.status_code == 422
    assert "say why they may stay" in refused.content.decode()
    assert boss.post(PUBLISH, data | {"accept": "on", "accepted": "Known."}).status_code == 302
    release = Release.objects.latest("number")
    assert (release.accepted, release.author_name) == ("Known.", "boss")


def test_the_publish_page_says_that_all_is_within_budget(boss):
    RegistrySettings.objects.update(noise_budget=4)
    page = boss.get(PUBLISH).content.decode()
    assert "within budget" in page
    assert "3.5 of 4 alerts per person per week" in page
    assert "noise-rows" not in page


def test_the_publish_page_says_that_nothing_was_measured(boss):
    Series.objects.all().delete()
    assert (
        "Nothing has been measured in the last 30 days that could tell." in boss.get(PUBLISH).content.decode()
    )


def test_the_publish_page_shows_how_far_a_large_figure_is(boss, monkeypatch):
    Job.objects.all().delete()
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    page = boss.get(PUBLISH).content.decode()
    assert "You can publish without it." in page
    assert f'data-progress="{reverse("admin:jobs_job_progress", args=[Job.objects.get().pk])}"' in page


def test_a_kpis_form_says_how_often_it_alerts(boss):
    page = boss.get(
        reverse("admin:kpis_kpi_change", args=[KPI.objects.get(name="hrv_rmssd").pk])
    ).content.decode()
    assert "over budget" in page
    assert "<b>3.5</b> alerts per person per week" in page


def test_a_kpis_form_says_nothing_of_measurements_to_who_may_not_see_them(editor_client):
    page = editor_client.get(reverse("admin:kpis_kpi_change", args=[KPI.objects.get(name="hrv_rmssd").pk]))
    assert "How often it alerts" not in page.content.decode()


# The API


def test_the_api_refuses_and_names_the_kpi_then_takes_a_reason(boss):
    body = {"message": "Words."}
    refused = call(boss, "POST", "releases/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "warnings_not_accepted")
    (error,) = refused.json()["errors"]
    assert (error["code"], error["pointer"]) == (
        "noise_budget_exceeded",
        "/hrv_rmssd/kpis/0/alerts/noise_budget",
    )
    done = call(boss, "POST", "releases/", body | {"accepted": "Known."})
    assert (done.status_code, done.json()["release"]["accepted"]) == (201, "Known.")


# The command line


def test_the_command_line_refuses_and_says_which_option_helps():
    code, told = registry("publish", "-m", "Words.")
    assert code == 1
    assert "3.5 alerts per person per week by NEUROS; the budget is 2." in told
    assert "To publish all the same: --accept-warnings REASON." in told
    code, told = registry("publish", "-m", "Words.", "--accept-warnings", "Known.")
    assert (code, "Published release 2" in told) == (0, True)


def test_the_command_line_says_that_the_noise_is_not_known_yet(monkeypatch):
    Job.objects.all().delete()
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)
    code, told = registry("publish", "-m", "Words.", "--dry-run")
    assert (code, "How often this would alert is not known yet." in told) == (0, True)


def test_the_noise_as_text():
    _, told = registry("noise")
    assert "Over the last 30 days, 1 KPI over budget." in told
    assert "hrv_rmssd: 3.5 alerts per person per week, budget 2: OVER BUDGET (2 people, one by one)." in told
    assert "  NEUROS critical: < 25: 10 alerts about 1 person, 3.5 per person per week" in told
    assert "Of 3 more that agents watch, nothing is stored." in told


def test_the_noise_as_json():
    (kpi,) = json.loads(registry("noise", "--format", "json", "--days", "30")[1])["kpis"]
    assert (kpi["over"], kpi["budget"], kpi["triggers"][0]["alerts"]) == (True, 2, 10)
    assert round(kpi["rate"], 1) == 3.5


def test_noise_fails_only_where_it_is_told_to_and_something_is_over():
    assert [registry("noise", *words)[0] for words in ((), ("--fail-on", "over"))] == [0, 1]
    RegistrySettings.objects.update(noise_budget=4)
    code, told = registry("noise", "--fail-on", "over")
    assert (code, "no KPI over budget" in told) == (0, True)


def test_noise_of_nothing_says_so():
    Series.objects.all().delete()
    code, told = registry("noise", "--fail-on", "over")
    assert (code, "nothing can be said" in told) == (0, True)


def test_days_that_cannot_be_are_wrong_usage():
    with pytest.raises(CommandError, match="from 1 to 3660") as refused:
        registry("noise", "--days", "0")
    assert refused.value.returncode == 2


# Erasing


def test_figures_go_with_whoever_is_erased():
    assert Job.objects.filter(kind="noise", result__isnull=False).exists()
    erase(USER)
    assert not Job.objects.filter(kind="noise").exists()
    assert ALSO.left(1) == []
