"""Observations in, states out: what is stored, what it means, and that a batch happens once."""

import itertools
import zlib

import orjson
import pytest
from django.db import IntegrityError

from auren_client.bindings import Served, read_bindings
from auren_client.judging import Judge
from bindings.models import Agent
from contracts.decimals import exact
from contracts.evaluation import Observed, micros
from contracts.watching import agent_body
from releases.models import Release
from rest.problems import Invalid, Problem
from telemetry import contracts_now, ingest
from telemetry.models import Batch, Correction, Series, Standing, Subject, Tally, Transition
from telemetry.storage import store
from tests.bindings.samples import document, first_binding, make_agent, replace
from tests.kpis.conftest import make
from tests.releases.samples import publish
from tests.telemetry.samples import (
    DAY,
    HOUR,
    KPIS_USED,
    MINUTE,
    NOW,
    USER,
    history,
    latest,
    moves,
    observation,
    results,
    rows,
    state,
    told,
)

NEUROS = KPIS_USED[0]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def test_the_answer_says_what_a_value_means_why_and_what_to_do():
    answer = told(observation(18))
    assert answer["results"] == ["accepted"]
    assert answer["errors"] == []
    assert answer["release"] == Release.objects.get().number
    (found,) = answer["states"]
    assert found == {
        "agent": "NEUROS",
        "kpi": "hrv_rmssd",
        "user_id": USER,
        "state": "critical",
        "previous": "unknown",
        "since": "2026-11-24T12:00:00Z",
        "reason": "18 ms is below 25 ms",
        "measurement_source": "band",
        "trigger": {"severity": "critical", "condition": "< 25"},
        "actions": [
            {"name": "reduce_training_intensity", "description": "", "deadline": ""},
            {"name": "trigger_somnos_review", "description": "", "deadline": ""},
        ],
        "hand_offs": [{"agent": "SOMNOS", "reason": "Poor sleep is a common cause."}],
        "release": answer["release"],
    }


def test_a_hand_off_about_a_kpi_is_told_with_that_kpi_only(contract):
    asked = [
        {"agent": "SOMNOS", "kpi": "hrv_rmssd", "reason": "Poor sleep."},
        {"agent": "CARDIOS", "reason": "It may be the heart."},
    ]
    make_agent("CARDIOS")
    neuros = Agent.objects.get(name="NEUROS")
    replace(neuros, document(kpis_used=KPIS_USED, collaboration={"on_risk": asked}))
    publish()
    contracts_now.forget()
    answer = told(observation(18), observation(18, kpi="hrv_guarded", context={"is_resting": True}))
    assert {one["kpi"]: [h["agent"] for h in one["hand_offs"]] for one in answer["states"]} == {
        "hrv_rmssd": ["SOMNOS", "CARDIOS"],
        "hrv_guarded": ["CARDIOS"],
    }
    assert told_by_client("hrv_rmssd", 18) == answer["states"][0]["hand_offs"]
    (normal,) = told(observation(50, NOW + MINUTE))["states"]
    assert normal["hand_offs"] == []


def told_by_client(kpi, value):
    """The hand-offs that an agent's own evaluation names, out of what it is served."""
    body = orjson.dumps(agent_body(Release.objects.latest("number").as_document(), "NEUROS"))
    bindings = read_bindings(body, "NEUROS", Served())
    found = Judge().evaluate(bindings, kpi, USER, Observed(exact(value), micros(NOW), {}, "band"))
    return [{"agent": one.agent, "reason": one.reason} for one in found.hand_offs]


def test_a_transition_is_stored_with_its_rule_its_inputs_and_its_reason():
    told(observation(50), observation(18, NOW + MINUTE, context={"slept": 4}))
    last = Transition.objects.order_by("pk").last()
    assert last is not None
    assert (last.before, last.after, last.cause, last.rule, last.condition) == (
        0,
        3,
        "value",
        "critical",
        "< 25",
    )
    assert last.reason == "18 ms is below 25 ms"
    assert last.inputs["value"] == 18
    assert last.inputs["source"] == "band"
    assert last.inputs["context"] == {"slept": 4}


def test_a_series_has_its_latest_value_and_the_history_all():
    told(observation(50, NOW - HOUR), observation(52))
    assert latest() == 52
    assert history() == [(3600, 50), (0, 52)]


def test_the_same_again_is_a_duplicate():
    told(observation(50))
    assert results(observation(50, id="another body")) == ["duplicate"]
    assert history() == [(0, 50)]


def test_the_very_same_batch_is_answered_as_before_and_stores_nothing():
    batch = (observation(18), observation(-5), observation(50, NOW + MINUTE, user_id="u-2"))
    first = told(*batch)
    before, tallies = rows(), list(Tally.objects.values_list("what", "count"))
    assert told(*batch, now=NOW + HOUR) == first
    assert rows() == before
    assert list(Tally.objects.values_list("what", "count")) == tallies


def test_what_was_corrected_meanwhile_is_corrected_back_by_the_same_body():
    for value, word, after in (
        (18, "accepted", 3),
        (60, "corrected", 0),
        (18, "corrected", 3),
        (60, "corrected", 0),
    ):
        assert results(observation(value)) == [word]
        assert (latest(), Standing.objects.get().state) == (value, after)
    assert results(observation(60)) == ["corrected"]  # a mere retry
    assert Correction.objects.count() == 3


def test_a_larger_body_is_looked_at_whole_before_it_is_answered_as_before():
    batch = [observation(50, NOW - n * MINUTE, user_id=f"u-{n % 3}") for n in range(9)]
    first = told(*batch, observation(51, user_id="u-0"))
    assert told(*batch, observation(51, user_id="u-0")) == first
    told(batch[4] | {"value": 20})
    found = told(*batch, observation(51, user_id="u-0"))
    assert found["results"].count("corrected") == 1
    assert Correction.objects.count() == 2


def test_another_context_is_a_correction_and_is_judged_again():
    resting, busy = {"is_resting": True}, {"is_resting": False}
    assert state(observation(18, kpi="hrv_guarded"))["state"] == "unknown"
    found = told(observation(18, kpi="hrv_guarded", context=resting))
    assert (found["results"], found["states"][0]["state"]) == (["corrected"], "critical")
    again = resting | {"slept": 4}, {"slept": 4} | resting
    assert results(observation(18, kpi="hrv_guarded", context=again[0])) == ["corrected"]
    assert results(observation(18, kpi="hrv_guarded", context=again[1])) == ["duplicate"]
    found = told(observation(18, kpi="hrv_guarded", context=busy))
    assert (found["results"], found["states"][0]["state"]) == (["corrected"], "unknown")
    assert [one.context for one in Correction.objects.order_by("pk")][:2] == [None, '{"is_resting":true}']


def test_of_two_contexts_for_one_moment_in_one_batch_the_same_is_stored_in_any_order():
    pair = [observation(18, kpi="hrv_guarded", context={"is_resting": one}) for one in (True, False)]
    found = []
    for number, order in enumerate(itertools.permutations(pair)):
        answer = told(*[item | {"user_id": f"p-{number}"} for item in order])
        assert sorted(answer["results"]) == ["accepted", "conflicting_value"]
        found.append(answer["states"][0]["state"])
    assert len(set(found)) == 1


def test_what_was_refused_and_would_not_be_by_now_is_taken_in():
    batch = (observation(50), observation(50, NOW + HOUR))
    assert results(*batch) == ["accepted", "from_the_future"]
    assert results(*batch, now=NOW + HOUR) == ["duplicate", "accepted"]


def test_a_kept_answer_does_not_say_who():
    told(observation(18, user_id="somebody-marked"))
    assert b"somebody-marked" not in zlib.decompress(bytes(Batch.objects.get().answer))


def test_another_agent_is_answered_apart():
    assert results(observation(50)) == ["accepted"]
    assert results(observation(50), agent="SOMNOS") == ["not_bound"]


def test_a_late_value_goes_into_history_and_moves_nothing_back():
    told(observation(50))
    found = told(observation(18, NOW - 7 * DAY))
    assert found["results"] == ["late"]
    assert found["states"][0]["state"] == "normal"
    assert latest() == 50
    assert history() == [(7 * 86400, 18), (0, 50)]


def test_a_first_value_of_another_source_that_is_older_does_not_move_the_state_back():
    told(observation(18))
    assert state(observation(50, NOW - HOUR, measurement_source="strap"))["state"] == "critical"
    assert Series.objects.count() == 2


def test_a_correction_of_the_newest_value_changes_the_state():
    told(observation(50))
    found = told(observation(18))
    assert found["results"] == ["corrected"]
    assert found["states"][0]["state"] == "critical"
    assert found["states"][0]["reason"] == "18 ms is below 25 ms"
    assert latest() == 18
    assert found["states"][0]["previous"] == "normal"
    assert moves() == [(-1, 3, "correction")]
    withdrawn = Transition.objects.get(withdrawn__isnull=False)
    assert (withdrawn.before, withdrawn.after) == (-1, 0)
    assert Correction.objects.get().value == 50


def test_a_correction_of_an_older_value_re_evaluates_what_came_after():
    told(observation(18, NOW - 20 * MINUTE, kpi="hrv_patient"), observation(18, kpi="hrv_patient"))
    assert Standing.objects.get(kpi="hrv_patient").state == 3
    found = told(observation(50, NOW - 20 * MINUTE, kpi="hrv_patient"))
    assert found["results"] == ["corrected"]
    assert found["states"][0]["state"] == "normal"
    assert moves("hrv_patient") == [(-1, 0, "correction")]


def test_a_correction_and_what_comes_after_it_in_one_batch_are_both_told():
    told(observation(18))
    found = told(observation(50), observation(18, NOW + MINUTE))
    assert found["results"] == ["corrected", "accepted"]
    assert moves() == [(-1, 0, "correction"), (0, 3, "value")]


def test_a_correction_of_what_was_before_a_silence_is_no_recovery():
    told(observation(18))
    Standing.objects.update(state=-1, since=micros(NOW) + 10**9)
    assert state(observation(20))["state"] in ("unknown", "critical")


def test_two_values_for_one_moment_in_one_batch_are_not_guessed_about():
    for batch in itertools.permutations((observation(50), observation(52), observation(52))):
        found = told(*batch)
        by_value = dict(zip([item["value"] for item in batch], found["results"], strict=True))
        assert by_value[50] == "conflicting_value"
        assert latest() == 52
        assert [error["code"] for error in found["errors"]] == ["conflicting_value"]


def test_the_order_of_a_batch_does_not_matter():
    batch = [observation(value, NOW - n * MINUTE) for n, value in enumerate((50, 18, 60, 22))]
    for n, order in enumerate(itertools.permutations(batch)):
        user = f"p-{n}"
        found = told(*[item | {"user_id": user} for item in order])
        assert set(found["results"]) == {"accepted"}
        subject = Subject.objects.get(user_id=user)
        states = [(one.before, one.after) for one in subject.transitions.order_by("pk")]
        assert states == [(-1, 3), (3, 0), (0, 3), (3, 0)]


def test_a_drop_is_told_from_the_window_before():
    week = [observation(4, NOW - n * DAY, kpi="ln_rmssd") for n in range(1, 8)]
    told(*week)
    found = state(observation(3.6, kpi="ln_rmssd"))
    assert found["state"] == "warning"
    assert "drop of 10 %" in found["reason"] or "drop" in found["reason"]
    assert state(observation(3.7, NOW + MINUTE, kpi="ln_rmssd"))["state"] == "normal"


def test_what_is_older_than_the_window_is_not_asked():
    told(observation(5, NOW - 8 * DAY, kpi="ln_rmssd"), observation(4, NOW - DAY, kpi="ln_rmssd"))
    assert state(observation(3.9, kpi="ln_rmssd"))["state"] == "normal"


def test_a_drop_within_one_batch_is_told_too():
    batch = [observation(4, NOW - n * HOUR, kpi="ln_rmssd") for n in range(1, 5)]
    assert state(*batch, observation(3.2, kpi="ln_rmssd"))["state"] == "warning"


def test_another_source_is_another_series_to_a_change():
    told(observation(5, NOW - HOUR, kpi="ln_rmssd", measurement_source="strap"))
    assert state(observation(3, kpi="ln_rmssd"))["state"] == "normal"


def test_a_guard_asks_the_context():
    found = state(observation(18, kpi="hrv_guarded"))
    assert found["state"] == "unknown"
    assert "does not say is_resting" in found["reason"]
    resting = {"is_resting": True}
    found = state(observation(18, NOW + MINUTE, kpi="hrv_guarded", context=resting))
    assert found["state"] == "critical"


def test_a_trigger_waits_in_the_time_of_the_observations():
    assert state(observation(18, NOW - HOUR, kpi="hrv_patient"))["state"] == "normal"
    found = state(observation(18, NOW - 49 * MINUTE, kpi="hrv_patient"))
    assert found["state"] == "critical"
    assert found["since"] == "2026-11-24T11:10:00Z"


def test_one_bad_among_many_is_answered_by_itself():
    batch = [observation(50, NOW - n * MINUTE) for n in range(500)]
    batch[123] |= {"value": 9000}
    found = told(*batch)
    assert found["results"].count("accepted") == 499
    (error,) = found["errors"]
    assert (error["index"], error["code"], error["pointer"]) == (123, "out_of_range", "/123/value")
    assert "1 to 250 ms" in error["message"]


def test_strict_is_all_or_nothing():
    before = rows()
    with pytest.raises(Invalid) as refused:
        told(observation(50), observation(9000), strict=True)
    assert [item.path for item in refused.value.errors] == [(1, "value")]
    with pytest.raises(Invalid):
        told(observation(50), observation(51), strict=True)
    assert rows() == before
    assert results(observation(50), strict=True) == ["accepted"]


def test_strict_is_no_repeat_of_what_was_taken_in_part(monkeypatch):
    """Nor where somebody was faster, and what was answered before is asked for first."""
    both = [observation(50), observation(51)]
    assert sorted(results(*both)) == ["accepted", "conflicting_value"]
    together, tries = ingest._together, itertools.count()

    def slower(*args):
        if next(tries) == 0:
            raise IntegrityError
        return together(*args)

    monkeypatch.setattr(ingest, "_together", slower)
    with pytest.raises(Invalid):
        told(*both, strict=True)


def test_results_and_transitions_are_counted():
    told(observation(50), observation(18, NOW + MINUTE), observation(9000))
    counted = {(one.name, one.agent, one.kpi, one.what): one.count for one in Tally.objects.all()}
    assert counted == {
        ("observations", "NEUROS", "hrv_rmssd", "accepted"): 2,
        ("observations", "NEUROS", "", "out_of_range"): 1,
        ("transitions", "NEUROS", "hrv_rmssd", "-1>0"): 1,
        ("transitions", "NEUROS", "hrv_rmssd", "0>3"): 1,
        ("protocol_runs", "NEUROS", "hrv_rmssd", "opened"): 1,
    }


def test_the_contract_is_the_released_one_until_the_next_is_published():
    replace(
        Agent.objects.get(name="NEUROS"), first_binding(alerting=NEUROS["alerting"] | {"risk_if": "< 28"})
    )
    contracts_now.forget()
    assert state(observation(26))["state"] == "normal"
    publish()
    contracts_now.forget()
    found = state(observation(26, NOW + MINUTE))
    assert (found["state"], found["release"]) == ("critical", 2)


def test_a_kpi_that_is_not_published_is_not_known_yet():
    make(name="hrv_new", prometheus_metric="auren_hrv_new_ms")
    assert results(observation(50, kpi="hrv_new")) == ["unknown_kpi"]


def test_a_person_who_was_deleted_is_new():
    told(observation(18))
    Subject.objects.all().delete()
    assert state(observation(50, NOW + MINUTE))["previous"] == "unknown"
    assert history()[-1] == (-60, 50)


def test_a_service_says_whose_it_is():
    assert results(observation(50), agent="") == ["missing_key"]
    assert results(observation(50, agent="NEUROS"), agent="") == ["accepted"]
    assert results(observation(50, agent="NOBODY"), agent="") == ["unknown_agent"]


def test_an_agent_whose_name_is_nearly_right_gets_the_right_one():
    refused = told(observation(50, agent="neuros"), agent="")
    assert "Did you mean NEUROS?" in str(refused)


def test_nobody_speaks_for_another():
    with pytest.raises(Problem) as refused:
        told(observation(50), observation(50, agent="NEUROS"), agent="SOMNOS")
    assert refused.value.status_code == 403
    assert "speaks for SOMNOS" in str(refused.value)
    assert rows()["Observation"] == 0


def test_a_batch_takes_the_same_number_of_statements_however_large(monkeypatch):
    monkeypatch.setattr(contracts_now, "LOOK_EVERY", 1000)

    def statements(size, hours):
        at = NOW - hours * HOUR
        batch = [observation(4, at + n % 3 * MINUTE, user_id=f"u{n}", kpi="ln_rmssd") for n in range(size)]
        asked.clear()
        assert set(results(*batch)) == {"accepted"}
        return len(asked)

    asked: list[str] = []
    kind = type(store())

    def counted(usual):
        def run(self, sql, *more, **how):
            asked.append(sql)
            return usual(self, sql, *more, **how)

        return run

    for name in {"run", "many"} & set(vars(kind)):
        monkeypatch.setattr(kind, name, counted(getattr(kind, name)))
    statements(50, 9)
    # People found, and held; their standings; their series; values; latest values, with SQLite's clock; the history
    # before; memories; the answer; the counts.
    assert statements(3, 6) == statements(40, 3) <= 12
