"""The page to publish from."""

import pytest

from bindings.models import ActionKind
from jobs.models import Job
from jobs.runner import run_job
from kpis.models import Threshold
from releases.models import Channel, Release
from releases.services import planning, preparing
from tests.conftest import signed_in
from tests.kpis.conftest import make
from tests.releases.admin.conftest import PUBLISH, form_of
from tests.releases.samples import edit, released, spoil


def warn() -> None:
    """Give the registry a warning: nobody knows what to do at a severity."""
    Threshold.objects.filter(kpi__name="hrv_rmssd", severity="warning").update(action="")


def test_nothing_to_publish_says_so_and_where_to_look(first, publisher_client):
    page = publisher_client.get(PUBLISH)
    assert "Nothing to publish" in page.text
    assert "/admin/releases/release/1/" in page.text


def test_a_change_is_told_with_its_class_its_bands_and_whom_it_reaches(first, publisher_client):
    edit("< 25")
    page = publisher_client.get(PUBLISH).text
    for text in (
        "<b>1 change</b> since release 1",
        "1 behavioural",
        "20 to below 25 ms was warning and becomes critical.",
        "Critical: &lt; 20 → &lt; 25 ms",
        "<b>NEUROS</b>",
        'class="w-critical"',
        "Publish release 2",
    ):
        assert text in page, text


def test_publishing_makes_a_release_that_the_channel_follows(first, publisher, publisher_client):
    edit("< 25")
    data = form_of(publisher_client.get(PUBLISH), message="Felt earlier")
    answer = publisher_client.post(PUBLISH, data, follow=True)
    assert answer.redirect_chain == [("/admin/releases/release/2/", 302)]
    assert "Release 2 is published" in answer.text
    release = Release.objects.get(number=2)
    assert (release.message, release.author) == ("Felt earlier", publisher)
    assert Channel.objects.get().release == release


def test_sent_twice_it_is_published_once_and_says_so(first, publisher_client):
    edit("< 25")
    data = form_of(publisher_client.get(PUBLISH), message="Felt earlier")
    publisher_client.post(PUBLISH, data)
    answer = publisher_client.post(PUBLISH, data, follow=True)
    assert "Release 2 already says exactly this" in answer.text
    assert Release.objects.count() == 2


def test_what_was_changed_meanwhile_is_shown_before_it_is_published(first, publisher_client):
    edit("< 25")
    data = form_of(publisher_client.get(PUBLISH), message="Felt earlier")
    edit("< 26")
    answer = publisher_client.post(PUBLISH, data)
    assert answer.status_code == 422
    assert "Nothing was published" in answer.text
    assert "&lt; 20 → &lt; 26 ms" in answer.text
    assert Release.objects.count() == 1
    assert publisher_client.post(PUBLISH, form_of(answer, message="Felt earlier")).status_code == 302


def test_a_message_is_asked_for(first, publisher_client):
    edit("< 25")
    answer = publisher_client.post(PUBLISH, form_of(publisher_client.get(PUBLISH), message="  "))
    assert (answer.status_code, Release.objects.count()) == (422, 1)
    assert "Say in a sentence what changed and why." in answer.text


def test_errors_stand_in_the_way_and_lead_to_where_they_are_mended(first, publisher_client):
    spoil()
    page = publisher_client.get(PUBLISH)
    assert "It cannot be published yet" in page.text
    assert "Fix" in page.text
    assert "Publish release" not in page.text
    answer = publisher_client.post(PUBLISH, {"message": "Anyway", "digest": "", "channel": "production"})
    assert (answer.status_code, Release.objects.count()) == (422, 1)


@pytest.fixture
def warned(first):
    warn()
    return first


def test_warnings_want_a_tick_and_a_reason(warned, publisher_client):
    page = publisher_client.get(PUBLISH)
    assert "despite the rules’ warnings" in page.text
    for fields in ({}, {"accept": "on"}, {"accepted": "It may"}):
        answer = publisher_client.post(PUBLISH, form_of(page, message="So") | fields)
        assert (answer.status_code, Release.objects.count()) == (422, 1), fields
    answer = publisher_client.post(PUBLISH, form_of(page, message="So", accept="on", accepted="It may"))
    assert answer.status_code == 302
    assert Release.objects.get(number=2).accepted == "It may"


def test_with_approval_required_it_is_proposed(first, publisher_client, settings):
    settings.REQUIRE_APPROVAL = True
    edit("< 25")
    page = publisher_client.get(PUBLISH)
    assert "Propose release 2" in page.text
    answer = publisher_client.post(PUBLISH, form_of(page, message="Felt earlier"), follow=True)
    assert "Release 2 is proposed" in answer.text
    assert Channel.objects.get().release == first
    assert "Proposed already" in publisher_client.get(PUBLISH).text


def test_another_channel_is_published_to_by_its_name(first, publisher_client):
    Channel.objects.create(name="staging")
    page = publisher_client.get(f"{PUBLISH}?channel=staging")
    assert "follows nothing yet" in page.text
    publisher_client.post(PUBLISH, form_of(page, message="To try"))
    assert Channel.objects.get(name="staging").release == first
    assert publisher_client.get(f"{PUBLISH}?channel=nowhere").status_code == 404


def test_an_empty_registry_says_how_to_begin(registry, production, publisher_client):
    assert "Nothing to publish" in publisher_client.get(PUBLISH).text


def test_who_may_only_look_sees_no_button_and_cannot_publish(first, looker_client, stranger_client, editor):
    edit("< 25")
    assert "Publish release" not in looker_client.get(PUBLISH).text
    assert looker_client.post(PUBLISH, {"message": "x"}).status_code == 403
    assert signed_in(editor).get(PUBLISH).status_code == 403
    assert stranger_client.get(PUBLISH).status_code == 302


def test_a_hostile_title_stays_text(first, publisher_client):
    make(name="evil", title="<script>alert(1)</script>", prometheus_metric="auren_evil_ms")
    page = publisher_client.get(PUBLISH).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_page_takes_as_many_queries_for_one_change_as_for_three(
    first, publisher_client, django_assert_max_num_queries
):
    edit("< 25")
    publisher_client.get(PUBLISH)
    with django_assert_max_num_queries(100) as few:
        publisher_client.get(PUBLISH)
    most = len(few)
    for number in range(3):
        make(name=f"kpi_{number}", prometheus_metric=f"auren_kpi_{number}_ms")
    publisher_client.get(PUBLISH)  # judges, once
    with django_assert_max_num_queries(most):
        publisher_client.get(PUBLISH)


def test_a_released_warning_is_told_with_its_reason(warned, publisher_client):
    released(condition="< 25")
    assert "Known." in publisher_client.get("/admin/releases/release/2/").text


def test_it_says_which_recommended_action_the_catalogue_lacks(first, publisher_client):
    ActionKind.objects.create(name="another_action", title="Another", agents=["NEUROS"])
    page = publisher_client.get(PUBLISH).text
    assert "No agent is known to implement" in page
    assert "#threshold-critical" in page


@pytest.mark.parametrize(
    "page", [PUBLISH, "/admin/releases/release/compare/", "/admin/releases/release/1/restore/"]
)
def test_a_large_working_copy_is_judged_in_the_background_and_the_page_waits(
    first, publisher_client, monkeypatch, page
):
    monkeypatch.setattr(preparing, "LARGE", 0)
    edit("< 25")
    waiting = publisher_client.get(page)
    job = Job.objects.get(kind=preparing.PREPARE)
    assert f'data-progress="/admin/jobs/job/{job.pk}/progress/"' in waiting.text
    assert publisher_client.get(page).text.count("data-progress") == 1
    assert run_job(job.pk)
    monkeypatch.setattr(planning, "judge_all", None)  # it is not done again
    after = publisher_client.get(page)
    assert "hrv_rmssd" in after.text
    assert "Looking at what was changed" not in after.text
    assert Job.objects.filter(kind=preparing.PREPARE).count() == 1
