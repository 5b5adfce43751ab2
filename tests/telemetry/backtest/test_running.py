"""The released contract and another one over what is stored."""

import pytest

from contracts.evaluation import SECOND, micros
from jobs.kinds import JobCancelled
from jobs.models import Job
from jobs.services import cancel
from telemetry.backtest import running
from telemetry.backtest.headline import summary
from telemetry.backtest.questions import Question, Refused, Wish, ask
from telemetry.backtest.told import as_data, rows, told
from telemetry.subjects import label
from tests.telemetry.samples import HOUR, MINUTE, NOW, observation
from tests.telemetry.samples import told as report

pytestmark = pytest.mark.django_db


def answer(**wish):
    """The only answer."""
    question = ask(Wish("hrv_rmssd", **wish), micros(NOW))
    again = Question.from_data(question.as_data())
    assert again == question
    (found,) = told(running.run([again]))
    return found


def test_both_contracts_are_told_with_episodes_people_and_time(history):
    found = answer(agent="NEUROS", condition="< 28")
    was, now = (found[side]["severities"]["critical"] for side in ("as_is", "as_would_be"))
    assert (was["episodes"], was["people"], was["seconds"]) == (1, 1, 7200)
    assert (now["episodes"], now["people"], now["seconds"]) == (2, 2, 10800)
    assert (now["first"], now["last"]) == ("2026-11-24T02:00:00Z", "2026-11-24T03:00:00Z")
    assert (found["people"], found["observations"], found["more"], found["fewer"]) == (3, 7, 1, 0)
    assert summary(found) == (
        "2 people would be critical instead of 1, for 3 h instead of 2 h: 2 times instead of 1."
    )
    assert [row.after for row in rows(found)] == ["2 people, 3 h, 2 times"]


def test_people_are_called_as_they_are_outside_and_kept_by_number(history):
    job = running.start([ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW))])
    assert "u-2" not in str(job.payload) + str(job.result)
    (found,) = as_data(job)["answers"]
    assert [row["person"] for row in found["who"]] == [label("u-2"), label("u-1")]


def test_lengths_of_time_of_the_trigger_stay_unless_others_are_wished_for(contract):
    at = [
        observation(value, NOW - HOUR + MINUTE * n, kpi="hrv_patient") for n, value in enumerate((20, 20, 50))
    ]
    report(*at)
    sides = [told(running.run([ask(Wish("hrv_patient", "NEUROS", "< 30", for_=length), micros(NOW))]))[0]
             for length in (None, "1m")]  # fmt: skip
    assert [side["as_would_be"]["severities"]["critical"]["episodes"] for side in sides] == [0, 1]


def test_a_guard_is_asked_with_the_stored_context(contract):
    report(*[observation(20, NOW - HOUR * hours, kpi="hrv_guarded", user_id=f"u-{hours}", context=context)
             for hours, context in ((1, {"is_resting": True}), (2, {"is_resting": False}))])  # fmt: skip
    (found,) = told(running.run([ask(Wish("hrv_guarded", "NEUROS", "< 30"), micros(NOW))]))
    assert found["as_would_be"]["people"] == 1


def test_a_change_looks_back_beyond_the_beginning(contract):
    days = [(9, 4.0), (2.5, 4.0), (0.5, 3.0)]
    report(*[observation(value, NOW - HOUR * 24 * day, kpi="ln_rmssd") for day, value in days])
    wish = Wish("ln_rmssd", "NEUROS", "drop >= 20% over 7d", "warning", days=1)
    (found,) = told(running.run([ask(wish, micros(NOW))]))
    assert found["observations"] == 1
    assert found["as_would_be"]["severities"]["warning"]["episodes"] == 1


def test_as_such_the_thresholds_judge_whatever_an_agent_reports(history):
    found = answer(condition="< 23")
    assert found["as_would_be"]["severities"]["critical"]["people"] == 1
    assert found["agent"] == ""


def test_without_a_condition_the_working_copy_is_what_would_be(history):
    found = answer(agent="NEUROS")
    assert found["as_is"] == found["as_would_be"]


def test_an_episode_goes_on_while_nothing_is_heard(contract):
    report(observation(20, NOW - HOUR), observation(20, NOW - HOUR * 5))
    found = answer(agent="NEUROS", condition="< 25")
    assert found["as_is"]["severities"]["critical"]["episodes"] == 1


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        ({"kpi": "hrv_rmsd"}, "kpi"),
        ({"agent": "NEUROZ"}, "agent"),
        ({"agent": "SOMNOS"}, "agent"),
        ({"condition": "< abc"}, "condition"),
        ({"condition": "< 25", "severity": "bad"}, "severity"),
        ({"condition": "< 25", "for_": "soon"}, "for"),
        ({"condition": "< 25", "recover_if": ">"}, "recover_if"),
        ({"for_": "5m"}, "condition"),
        ({"days": 0}, "days"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(contract, wish, key):
    with pytest.raises(Refused) as refused:
        ask(Wish(**({"kpi": "hrv_rmssd"} | wish)), micros(NOW))
    assert refused.value.key == key


def test_people_beyond_the_cap_are_left_out_and_counted(history, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.history.AT_ONCE", 1)
    question = ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW))
    (found,) = told(running.run([question], most=5))
    assert (found["people"], found["left_out"]) == (1, 2)


def test_a_large_one_is_a_job_that_can_be_cancelled(history, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    job = running.start([ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW))])
    assert job.state == Job.State.QUEUED

    def stop(done, total, message):
        assert cancel(jobs=Job.objects.filter(pk=job.pk)) == 1
        raise JobCancelled

    with pytest.raises(JobCancelled):
        running.run([Question.from_data(job.payload["questions"][0])], stop)
    job.refresh_from_db()
    assert as_data(job)["state"] == "cancelled"


def test_the_same_question_with_a_key_is_one_job(contract):
    asked = [ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW) + second * SECOND) for second in (0, 1)]
    jobs = [running.start([one], key="today") for one in asked]
    assert jobs[0].pk == jobs[1].pk


@pytest.mark.parametrize("people", [3, 30])
def test_the_number_of_queries_does_not_grow_with_people(contract, people, django_assert_num_queries):
    report(*[observation(20, NOW - HOUR, user_id=f"u-{n}") for n in range(people)])
    question = ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW))
    with django_assert_num_queries(3):  # the series with their counts, their values, the people's names
        told(running.run([question]))
