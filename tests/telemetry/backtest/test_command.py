"""``registry backtest``."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from telemetry.subjects import label


def backtest(*words: str) -> str:
    out = io.StringIO()
    call_command("registry", "backtest", *words, stdout=out)
    return out.getvalue()


def test_the_answer_as_text(history):
    told = backtest("hrv_rmssd", "--agent", "NEUROS", "--condition", "< 28", "--days", "30")
    assert "hrv_rmssd by NEUROS: 7 values of 3 people, 2026-10-25 to 2026-11-24." in told
    assert "critical: 1 person, 2 h, 1 time → 2 people, 3 h, 2 times" in told
    assert "2 people would be critical instead of 1, for 3 h instead of 2 h: 2 times instead of 1." in told
    assert f"{label('u-2')}: 0 s → 1 h, 0 → 1 episodes" in told


def test_the_answer_as_json(history):
    told = json.loads(backtest("hrv_rmssd", "--condition", "< 28", "--format", "json"))
    assert told["as_would_be"]["severities"]["critical"]["people"] == 2


def test_a_wrong_condition_is_wrong_usage(history):
    with pytest.raises(CommandError, match="A number is expected") as refused:
        backtest("hrv_rmssd", "--condition", "< abc")
    assert refused.value.returncode == 2
