"""An agent's page: its protocol as declared, and how that went."""

import pytest

from contracts.evaluation import micros
from protocols.lifecycle import StepState
from protocols.models import Deviation, ProtocolRun
from protocols.pages.agent_page import protocol_of
from protocols.pages.rules import TITLES
from protocols.services.reporting import Report, answer_hand_off, report_undeclared
from tests.protocols.samples import (
    MINUTE,
    NOW,
    asked_beside,
    observation,
    opened,
    publish_words,
    reported,
    told,
)

PAGE = "/admin/protocols/protocolrun/agent/NEUROS/"
pytestmark = pytest.mark.django_db


def critical_path(at=NOW):
    (watch,) = protocol_of("NEUROS", micros(at)).watches
    return next(path for path in watch.paths if path.kind == "critical")


def test_the_declared_path_is_there_before_anything_happened(looking):
    path = critical_path()
    assert [(edge.kind, edge.name, edge.deadline) for edge in path.edges] == [
        ("action", "reduce_training_intensity", "5 min"), ("action", "review_sleep", "10 min"),
        ("hand_off", "SOMNOS", "30 min"), ("hand_off", "CARDIOS", "30 min"),
    ]  # fmt: skip
    page = looking.get(PAGE)
    assert page.status_code == 200
    assert "never asked for" in page.text


def test_actions_have_their_title_and_the_name_in_small_print(looking):
    publish_words(reduce_training_intensity="Reduce the load")
    run = opened()
    for name in ("call_doctor", "review_diet"):
        report_undeclared(run.pk, name, Report(StepState.DONE), agent="NEUROS", now=micros(NOW))
    publish_words(call_doctor="Call the doctor")
    report_undeclared(
        run.pk, "call_doctor", Report(StepState.DONE, None, "Again."), agent="NEUROS", now=micros(NOW)
    )
    page = " ".join(looking.get(PAGE).text.split())
    assert '<b>Reduce the load</b> <code class="small muted">reduce_training_intensity</code>' in page
    assert "<b>Review sleep</b>" in page
    assert "<b>Call doctor</b>" in page  # the release of its run has no words for it
    (watch,) = protocol_of("NEUROS", micros(NOW)).watches
    assert [(edge.title, edge.asked) for edge in watch.undeclared] == [("call doctor", 2), ("review diet", 1)]


def test_hand_offs_that_no_contract_declares_stand_beside_it(looking):
    asked_beside()
    page = " ".join(looking.get(PAGE.replace("NEUROS", "SOMNOS")).text.split())
    assert '<span class="small muted">about which it is asked by others' in page
    assert "What it did about this though no contract asks for it:" in page
    assert (
        '<li class="flow-step"> <b>asks <a href="/admin/protocols/protocolrun/agent/CARDIOS/">CARDIOS</a></b>'
        in page
    )
    (asker,) = protocol_of("CARDIOS", micros(NOW)).askers
    assert (asker.agent, asker.undeclared) == ("SOMNOS", 1)
    assert "1 not declared" in looking.get(PAGE.replace("NEUROS", "CARDIOS")).text


def test_counts_and_times_stand_on_each_step(looking):
    late, quick = opened(18), opened(18, user_id="u-2")
    reported(late, 1, now=NOW + 9 * MINUTE)
    reported(quick, 1, now=NOW + MINUTE)
    reported(quick, 2, "skipped", now=NOW + 2 * MINUTE, note="Asleep.")
    child = ProtocolRun.objects.get(root=quick, agent="SOMNOS")
    answer_hand_off(child.pk, accept=True, words="", agent="SOMNOS", now=micros(NOW + 6 * MINUTE))
    first, second, somnos, cardios = critical_path(NOW + 10 * MINUTE).edges
    assert (dict(first.counts), first.usually, first.nearly_always) == (
        {"late": 1, "in time": 1},
        "1 min",
        "9 min",
    )
    assert dict(second.counts) == {"open": 1, "skipped": 1}
    assert (dict(somnos.counts), somnos.usually) == ({"open": 1, "accepted": 1}, "4 min")
    assert dict(cardios.counts) == {"open": 1, "waiting": 1}
    assert (first.is_slowest, first.is_most_missed, second.is_most_missed) == (True, True, False)
    (asker,) = protocol_of("SOMNOS", micros(NOW + 10 * MINUTE)).askers
    assert (asker.agent, asker.outcomes, asker.usually) == ("NEUROS", (("accepted", 1),), "4 min")


def test_its_inbox_its_newest_runs_and_its_deviations(looking):
    run = opened(18)
    Deviation.objects.create(
        run=run, rule="RUN003", place=1, at=run.opened, message="Late.", judgement="harmful"
    )
    page = " ".join(looking.get(PAGE).text.split())
    for words in (
        "To do now",
        "18 ms is below 25 ms",
        TITLES["RUN003"] + "</a>",
        "1 harmful",
        "1 not as declared",
    ):
        assert words in page


def test_one_that_is_gone_still_has_its_page_and_one_that_never_was_has_none(looking):
    run = opened(18)
    ProtocolRun.objects.filter(pk=run.pk).update(agent="GONE")
    assert "no longer in the release" in looking.get(PAGE.replace("NEUROS", "GONE")).text
    for name in ("NOBODY", "%F0%9F%98%80", "x" * 5000):
        assert looking.get(PAGE.replace("NEUROS", name)).status_code == 404


def test_queries_do_not_grow(looking, steady, django_assert_max_num_queries, django_assert_num_queries):
    run = opened()
    reported(run, 1)
    looking.get(PAGE)
    with django_assert_max_num_queries(25) as few:
        looking.get(PAGE)
    told(*[observation(18, user_id=f"p-{n}") for n in range(30)])
    with django_assert_num_queries(len(few)):
        looking.get(PAGE)


def test_the_live_part_comes_alone(looking):
    opened()
    for part, words in (("inbox", "To do now"), ("newest", "Its newest runs")):
        answer = looking.get(f"{PAGE}{part}/")
        assert words in answer.text
        assert "<html" not in answer.text
        assert looking.get(f"{PAGE}{part}/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
