"""What this app does in the background: it works out how noisy the working copy is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.kinds import JobRun, job_kind
from observability.noise_figure import KIND, answered
from telemetry.backtest.erasing import finish_without_the_erased
from telemetry.backtest.questions import Question


@job_kind(KIND)
def run_noise(work: JobRun) -> Mapping[str, Any] | None:
    """How many alerts each contract would have raised. It names nobody, and looks again if somebody was erased."""
    questions = [Question.from_data(data) for data in work.payload["questions"]]
    finish_without_the_erased(work, lambda: answered(questions, work.payload["shares"], work.progress))
    return None
