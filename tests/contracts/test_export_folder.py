"""The directory of an export: written, compared, and cleared of what is left over."""

import os

import pytest

from contracts import export_folder
from contracts.export_folder import FileState, WantedPart, differences, write_parts
from contracts.export_manifest import NAME, ExportedPart, digest_of, read_manifest, write_manifest

FIRST = {"grafana/dashboards/a.json": "{}\n", "prometheus/rules.yml": "groups: []\n"}


def part(texts=FIRST, name="observability", **options):
    return WantedPart(name, ("grafana", "prometheus"), texts, **options)


def states(root, wanted=None):
    found = differences(root, wanted or part(), read_manifest(root))
    return {one.path: one.state for one in found}


def test_after_an_export_nothing_differs(tmp_path):
    assert states(tmp_path) == dict.fromkeys(FIRST, FileState.MISSING)
    write_parts(tmp_path, [part()])
    assert states(tmp_path) == {}
    assert (tmp_path / "prometheus/rules.yml").read_text() == "groups: []\n"


def test_edited_by_hand_is_not_out_of_date(tmp_path):
    write_parts(tmp_path, [part()])
    (tmp_path / "prometheus/rules.yml").write_text("mine\n")
    later = part(FIRST | {"grafana/dashboards/a.json": "{1}\n"})
    assert states(tmp_path, later) == {
        "grafana/dashboards/a.json": FileState.OUTDATED,
        "prometheus/rules.yml": FileState.EDITED,
    }


def test_a_file_that_no_export_wrote_is_from_elsewhere(tmp_path):
    (tmp_path / "prometheus").mkdir()
    (tmp_path / "prometheus/rules.yml").write_text("mine\n")
    assert states(tmp_path)["prometheus/rules.yml"] is FileState.UNKNOWN


def test_a_file_that_is_as_it_should_be_is_fine_whoever_wrote_it(tmp_path):
    (tmp_path / "prometheus").mkdir()
    (tmp_path / "prometheus/rules.yml").write_text("groups: []\n")
    assert "prometheus/rules.yml" not in states(tmp_path)


def test_what_is_left_over_is_removed_with_its_empty_folders(tmp_path):
    write_parts(tmp_path, [part()])
    less = part({"prometheus/rules.yml": "groups: []\n"})
    assert states(tmp_path, less) == {"grafana/dashboards/a.json": FileState.LEFT_OVER}
    assert write_parts(tmp_path, [less]).removed == ("grafana/dashboards/a.json",)
    assert not (tmp_path / "grafana").exists()
    assert states(tmp_path, less) == {}


def test_what_is_left_over_and_edited_stays_and_is_named_until_somebody_deletes_it(tmp_path):
    write_parts(tmp_path, [part()])
    (tmp_path / "grafana/dashboards/a.json").write_text("mine\n")
    less = part({"prometheus/rules.yml": "groups: []\n"})
    for _ in range(2):
        assert write_parts(tmp_path, [less]).kept == ("grafana/dashboards/a.json",)
        assert states(tmp_path, less) == {"grafana/dashboards/a.json": FileState.LEFT_OVER_EDITED}
    (tmp_path / "grafana/dashboards/a.json").unlink()
    write_parts(tmp_path, [less])
    assert "a.json" not in (tmp_path / NAME).read_text()


def test_an_edit_that_is_written_over_is_told(tmp_path):
    write_parts(tmp_path, [part()])
    (tmp_path / "prometheus/rules.yml").write_text("mine\n")
    assert write_parts(tmp_path, [part()]).overwritten == ("prometheus/rules.yml",)


def test_a_part_that_is_not_written_stays_as_it_is(tmp_path):
    write_parts(tmp_path, [part()])
    before = read_manifest(tmp_path)["observability"]
    write_parts(tmp_path, [WantedPart("registry", ("agents",), {"agents/x.yaml": "a: 1\n"})])
    assert read_manifest(tmp_path)["observability"] == before


@pytest.mark.parametrize("path", ["../precious", "precious", "grafana/../precious", "src/precious"])
def test_a_manifest_from_a_stranger_deletes_nothing_of_others(tmp_path, path):
    root = tmp_path / "root"
    for place in (tmp_path / "precious", root / "precious", root / "src/precious", root / "grafana/x"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("kept")
    made_up = ExportedPart(files={path: digest_of("kept")})
    (root / NAME).write_text(write_manifest({"observability": made_up}))
    assert write_parts(root, [part()]).removed == ()
    assert (tmp_path / "precious").exists()
    assert (root / "precious").exists()
    assert (root / "src/precious").exists()


def test_nothing_is_written_or_removed_through_a_link_out_of_the_directory(tmp_path):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    (elsewhere / "dashboards").mkdir(parents=True)
    (elsewhere / "dashboards/a.json").write_text("{}\n")
    (root / "grafana").symlink_to(elsewhere)
    (root / NAME).write_text(write_manifest({"observability": part().as_exported()}))
    for wanted in (part({}), part(), part({"grafana/new.json": "{}"})):
        with pytest.raises(OSError, match="leads out"):
            write_parts(root, [wanted])
    assert [path.name for path in elsewhere.rglob("*.json")] == ["a.json"]


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path):
    (tmp_path / "prometheus").mkdir()
    os.mkfifo(tmp_path / "prometheus/rules.yml")
    with pytest.raises(OSError, match="no regular file"):
        states(tmp_path)


def test_a_crash_before_left_over_files_are_gone_forgets_none(tmp_path, monkeypatch):
    def crash(*args):
        raise OSError

    write_parts(tmp_path, [part()])
    monkeypatch.setattr(export_folder, "_remove", crash)
    with pytest.raises(OSError):  # noqa: PT011 - ours, from above
        write_parts(tmp_path, [part({})])
    assert states(tmp_path, part({})) == dict.fromkeys(FIRST, FileState.LEFT_OVER)
