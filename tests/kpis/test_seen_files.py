"""The same files again are not read again, as long as nothing has changed."""

import pytest

from kpis import services
from kpis.importing import planning
from kpis.models import KPI, Revision, SeenFiles, Unit
from tests.kpis.commands import KPI_YAML, run, write

WARNED = KPI_YAML.replace("        action: rest_today\n", "")
AGAIN = "1 unchanged.\nNothing had to be done.\n"


@pytest.fixture
def tree(tmp_path, db):
    """Files with a warning in them, imported."""
    assert run("import", write(tmp_path, WARNED))[0] == 0
    return tmp_path


def retitle():
    """Somebody edits the KPI here."""
    kpi = KPI.objects.whole().get()
    document = kpi.as_document().model_copy(update={"title": "Mine"})
    services.replace(kpi=kpi, document=document, author=None, source=Revision.Source.ADMIN)


@pytest.fixture
def unread(monkeypatch):
    """Nothing may be read any more."""

    def refuse(*args, **options):
        raise AssertionError("the files were read")

    monkeypatch.setattr(planning, "tree_of", refuse)
    monkeypatch.setattr("kpis.registry_commands.importing.read_draft", refuse)
    monkeypatch.setattr("contracts.commands.sides.load_tree", refuse)


def test_an_import_of_the_same_files_says_the_same_without_reading_them(tree, monkeypatch, request):
    SeenFiles.objects.all().delete()
    first = run("import", tree)
    assert "action_missing" in first[1]
    request.getfixturevalue("unread")
    assert run("import", tree) == first
    assert run("import", tree, "--dry-run")[1].endswith("nothing was written.\n")


def test_what_was_just_imported_is_known(tree, unread):
    code, out, _ = run("import", tree)
    assert (code, out.endswith(AGAIN)) == (0, True)


@pytest.mark.parametrize("change", ["a KPI", "a unit", "a file"])
def test_it_is_read_again_once_something_changed(tree, change):
    if change == "a KPI":
        retitle()
    elif change == "a unit":
        Unit.objects.filter(code="milliseconds").update(title="Thousandths")
    else:
        write(tree, WARNED.replace("min: 30", "min: 31"))
    code, out, _ = run("import", tree, "--dry-run")
    assert code == (1 if change == "a KPI" else 0)  # edited here since: a conflict
    assert ("1 unchanged" in out) == (change == "a unit")


def test_pruning_looks_at_everything(tree):
    KPI.objects.get()
    run("import", tree)
    assert "delete" not in run("import", tree, "--prune", "--dry-run")[1]
    assert SeenFiles.objects.filter(purpose="import").count() == 1


def test_files_with_errors_are_always_judged(tmp_path, db):
    tree = write(tmp_path, KPI_YAML.replace("< 20", "< 120"))
    assert run("import", tree, "--with-errors")[0] == 0
    assert run("import", tree)[0] == 1


def test_what_was_exported_is_no_different_until_something_changes(tree, tmp_path, request):
    out = tmp_path / "out"
    run("export", "--out", out, "--only", "registry")
    retitle()
    assert run("diff", "db", out)[0] == 1
    run("export", "--out", out, "--only", "registry")
    request.getfixturevalue("unread")
    assert run("diff", "db", out)[0] == 0
    assert run("diff", out, "db")[0] == 0


def test_a_comparison_without_a_difference_is_remembered(tree, request):
    run("export", "--out", tree, "--only", "registry")
    SeenFiles.objects.all().delete()
    first = run("diff", "db", tree)
    assert first[0] == 0
    request.getfixturevalue("unread")
    assert run("diff", "db", tree) == first


def test_a_file_beside_what_was_exported_counts(tree, tmp_path):
    out = tmp_path / "out"
    write(out, KPI_YAML)
    (out / "agents/roster.yaml").write_text("agents: {NEUROS: {enabled: true}}")
    run("export", "--out", out, "--only", "registry")
    assert not SeenFiles.objects.filter(purpose="diff").exists()


def test_only_the_latest_are_kept(db, monkeypatch):
    monkeypatch.setattr("kpis.models.seen_files.KEPT", 2)
    for number in range(4):
        SeenFiles.remember("diff", str(number), "stamp")
    assert set(SeenFiles.objects.values_list("digest", flat=True)) == {"2", "3"}
