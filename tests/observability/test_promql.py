from typing import Any

import promql_parser
import pytest

from observability.promql import plain_text, quoted, selector

HOSTILE = ['x"} or vector(1) or up{job="', "line\nbreak", "back\\slash", "{{ query `up` }}", "tab\t", "é–😀"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_label_value_stays_one_string(value):
    parsed: Any = promql_parser.parse(selector("up", agent=value))
    assert [(one.name, one.value) for one in parsed.matchers.matchers] == [("agent", value)]


def test_a_text_without_templates_is_itself():
    assert plain_text("Sleep debt of 5 h") == "Sleep debt of 5 h"


@pytest.mark.parametrize("text", ["{{ .Labels }}", "`{{`", "$labels.user_id", "a ` b }}", "ends in {"])
def test_what_would_be_a_template_stands_in_a_string(text):
    assert plain_text(text) == "{{ " + quoted(text) + " }}"
