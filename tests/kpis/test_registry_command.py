"""``manage.py registry``: each subcommand as a person or CI calls it, with its exit codes."""

import argparse
import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from contracts.schemas import schema_texts
from kpis import services
from kpis.management.commands.registry import Command
from kpis.models import KPI, RegistrySettings, Revision
from kpis.registry_commands.base import Subcommand, subcommand, subcommands
from tests.kpis.conftest import changed

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/auren"
REGISTRY = "agents/shared_modules/kpi_registry.yaml"
KPI_YAML = """\
kpis:
  - name: hrv_rmssd
    unit: milliseconds
    prometheus_metric: auren_hrv_rmssd_ms
    normal_range:
      min: 30
      max: 100
    risk_thresholds:
      critical:
        condition: "< 20"
        action: rest_today
"""


class Terminal(StringIO):
    """Somewhere to write that says it is a screen."""

    def isatty(self) -> bool:
        return True


def run(*args: object, stdout: StringIO | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a call."""
    out, err = stdout or StringIO(), StringIO()
    try:
        call_command("registry", *map(str, args), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def shell(*args: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The same as a process of its own."""
    variables = os.environ | {"AUREN_ENV_FILE": os.devnull} | environment
    command = [sys.executable, "manage.py", "registry", *map(str, args)]
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, encoding="utf-8", check=False
    )  # noqa: S603


@pytest.fixture
def tree(tmp_path) -> Path:
    """A directory with a registry of one good KPI."""
    return write(tmp_path, KPI_YAML)


def write(directory: Path, text: str) -> Path:
    path = directory / REGISTRY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return directory


# validate


def test_the_example_is_valid():
    code, out, _ = run("validate", EXAMPLE, "--fail-on", "warning")
    assert code == 0
    assert "in 1 file." in out


def test_an_error_is_named_with_its_place_and_the_exit_code_is_1(tmp_path):
    code, out, _ = run("validate", write(tmp_path, KPI_YAML.replace("< 20", "< 120")))
    assert code == 1
    assert f"{REGISTRY}:10:20" in out
    assert "critical_overlaps_normal" in out


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 0), ("note", 1)])
def test_fail_on_chooses_the_level(tree, level, code):
    assert run("validate", tree, "--fail-on", level)[0] == code


def test_nothing_to_check_is_not_a_success(tmp_path):
    assert run("validate", tmp_path)[0] == 3
    assert run("validate", tmp_path / "missing")[0] == 2


def test_the_report_goes_to_a_file_and_the_summary_to_the_screen(tree, tmp_path):
    report = tmp_path / "out/report.sarif"
    code, out, _ = run("validate", tree, "--format", "sarif", "--output", report)
    assert code == 0
    assert json.loads(report.read_text())["version"] == "2.1.0"
    assert out == f"2 notes in 1 file. The report is in {report}.\n"


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


def test_no_difference_is_exit_code_0(tree):
    assert run("diff", tree, tree / REGISTRY) == (0, "No differences.\n", "")


def test_the_database_is_a_side_of_its_own(tree, db):
    run("import", tree)
    assert run("diff", tree, "db")[0] == 0


def test_a_registry_that_cannot_be_read_whole_is_not_compared(tree, tmp_path):
    broken = write(tmp_path / "broken", KPI_YAML + "  - 17\n")
    code, _, told = run("diff", tree, broken)
    assert code == 3
    assert f"{REGISTRY}:12:5" in told


def test_a_tree_without_a_registry_is_not_compared(tree, tmp_path):
    roster = tmp_path / "roster.yaml"
    roster.write_text('version: "1.1"\nagents:\n  NEUROS:\n    enabled: true\n')
    assert run("diff", tree, roster)[0] == 3


# fmt


def test_fmt_lays_out_anew_and_keeps_comments(tmp_path):
    untidy = KPI_YAML.replace('"< 20"', "'<20'   # low")
    tree = write(tmp_path, untidy)
    assert run("fmt", tree, "--check")[0] == 1
    assert (tree / REGISTRY).read_text() == untidy
    assert run("fmt", tree)[0] == 0
    assert 'condition: "< 20"  # low' in (tree / REGISTRY).read_text()
    assert run("fmt", tree, "--check")[0] == 0


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


# import


def test_an_import_shows_its_plan_then_does_it(tree, db):
    code, out, _ = run("import", tree, "--reason", "the first ones")
    assert code == 0
    assert out.splitlines() == ["create    hrv_rmssd", "1 to create.", "Imported: 1 created."]
    assert Revision.objects.get().reason == "the first ones"


def test_importing_twice_changes_nothing(tree, db):
    run("import", tree)
    assert run("import", tree) == (0, "1 unchanged.\nNothing had to be done.\n", "")
    assert Revision.objects.count() == 1


def test_a_dry_run_writes_nothing(tree, db):
    code, out, _ = run("import", tree, "--dry-run")
    assert code == 0
    assert out.splitlines()[0] == "create    hrv_rmssd"
    assert not KPI.objects.exists()
    assert not RegistrySettings.objects.exists()


def test_errors_keep_files_out_unless_told_otherwise(tmp_path, db):
    tree = write(tmp_path, KPI_YAML.replace("< 20", "< 120"))
    code, out, err = run("import", tree)
    assert (code, KPI.objects.count()) == (1, 0)
    assert "critical_overlaps_normal" in out
    assert "--with-errors" in err
    assert run("import", tree, "--with-errors")[0] == 0
    assert KPI.objects.count() == 1


def test_prune_deletes_what_the_file_lacks(tree, tmp_path, db):
    run("import", EXAMPLE)
    code, out, _ = run("import", tree, "--prune", "--dry-run")
    assert (code, KPI.objects.count()) == (0, 19)
    assert "delete    resting_hr" in out
    run("import", tree, "--prune")
    assert KPI.objects.get().name == "hrv_rmssd"


def test_prune_never_deletes_for_a_slip_of_the_pen(tmp_path, db):
    run("import", EXAMPLE)
    tree = write(tmp_path, KPI_YAML + "  - 17\n")
    assert run("import", tree, "--prune", "--with-errors")[0] == 1
    assert KPI.objects.count() == 19


@pytest.mark.parametrize(
    ("choice", "code", "title"), [("refuse", 1, "Mine"), ("ours", 0, "Mine"), ("theirs", 0, "")]
)
def test_what_was_edited_here_is_settled_as_asked(tree, editor, choice, code, title):
    run("import", tree)
    kpi = KPI.objects.whole().get()
    services.replace(kpi=kpi, document=changed(title="Mine"), author=editor, source=Revision.Source.ADMIN)
    assert run("import", tree, "--dry-run", "--conflicts", choice)[0] == code
    ended, out, _ = run("import", tree, "--conflicts", choice)
    assert ended == code
    assert "conflict  hrv_rmssd (edited here by editor)" in out
    assert KPI.objects.get().title == title


def test_files_without_a_registry_are_nothing_to_import(tmp_path, db):
    roster = tmp_path / "roster.yaml"
    roster.write_text('version: "1.1"\nagents:\n  NEUROS:\n    enabled: true\n')
    assert run("import", roster)[0] == 3


# export


def test_an_export_is_the_same_bytes_every_time_and_everywhere(tmp_path, db):
    run("import", EXAMPLE)
    printed = [run("export", *where)[1] for where in ([], ["-"], ["--out", "-"])]
    assert run("export", "--out", tmp_path) == (0, f"Wrote 19 KPIs to {tmp_path / REGISTRY}.\n", "")
    assert {*printed} == {(tmp_path / REGISTRY).read_text(encoding="utf-8")}
    assert run("diff", EXAMPLE, tmp_path)[0] == 0


def test_where_nothing_can_be_written_the_exit_code_is_3(tmp_path, db):
    (tmp_path / "file").touch()
    code, _, told = run("export", "--out", tmp_path / "file")
    assert code == 3
    assert str(tmp_path / "file") in told


# the command as a whole


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

    assert [door.name for door in subcommands()] == ["diff", "export", "fmt", "import", "schema", "validate"]
    with pytest.raises(ValueError, match="already a subcommand validate"):
        subcommand(Again)


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser behind one subcommand."""
    for action in Command().create_parser("manage.py", "registry")._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices[name]
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
