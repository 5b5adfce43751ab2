"""Every question to Prometheus, of the example's dashboards and of those of people who write what they like."""

import re

import promql_parser
import pytest

from tests.observability.dashboards.samples import (
    HOSTILE,
    asked,
    classic_only,
    example_files,
    expressions_of,
    files_of,
    hostile_release,
    panels_of,
)

COUNTER = re.compile(r"_(total|count|sum|bucket)$|\(_total\)\?$")


def parts_of(node):
    """The node and everything below it."""
    yield node
    for name in ("args", "expr", "lhs", "rhs", "param", "vs"):
        below = getattr(node, name, None)
        for one in below if isinstance(below, list) else [below]:
            if one is not None and not isinstance(one, (str, int, float)):
                yield from parts_of(one)


def questions(files):
    for dashboard in classic_only(files).values():
        yield from expressions_of(dashboard)
        yield from (asked(one["expr"]) for one in dashboard["annotations"]["list"])
        for variable in dashboard["templating"]["list"][1:]:
            yield asked(variable["query"].removeprefix("label_values(").rpartition(", ")[0])


def test_prometheus_can_read_each():
    found = list(questions(example_files()))
    assert len(found) > 150
    for question in found:
        promql_parser.parse(question)


def test_only_counters_are_rated():
    rated = [
        name_of(part.args[0].vector_selector)
        for question in questions(example_files())
        for part in parts_of(promql_parser.parse(question))
        if isinstance(part, promql_parser.Call) and part.func.name in ("rate", "irate", "increase")
    ]
    assert len(rated) > 10
    assert all(COUNTER.search(name) for name in rated)


def name_of(selector):
    """The metric's name, or the pattern that it matches."""
    return selector.name or next(one.value for one in selector.matchers.matchers if one.name == "__name__")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_question_has_only_the_selectors_meant(text):
    plain = [shape(question) for question in questions(files_of(hostile_release("A plain name")))]
    found = [shape(question) for question in questions(files_of(hostile_release(text)))]
    assert found == plain


def shape(question):
    """The selectors, without what their labels equal."""
    return [
        (part.name, [one.name for one in part.matchers.matchers])
        for part in parts_of(promql_parser.parse(question))
        if isinstance(part, promql_parser.VectorSelector)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_agents_name_arrives_as_it_was_written(text):
    agents = {
        one.value
        for question in questions(files_of(hostile_release(text)))
        for part in parts_of(promql_parser.parse(question))
        if isinstance(part, promql_parser.VectorSelector)
        for one in part.matchers.matchers
        if one.name == "agent" and one.value != ".*"
    }
    assert agents == {text}


def test_the_two_forms_ask_the_same():
    for path, dashboard in classic_only(example_files()).items():
        newer = example_files()[path.replace("/dashboards/", "/dashboards-v2/")]["spec"]["elements"]
        queries = {
            element["spec"]["id"]: [
                one["spec"]["query"]["spec"]["expr"] for one in element["spec"]["data"]["spec"]["queries"]
            ]
            for element in newer.values()
        }
        assert queries == {
            panel["id"]: [target["expr"] for target in panel["targets"]] for panel in panels_of(dashboard)
        }
