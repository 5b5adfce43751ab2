"""Judging a large working copy in the background, so that nobody waits for a page meanwhile."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from bindings.models import Binding
from jobs.models import Job
from jobs.services import enqueue
from kpis.models import KPI
from kpis.services import Author
from releases.models import WorkingCopyMark
from releases.services.code_mark import code_mark
from releases.services.planning import is_prepared

PREPARE: Final = "publish_prepare"
LARGE: Final = 3_000
"""KPIs and bindings; fewer are judged within a second, while somebody waits."""


def preparing(author: Author = None) -> Job | None:
    """The job that judges the working copy as it is now; None where that need not be waited for: it is judged already,
    it is small, or the job is over without having done it."""
    if is_prepared() or not is_large():
        return None
    key = f"{WorkingCopyMark.current()} {timezone.localdate()} {code_mark()[:12]}"
    job = enqueue(kind=PREPARE, payload={}, key=key, author=author)
    return None if job.is_over else job


def is_large() -> bool:
    """Whether judging the working copy takes more than a moment."""
    return KPI.objects.count() + Binding.objects.count() > LARGE
