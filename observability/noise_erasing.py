"""Figures of noise when somebody is erased: all of them go, since they are soon worked out again."""

from __future__ import annotations

from collections.abc import Mapping

from jobs.models import Job
from observability.noise_figure import KIND
from telemetry import erasure


def forget(subject: int) -> Mapping[str, int]:
    """Delete every figure that is finished: among few people it would still tell something of each."""
    gone = Job.objects.filter(kind=KIND, result__isnull=False).delete()[0]
    return {"noise figures": gone} if gone else {}


def left(subject: int) -> list[str]:
    """Nothing: they name nobody."""
    return []


ALSO = erasure.Also(forget, left)
