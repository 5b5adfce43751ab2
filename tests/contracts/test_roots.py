"""A tree may come from a stranger: nothing outside it is read, quoted or written."""

import os
import subprocess

import pytest

from contracts.findings import EXIT_FINDINGS
from contracts.formats import FORMATS, render
from contracts.roots import read_at_most, refuse_to_write_outside
from contracts.tree import validate_tree
from tests.contracts.files import write_tree

SECRET = "password: hunter2: [\n"  # pragma: allowlist secret
ROSTER, REGISTRY = "agents/roster.yaml", "agents/shared_modules/kpi_registry.yaml"


@pytest.fixture
def tree(tmp_path):
    """A tree, and beside it a file that is not to be read."""
    (tmp_path / "secret.yaml").write_text(SECRET)
    (tmp_path / "elsewhere/shared_modules").mkdir(parents=True)
    (tmp_path / "elsewhere/shared_modules/kpi_registry.yaml").write_text(SECRET)
    (tmp_path / "elsewhere/roster.yaml").write_text(SECRET)
    return write_tree(tmp_path / "tree")


def replaced(path, target):
    """A link in the place of what is there."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name("away"))
    else:
        path.unlink()
    path.symlink_to(target)


def chain(tree):
    (tree / "step").symlink_to("../secret.yaml")
    replaced(tree / ROSTER, "../step")


LINKS = {
    "a file": lambda tree: replaced(tree / ROSTER, "../../secret.yaml"),
    "by its whole path": lambda tree: replaced(tree / ROSTER, tree.parent / "secret.yaml"),
    "of this machine": lambda tree: replaced(tree / ROSTER, "/etc/passwd"),
    "a chain": chain,
    "a folder": lambda tree: replaced(tree / "agents/shared_modules", "../../elsewhere/shared_modules"),
    "all agents": lambda tree: replaced(tree / "agents", "../elsewhere"),
    "a circle": lambda tree: replaced(tree / ROSTER, "roster.yaml"),
    "nowhere": lambda tree: replaced(tree / ROSTER, "/nowhere/at/all"),
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_out_of_the_tree_is_a_finding_and_nothing_of_its_target_is_told(tree, link):
    LINKS[link](tree)
    report = validate_tree([tree])
    assert [f.code for f in report.findings if f.code in ("file_not_read", "syntax")] == ["file_not_read"]
    assert report.exit_code() == EXIT_FINDINGS
    for name in FORMATS:
        text = render(report, name)
        assert "hunter2" not in text
        assert "root:" not in text


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_a_finding_and_not_waited_for(tree, make):
    (tree / ROSTER).unlink()
    make(tree / ROSTER)
    assert "file_not_read" in [finding.code for finding in validate_tree([tree]).findings]


def test_a_pipe_is_never_opened_to_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        read_at_most(tmp_path / "pipe", 10)


def test_a_link_to_something_inside_is_followed(tree):
    usual = [finding.code for finding in validate_tree([tree]).findings]
    (tree / ROSTER).rename(tree / "the_roster.yaml")
    (tree / ROSTER).symlink_to("../the_roster.yaml")
    assert [finding.code for finding in validate_tree([tree]).findings] == usual


def test_a_link_that_somebody_named_is_followed(tree, tmp_path):
    usual = [finding.code for finding in validate_tree([tree]).findings]
    (tmp_path / "named").symlink_to("tree")
    assert [finding.code for finding in validate_tree([tmp_path / "named"]).findings] == usual


def test_a_link_is_told_though_git_says_that_nothing_changed(tree):
    replaced(tree / ROSTER, "../../secret.yaml")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(tree), *words], check=True)  # noqa: S603, S607
    report = validate_tree([tree], changed_since="HEAD")
    assert [finding.code for finding in report.findings] == ["file_not_read"]


def test_nothing_is_written_through_a_link_out(tree, tmp_path):
    replaced(tree / "agents", "../elsewhere")
    with pytest.raises(OSError, match="leads out of"):
        refuse_to_write_outside(tree / "agents/new.yaml", tree)
    refuse_to_write_outside(tree / "new/new.yaml", tree)
