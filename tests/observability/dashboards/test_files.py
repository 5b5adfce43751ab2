import re

import pytest

from observability.dashboard_uid import dashboard_uid
from observability.dashboards.files import dashboard_files, file_name, watched_kpis
from observability.export import export_files
from tests.contracts.releases import example_release, made_release
from tests.observability.dashboards.samples import (
    HOSTILE,
    OPTIONS,
    classic_only,
    example_files,
    files_of,
    hostile_release,
)


def test_the_example_has_a_dashboard_for_each_agent_and_two_more():
    assert len(classic_only(example_files())) == 11
    assert len(example_files()) == 22


def test_both_forms_have_the_same_uid_below_the_same_name():
    for path, dashboard in classic_only(example_files()).items():
        newer = example_files()[path.replace("/dashboards/", "/dashboards-v2/")]
        assert newer["metadata"]["name"] == dashboard["uid"]


def test_an_agents_dashboard_has_the_uid_that_its_alerts_link_to():
    uids = {dashboard["uid"] for dashboard in example_files().values() if "uid" in dashboard}
    assert dashboard_uid("NEUROS") in uids


def test_a_disabled_agent_has_none():
    assert [agent for agent, _ in watched_kpis(made_release())] == ["NEUROS", "SOMNOS"]


def test_what_is_switched_off_is_left_out():
    [(_, watched), _] = watched_kpis(made_release())
    assert [one.kpi.name for one in watched] == ["hrv_rmssd"]


@pytest.mark.parametrize("agent", [*HOSTILE, "NEUROS", "x" * 200])
def test_a_files_name_has_nothing_of_a_persons_but_letters_and_digits(agent):
    assert re.fullmatch(r"agent(-[a-z0-9]+)*-[0-9a-f]{8}", file_name(agent, dashboard_uid(agent)))


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_people_write_has_a_dashboard(text):
    assert len(files_of(hostile_release(text))) == 6


def test_everything_that_is_exported_has_them():
    assert (
        dashboard_files(example_release(), OPTIONS).items()
        <= export_files(example_release(), OPTIONS).items()
    )
