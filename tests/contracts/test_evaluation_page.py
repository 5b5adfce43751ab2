"""docs/evaluation.md says what the evaluator does."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.evaluation import START, Observed, evaluate, explain
from scripts.test_vectors import DIRECTORY
from tests.contracts.evaluation.samples import trigger, watched

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = Path("docs/evaluation.md").read_text("utf-8")


def test_every_reason_on_the_page_is_said_in_the_test_vectors():
    table = PAGE.split("| what happened | the reason |")[1]
    told = re.findall(r"^\| [^|]+ \| ([^|]+) \|$", table, re.MULTILINE)
    stories = json.loads((DIRECTORY / "states.json").read_text("utf-8"))["stories"]
    said = {
        transition["reason"]
        for story in stories
        for step in story["steps"]
        for transition in step["transitions"]
    }
    assert len(told) == 8
    assert set(told) <= said


def test_the_code_on_the_page_says_what_stands_beside_it():
    code = PAGE.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"binding": watched(trigger(condition="< 25")), "when": _WHEN}
    exec(code, names)  # noqa: S102
    assert names["explain"] is explain
    assert explain(names["binding"], names["memory"]).reason == code.split('"')[-2]
    assert names["memory"] == evaluate(names["binding"], START, Observed(18, names["micros"](_WHEN)))[0]
