"""Only what changed since a revision."""

import subprocess

import pytest

from contracts.changes import ChangesError, changed_files
from contracts.tree import TreeError, validate_tree
from tests.contracts.files import write_tree


def git(directory, *arguments):
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=directory, check=True, capture_output=True)  # noqa: S603


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "--quiet")
    write_tree(tmp_path)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_nothing_changed_leaves_nothing_to_report(repository):
    report = validate_tree([repository], changed_since="HEAD")
    assert report.findings == ()
    assert report.remark.startswith("0 of 3 files changed since HEAD")
    assert report.exit_code() == 0


def test_only_findings_in_changed_files_are_reported(repository):
    roster = repository / "agents" / "roster.yaml"
    roster.write_text(roster.read_text() + "\n")
    report = validate_tree([repository], changed_since="HEAD")
    assert {finding.file for finding in report.findings} == {roster.as_posix()}
    assert "in other files are left out" in report.remark
    assert len(report.files) == 3


def test_a_file_that_git_does_not_know_yet_has_changed(repository):
    new = repository / "agents" / "somnos_modules" / "kpi_bindings.yaml"
    new.parent.mkdir()
    new.write_text("agent: SOMNOS\nkpis_used: []\n")
    assert changed_files("HEAD", [new, repository / "agents" / "roster.yaml"]) == {new}


@pytest.mark.parametrize(
    "revision", ["nonsense", "", "--output=x", "-h", "HEAD^{tree}", "HEAD:agents/roster.yaml"]
)
def test_a_revision_that_is_none_is_a_clear_error(repository, revision):
    with pytest.raises(TreeError, match="revision") as raised:
        validate_tree([repository], changed_since=revision)
    assert raised.value.exit_code == 2
    assert not (repository / "x").exists()


def test_outside_a_repository_is_a_clear_error(tmp_path):
    write_tree(tmp_path)
    with pytest.raises(ChangesError, match="not in a git repository"):
        changed_files("HEAD", [tmp_path / "agents" / "roster.yaml"])
