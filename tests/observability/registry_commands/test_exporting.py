"""``registry export``: alerts and dashboards beside the registry, and whether a directory is as it should be."""

import json

import pytest

from tests.kpis.commands import REGISTRY, run
from tests.observability.samples import RULES
from tests.releases.samples import delete_kpi, released

pytestmark = pytest.mark.usefixtures("generators", "first")
DASHBOARD = "grafana/dashboards/neuros.json"


def test_a_directory_holds_the_registry_alerts_and_dashboards(tmp_path):
    code, out, _ = run("export", "--out", tmp_path)
    assert code == 0
    assert all((tmp_path / path).is_file() for path in (REGISTRY, RULES, DASHBOARD))
    assert f"Wrote 1 file below {tmp_path / 'prometheus'}." in out


@pytest.mark.parametrize(
    ("only", "there", "absent"), [("registry", REGISTRY, RULES), ("observability", RULES, REGISTRY)]
)
def test_one_part_is_written_alone(tmp_path, only, there, absent):
    run("export", "--out", tmp_path, "--only", only)
    assert (tmp_path / there).is_file()
    assert not (tmp_path / absent).exists()


def test_check_writes_nothing_and_is_satisfied_by_an_export(tmp_path):
    assert run("export", "--out", tmp_path, "--check")[0] == 1
    assert list(tmp_path.iterdir()) == []
    run("export", "--out", tmp_path)
    code, out, _ = run("export", "--out", tmp_path, "--check")
    assert (code, "as they would be written" in out) == (0, True)


def test_check_names_each_file_that_an_edit_of_the_registry_makes_old(tmp_path):
    run("export", "--out", tmp_path, "--channel", "production")
    released("< 22")
    code, out, _ = run("export", "--out", tmp_path, "--channel", "production", "--check")
    assert code == 1
    assert f"{tmp_path / REGISTRY} is out of date" in out
    assert f"{tmp_path / DASHBOARD} " not in out
    assert "exported from release 1; this is release 2" in out


def test_check_tells_an_edit_by_hand(tmp_path):
    run("export", "--out", tmp_path)
    (tmp_path / RULES).write_text("groups: []\n")
    code, out, _ = run("export", "--out", tmp_path, "--check")
    assert (code, out.splitlines()[0]) == (1, f"{tmp_path / RULES} was edited by hand since it was exported.")


def test_check_says_that_an_option_was_another(tmp_path):
    run("export", "--out", tmp_path, "--admin-url", "https://old.example.org")
    code, out, _ = run("export", "--out", tmp_path, "--check", "--admin-url", "https://new.example.org")
    assert code == 1
    assert "--admin-url https://old.example.org; this is https://new.example.org" in out


def test_the_alerts_of_what_is_not_watched_any_more_go(tmp_path):
    run("export", "--out", tmp_path)
    delete_kpi("hrv_rmssd")
    delete_kpi("ln_rmssd")
    code, out, _ = run("export", "--out", tmp_path)
    assert (code, (tmp_path / RULES).exists()) == (0, False)
    assert f"Removed {tmp_path / RULES}" in out


def test_addresses_come_from_the_settings_unless_given(tmp_path, settings):
    settings.PUBLIC_URL = "https://admin.example.org"
    run("export", "--out", tmp_path)
    assert "https://admin.example.org/admin/" in (tmp_path / RULES).read_text()
    manifest = json.loads((tmp_path / "auren-export.json").read_text())
    assert manifest["parts"]["observability"]["options"]["admin-url"] == "https://admin.example.org"


@pytest.mark.parametrize(
    "options",
    [
        ["--admin-url", "javascript:alert(1)", "--out", "x"],
        ["--grafana-url", "javascript:alert(1)", "--out", "x"],
        ["--runbook-url", "https://a/?b", "--out", "x"],
        ["--check"],
        ["--only", "registry"],
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    code = run("export", *options)[0]
    assert (code, list(tmp_path.iterdir())) == (2, [])


def test_a_manifest_that_cannot_be_read_stops_an_export(tmp_path):
    (tmp_path / "auren-export.json").write_text("{")
    code, _, err = run("export", "--out", tmp_path)
    assert (code, "Delete it to begin anew" in err) == (3, True)
    assert len(list(tmp_path.iterdir())) == 1
