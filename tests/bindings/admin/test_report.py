"""The page of validation reports."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from bindings.models import Waiver
from bindings.reports.keeping import entries_in
from jobs.models import Job
from jobs.runner import run_due
from kpis.models import KPI
from tests.bindings.reports.conftest import report
from tests.conftest import signed_in
from tests.form_filling import fill_in, inputs, send

PAGE = "/admin/bindings/validationreport/"


@pytest.fixture
def reader(viewer):
    """May look at reports."""
    viewer.user_permissions.add(*Permission.objects.filter(codename="view_validationreport"))
    return signed_in(viewer)


@pytest.fixture
def keeper(editor):
    """May ask for reports and waive."""
    editor.user_permissions.add(*Permission.objects.filter(content_type__app_label="bindings"))
    return signed_in(editor)


def text(response) -> str:
    return str(response.content, "utf-8")


def test_without_a_report_it_says_how_to_get_one(registry, keeper, reader):
    assert "Nothing has been validated yet" in text(keeper.get(PAGE))
    assert "Validate now" in text(keeper.get(PAGE))
    assert "Validate now" not in text(reader.get(PAGE))


def test_validate_now_writes_a_job_and_the_page_follows_it(neuros, keeper):
    answer = keeper.post(f"{PAGE}run/")
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    job = Job.objects.get()
    assert f"/admin/jobs/job/{job.pk}/progress/" in text(keeper.get(PAGE))
    run_due()
    shown = text(keeper.get(PAGE))
    assert "data-progress" not in shown
    assert "This is the first report" in shown


def test_asking_twice_makes_one_job(neuros, keeper):
    for _ in range(2):
        keeper.post(f"{PAGE}run/")
    assert Job.objects.count() == 1


def test_who_may_only_look_may_not_ask_nor_waive(neuros, reader):
    one = report()
    mark = entries_in(one)[0].mark
    assert reader.get(PAGE).status_code == 200
    assert reader.post(f"{PAGE}run/").status_code == 403
    assert reader.get(f"{PAGE}{one.pk}/{mark}/waive/").status_code == 403


def test_a_stranger_to_reports_sees_none(neuros, viewer_client, stranger_client):
    one = report()
    for client in (viewer_client, stranger_client):
        assert client.get(PAGE).status_code in (302, 403)
        assert client.get(f"{PAGE}{one.pk}/json/download/").status_code in (302, 403)


def test_a_finding_leads_to_its_field(neuros, hrv, reader):
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    report()
    assert f"/admin/kpis/kpi/{hrv.pk}/change/#threshold-critical" in text(reader.get(PAGE))


def test_what_is_new_and_what_is_fixed_is_told(neuros, hrv, reader):
    report()
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    report()
    new = reader.get(PAGE, {"state": "new"})
    assert {row.entry.subject for row in new.context["rows"]} <= {"hrv_rmssd", "NEUROS/hrv_rmssd"}
    assert all(row.is_new for row in new.context["rows"])
    hrv.thresholds.filter(severity="critical").update(condition="< 20")
    report()
    assert "KPI035" in {row.entry.rule for row in reader.get(PAGE).context["fixed"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"level": "note"}, "level"),
        ({"agent": "NEUROS"}, "agent"),
        ({"kpi": "hrv_rmssd"}, "kpi"),
        ({"owner": "Cardio"}, "owner"),
    ],
)
def test_findings_are_filtered(neuros, hrv, reader, query, field):
    KPI.objects.filter(pk=hrv.pk).update(owner="Cardio")
    neuros.bindings.filter(kpi=hrv).get().triggers.update(condition="> 60")
    report()
    rows = reader.get(PAGE, query).context["rows"]
    assert rows
    assert {getattr(row.entry, field) for row in rows} == set(query.values())


def test_a_filter_that_nothing_matches_says_so(neuros, reader):
    report()
    assert "No findings match" in text(reader.get(PAGE, {"q": "nothing of the kind"}))


def test_all_clear_is_told(neuros, keeper):
    one = report()
    for entry in entries_in(one):
        Waiver.objects.create(
            rule=entry.rule, subject_kind="kpi", subject_name=entry.subject, reason="Fine.", owner="Ines",
            expires=timezone.localdate(),
        )  # fmt: skip
    report()
    shown = text(keeper.get(PAGE))
    assert "Nothing to fix" in shown
    assert "until" in shown


def test_a_finding_is_waived_from_the_page_and_counts_no_more(neuros, keeper):
    one = report()
    entry = entries_in(one)[0]
    answer = keeper.post(
        f"{PAGE}{one.pk}/{entry.mark}/waive/",
        {"reason": "We know.", "owner": "Ines", "expires": str(timezone.localdate() + timedelta(days=5))},
    )
    assert answer.status_code == 302
    waiver = Waiver.objects.get()
    assert (waiver.rule, waiver.subject_name, str(waiver.author)) == (entry.rule, entry.subject, "editor")
    assert entry.mark not in {row.entry.mark for row in keeper.get(PAGE).context["rows"]}
    assert report().count("waived") == 1


@pytest.mark.parametrize(
    "change",
    [{"reason": ""}, {"owner": ""}, {"expires": ""}, {"expires": "2999-01-01"}, {"reason": "a\x00b"}],
)
def test_a_waiver_that_is_not_fit_is_refused_and_nothing_stored(neuros, keeper, change):
    one = report()
    data = {"reason": "We know.", "owner": "Ines", "expires": str(timezone.localdate())} | change
    answer = keeper.post(f"{PAGE}{one.pk}/{entries_in(one)[0].mark}/waive/", data)
    assert answer.status_code in (400, 422)
    assert not Waiver.objects.exists()


def test_an_expired_waiver_is_renewed_rather_than_doubled(neuros, keeper):
    one = report()
    entry = entries_in(one)[0]
    data = {"reason": "We know.", "owner": "Ines", "expires": str(timezone.localdate())}
    keeper.post(f"{PAGE}{one.pk}/{entry.mark}/waive/", data)
    Waiver.objects.update(expires=timezone.localdate() - timedelta(days=1))
    two = report()
    fill_in(keeper, f"{PAGE}{two.pk}/{entry.mark}/waive/", **data)
    assert Waiver.objects.get().expires == timezone.localdate()


@pytest.mark.parametrize("name", ["json", "sarif", "junit", "markdown", "csv"])
def test_it_is_downloaded(neuros, reader, name):
    one = report()
    answer = reader.get(f"{PAGE}{one.pk}/{name}/download/")
    assert answer["Content-Disposition"].startswith('attachment; filename="validation-')
    assert entries_in(one)[0].rule in text(answer)


def test_a_download_has_what_the_page_shows(neuros, reader):
    one = report()
    data = json.loads(reader.get(f"{PAGE}{one.pk}/json/download/", {"agent": "SOMNOS"}).content)
    assert {finding["path"][1] for finding in data["findings"]} == {"SOMNOS"}
    assert reader.get(f"{PAGE}{one.pk}/exe/download/").status_code == 404


def test_no_cell_of_a_download_is_a_formula(neuros, reader):
    KPI.objects.update(category="=HYPERLINK(1)", description="+cmd")
    one = report()
    rows = csv.reader(io.StringIO(text(reader.get(f"{PAGE}{one.pk}/csv/download/")), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


def test_hostile_texts_are_shown_as_texts(neuros, hrv, reader):
    KPI.objects.filter(pk=hrv.pk).update(owner="<img src=x onerror=alert(1)>")
    report()
    shown = text(reader.get(PAGE, {"q": "<script>", "rule": "<b>", "p": "x"}))
    assert "<img src=x" not in shown
    assert "<script>&" not in shown
    assert "<b>&" not in shown


def test_the_navigation_tells_how_many_there_are_to_mend(neuros, hrv, reader):
    assert 'class="count"' not in text(reader.get("/admin/kpis/unit/"))
    hrv.thresholds.filter(severity="critical").update(condition="< 120")
    one = report()
    assert f'<span class="count">{one.serious}' in text(reader.get("/admin/kpis/unit/"))


@pytest.mark.parametrize("count", [2, 20])
def test_few_and_many_findings_need_the_same_queries(neuros, keeper, count, django_assert_num_queries):
    for n in range(count):
        KPI.objects.create(
            name=f"kpi_{n}",
            prometheus_metric=f"auren_kpi_{n}",
            unit=KPI.objects.all()[0].unit,
            position=n + 9,
        )
    report()
    # session, person, permissions of both kinds, latest report's id, the report, last job, earlier reports,
    # KPIs and agents that findings lead to, the count in the navigation; whether it is older than the working copy:
    # latest revision, settings with rules, units, roster
    with django_assert_num_queries(18):
        keeper.get(PAGE)


def test_a_parked_validation_is_told(neuros, keeper):
    report()
    Job.objects.create(kind="validation_report", state="parked", error="Its worker died every time.")
    assert "Its worker died every time." in text(keeper.get(PAGE))


def test_an_older_report_can_be_read(neuros, reader):
    first = report()
    second = report()
    shown = reader.get(f"{PAGE}{first.pk}/")
    assert "The latest report" in text(shown)
    assert reader.get(f"{PAGE}{second.pk + 9}/").status_code == 404


def test_a_waiver_of_someone_else_is_not_replaced_unseen(neuros, keeper):
    one = report()
    url = f"{PAGE}{one.pk}/{entries_in(one)[0].mark}/waive/"
    mine, theirs = (inputs(keeper.get(url)) for _ in range(2))
    send(keeper, url, theirs, reason="Theirs", owner="Ines")
    answer = send(keeper, url, mine, reason="Mine", owner="Jo")
    assert (answer.status_code, Waiver.objects.get().reason) == (422, "Theirs")
    assert "Ines: “Theirs”" in answer.text
    assert send(keeper, url, inputs(answer)).status_code == 302
    assert Waiver.objects.get().reason == "Mine"
