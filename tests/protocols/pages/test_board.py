"""The live board."""

import pytest
from django.contrib.auth.models import Permission

from contracts.evaluation import micros
from protocols.lifecycle import StepState
from protocols.models import ProtocolRun
from protocols.pages import board as board_module
from protocols.pages.board import board
from protocols.pages.counts import to_look_at
from protocols.services.pausing import pause
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

BOARD = "/admin/protocols/protocolrun/board/"
AGENT = "/admin/protocols/protocolrun/agent/NEUROS/"
pytestmark = pytest.mark.django_db


def words(looking, address: str = BOARD) -> str:
    response = looking.get(address)
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_nothing_open_is_said(looking):
    assert "Nothing is open" in words(looking)


def test_the_worst_and_oldest_first_in_a_lane_for_each_agent(looking):
    mild, run, later = opened(28, user_id="u-2"), opened(18), opened(17, NOW + MINUTE, user_id="u-3")
    found = board(micros(NOW + 2 * MINUTE))
    (lane,) = found.lanes
    assert [row.pk for row in lane.rows] == [run.pk, later.pk, mild.pk]
    assert (found.counts, found.stuck, lane.more) == (
        (("critical", "critical", 2), ("warning", "warning", 1)),
        0,
        0,
    )
    page = words(looking)
    assert "3 runs open" in page
    assert 'to <span title="reduce_training_intensity">reduce training intensity</span>' in page
    assert "Nothing is late" in page


def test_what_is_late_comes_first_and_says_by_how_much(looking, at):
    fresh, late = opened(18, NOW + 5 * MINUTE, user_id="u-2"), opened(28)
    at(NOW + 7 * MINUTE)
    found = board(micros(NOW + 7 * MINUTE))
    assert [(row.pk, row.late) for row in found.stuck_rows] == [(late.pk, "2 min")]
    assert found.lanes[0].rows[0].pk == late.pk
    assert fresh.pk in [row.pk for row in found.lanes[0].rows]
    assert "1 of them is late" in words(looking).replace("<b>", "").replace("</b>", "")


def test_actions_are_called_as_the_release_that_asks_for_them_calls_them(looking):
    publish_words(reduce_training_intensity="Reduce the load", review_sleep="Sleep check")
    run = opened()
    assert 'to <span title="reduce_training_intensity">reduce the load</span>' in words(looking)
    publish_words(review_sleep="Another")
    reported(run, 1)
    assert 'to <span title="review_sleep">take the step “sleep check”</span>' in words(looking)


def test_the_time_of_a_pause_is_not_late(looking, at, editor):
    run = opened(28)
    pause("NEUROS", reason_code="planned", minutes=15, user=editor, now=micros(NOW + 2 * MINUTE))
    for minute, late in ((7, ""), (19, ""), (21, "1 min")):  # due after five minutes of its own
        at(NOW + minute * MINUTE)
        found = board(micros(NOW + minute * MINUTE))
        assert (found.stuck, [row.late for lane in found.lanes for row in lane.rows]) == (bool(late), [late])
        assert ("Nothing is late" in words(looking)) is not bool(late)
        listed = looking.get("/admin/protocols/protocolrun/?state=late").context["cl"].result_list
        assert [one.pk for one in listed] == ([run.pk] if late else [])
        assert (f"{late or 0} late" in words(looking, AGENT)) is bool(late)
        assert to_look_at(micros(NOW + minute * MINUTE)) == bool(late)


def test_a_pause_about_one_kpi_says_it_as_people_do(looking, editor):
    opened()
    pause("NEUROS", kpi="hrv_rmssd", reason_code="planned", user=editor, now=micros(NOW))
    page = words(looking)
    assert ">paused about Heart-rate variability</a>" in page
    assert "It is paused about Heart-rate variability." in page


def test_who_waits_for_whom_until_when(looking):
    run = opened()
    reported(run, 1)
    reported(run, 2)
    found = board(micros(NOW + MINUTE))
    assert [(one.source, one.target, one.is_over) for one in found.waiting] == [
        ("NEUROS", "SOMNOS", False), ("NEUROS", "CARDIOS", False),
    ]  # fmt: skip
    assert {lane.agent for lane in found.lanes} == {"NEUROS", "SOMNOS", "CARDIOS"}
    assert "Who waits for whom" in words(looking)
    assert [row.waits_for for lane in found.lanes for row in lane.rows if lane.agent == "NEUROS"] == [
        "SOMNOS"
    ]


def test_mine_others_and_nobodys(looking, viewer, editor):
    mine, theirs, nobodys = (opened(18, user_id=f"u-{n}") for n in range(3))
    ProtocolRun.objects.filter(pk=mine.pk).update(assignee=viewer, assignee_name="Viewer")
    ProtocolRun.objects.filter(pk=theirs.pk).update(assignee=editor, assignee_name="Editor")
    for whose, run in (("mine", mine), ("others", theirs), ("nobody", nobodys)):
        page = looking.get(f"{BOARD}?whose={whose}").context["board"]
        assert [row.pk for lane in page.lanes for row in lane.rows] == [run.pk]
    assert looking.get(f"{BOARD}?whose=x").context["board"].total == 3


def test_it_names_no_more_than_it_may_and_says_how_many_there_are(looking, monkeypatch):
    monkeypatch.setattr(board_module, "NAMED", 5)
    told(*[observation(18, user_id=f"p-{n}") for n in range(12)])
    found = board(micros(NOW))
    assert (found.total, found.named, found.lanes[0].more) == (12, 5, 7)
    assert "And 7 more, none of them worse" in words(looking)


def test_queries_do_not_grow(looking, steady, django_assert_max_num_queries, django_assert_num_queries):
    opened()
    words(looking)
    with django_assert_max_num_queries(20) as few:
        words(looking)
    budget = len(few)
    told(*[observation(18, user_id=f"p-{n}") for n in range(30)])
    with django_assert_num_queries(budget):
        words(looking)
    for number in range(3):
        publish_words(review_sleep=f"Sleep {number}")
        reported(opened(18, user_id=f"r-{number}"), 1)
        asked_beside(f"s-{number}")
    pause("NEUROS", reason_code="planned", user=None, author_name="x", now=micros(NOW))
    words(looking)
    with django_assert_num_queries(budget):
        words(looking)


def test_the_map_is_lit_by_open_runs_hand_offs_and_pauses(looking, editor):
    run = opened()
    reported(run, 1)
    reported(run, 2)
    child = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    answer_hand_off(child.pk, accept=True, words="", agent="SOMNOS", now=micros(NOW))
    pause("CARDIOS", reason_code="planned", user=editor, now=micros(NOW))
    drawn = looking.get(BOARD).context["map"]
    assert {node.member.name: node.mark.label for node in drawn.nodes} == {
        "NEUROS": "1 critical", "SOMNOS": "1 critical", "CARDIOS": "paused",
    }  # fmt: skip
    assert {edge.line.target: edge.mark.label for edge in drawn.edges} == {
        "SOMNOS": "1 accepted", "CARDIOS": "1 waiting",
    }  # fmt: skip
    assert "In the last hour: 1 accepted." in words(looking)


def test_hand_offs_that_no_contract_declares_are_drawn_and_said(looking):
    before = looking.get(BOARD).context["map"]
    asked_beside()
    page = words(looking)
    drawn = looking.get(BOARD).context["map"]
    found = {(edge.line.source, edge.line.target): edge for edge in drawn.edges}
    assert found.keys() - {(edge.line.source, edge.line.target) for edge in before.edges} == {
        ("SOMNOS", "CARDIOS")
    }
    edge = found["SOMNOS", "CARDIOS"]
    assert (edge.line.severity, edge.mark.label) == (None, "◇ 1 waiting")
    assert '<g class="edge undeclared lit l-offered">' in page
    assert (
        "SOMNOS asks CARDIOS, though no contract in force declares it. In the last hour: 1 waiting." in page
    )
    assert "◇ no contract in force declares it" in page
    assert '>SOMNOS</a> <span class="chip warning">not declared</span>' in page


def test_of_a_large_roster_the_map_has_those_that_something_happens_to(looking, editor, monkeypatch):
    monkeypatch.setattr("protocols.pages.lights.DRAWN_AT_MOST", 1)
    pause("CARDIOS", reason_code="planned", user=editor, now=micros(NOW))
    assert [node.member.name for node in looking.get(BOARD).context["map"].nodes] == ["CARDIOS"]
    assert "1 of 3 agents, those that something happens to." in words(looking)


def test_boxes_stay_where_they_are_when_an_agent_asks_on_its_own(looking):
    before = looking.get(BOARD).context["map"]
    asked_beside()
    after = looking.get(BOARD).context["map"]
    assert [(node.member.name, node.x, node.y, node.height) for node in after.nodes] == [
        (node.member.name, node.x, node.y, node.height) for node in before.nodes
    ]


def test_a_declared_way_says_which_hand_offs_on_it_were_not(looking):
    report_undeclared(
        opened(28).pk, "SOMNOS", Report(StepState.DONE), agent="NEUROS", now=micros(NOW), hand_off=True
    )  # its contract asks SOMNOS where it is critical
    assert "In the last hour: 1 waiting. 1 of them no contract asked for." in words(looking)
    assert "edge undeclared" not in words(looking)


def test_the_live_part_is_told_only_when_it_has_changed(looking):
    opened()
    answer = looking.get(f"{BOARD}now/?whose=")
    assert looking.get(f"{BOARD}now/?whose=", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    opened(18, user_id="u-2")
    assert looking.get(f"{BOARD}now/?whose=", headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_who_may_not_see_runs_sees_no_board(viewer, viewer_client, protocol):
    for address in (BOARD, f"{BOARD}now/", "/admin/protocols/protocolrun/agent/NEUROS/"):
        assert viewer_client.get(address).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="view_protocolrun"))
    assert viewer_client.get(BOARD).status_code == 200
