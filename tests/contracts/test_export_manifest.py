"""The manifest of an export."""

import json

import pytest

from contracts.export_manifest import (
    NAME,
    ExportedPart,
    ManifestError,
    is_below,
    read_manifest,
    write_manifest,
)

PART = ExportedPart(3, "d" * 64, {"format": "mimir"}, {"grafana/a.json": "a" * 64})


def test_what_is_written_reads_back_as_itself(tmp_path):
    (tmp_path / NAME).write_text(write_manifest({"observability": PART}))
    assert read_manifest(tmp_path) == {"observability": PART}


def test_where_nothing_was_exported_nothing_is_known(tmp_path):
    assert read_manifest(tmp_path) == {}


def good(**parts: object) -> str:
    return json.dumps(json.loads(write_manifest({"observability": PART})) | parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        good(format=2),
        good(more=1),
        good(parts={"x": {"files": {"a": 1}}}),
        '{"format": 1, "parts": {"x": {"release": -1, "digest": "", "options": {}, "files": {}}}}',
    ],
)
def test_a_file_that_no_export_wrote_is_refused_with_a_way_out(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ManifestError, match=r"Delete it|this version reads"):
        read_manifest(tmp_path)


def test_a_manifest_is_not_read_through_a_link_out_of_the_directory(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "secret").write_text(write_manifest({}))
    (tmp_path / "there" / NAME).symlink_to(tmp_path / "secret")
    with pytest.raises(ManifestError, match="leads out"):
        read_manifest(tmp_path / "there")


@pytest.mark.parametrize(
    "path",
    ["../grafana/x", "grafana/../x", "/grafana/x", "grafana", "grafana//x", "./grafana/x", "src/x", "grafana\\..\\x",
     "grafana/x\0"],
)  # fmt: skip
def test_a_path_outside_the_folders_of_a_part_is_not_below_them(path):
    assert is_below("grafana/dashboards/x.json", ("grafana",))
    assert not is_below(path, ("grafana",))
