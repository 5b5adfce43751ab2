"""What we write we read: a registry too large for one file goes out and comes in again as several."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contracts.limits import MOST_MIB
from kpis.models import KPI, RegistrySettings
from tests.kpis.commands import REGISTRY, run

FOLDER = "agents/shared_modules/kpi_registry"
LIMIT = 2000


@pytest.fixture
def large(db, settings, tmp_path):
    """A registry beyond the limit is here, and as it was exported."""
    settings.IMPORT_MAX_BYTES = LIMIT
    kpis = "".join(
        f"  - {{name: kpi_{n}, title: Title {n}, unit: milliseconds, prometheus_metric: auren_kpi_{n}_ms}}\n"
        for n in range(40)
    )
    (tmp_path / "whole.yaml").write_text(f'version: "7"\nkpis:\n{kpis}')
    assert run("import", tmp_path / "whole.yaml")[0] == 0
    code, out, _ = run("export", "--only", "registry", "--out", tmp_path / "out")
    assert code == 0, out
    return tmp_path / "out"


def parts(root: Path) -> list[Path]:
    return sorted((root / FOLDER).iterdir())


def test_it_is_exported_into_files_that_every_door_takes(large):
    assert len(parts(large)) > 2
    assert all(path.stat().st_size <= LIMIT for path in [large / REGISTRY, *parts(large)])


def test_every_command_reads_it_back(large):
    assert run("validate", large)[0] == 0
    assert run("import", large) == (0, "40 unchanged.\nNothing had to be done.\n", "")
    assert run("diff", "db", large)[0] == 0
    assert run("fmt", "--check", large)[0] == 0
    assert run("export", "--only", "registry", "--out", large, "--check")[0] == 0


def test_it_comes_into_an_empty_database_as_it_was(large):
    KPI.objects.all().delete()
    RegistrySettings.objects.all().delete()
    assert run("import", large)[0] == 0
    assert [kpi.name for kpi in KPI.objects.all()] == [f"kpi_{n}" for n in range(40)]
    assert RegistrySettings.current().version == "7"


def test_a_part_alone_leaves_what_is_true_of_the_whole(large):
    code, out, _ = run("import", parts(large)[0])
    assert code == 0
    assert "settings" not in out
    assert RegistrySettings.current().version == "7"


def test_so_many_to_a_file_where_that_is_asked_for(large, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    run("export", "--only", "registry", "--out", large, "--split", "15")
    assert [path.read_text().count("name:") for path in parts(large)] == [15, 15, 10]
    run("export", "--only", "registry", "--out", large)
    assert not (large / FOLDER).exists()


def test_what_no_export_wrote_there_is_not_written_beside(large):
    (large / FOLDER / "mine.yaml").write_text("kpis: []")
    code, _, err = run("export", "--only", "registry", "--out", large)
    assert code == 3
    assert "mine.yaml was written by no export" in err
    assert "mine.yaml" in run("export", "--only", "registry", "--out", large, "--check")[1]


def test_the_page_takes_the_files_and_downloads_them(large, admin_client, settings):
    data = {"_selected_action": [kpi.pk for kpi in KPI.objects.all()], "action": "export"}
    archive = admin_client.post(reverse("admin:kpis_kpi_changelist"), data)
    assert archive["Content-Disposition"] == 'attachment; filename="kpi_registry.zip"'
    assert len(ZipFile(BytesIO(archive.content)).namelist()) == 1 + len(parts(large))
    chosen = SimpleUploadedFile("kpi_registry.zip", archive.content)
    page = admin_client.post(reverse("admin:kpis_kpi_import"), {"chosen": chosen}, follow=True)
    assert [step.action for step in page.context["plan"].kpis] == ["unchanged"] * 40


def test_the_page_says_what_to_do_about_a_file_that_is_too_large(large, admin_client):
    chosen = SimpleUploadedFile("kpi_registry.yaml", b"kpis: []" + b" " * LIMIT)
    page = admin_client.post(reverse("admin:kpis_kpi_import"), {"chosen": chosen}).content.decode()
    assert "AUREN_UPLOAD_MAX_MIB" in page


def test_the_limit_of_commands_is_a_setting(tmp_path, monkeypatch, db):
    file = tmp_path / "large.yaml"
    file.write_text('kpis: []\nx-note: "' + "a" * 1024 * 1024 + '"\n')
    monkeypatch.setenv("AUREN_FILE_MAX_MIB", "1")
    for command in ("validate", "fmt", "import"):
        code, out, err = run(command, file)
        assert code == 1
        assert "too large" in out + err
    assert "AUREN_FILE_MAX_MIB" in run("validate", file)[1]
    monkeypatch.setenv("AUREN_FILE_MAX_MIB", "2")
    assert "too large" not in run("validate", file)[1]


@pytest.mark.parametrize("said", ["0", "many", str(MOST_MIB + 1)])
def test_a_limit_that_is_none_is_refused(said, tmp_path, monkeypatch):
    monkeypatch.setenv("AUREN_FILE_MAX_MIB", said)
    code, _, err = run("validate", tmp_path)
    assert (code, "AUREN_FILE_MAX_MIB" in err) == (2, True)
