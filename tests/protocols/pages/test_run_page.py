"""A run's page, as people get it."""

from datetime import timedelta

import pytest

from contracts.evaluation import micros
from protocols.models import Deviation, ProtocolRun, Step
from protocols.services.pausing import pause
from protocols.services.reporting import answer_hand_off
from telemetry.subjects import label
from tests.conftest import signed_in
from tests.protocols.pages.conftest import page_of
from tests.protocols.samples import NOW, USER, observation, opened, publish_words, reported, told

QUERIES = 24


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


def test_what_a_rise_adds_is_called_as_the_release_that_asks_for_it_calls_it(protocol, now, client):
    run = opened(28)
    publish_words(
        reduce_training_intensity="Reduce the load", review_sleep="Look at the sleep", reversible=True
    )
    told(observation(18, at=NOW + timedelta(minutes=1)), now=NOW + timedelta(minutes=1))
    assert [step.release for step in run.steps.order_by("number")] == [1, 2, 2, 2]
    page = " ".join(client.get(page_of(run)).text.split())
    assert "it has to reduce training intensity by 12:05 and look at the sleep by 12:11" in page
    assert 'Look at the sleep<span class="small muted">Can be undone.</span>' in page
    assert "Reduce the load" not in page


def test_deviations_and_proposals_call_actions_by_their_titles(protocol, now, client):
    publish_words(reduce_training_intensity="Reduce the load", review_sleep="Look at the sleep")
    run = opened()
    reported(run, 2, now=NOW + timedelta(minutes=1))
    reported(run, 1, now=NOW + timedelta(minutes=2))
    page = client.get(page_of(run)).text
    assert "“Look at the sleep” was done before “Reduce the load”, which comes first in the contract." in page
    Deviation.objects.update(judgement="better")
    assert "Put “Look at the sleep” before “Reduce the load”." in client.get(page_of(run)).text


def test_pauses_take_no_time_of_anybody_on_the_page(run, client, at, editor):
    reported(run, 3, "started")
    kid = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    pause("NEUROS", reason_code="planned", minutes=30, user=editor, now=micros(NOW + timedelta(minutes=1)))
    at(NOW + timedelta(minutes=20))
    for one in (run, kid):
        assert "overdue" not in client.get(page_of(one)).text
    assert "to reduce training intensity by 12:35" in client.get(page_of(run)).text
    at(NOW + timedelta(minutes=36))
    for one in (run, kid):
        assert "1 minute overdue" in client.get(page_of(one)).text


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


def test_a_hand_off_is_told_on_both_pages(run, client):
    for number in (1, 2):
        reported(run, number)
    kid = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    page = client.get(page_of(run)).text
    assert "SOMNOS</b> for help (“Poor sleep.”); SOMNOS <b>has not answered yet</b>" in page
    assert page_of(kid) in page
    answer_hand_off(kid.pk, accept=True, words="", agent="SOMNOS", now=micros(NOW))
    told = client.get(page_of(kid)).text
    assert "NEUROS asked <b>SOMNOS</b> for help" in told
    assert page_of(run) in told


def test_what_agents_write_is_text(run, client):
    reported(run, 1, "failed", note='<script>alert(1)</script> <img src=x onerror="1">')
    page = client.get(page_of(run)).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_hostile_inputs_are_shown_as_they_are(run, client):
    ProtocolRun.objects.filter(pk=run.pk).update(
        inputs={"value": "x", "at": "never", "context": {"<b>": ["&"]}, "means": {"7x": None, "7d": 52}},
        agent="GONE", kpi="gone_kpi", condition="??", reason="<i>", release=99,
    )  # fmt: skip
    page = client.get(page_of(run))
    assert page.status_code == 200
    assert "&lt;b&gt;" in page.text
    assert "mean over 7 days 52" in page.text


def test_a_person_without_history_is_told_so(run, client):
    page = client.get(page_of(run)).text
    assert "Too few values in the 30 days before" in page
    assert "This is the first time in 30 days" in page


@pytest.mark.parametrize(
    "query", ["?steps=all", "?step=2", "?from=1&to=2", "?from=9&to=1", "?from=x&to=-1", "?step=999999"]
)
def test_whatever_is_asked_for_it_answers(run, client, query):
    assert client.get(page_of(run) + query).status_code == 200


def many(run: ProtocolRun, count: int) -> None:
    Step.objects.bulk_create(
        Step(
            run=run, number=10 + n, name=f"adjust_dose_{n}", severity=3, release=1, added=run.opened, state="done",
            finished=run.opened + n * 1_000_000, recorded=run.opened + n * 1_000_000,
        )
        for n in range(count)
    )  # fmt: skip


def test_few_and_many_steps_need_the_same_queries(run, client, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("telemetry.contracts_now.LOOK_EVERY", 1e9)
    client.get(page_of(run))
    # session, person, permissions (2), run, family, steps, those of others, hand-offs, said, pauses, deviations, what
    # conformance asks (2), catalogue, usual (2), line (2), states, earlier runs, similar ones, pause, navigation
    with django_assert_max_num_queries(QUERIES) as few:
        client.get(page_of(run))
    many(run, 490)
    with django_assert_max_num_queries(QUERIES) as found:
        client.get(page_of(run))
    assert len(found) == len(few)


def test_five_hundred_steps_are_folded_and_can_be_unfolded(run, client):
    many(run, 490)
    page = client.get(page_of(run)).text
    assert "490 steps as declared" in page
    assert page.count("<tr") < 30
    assert client.get(page_of(run) + "?steps=all").text.count("<tr") > 490


def test_what_is_folded_is_remembered(run, client):
    assert 'id="fold-knew" open' in client.get(page_of(run)).text
    client.post(page_of(run).replace("change", "folds"), {"folds": "yes"})
    assert 'id="fold-knew" open' not in client.get(page_of(run)).text
    client.post(page_of(run).replace("change", "folds"), {"folds": "no"})
    assert 'id="fold-knew" open' in client.get(page_of(run)).text


TRACE = "ab" * 16


@pytest.fixture
def traced(run):
    """A run of which a trace was kept."""
    ProtocolRun.objects.filter(pk=run.pk).update(trace=TRACE)
    return run


def test_a_trace_is_a_link_where_a_tool_shows_them(traced, client, settings):
    settings.TRACE_URL = "https://grafana.example.org/explore?left=%7B%22{trace_id}%22%7D&orgId=1"
    page = client.get(page_of(traced)).text
    href = f"https://grafana.example.org/explore?left=%7B%22{TRACE}%22%7D&amp;orgId=1"
    assert f'<a href="{href}" rel="noopener noreferrer"><code>{TRACE}</code></a>' in page


def test_a_trace_is_its_id_where_no_tool_is_named(traced, client):
    page = client.get(page_of(traced)).text
    assert f"<td><code>{TRACE}</code></td>" in page


def test_a_run_without_a_trace_says_nothing_of_it(run, client, settings):
    settings.TRACE_URL = "https://jaeger.example.org/trace/{trace_id}"
    page = client.get(page_of(run)).text
    assert "Trace" not in page
    assert "jaeger" not in page
