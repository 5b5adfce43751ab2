"""Whom changes reach."""

import pytest

from contracts.release import EMPTY, ReleaseDocument, diff_releases
from releases.services import Reach, reach
from tests.contracts.releases import BINDINGS, REGISTRY, made_release

BEFORE = made_release()


def reached(after: ReleaseDocument) -> Reach:
    return reach(diff_releases(BEFORE, after), after, BEFORE)


def test_nothing_reaches_nobody():
    assert reached(BEFORE) == Reach()


def test_a_threshold_reaches_everyone_who_watches_the_kpi():
    found = reached(made_release(REGISTRY.replace('"<20"', '"<22"')))
    assert found.kpis == ("hrv_rmssd",)
    assert found.agents == ("NEUROS", "SOMNOS")
    assert found.bindings == ("NEUROS/hrv_rmssd", "SOMNOS/hrv_rmssd")
    assert found.dashboards == ("NEUROS", "SOMNOS", "overview")
    assert found.alerts == (
        "NEUROS/hrv_rmssd critical",
        "NEUROS/hrv_rmssd info",
        "NEUROS/hrv_rmssd warning",
        "hrv_rmssd critical",
        "hrv_rmssd info",
    )


@pytest.mark.parametrize("words", [("<25", "<24"), ("15m", "20m")])
def test_what_an_agent_does_reaches_that_agent_only(words):
    found = reached(made_release(bindings=BINDINGS.replace(*words)))
    assert (found.agents, found.bindings, found.kpis) == (("NEUROS",), ("NEUROS/hrv_rmssd",), ())


def test_a_hand_off_reaches_the_agent_that_asks():
    found = reached(made_release(bindings=BINDINGS.replace("Nights.", "Sleep.")))
    assert (found.agents, found.bindings) == (("NEUROS",), ())


def test_the_prefix_of_all_metrics_reaches_everything():
    found = reached(made_release(REGISTRY + "export_config: {prometheus: {prefix: other_}}\n"))
    assert (found.kpis, found.agents) == (("hrv_rmssd", "laps"), ("NEUROS", "SOMNOS"))


def test_the_date_of_the_registry_reaches_nobody():
    assert reached(made_release("last_updated: today\n" + REGISTRY)) == Reach()


def test_what_is_gone_reaches_those_that_had_it():
    assert "SOMNOS/hrv_rmssd" in reached(EMPTY).bindings
    assert reached(EMPTY).counts["kpis"] == 2


def test_how_a_kpi_alerts_reaches_its_alerts_and_no_agent():
    after = made_release(
        REGISTRY.replace("unit: milliseconds", "unit: milliseconds\n    alerts: {mode: none}", 1)
    )
    found = reached(after)
    assert (found.kpis, found.agents, found.bindings, found.dashboards) == (("hrv_rmssd",), (), (), ())
    assert "NEUROS/hrv_rmssd critical" in found.alerts
    assert "hrv_rmssd critical" in found.alerts


def test_how_many_people_alert_one_by_one_reaches_every_alert_and_no_agent():
    found = reached(made_release(REGISTRY + "export_config: {alerts: {people: 7}}\n"))
    assert (found.kpis, found.agents) == (("hrv_rmssd", "laps"), ())
