"""docs/test-vectors: as generated, and read as an evaluator in another language would read them."""

import json
from typing import Any

import pytest

from contracts.conditions import ConditionError, parse
from contracts.durations import Duration
from contracts.evaluation import START, Memory, Observed, Series, combine, evaluate, evaluator, explain, tick
from contracts.guards import GuardError, parse_guard
from contracts.watched_reading import read_body
from scripts import test_vectors as vectors
from tests.contracts.evaluation.reference import Reference


def cases(name, key="cases"):
    return json.loads((vectors.DIRECTORY / name).read_text("utf-8"))[key]


def stories(*, with_changes=True):
    """With or without those that look back in time."""
    return [
        pytest.param(story, id=story["name"])
        for story in cases("states.json", "stories")
        if with_changes or not any("drop" in trigger["condition"] for trigger in story["binding"]["triggers"])
    ]


def is_plain(story):
    """Of one source and one contract, in minutes, in which nobody looked early."""
    steps = story["steps"]
    times = [next(iter(step.values()))["at"] - vectors.BEGINNING for step in steps]
    looked = [at for step, at in zip(steps, times, strict=True) if "tick" in step]
    return (
        len(steps[-1]["memories"]) < 2
        and "then" not in story
        and not any(at % 60_000_000 for at in times)
        and all(
            at >= max((one for one in looked if one in times[:n]), default=0) for n, at in enumerate(times)
        )
    )


def binding_of(story, key="binding"):
    agent: dict[str, Any] = {
        "agent": "",
        "enabled": True,
        "status": "",
        "version": "",
        "role": "",
        "hand_offs": [],
    }
    [found] = read_body({**agent, "agent": story[key]["agent"], "bindings": [story[key]]})
    return found


def test_the_files_are_as_generated():
    assert vectors.main(["--check"]) == 0, "run `python -m scripts.test_vectors`"


def test_a_stale_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "DIRECTORY", tmp_path / "new")
    assert vectors.main(["--check"]) == 1
    assert vectors.main([]) == 0
    assert vectors.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("name", "read", "error"),
    [("conditions.json", parse, ConditionError), ("guards.json", parse_guard, GuardError)],
)
def test_texts_are_read_or_refused_as_the_vectors_say(name, read, error):
    for case in cases(name):
        try:
            found: dict[str, Any] = {"canonical": str(read(case["text"]))}
        except error as refused:
            found = {"error": {"column": refused.column, "expected": refused.expected}}
        assert found == {key: case[key] for key in found}


def test_conditions_hold_where_the_vectors_say_told_from_a_mean_where_that_is_exact():
    for case in cases("conditions.json"):
        for ask in case.get("asked", []):
            means = {
                Duration.parse(window): before["sum"] / before["count"]
                for window, before in ask.get("before", {}).items()
                if before["count"] and not before["sum"] % before["count"]
            }
            if len(means) == len([one for one in ask.get("before", {}).values() if one["count"]]):
                assert parse(case["text"]).holds(ask["value"], means) is ask["holds"], (case["text"], ask)


def test_guards_hold_where_the_vectors_say():
    for case in cases("guards.json"):
        for ask in case.get("asked", []):
            found = parse_guard(case["text"]).evaluate(ask["context"])
            assert (found.holds, list(found.missing)) == (ask["holds"], ask["missing"])


@pytest.mark.parametrize("story", stories())
def test_a_story_goes_as_the_vectors_say(story):
    binding, memories = binding_of(story), dict[str, Memory]()
    series: dict[str, Series] = {}
    for step in story["steps"]:
        transitions = []
        if "release" in step:
            former, binding = evaluator(binding), binding_of(story, "then")
            for source, memory in memories.items():
                before = series[source].before(memory.heard or 0)
                memories[source], found = evaluator(binding).adopt(
                    memory, step["release"]["at"], former, before
                )
                transitions += [{"source": source} | one.as_data() for one in found]
        elif "tick" in step:
            for source, memory in memories.items():
                memories[source], found = tick(binding, memory, step["tick"]["at"])
                transitions += [{"source": source} | one.as_data() for one in found]
        else:
            given = step["observe"]
            observed = Observed(given["value"], given["at"], given["context"], given["source"])
            past, memory = series.setdefault(observed.source, Series()), memories.get(observed.source, START)
            after, found = evaluate(binding, memory, observed, past.before(observed.at))
            if memory.at is None or observed.at >= memory.at:
                past.add(observed.at, observed.value)
            memories[observed.source] = after
            transitions += [{"source": observed.source} | one.as_data() for one in found]
        assert transitions == step["transitions"]
        assert memories == {source: Memory.from_data(data) for source, data in step["memories"].items()}
        combined = combine(evaluator(binding), memories)
        told = combined.state, combined.source, list(combined.counting), combined.open_severity
        assert told == tuple(step[key] for key in ("state", "source", "counting", "open_severity"))
        assert explain(binding, combined.memory).reason == step["explanation"]["reason"]


@pytest.mark.parametrize("story", [one for one in stories(with_changes=False) if is_plain(one.values[0])])
def test_a_story_without_changes_goes_by_the_second_evaluator_too(story):
    """In minutes, to be quick: every length in the stories is a whole number of them."""
    binding = binding_of(story)
    plain = Reference(binding, length=lambda text: Duration.parse(text).seconds // 60 if text else 0)
    newest = 0
    moments: dict[int, list[dict[str, Any]]] = {}
    for step in story["steps"]:
        given = step.get("tick") or step["observe"] | {"state": step["state"]}
        minute = (given["at"] - vectors.BEGINNING) // 60_000_000
        if "value" not in given:
            moments.setdefault(minute, [])
        elif minute >= newest:
            moments.setdefault(minute, []).append(given)
            newest = minute
    for minute in range(max(moments) + 1):
        now = moments.get(minute, [])
        plain.second(minute, [(given["value"], given["context"]) for given in now])
        if now:
            assert plain.state == now[-1]["state"]
