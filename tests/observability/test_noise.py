"""Alerts per person per week, from everybody's episodes."""

from collections import Counter
from typing import Any

import pytest

from contracts.evaluation import SECOND, State
from contracts.severity import Severity
from observability.alerting import AlertingMode
from observability.noise import WEEK, NoiseTally, crossings, noise_findings, noise_of, rate_words
from telemetry.backtest.episodes import Course, course
from tests.contracts.releases import REGISTRY, made_release

U, N, W, C = State.UNKNOWN, State.NORMAL, State.WARNING, State.CRITICAL


def lived(*moves: tuple[int, State], weeks: int = 1) -> Course:
    """What comes of a person who is in these states from these seconds on."""
    before, found = U, []
    for at, after in moves:
        found.append((at * SECOND, before, after))
        before = after
    return course(found, 0, weeks * WEEK * SECOND)


def tallied(*courses: Course, share: float = 10) -> dict[str, Any]:
    tally = NoiseTally(share)
    for number, one in enumerate(courses):
        tally.add(number, None, one, 1)
    return tally.as_data()


def answer(*courses: Course, agent: str = "NEUROS", left_out: int = 0) -> dict[str, Any]:
    triggers = [{"severity": "critical", "condition": "< 20"}, {"severity": "warning", "condition": "< 30"}]
    known = {"kpi": "hrv_rmssd", "agent": agent, "left_out": left_out, "conditions": {"after": triggers}}
    return known | tallied(*courses)


def of_hrv(*answers: dict[str, Any], alerts: str = "{}"):
    text = REGISTRY.replace("missing_data: 2d", f"missing_data: 2d\n    alerts: {alerts}", 1)
    (found,) = noise_of(made_release(text), answers)
    return found


def test_each_episode_is_an_alert_of_its_severity():
    found = tallied(lived((0, N), (10, W), (20, C), (30, W), (40, N), (50, W), (60, N)))
    assert {word: one["episodes"] for word, one in found["severities"].items()} == {
        "critical": 1,
        "warning": 2,
        "info": 0,
    }


def test_an_alert_that_a_worse_one_mutes_all_along_is_none():
    found = tallied(lived((0, N), (10, C), (20, N)))["severities"]
    assert (found["critical"]["episodes"], found["warning"]["episodes"], found["warning"]["people"]) == (
        1,
        0,
        0,
    )


def test_an_episode_that_goes_on_through_silence_is_one_alert():
    assert (
        tallied(lived((0, N), (10, C), (20, U), (30, C), (40, N)))["severities"]["critical"]["episodes"] == 1
    )


def test_the_rate_is_by_the_time_that_people_are_known():
    busy, calm = lived((0, N), (10, C), (20, N), (30, C), (40, N)), lived((0, N), weeks=3)
    found = of_hrv(answer(busy, calm))
    assert [(one.severity, one.alerts, one.rate) for one in found.triggers] == [
        (Severity.CRITICAL, 2, 0.5),
        (Severity.WARNING, 0, 0.0),
    ]
    assert (found.rate, found.people, found.weeks) == (0.5, 2, 4)


def test_the_alerts_of_all_agents_count_together():
    found = of_hrv(answer(lived((0, C))), answer(lived((0, C), (9, N), (10, C)), agent="SOMNOS"))
    assert (found.rate, found.alerts) == (3, 3)
    assert found.is_over


@pytest.mark.parametrize(("budget", "is_over"), [("1", False), ("0.99", True)])
def test_a_budget_is_exceeded_by_more_than_it_allows(budget, is_over):
    found = of_hrv(answer(lived((0, C))), alerts=f"{{noise_budget: {budget}}}")
    assert (found.rate, found.is_over) == (1, is_over)


def test_of_less_than_a_week_nothing_is_said():
    tally = NoiseTally(10)
    tally.add(1, None, course([(0, U, C)], 0, (WEEK - 1) * SECOND), 1)
    found = of_hrv(answer() | tally.as_data())
    assert not found.is_known
    assert not found.is_over
    assert found.rate == 0


@pytest.mark.parametrize(
    ("opened", "people", "share", "found"),
    [
        ({1: 1, 2: -1, 3: 1}, 10, 9.9, 2),
        ({1: 1, 2: -1, 3: 1}, 10, 10, 0),  # it has to be more than the share, as in the rule
        ({1: 1, 2: 1, 3: -1, 4: 1}, 10, 15, 2),
        ({1: 2, 2: 0, 3: -2}, 10, 15, 1),  # one ends as another begins
        ({}, 0, 10, 0),
    ],
)
def test_a_cohort_alerts_each_time_that_its_share_is_exceeded(opened, people, share, found):
    assert crossings(Counter(opened), people, share) == found


def test_as_a_cohort_one_alert_is_shared_by_everybody():
    found = of_hrv(answer(lived((0, C)), lived((0, C)), lived((0, N))), alerts="{mode: cohort}")
    assert (found.mode, found.alerts, found.rate) == (AlertingMode.COHORT, 1 + 1, pytest.approx(2 / 3))


def test_more_people_than_alert_one_by_one_are_a_cohort():
    assert of_hrv(answer(lived((0, C)), left_out=49)).mode is AlertingMode.PERSON
    assert of_hrv(answer(lived((0, C)), left_out=50)).mode is AlertingMode.COHORT


def test_what_is_over_budget_is_a_warning_that_says_by_how_much_and_what_to_do():
    document = made_release(
        REGISTRY.replace("missing_data: 2d", "missing_data: 2d\n    alerts: {noise_budget: 0.5}")
    )
    noise = noise_of(document, [answer(lived((0, C)))])
    (finding,) = noise_findings(document, noise, 30)
    assert (finding.code, finding.subject) == ("noise_budget_exceeded", "hrv_rmssd")
    assert finding.path == ("kpis", 0, "alerts", "noise_budget")
    assert "raised 1 alert per person per week by NEUROS; the budget is 0.5." in finding.message


def test_what_is_within_budget_is_not_spoken_of():
    document = made_release()
    assert not list(noise_findings(document, noise_of(document, [answer(lived((0, C)))]), 30))


@pytest.mark.parametrize(
    ("rate", "words"), [(0, "0"), (0.0341, "0.034"), (1.26, "1.3"), (12.4, "12"), (1234.5, "1,234")]
)
def test_a_rate_has_two_digits_that_count(rate, words):
    assert rate_words(rate) == words
