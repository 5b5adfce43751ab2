"""People judge where a run is not as declared, on its page."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from protocols.models import Deviation, Intervention
from tests.conftest import signed_in
from tests.protocols.pages.conftest import page_of
from tests.protocols.samples import MINUTE, NOW, reported

SAID = "reduce_training_intensity was done 4 minutes late."


@pytest.fixture
def late(run, at):
    reported(run, 1, now=NOW + 9 * MINUTE)
    at(NOW + 10 * MINUTE)
    return run


def judge(client, run, follow=True, **sent):
    whole = {"place": 1, "rule": "RUN003", "judgement": "acceptable", "words": "They were asleep."} | sent
    return client.post(page_of(run).replace("change", "judge"), whole, follow=follow)


def test_a_run_that_is_as_declared_has_no_such_section(run, client):
    assert "What differs from the contract" not in client.get(page_of(run)).text


def test_what_differs_is_told_and_can_be_judged(late, client):
    page = client.get(page_of(late)).text
    assert SAID in page
    assert "not judged yet" in page
    assert 'name="judgement" value="better"' in page


def test_a_verdict_is_on_the_record_and_stays_on_the_page(late, client, ines):
    page = judge(client, late).text
    assert "Judged. It is on the record." in page
    assert "acceptable</span>" in page
    assert "“They were asleep.”" in page
    one = Deviation.objects.get(run=late)
    assert (one.judgement, one.judged_by) == ("acceptable", ines)
    assert Intervention.objects.get().kind == "judge"


def test_what_was_better_says_what_to_change_and_where_who_may_edit_does_it(late, client, ines):
    change = "Give reduce_training_intensity a longer deadline than 5 minutes: it took 9 minutes."
    page = judge(client, late, judgement="better").text
    assert change in page
    assert "Change it</a>" not in page
    ines.user_permissions.add(Permission.objects.get(codename="change_agent"))
    assert '#bindings-0">Change it</a>' in client.get(page_of(late)).text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"judgement": ""}, "Choose what you think of it."),
        ({"judgement": "fine"}, "Choose one of the three."),
        ({"words": "  "}, "Say why."),
        ({"words": "x" * 2_000}, "at most 1950 characters"),
        ({"words": "a\x00b"}, "Null characters are not allowed."),
        ({"words": "a\u202eb"}, "cannot be kept"),
        ({"place": 7}, "There is no such deviation"),
        ({"place": "9" * 40}, "less than or equal to"),
        ({"rule": "RUN999"}, "RUN999 is not one of the available choices"),
    ],
)
def test_what_cannot_be_judged_is_said_in_words(late, client, sent, told):
    assert told in judge(client, late, **sent).text
    assert not Intervention.objects.exists()


def test_words_are_shown_as_words(late, client):
    page = judge(client, late, words="</script><img src=x onerror=alert(1)>").text
    assert "&lt;/script&gt;&lt;img src=x" in page
    assert "<img src=x" not in page


def test_who_may_only_look_cannot_judge(late, looker):
    client = signed_in(looker)
    page = client.get(page_of(late)).text
    assert SAID in page
    assert 'name="judgement"' not in page
    assert judge(client, late).status_code == 403


def test_judging_is_no_reading_and_of_a_run_that_there_is(late, client):
    assert client.get(page_of(late).replace("change", "judge")).status_code == 405
    late.pk = 10**9
    assert judge(client, late).status_code == 404


def test_a_page_with_many_asks_no_more_of_the_database(late, client, steady, django_assert_num_queries):
    def look():
        return client.get(page_of(late)).text

    Deviation.objects.update(judgement="better")
    look()
    with CaptureQueriesContext(connection) as few:
        look()
    Deviation.objects.bulk_create(
        Deviation(run=late, place=2, rule=f"RUN{number:03}", at=1, message="So.", judgement="better")
        for number in range(100, 400)
    )
    with django_assert_num_queries(len(few)):
        page = look()
    assert page.count('class="reasons"') < 60
