"""The wake-up call: Celery's task is one call of the runner, which looks into the database itself."""

from celery import shared_task

from jobs import runner


@shared_task(name="jobs.run")
def run(pk: int) -> None:
    """Do the job, unless somebody else has it or did it."""
    runner.run_job(pk)
