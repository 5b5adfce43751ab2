"""What people think of deviations, through the API."""

import pytest
from django.contrib.auth.models import Group, User

from bindings.models import Agent, ApiToken
from protocols.models import Deviation, Intervention, ProtocolRun
from protocols.services.verdicts import MOST_WORDS
from tests.protocols.api.test_runs import answer
from tests.protocols.samples import MINUTE, NOW, opened, reported
from tests.rest.calls import call

pytestmark = pytest.mark.django_db
FINE = {"step": 1, "judgement": "acceptable", "words": "They were asleep."}
BETTER = FINE | {"judgement": "better"}


@pytest.fixture
def late(protocol):
    run = opened(28)
    reported(run, 1, now=NOW + 17 * MINUTE)
    return run


@pytest.fixture
def path(late):
    return f"runs/{late.pk}/deviations/RUN003"


def test_a_verdict_is_on_the_record_and_the_run_tells_it(editor, neuros, late, path):
    found = answer(editor, path, FINE)
    (one,) = found["deviations"]
    assert (one["rule"], one["step"], one["judgement"]) == ("RUN003", 1, "acceptable")
    (said,) = found["interventions"]
    assert (said["kind"], said["step"], said["by"]) == ("judge", 1, "editor-member")
    assert said["words"] == "RUN003, acceptable: They were asleep."
    assert found["acknowledged"]
    assert found["proposal"] is None
    (told,) = answer(neuros, f"runs/{late.pk}/")["interventions"]
    assert "by" not in told


def test_the_same_again_changes_nothing_and_another_verdict_replaces_it(editor, path):
    assert answer(editor, path, FINE) == answer(editor, path, FINE)
    found = answer(editor, path, FINE | {"judgement": "harmful", "words": "They were awake."})
    assert [one["judgement"] for one in found["deviations"]] == ["harmful"]
    assert [one["words"] for one in found["interventions"]] == [
        "RUN003, harmful: They were awake.", "RUN003, acceptable: They were asleep.",
    ]  # fmt: skip


def test_what_was_better_comes_with_the_change_of_the_contract_and_where_to_make_it(editor, path):
    agent = Agent.objects.get(name="NEUROS")
    for _ in range(2):
        assert answer(editor, path, BETTER)["proposal"] == {
            "words": "Give reduce_training_intensity a longer deadline than 5 minutes: it took 17 minutes.",
            "form": f"/admin/bindings/agent/{agent.pk}/change/#bindings-0",
        }
    agent.delete()
    assert answer(editor, path, BETTER)["proposal"]["form"] == ""


def test_a_deviation_of_the_run_itself_is_judged_without_a_step(editor, late):
    path = f"runs/{late.pk}/deviations/RUN009"
    for step in ({}, {"step": 0}):
        Deviation.objects.update_or_create(run=late, place=0, rule="RUN009", at=1, message="A loop.")
        found = answer(editor, path, step | {"judgement": "better", "words": "It helped."})
        assert found["proposal"]["words"] == "Take out the hand-off that leads back to NEUROS."
    assert [one["step"] for one in found["interventions"]] == [0]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"judgement": "fine"}, "/judgement", "value_not_allowed"),
        ({"judgement": ""}, "/judgement", "value_not_allowed"),
        ({"judgement": ["better"]}, "/judgement", "value_not_allowed"),
        ({"words": ""}, "/words", "missing_key"),
        ({"words": " \n "}, "/words", "missing_key"),
        ({"words": 1}, "/words", "text_expected"),
        ({"words": "ü" * (MOST_WORDS + 1)}, "/words", "too_long"),
        ({"words": "a\0b"}, "/words", "invalid_text"),
        ({"words": "a\u202eb"}, "/words", "invalid_text"),
        ({"step": -1}, "/step", "out_of_range"),
        ({"step": 501}, "/step", "out_of_range"),
        ({"step": True}, "/step", "number_expected"),
        ({"step": "1"}, "/step", "number_expected"),
        ({"step": None}, "/step", "number_expected"),
        ({"rule": "RUN003"}, "/rule", "unknown_field"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(editor, path, body, pointer, code):
    problem = answer(editor, path, FINE | body, 400)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
    assert not Intervention.objects.exists()


@pytest.mark.parametrize("left_out", ["judgement", "words"])
def test_what_was_thought_and_why_have_to_be_said(editor, path, left_out):
    problem = answer(editor, path, {key: FINE[key] for key in FINE if key != left_out}, 400)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [(f"/{left_out}", "missing_key")]


@pytest.mark.parametrize(
    ("rule", "step", "words"),
    [
        ("RUN003", 2, "There is no such deviation: "),
        ("RUN003", 0, "There is no such deviation: "),
        ("RUN001", 1, "There is no such deviation: "),
        ("RUN999", 1, "No rule about runs has this id."),
        ("run003", 1, "No rule about runs has this id."),
    ],
)
def test_what_is_no_deviation_of_this_run_is_not_found(editor, late, rule, step, words):
    problem = answer(editor, f"runs/{late.pk}/deviations/{rule}", FINE | {"step": step}, 404)
    assert problem["code"] == "not_found"
    assert problem["detail"].startswith(words)
    assert not Intervention.objects.exists()


def test_a_deviation_of_another_run_is_not_this_ones(editor, late):
    other = opened(28, user_id="u-2")
    assert answer(editor, f"runs/{other.pk}/deviations/RUN003", FINE, 404)["code"] == "not_found"
    assert answer(editor, "runs/999/deviations/RUN003", FINE, 404)["detail"] == "There is no such run."


def test_markup_is_text_and_the_longest_reason_has_room(editor, path):
    words = "</script><img src=x onerror=alert(1)>" + "ü" * (MOST_WORDS - 37)
    response = call(editor, "POST", path, BETTER | {"words": words})
    assert response["Content-Type"] == "application/json"
    assert response.json()["interventions"][0]["words"] == f"RUN003, better than declared: {words}"
    assert Deviation.objects.get(rule="RUN003").judged_words == words


def test_agents_and_viewers_judge_nothing(neuros, somnos, viewer, path):
    for client in (neuros, somnos, viewer):
        assert answer(client, path, FINE, 403)["code"] == "permission_denied"
    assert not Intervention.objects.exists()


def test_a_service_judges_as_long_as_its_holder_may(service, path):
    token = ApiToken.objects.get(agent=None)
    holder = User.objects.create_user("holder")
    token.held_by(holder)
    token.save()
    assert answer(service, path, FINE, 403)["code"] == "permission_denied"
    holder.groups.add(Group.objects.get(name="editor"))
    assert answer(service, path, FINE)["interventions"][0]["by"] == "token test"
    one = Deviation.objects.get(rule="RUN003")
    assert (one.judged_by, one.judged_by_name) == (holder, "token test")
    assert ProtocolRun.objects.get(pk=one.run_id).acknowledged
