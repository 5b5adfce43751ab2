"""The figure of what is stored: worked out at once or in the background, and used again while it is fresh."""

from bindings.models import Agent
from contracts.evaluation import micros
from jobs.models import Job
from jobs.runner import run_due
from kpis.models import KPI, RegistrySettings
from observability import noise_figure
from observability.noise_figure import alerting_contracts, ask, check, figure_of
from releases.services import working_copy
from telemetry.models import Series
from tests.telemetry.samples import DAY, HOUR, NOW


def at(monkeypatch, moment):
    monkeypatch.setattr("observability.noise_figure.clock", lambda: micros(moment))


def large(monkeypatch):
    """From now on everything is too much to wait for."""
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 1)


def hrv(figure):
    return next(one for one in figure.noise if one.kpi == "hrv_rmssd")


def test_the_working_copy_is_what_counts(noisy):
    assert hrv(figure_of(working_copy())).alerts == 10
    Agent.objects.get(name="NEUROS").bindings.get(kpi__name="hrv_rmssd").triggers.update(condition="< 10")
    assert hrv(figure_of(working_copy())).alerts == 0


def test_only_what_may_alert_somebody_is_asked_about(contract):
    assert list(alerting_contracts(working_copy())) == [
        ("NEUROS", kpi) for kpi in ("hrv_rmssd", "ln_rmssd", "hrv_guarded", "hrv_patient")
    ]
    KPI.objects.filter(name="ln_rmssd").update(alert_mode="none")
    KPI.objects.filter(name="hrv_guarded").update(status="draft")
    assert [kpi for _, kpi in alerting_contracts(working_copy())] == ["hrv_rmssd", "hrv_patient"]
    Agent.objects.update(enabled=False)
    assert list(alerting_contracts(working_copy())) == []


def test_what_nothing_is_stored_of_is_counted_and_not_asked(noisy):
    asked = ask(working_copy(), micros(NOW))
    assert ([one.kpi for one in asked.questions], asked.silent, asked.beyond) == (["hrv_rmssd"], 3, 0)


def test_where_nothing_is_stored_there_is_no_figure_and_no_job(noisy):
    Series.objects.all().delete()
    figure = figure_of(working_copy())
    assert (figure.is_silent, figure.noise, figure.over) == (True, None, [])
    assert list(check(working_copy)) == []
    assert not Job.objects.exists()


def test_a_figure_is_used_again_for_ten_minutes(noisy, monkeypatch):
    first = figure_of(working_copy())
    assert figure_of(working_copy()).job == first.job
    at(monkeypatch, NOW + HOUR)
    assert figure_of(working_copy()).job != first.job
    assert Job.objects.filter(kind="noise").count() == 2


def test_another_contract_is_another_figure(noisy):
    first = figure_of(working_copy())
    KPI.objects.filter(name="hrv_rmssd").update(alert_mode="cohort", cohort_share=90)
    again = figure_of(working_copy())
    assert again.job != first.job
    assert (hrv(first).alerts, hrv(again).alerts) == (10, 0)


def test_a_budget_needs_no_new_figure(noisy):
    first = figure_of(working_copy())
    RegistrySettings.objects.update(noise_budget=4)
    again = figure_of(working_copy())
    assert again.job == first.job
    assert (len(first.over), again.over) == (1, [])


def test_much_is_worked_out_in_the_background_once(noisy, monkeypatch):
    large(monkeypatch)
    figure = figure_of(working_copy())
    assert (figure.is_working, figure.noise) == (True, None)
    assert figure_of(working_copy()).job == figure.job
    assert [finding.code for finding in check(working_copy)] == ["noise_unknown"]
    assert run_due() == 1
    assert [finding.code for finding in check(working_copy)] == ["noise_budget_exceeded"]


def test_what_took_long_is_used_for_hours(noisy, monkeypatch):
    large(monkeypatch)
    figure_of(working_copy())
    run_due()
    at(monkeypatch, NOW + HOUR * 5)
    assert figure_of(working_copy()).over
    at(monkeypatch, NOW + HOUR * 7)
    assert figure_of(working_copy()).is_working


def test_a_figure_that_was_cancelled_is_not_known_and_stands_in_nobodys_way(noisy, monkeypatch):
    large(monkeypatch)
    figure_of(working_copy())
    Job.objects.update(state=Job.State.CANCELLED)
    figure = figure_of(working_copy())
    assert (figure.noise, figure.is_working, list(check(working_copy))) == (None, False, [])


def test_so_many_contracts_are_looked_at_and_no_more(noisy, monkeypatch):
    monkeypatch.setattr(noise_figure, "MOST_CONTRACTS", 0)
    asked = ask(working_copy(), micros(NOW))
    assert (asked.questions, asked.beyond) == ([], 1)


def test_asking_takes_one_query(noisy, django_assert_num_queries):
    document = working_copy()
    with django_assert_num_queries(1):
        ask(document, micros(NOW))


def test_days_further_back_than_asked_do_not_count(noisy, monkeypatch):
    at(monkeypatch, NOW + DAY * 40)
    figure = figure_of(working_copy())
    assert (figure.is_silent, hrv(figure).alerts, figure.over) == (True, 0, [])
