"""``manage.py registry import`` and ``export``: between files and the database."""

import re
from pathlib import Path

import pytest

from kpis import services
from kpis.models import KPI, RegistrySettings, Revision
from tests.kpis.commands import EXAMPLE, KPI_YAML, REGISTRY, ROOT, run, write
from tests.kpis.conftest import changed


@pytest.fixture
def tree(tmp_path) -> Path:
    """A directory with a registry of one good KPI."""
    return write(tmp_path, KPI_YAML)


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


def test_a_range_halved_by_a_decimal_comma_never_comes_in(tmp_path, db):
    halved = "normal_range: {min: 0,8, max: 1,5}"
    tree = write(tmp_path, re.sub(r"normal_range:\n.*\n.*", halved, KPI_YAML))
    code, out, _ = run("import", tree)
    assert code == 1
    assert "decimal point: 0.8" in out
    run("import", tree, "--with-errors")
    assert not KPI.objects.exists()


OLDER = ROOT / "tests/fixtures/older_registries"


@pytest.mark.parametrize("options", [["--add-units"], ["--add-units", "--with-errors"]])
def test_a_truly_new_unit_comes_in_with_its_kpis(db, options):
    file = OLDER / "08_units_of_its_own.yaml"
    code, _, err = run("import", file)
    assert (code, KPI.objects.count()) == (1, 0)
    assert "--add-units adds the units that are not here yet: laps/week." in err
    code, out, err = run("import", file, *options)
    assert (code, err) == (0, "")
    assert "unit      laps_per_week" in out
    assert KPI.objects.get(name="swim_volume").unit.symbol == "laps/week"
    assert run("diff", file, "db")[1].splitlines()[0].endswith("unit laps_per_week added")
    assert run("diff", file, "db", "--fail-on", "behavioural")[0] == 0
    assert run("import", file) == (0, "2 unchanged.\nNothing had to be done.\n", "")


@pytest.mark.parametrize("file", sorted(OLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_an_older_registry_comes_in_and_goes_out_as_todays(db, tmp_path, file):
    assert run("import", file, "--add-units")[0] == 0
    run("export", "--out", tmp_path)
    out = run("import", tmp_path)[1]
    assert out.endswith(f"{KPI.objects.count()} unchanged.\nNothing had to be done.\n")


def test_prune_deletes_what_the_file_lacks(tree, tmp_path, db):
    run("import", EXAMPLE / REGISTRY)
    code, out, _ = run("import", tree, "--prune", "--dry-run")
    assert (code, KPI.objects.count()) == (0, 19)
    assert "delete    resting_hr" in out
    run("import", tree, "--prune")
    assert KPI.objects.get().name == "hrv_rmssd"


def test_prune_deletes_no_kpi_that_an_agent_watches(tree, db):
    run("import", EXAMPLE)
    code, _, err = run("import", tree, "--prune")
    assert (code, "still used by" in err, KPI.objects.count()) == (1, True, 19)


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


def test_files_that_hold_no_contract_are_nothing_to_import(tmp_path, db):
    other = tmp_path / "other.yaml"
    other.write_text("colours: [red]\n")
    code, _, err = run("import", other)
    assert (code, "Nothing could be read." in err) == (1, True)


# export


def test_an_export_is_the_same_bytes_every_time_and_everywhere(tmp_path, db):
    run("import", EXAMPLE)
    printed = [run("export", *where)[1] for where in ([], ["-"], ["--out", "-"])]
    code, out, _ = run("export", "--out", tmp_path)
    assert (code, out.splitlines()[0]) == (0, f"Wrote 19 KPIs to {tmp_path / REGISTRY}.")
    assert {*printed} == {(tmp_path / REGISTRY).read_text(encoding="utf-8")}
    assert run("diff", EXAMPLE, tmp_path)[0] == 0


def test_where_nothing_can_be_written_the_exit_code_is_3(tmp_path, db):
    (tmp_path / "file").touch()
    code, _, told = run("export", "--out", tmp_path / "file")
    assert code == 3
    assert str(tmp_path / "file") in told


# diff


def test_the_database_is_a_side_of_its_own(tree, db):
    run("import", tree)
    assert run("diff", tree, "db")[0] == 0


def test_nothing_is_imported_of_a_tree_with_a_link_out_of_it(tree, tmp_path_factory, db):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("password: hunter2: [")
    (tree / "agents/roster.yaml").symlink_to(secret)
    code, out, err = run("import", tree)
    assert (code, "hunter2" in out + err, KPI.objects.exists()) == (3, False, False)
    assert "agents/roster.yaml" in err


def test_nothing_is_exported_through_a_link_out_of_the_directory(tree, tmp_path_factory, db):
    run("import", tree)
    elsewhere, there = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("export")
    (there / "agents").symlink_to(elsewhere)
    code, _, err = run("export", "--out", there)
    assert (code, list(elsewhere.iterdir())) == (3, [])
    assert "leads out of" in err
