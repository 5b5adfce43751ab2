"""What people wrote is text in every place of a dashboard: no variable, markup or link is theirs."""

import re

import pytest

from tests.observability.dashboards.samples import HOSTILE, files_of, hostile_release
from tests.observability.dashboards.test_texts import VARIABLE

OURS = {
    "$user",
    "$source",
    "$agent",
    "$kpi",
    "${datasource}",
    "$__rate_interval",
    "$__all",
    "${__url_time_range}",
}


def texts_in(value):
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_in(one)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_variable_is_ours(text):
    for dashboard in files_of(hostile_release(text)).values():
        found = [one[0] for of in texts_in(dashboard) for one in VARIABLE.finditer(of)]
        assert set(found) <= OURS
        plain = files_of(hostile_release("A plain name"))
        assert len(found) in {
            sum(1 for of in texts_in(one) for _ in VARIABLE.finditer(of)) for one in plain.values()
        }


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_of_a_person_is_left(text):
    for dashboard in files_of(hostile_release(text)).values():
        described = [of["description"] for of in nodes(dashboard) if "description" in of]
        assert not any(re.search(r"<\w|(?<!\\)\]\(|(?<!\\)`", one) for one in described)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_link_leads_to_where_a_person_says(text):
    for dashboard in files_of(hostile_release(text)).values():
        links = [of["url"] for of in nodes(dashboard) if "url" in of]
        assert links
        assert all(re.match(r"https://(admin|docs)\.example\.org/|/d/auren-", one) for one in links)


def nodes(value):
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(one)
