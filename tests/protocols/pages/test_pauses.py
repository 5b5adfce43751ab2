"""Pausing agents and bindings from pages, and lifting that."""

import pytest

from contracts.evaluation import micros
from protocols.models import Pause
from protocols.services.pausing import pause
from tests.protocols.samples import MINUTE, NOW, opened

ADD = "/admin/protocols/pause/add/"
LIST = "/admin/protocols/pause/"
AGENT = "/admin/protocols/protocolrun/agent/NEUROS/"
ASKED = {
    "agent": "NEUROS",
    "kpi": "",
    "reason_code": "agent_faulty",
    "words": "Sends nonsense.",
    "minutes": 60,
}
pytestmark = pytest.mark.django_db


def text(looking, address: str) -> str:
    return " ".join(looking.get(address).text.split())


def test_an_agent_is_paused_from_its_page_with_the_reason_and_an_end(actor, editor):
    page = text(actor, AGENT)
    assert "Pause NEUROS" in page
    answer = actor.post(ADD, ASKED | {"next": AGENT}, follow=True)
    assert answer.redirect_chain == [(AGENT, 302)]
    assert "NEUROS is paused, and goes on by itself at 13:00." in answer.text
    one = Pause.objects.get()
    assert (one.agent, one.kpi, one.author, one.until) == ("NEUROS", "", editor, micros(NOW + 60 * MINUTE))
    page = text(actor, AGENT)
    assert "NEUROS does nothing</b> until 13:00" in page
    assert "“Sends nonsense.”" in page


def test_one_binding_alone(actor):
    actor.post(ADD, ASKED | {"kpi": "hrv_rmssd"})
    assert Pause.objects.get().kpi == "hrv_rmssd"
    assert "NEUROS does nothing about Heart-rate variability" in text(actor, AGENT)


def test_a_pause_is_lifted_and_stays_on_record(actor, editor, at):
    one = pause("NEUROS", reason_code="planned", user=editor, now=micros(NOW))
    at(NOW + MINUTE)
    answer = actor.post(f"{LIST}{one.pk}/lift/", {"next": AGENT}, follow=True)
    assert "NEUROS is paused no longer" in answer.text
    assert "does nothing" not in text(actor, AGENT)
    assert "lifted by editor" in text(actor, LIST)
    assert "was over already" not in actor.post(f"{LIST}{one.pk}/lift/", follow=True).text
    assert actor.get(f"{LIST}{one.pk}/change/").status_code == 200


def test_the_record_says_what_holds_and_the_page_of_one_has_the_button(actor, editor):
    one = pause("NEUROS", reason_code="planned", words="Update.", user=editor, now=micros(NOW))
    assert "paused now" in text(actor, LIST)
    assert "Planned work" in text(actor, LIST)
    assert "Lift the pause" in text(actor, f"{LIST}{one.pk}/change/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent", "NOBODY"), ("agent", ""), ("kpi", "steps"), ("reason_code", "because"), ("reason_code", ""),
        ("minutes", 0), ("minutes", 10**9), ("minutes", "x"), ("words", "a\x07b"), ("words", "x" * 2001),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_is_paused(actor, field, value):
    answer = actor.post(ADD, ASKED | {field: value})
    assert answer.status_code == 422
    assert "Nothing is paused yet" in answer.text
    assert not Pause.objects.exists()


def test_markup_in_words_is_shown_as_text(actor):
    actor.post(ADD, ASKED | {"words": "<img src=x onerror=alert(1)>"})
    for address in (AGENT, LIST):
        assert "<img" not in text(actor, address)
        assert "&lt;img" in text(actor, address)


def test_nobody_is_led_away(actor):
    for place in ("https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"):
        assert actor.post(ADD, ASKED | {"next": place})["Location"] == AGENT


def test_who_may_only_look_pauses_and_lifts_nothing(looking, editor):
    one = pause("NEUROS", reason_code="planned", user=editor, now=micros(NOW))
    assert looking.post(ADD, ASKED).status_code == 403
    assert looking.post(f"{LIST}{one.pk}/lift/").status_code == 403
    page = text(looking, AGENT)
    assert "does nothing" in page
    assert "Pause NEUROS" not in page
    assert "Lift" not in page
    assert looking.get(LIST).status_code == 200


def test_what_is_not_there_is_not_lifted_and_a_link_lifts_nothing(actor, editor):
    one = pause("NEUROS", reason_code="planned", user=editor, now=micros(NOW))
    assert actor.post(f"{LIST}999/lift/").status_code == 404
    assert actor.get(f"{LIST}{one.pk}/lift/").status_code == 405


def test_the_board_says_who_is_paused_and_leads_there(actor, editor):
    opened()
    pause("NEUROS", reason_code="planned", user=editor, now=micros(NOW))
    page = text(actor, "/admin/protocols/protocolrun/board/")
    assert ">paused</a>" in page
    assert f"{ADD}?agent=NEUROS" in page
    form = text(actor, f"{ADD}?agent=NEUROS&next=/admin/")
    assert 'value="NEUROS" selected' in form
    assert 'name="next" value="/admin/"' in form
