"""What people decide on a run's page: two clicks, on the record, and wrong requests told in words."""

import pytest
from django.contrib.auth.models import Permission

from protocols.models import Intervention, ProtocolRun
from tests.conftest import signed_in
from tests.protocols.pages.conftest import page_of
from tests.protocols.samples import reported


def send(client, run, **sent):
    return client.post(page_of(run).replace("change", "decide"), sent, follow=True)


def test_one_agrees_with_a_reason(run, client, ines):
    page = send(client, run, kind="agree", reason_code="right").text
    assert "You agreed. It is on the record." in page
    said = Intervention.objects.get()
    assert (said.kind, said.reason_code, said.author, said.author_name) == ("agree", "right", ines, "Ines")


def test_an_override_ends_the_run(run, client):
    page = send(client, run, kind="override", reason_code="wrong_reading", words="The strap was loose.").text
    run.refresh_from_db()
    assert run.state == "overridden"
    assert "At 12:00 <b>Ines overrode it</b>: the reading is wrong (“The strap was loose.”)" in page


def test_a_step_alone_is_overridden(run, client):
    send(client, run, kind="override", step=1, reason_code="too_much")
    run.refresh_from_db()
    assert (run.state, run.steps.get(number=1).state) == ("waiting", "overridden")


def test_who_takes_over_has_it(run, client, ines):
    page = send(client, run, kind="take_over", reason_code="known").text
    assert ProtocolRun.objects.get(pk=run.pk).assignee == ines
    assert "Ines has taken this over." in page


def test_assigning_and_having_seen_it_take_one_click(run, client, ines):
    send(client, run, kind="acknowledge")
    send(client, run, kind="assign")
    run.refresh_from_db()
    assert (run.acknowledged is not None, run.assignee) == (True, ines)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Choose what to do."),
        ({"kind": "judge"}, "Choose one of the buttons."),
        ({"kind": "override"}, "Choose why."),
        ({"kind": "override", "reason_code": "whim"}, "Choose one of the reasons."),
        ({"kind": "comment"}, "Write something."),
        ({"kind": "comment", "words": "   "}, "Write something."),
        ({"kind": "comment", "words": "x" * 2_001}, "at most 2000 characters"),
        ({"kind": "comment", "words": "a\x00b"}, "Null characters are not allowed."),
        ({"kind": "comment", "words": "a\x1bb"}, "cannot be kept"),
        ({"kind": "override", "step": 99, "reason_code": "known"}, "has no step 99"),
        ({"kind": "override", "step": "one", "reason_code": "known"}, "There is no such step."),
        ({"kind": "override", "step": "9" * 40, "reason_code": "known"}, "less than or equal to 500"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(run, client, sent, told):
    page = client.post(page_of(run).replace("change", "decide"), sent)
    assert page.status_code == 422
    assert told in page.text
    assert not Intervention.objects.exists()


def test_what_was_written_is_not_lost(run, client):
    page = client.post(
        page_of(run).replace("change", "decide"), {"kind": "override", "words": "Two <b>straps</b>."}
    ).text
    assert "Two &lt;b&gt;straps&lt;/b&gt;." in page


def test_deciding_is_no_reading(run, client):
    assert client.get(page_of(run).replace("change", "decide")).status_code == 405


def judge(client, run, **sent):
    return client.post(page_of(run).replace("change", "judge"), sent, follow=True)


def test_a_deviation_is_judged_with_a_reason(run, ines):
    ines.user_permissions.add(Permission.objects.get(codename="change_deviation"))
    client = signed_in(ines)
    reported(run, 1, "skipped", note="Rest day.")
    assert "Judge" in client.get(page_of(run)).text
    assert "Say why." in judge(client, run, place=1, rule="RUN002", judgement="better").text
    assert (
        "There is no such deviation"
        in judge(client, run, place=2, rule="RUN002", judgement="better", words="x").text
    )
    page = judge(
        client, run, place=1, rule="RUN002", judgement="better", words="She had trained already."
    ).text
    assert "You found it better than declared." in page
    assert "She had trained already." in page
    assert "Take “Reduce training intensity” out at critical." in page


def test_who_may_not_judge_is_not_asked_to(run, client):
    reported(run, 1, "skipped", note="Rest day.")
    assert "Judge" not in client.get(page_of(run)).text
    assert judge(client, run, place=1, rule="RUN002", judgement="better", words="x").status_code == 403
