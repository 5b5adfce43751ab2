import re
from typing import Any

import promql_parser
import pytest

from observability.dashboards.texts import literal, markdown, path_part, plain, select
from tests.observability.dashboards.samples import HOSTILE

# Grafana's own: public/app/features/variables/utils.ts
VARIABLE = re.compile(r"\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^\}]+))?(?::([^\}]+))?\}")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_has_a_variable_of_grafana(text):
    for written in (plain(text), markdown(text), literal(text), path_part(text)):
        assert not VARIABLE.search(written)


def test_a_title_reads_as_it_was_written():
    assert plain("Costs $user [[x]]").replace("\u2060", "") == "Costs $user [[x]]"


@pytest.mark.parametrize("text", HOSTILE)
def test_prometheus_reads_a_label_value_as_it_was_written(text):
    parsed: Any = promql_parser.parse(select("up", 'user_id=~".*"', agent=text))
    assert [(one.name, one.value) for one in parsed.matchers.matchers] == [("agent", text), ("user_id", ".*")]


def test_markup_is_text():
    assert markdown("<img onerror=x> [a](javascript:b) *c*") == (
        "&lt;img onerror\\=x&gt; \\[a\\]\\(javascript\\:b\\) \\*c\\*"
    )


def test_a_part_of_a_path_ends_nowhere():
    assert path_part("a/b?c#d") == "a%2Fb%3Fc%23d"
