"""What the registry does in the background: changes of very many rows at once."""

from collections.abc import Mapping
from typing import Any

from jobs.kinds import JobRun, job_kind
from jobs.models import Job
from kpis.bulk import BULK_CHANGE, change_all


@job_kind(BULK_CHANGE)
def run_bulk_change(work: JobRun) -> Mapping[str, Any] | None:
    """Change the rows for whoever asked; what is done already stays as it is when it runs again."""
    author = Job.objects.select_related("author").get(pk=work.job_id).author
    return change_all(
        name=work.payload["name"], ids=work.payload["ids"], author=author, progress=work.progress
    )
