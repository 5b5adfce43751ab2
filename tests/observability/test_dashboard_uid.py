"""The uids of dashboards."""

import re

from observability.dashboard_uid import dashboard_uid


def test_a_uid_is_one_that_grafana_takes_whatever_the_agents_name():
    for name in ("NEUROS", "é{{ }}", "x" * 500):
        assert re.fullmatch(r"auren-agent-[0-9a-f]{16}", dashboard_uid(name))


def test_a_uid_stays():
    assert dashboard_uid("NEUROS") == "auren-agent-d3ccd1fe8d18cf9b"
    assert dashboard_uid("SOMNOS") != dashboard_uid("NEUROS")
