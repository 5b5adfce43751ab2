"""A backtest tells nothing of somebody who is erased, before it is finished or after."""

import json

import pytest

from contracts.evaluation import micros
from jobs.models import Job
from telemetry.backtest import erasing, running
from telemetry.backtest.questions import Wish, ask
from telemetry.erasure import erase
from telemetry.models import Subject
from tests.bindings.api.conftest import bearer
from tests.telemetry.samples import NOW, observation, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def asked() -> Job:
    return running.start([ask(Wish("hrv_rmssd", "NEUROS", "< 28"), micros(NOW))])


def test_the_row_of_a_person_goes_with_the_person(history):
    job, number = asked(), Subject.objects.get(user_id="u-1").pk
    address = f"/api/v1/backtests/{job.pk}/"
    client = bearer("metrics:read", "people:erase")
    assert len(client.get(address).json()["answers"][0]["who"]) == 2
    proof = client.post(
        "/api/v1/erasures", json.dumps({"user_id": "u-1"}), content_type="application/json"
    ).json()
    assert (proof["deleted"]["backtests"], proof["left"]) == (1, [])
    assert client.get(address).status_code == 404
    assert not any(number in erasing.named_in(result) for _, result in erasing.finished())


def test_of_few_people_nothing_is_told_either_and_of_many_the_sums_stay(history, monkeypatch):
    asked()  # u-3 is not named there, but one of three
    monkeypatch.setattr(erasing, "FEW", 2)
    erase("u-3")
    assert Job.objects.filter(kind=running.KIND).count() == 1
    monkeypatch.setattr(erasing, "FEW", 3)
    told(observation(60, user_id="u-4"))
    erase("u-4")
    assert not Job.objects.filter(kind=running.KIND).exists()


def test_a_backtest_of_another_kpi_stays(history):
    told(observation(20, user_id="u-9", kpi="hrv_patient"))
    asked()
    erase("u-9")
    assert Job.objects.filter(kind=running.KIND).count() == 1


def test_one_that_runs_meanwhile_looks_again(history, monkeypatch):
    run, runs = running.run, []

    def slow(*arguments):
        result = run(*arguments)
        runs.append(len(result["answers"][0]["who"]))
        if len(runs) == 1:
            erase("u-1")
        return result

    monkeypatch.setattr("telemetry.job_kinds.backtest.run", slow)
    asked()
    assert runs == [2, 1]
    assert [len(result["answers"][0]["who"]) for _, result in erasing.finished()] == [1]


def test_the_proof_says_where_a_number_is_left(history, monkeypatch):
    job = asked()
    monkeypatch.setattr(erasing, "ALSO", erasing.ALSO._replace(forget=lambda subject: {}))
    monkeypatch.setattr("telemetry.erasure.ALSO", [erasing.ALSO])
    assert erase("u-1").left == [f"backtest {job.pk}"]
