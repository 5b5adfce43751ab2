"""``manage.py registry``: each subcommand as a person or CI calls it, with its exit codes."""

import argparse
import json
import os
import re
import subprocess
from pathlib import Path
from typing import cast

import pytest
from django.db import connection

from contracts.commands.base import Subcommand, subcommand
from contracts.schemas import schema_texts
from kpis.management.commands.registry import Command
from kpis.registry_commands.base import subcommands
from tests.kpis.commands import EXAMPLE, KPI_YAML, REGISTRY, ROOT, Terminal, run, shell, write


@pytest.fixture
def tree(tmp_path) -> Path:
    """A directory with a registry of one good KPI."""
    return write(tmp_path, KPI_YAML)


# validate


def test_the_example_is_valid():
    code, out, _ = run("validate", EXAMPLE, "--fail-on", "warning")
    assert code == 0
    assert "in 12 files." in out


def test_an_error_is_named_with_its_place_and_the_exit_code_is_1(tmp_path):
    code, out, _ = run("validate", write(tmp_path, KPI_YAML.replace("< 20", "< 120")))
    assert code == 1
    assert f"{REGISTRY}:10:20" in out
    assert "critical_overlaps_normal" in out


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 0), ("note", 1)])
def test_fail_on_chooses_the_level(tree, level, code):
    assert run("validate", tree, "--fail-on", level)[0] == code


def test_notes_can_be_hidden_and_count_all_the_same(tree):
    code, out, _ = run("validate", tree, "--level", "warning", "--fail-on", "note")
    assert code == 1
    assert re.fullmatch(r"(\d) notes in 1 file\. \1 notes are not shown\.\n", out)
    assert run("validate", tree, "--level", "note")[1] == run("validate", tree)[1] != out


def test_nothing_to_check_is_not_a_success(tmp_path):
    assert run("validate", tmp_path)[0] == 3
    assert run("validate", tmp_path / "missing")[0] == 2


def test_the_report_goes_to_a_file_and_the_summary_to_the_screen(tree, tmp_path):
    report = tmp_path / "out/report.sarif"
    code, out, _ = run("validate", tree, "--format", "sarif", "--output", report)
    assert code == 0
    assert json.loads(report.read_text())["version"] == "2.1.0"
    assert re.fullmatch(rf"\d notes in 1 file\. The report is in {report}\.\n", out)


def test_only_changed_files_are_reported(tmp_path):
    tree = write(tmp_path, KPI_YAML.replace("< 20", "< 120"))
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", tree, *arguments], check=True)  # noqa: S603, S607
    assert run("validate", tree, "--changed-since", "HEAD")[0] == 0
    write(tree, KPI_YAML.replace("< 20", "< 121"))
    assert run("validate", tree, "--changed-since", "HEAD")[0] == 1
    assert run("validate", tree, "--changed-since", "no-such-revision")[0] == 2


def test_files_are_checked_without_a_database(tree):
    with connection.execute_wrapper(refuse_queries):
        assert run("validate", tree)[0] == run("fmt", tree, "--check")[0] == run("diff", tree, tree)[0] == 0


def refuse_queries(*args):
    raise AssertionError("a query")


def test_colour_is_for_terminals_without_no_color(tmp_path, monkeypatch):
    tree = write(tmp_path, KPI_YAML.replace("< 20", "< 120"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in run("validate", tree)[1]
    assert "\x1b[" in run("validate", tree, stdout=Terminal())[1]
    assert "\x1b[" not in run("validate", tree, "--no-color", stdout=Terminal())[1]
    assert "\x1b[" in run("validate", tree, "--force-color")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("validate", tree, stdout=Terminal())[1]


# diff


def test_a_difference_is_said_in_words_and_the_exit_code_is_1(tree, tmp_path):
    other = write(tmp_path / "other", KPI_YAML.replace("< 20", "< 25"))
    code, out, _ = run("diff", tree, other)
    assert code == 1
    assert out == "behavioural  hrv_rmssd critical: < 20 → < 25 ms\n1 behavioural change.\n"
    assert json.loads(run("diff", tree, other, "--format", "json")[1])["changes"][0]["class"] == "behavioural"


def test_another_order_is_a_difference(tree, tmp_path):
    second = "  - {name: naps, unit: hours, prometheus_metric: auren_naps_hours}\n"
    here = write(tmp_path / "here", KPI_YAML + second)
    there = write(tmp_path / "there", KPI_YAML.replace("kpis:\n", f"kpis:\n{second}"))
    told = "cosmetic     The KPIs are in another order\n1 cosmetic change.\n"
    assert run("diff", here, there) == (1, told, "")


def test_no_difference_is_exit_code_0(tree):
    assert run("diff", tree, tree / REGISTRY) == (0, "No differences.\n", "")


def test_a_registry_that_cannot_be_read_whole_is_not_compared(tree, tmp_path):
    broken = write(tmp_path / "broken", KPI_YAML + "  - 17\n")
    code, _, told = run("diff", tree, broken)
    assert code == 3
    assert f"{REGISTRY}:12:5" in told


def test_a_tree_without_a_registry_is_not_compared(tree, tmp_path):
    roster = tmp_path / "roster.yaml"
    roster.write_text('version: "1.1"\nagents:\n  NEUROS:\n    enabled: true\n')
    assert run("diff", tree, roster)[0] == 3


# links


@pytest.fixture
def linked(tree: Path, tmp_path: Path) -> Path:
    """A tree with a link out of it, to a file that no command may read or write."""
    (tmp_path / "secret").write_text("password: hunter2: [\n")
    (tmp_path / "secret").rename(tmp_path.parent / f"{tmp_path.name}-secret")
    (tree / "agents/roster.yaml").symlink_to(tmp_path.parent / f"{tmp_path.name}-secret")
    return tree


@pytest.mark.parametrize(
    ("words", "code"), [(("validate",), 1), (("fmt",), 3), (("fmt", "--check"), 3), (("diff", EXAMPLE), 3)]
)
def test_no_command_follows_a_link_out_of_the_tree(linked, words, code):
    ended, out, err = run(*words, linked)
    assert ended == code
    assert "agents/roster.yaml" in out + err
    assert "leads out of" in out + err
    assert "hunter2" not in out + err
    assert (linked / "agents/roster.yaml").read_text() == "password: hunter2: [\n"


# fmt


def test_fmt_lays_out_anew_and_keeps_comments(tmp_path):
    untidy = KPI_YAML.replace('"< 20"', "'<20'   # low")
    tree = write(tmp_path, untidy)
    assert run("fmt", tree, "--check")[0] == 1
    assert (tree / REGISTRY).read_text() == untidy
    assert run("fmt", tree)[0] == 0
    assert 'condition: "< 20"  # low' in (tree / REGISTRY).read_text()
    assert run("fmt", tree, "--check")[0] == 0


def test_fmt_keeps_the_line_ends_of_a_checkout_on_windows(tree):
    run("fmt", tree)
    path = tree / REGISTRY
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run("fmt", tree, "--check")[0] == 0
    path.write_bytes(path.read_bytes().replace(b'"< 20"', b"'<20'"))
    assert run("fmt", tree)[0] == 0
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") > 0


def test_fmt_names_what_it_cannot_lay_out_and_goes_on(tmp_path):
    (tmp_path / "bad.yaml").write_text("a: [1, 2")
    (tmp_path / "untidy.yaml").write_text("kpis:   []\n")
    code, out, err = run("fmt", tmp_path / "bad.yaml", tmp_path / "untidy.yaml")
    assert code == 1
    assert err.startswith(f"{tmp_path / 'bad.yaml'}: line ")
    assert out.endswith("2 files: 1 laid out anew, 1 could not be.\n")


def test_a_name_that_is_no_text_does_not_stop_it(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    path.write_text("kpis:   []\n")
    assert "caf\\udce9.yaml: laid out anew" in run("fmt", path)[1]


# schema


def test_schemas_are_printed_and_written(tmp_path):
    texts = schema_texts()
    assert run("schema", "roster") == (0, texts["roster.schema.json"], "")
    assert run("schema", "--out", tmp_path)[0] == 0
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == texts


# the command as a whole


@pytest.mark.slow
def test_exit_codes_of_a_process(tmp_path):
    tree = write(tmp_path, KPI_YAML.replace("< 20", "< 120"))
    assert shell("validate", EXAMPLE).returncode == 0
    found = shell("validate", tree)
    assert (found.returncode, found.stderr) == (1, "")
    assert shell("validate", tree, "--format", "xml").returncode == 2
    missing = shell("import", EXAMPLE, AUREN_DATA_DIR=str(tmp_path), DATABASE_URL="")
    assert missing.returncode == 3
    assert "manage.py migrate" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_an_app_adds_its_own_subcommand():
    class Again(Subcommand):
        name = "validate"
        help = ""

        def handle(self, command, **options):
            return 0

    names = {door.name for door in subcommands()}
    assert names > {"diff", "export", "fmt", "import", "schema", "validate"}
    with pytest.raises(ValueError, match="already a subcommand validate"):
        subcommand(Again)


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser behind one subcommand."""
    for action in Command().create_parser("manage.py", "registry")._actions:
        if isinstance(action, argparse._SubParsersAction):
            return cast(argparse.ArgumentParser, action.choices[name])
    raise LookupError(name)


@pytest.mark.parametrize("door", subcommands(), ids=lambda door: door.name)
def test_every_option_is_in_the_docs(door):
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    general, _, rest = page.partition(f"\n## registry {door.name}\n")
    section = rest.partition("\n## ")[0]
    assert "manage.py registry " + door.name in section, "an example"
    for action in parser_of(door.name)._actions:
        for option in (
            option for option in action.option_strings if option.startswith("--") and option != "--help"
        ):
            assert re.search(rf"`{option}[ `]", section + general.partition("\n## registry ")[0]), option
        for choice in action.choices or ():
            assert f"`{choice}`" in section, f"{action.dest} {choice}"
