"""A run's page, as people get it."""

from datetime import timedelta

from telemetry.subjects import label
from tests.conftest import signed_in
from tests.protocols.pages.conftest import page_of
from tests.protocols.samples import NOW, USER, reported


def test_it_says_what_happened_and_what_is_left(run, client):
    page = client.get(page_of(run)).text
    assert "fell to 18 ms" in page
    assert "What is left for you" in page
    assert "reduce training intensity" in page.lower()
    assert label(USER) in page
    assert f">{USER}<" not in page


def test_it_says_what_was_done(run, client, monkeypatch):
    reported(run, 1, at=NOW + timedelta(seconds=40), now=NOW + timedelta(minutes=1))
    page = client.get(page_of(run)).text
    assert "<b>reduced training intensity</b> after 40 seconds" in page
    assert "as declared" in page


def test_who_only_looks_has_no_buttons(run, looker):
    page = signed_in(looker).get(page_of(run)).text
    assert "What is left for you" in page
    assert "Take over" not in page


def test_the_part_that_goes_on_is_sent_once(run, client):
    now = page_of(run).replace("change", "now")
    first = client.get(now)
    assert client.get(now, headers={"if-none-match": first["ETag"]}).status_code == 304


def test_nobody_else_gets_in(run, django_user_model):
    stranger = django_user_model.objects.create_user("stranger", is_staff=True)
    assert signed_in(stranger).get(page_of(run)).status_code == 403
    assert signed_in(stranger).get(page_of(run).replace("change", "now")).status_code == 403
    assert signed_in(stranger).post(page_of(run).replace("change", "decide")).status_code == 403


def test_a_run_that_is_not_there_is_not_found(run, client):
    assert client.get("/admin/protocols/protocolrun/999999/change/").status_code == 404
