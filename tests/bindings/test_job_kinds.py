"""Validation reports in the background."""

import pytest

from bindings.background import VALIDATION_REPORT
from bindings.models.report import ValidationReport
from jobs import kinds, services
from jobs.dispatcher import enqueue_scheduled
from jobs.models import Job
from jobs.runner import claim, run_due, run_job
from tests.kpis.commands import EXAMPLE, run


def enqueue(trigger: str = "manual") -> Job:
    return services.enqueue(kind=VALIDATION_REPORT, payload={"trigger": trigger})


def test_a_job_makes_one_report_and_names_it(neuros):
    job = enqueue()
    assert run_job(job.pk)
    job.refresh_from_db()
    made = ValidationReport.objects.get()
    assert (job.state, job.result) == ("done", {"report": made.pk})
    assert (made.job, made.trigger) == (job, "manual")
    assert (job.done, job.total) == (4, 4)


def test_a_worker_that_lost_its_job_keeps_no_report(neuros):
    job = enqueue()
    work = claim(job, kinds.LEASE)
    assert work is not None
    Job.objects.update(attempts=work.attempt + 1)  # another worker took it in the meantime
    with pytest.raises(kinds.LeaseLost):
        kinds.KINDS[VALIDATION_REPORT].run(work)
    assert not ValidationReport.objects.exists()


def test_a_cancelled_job_keeps_no_report(neuros):
    job = enqueue()
    work = claim(job, kinds.LEASE)
    services.cancel(jobs=Job.objects.filter(pk=job.pk))
    assert work is not None
    with pytest.raises(kinds.JobCancelled):
        kinds.KINDS[VALIDATION_REPORT].run(work)
    assert not ValidationReport.objects.exists()


def test_every_night_there_is_one_however_often_the_schedule_looks(neuros):
    for _ in range(3):
        enqueue_scheduled()
        run_due()
    assert [one.trigger for one in ValidationReport.objects.all()] == ["nightly"]


def test_an_import_asks_for_one_report_and_an_empty_one_for_none(registry):
    for _ in range(2):
        assert run("import", EXAMPLE)[0] == 0
    assert [job.payload for job in Job.objects.all()] == [{"trigger": "import"}]
    run_due()
    made = ValidationReport.objects.get()
    assert (made.trigger, made.count("error")) == ("import", 0)
    run("import", EXAMPLE)
    assert not Job.objects.filter(state="queued").exists()
