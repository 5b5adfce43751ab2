"""Whole trees of files: what is found, and where exactly."""

import os

import pytest

from contracts.tree import TreeError, validate_tree
from tests.contracts.files import BINDINGS, REGISTRY, ROSTER, write_tree


def told(report):
    """File, line, column, level and code of each finding that is more than a note."""
    return [
        (finding.file.rsplit("/", 1)[-1], finding.line, finding.column, finding.level.value, finding.code)
        for finding in report.findings
        if finding.level != "note"
    ]


EXPECTED = [
    ("kpi_bindings.yaml", 5, 10, "error", "unknown_kpi"),
    ("kpi_bindings.yaml", 9, 15, "warning", "target_disabled"),
    ("roster.yaml", 5, 14, "warning", "enabled_but_unbuilt"),
    ("kpi_registry.yaml", 11, 7, "warning", "action_missing"),
    ("kpi_registry.yaml", 13, 48, "error", "reserved"),
]


@pytest.mark.parametrize("below", ["", "agents"])
def test_a_tree_is_checked_as_one_with_every_place(tmp_path, below):
    report = validate_tree([write_tree(tmp_path) / below])
    assert told(report) == EXPECTED
    assert len(report.files) == 3
    assert report.exit_code() == 1


def test_notes_on_coverage_come_only_from_a_whole_tree(tmp_path):
    tree = write_tree(tmp_path)
    whole = {finding.code for finding in validate_tree([tree]).findings}
    alone = {finding.code for finding in validate_tree([tree / "agents/roster.yaml"]).findings}
    assert "agent_unbound" in whole
    assert "agent_unbound" not in alone


def test_single_files_are_told_by_their_shape_and_checked_together(tmp_path):
    paths = [tmp_path / "one.yaml", tmp_path / "two.yaml", tmp_path / "three.yaml"]
    for path, text in zip(paths, (BINDINGS, ROSTER, REGISTRY), strict=True):
        path.write_text(text)
    report = validate_tree(paths)
    assert {code for *_, code in told(report)} == {code for *_, code in EXPECTED}
    assert report.remark == ""


def test_what_could_not_be_compared_is_said(tmp_path):
    path = tmp_path / "bindings.yaml"
    path.write_text(BINDINGS)
    report = validate_tree([path])
    assert told(report) == []
    assert "registry and the roster" in report.remark


ACTIONS = """\
actions:
  rest_today:
    title: Rest today
    agents: [SOMNO]
  Wait a moment: {title: Wait}
"""


def test_the_catalogue_of_actions_is_checked_with_the_rest(tmp_path):
    tree = write_tree(tmp_path)
    (tree / "agents/actions.yaml").write_text(ACTIONS)
    found = {one for one in told(validate_tree([tree])) if one[0] == "actions.yaml"}
    assert found == {
        ("actions.yaml", 5, 3, "error", "action_name"),
        ("actions.yaml", 4, 14, "warning", "unknown_agent"),
    }


def test_what_a_registry_recommends_is_held_against_the_catalogue_beside_it(tmp_path):
    tree = write_tree(tmp_path)
    (tree / "agents/actions.yaml").write_text(
        "actions: {rest: {title: Rest}, train_more: {agents: [NEUROS]}}"
    )
    found = {
        (one.rule, one.file.rsplit("/", 1)[-1], one.line, one.column)
        for one in validate_tree([tree]).findings
        if one.rule in ("KPI045", "KPI046")
    }
    assert found == {("KPI046", "kpi_registry.yaml", 9, 45), ("KPI045", "kpi_registry.yaml", 10, 44)}
    alone = validate_tree([tree / "agents/shared_modules/kpi_registry.yaml"])
    assert not {"KPI045", "KPI046"} & {one.rule for one in alone.findings}


def test_severities_are_named_as_the_file_names_them(tmp_path):
    report = validate_tree([write_tree(tmp_path)])
    (finding,) = (finding for finding in report.findings if finding.code == "action_missing")
    assert finding.path == ("kpis", 0, "risk_thresholds", "elevated", "action")


def test_a_kpi_that_cannot_be_read_is_not_called_unknown(tmp_path):
    broken = REGISTRY.replace("min: 30", 'min: "30"')
    codes = [code for *_, code in told(validate_tree([write_tree(tmp_path, registry=broken)]))]
    assert codes.count("unknown_kpi") == 1  # ln_rmssd only
    assert "number_expected" in codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("kpis: [", "not_yaml"),
        ("hello: world", "unknown_document"),
        ("kpis: many", "wrong_shape"),
    ],
)
def test_a_file_that_is_no_contract_is_an_error(tmp_path, text, code):
    path = tmp_path / "file.yaml"
    path.write_text(text)
    report = validate_tree([path])
    assert [finding.code for finding in report.findings] == [code]
    assert report.exit_code() == 1


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "file.yaml"
    path.write_text(REGISTRY)
    assert [finding.code for finding in validate_tree([path], max_bytes=100).findings] == ["too_large"]


@pytest.mark.parametrize(("path", "exit_code"), [("nowhere", 2), ("", 3), ("pipe", 2)])
def test_nothing_checked_is_never_a_pass(tmp_path, path, exit_code):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TreeError) as raised:
        validate_tree([tmp_path / path])
    assert raised.value.exit_code == exit_code


def test_no_path_is_a_mistake_in_the_call():
    with pytest.raises(TreeError, match="no path"):
        validate_tree([])


def test_a_file_in_another_agents_folder_is_told(tmp_path):
    report = validate_tree([write_tree(tmp_path, bindings=BINDINGS.replace("NEUROS", "SOMNOS"))])
    assert "folder_mismatch" in {finding.code for finding in report.findings}
