"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from contracts.files import write_atomically, write_together


def test_it_writes_the_bytes_it_was_given(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.yaml", "é: 1\r\nb: 2\n")
    assert (tmp_path / "a.yaml").read_bytes() == "é: 1\r\nb: 2\n".encode()


def test_it_makes_the_directories_that_are_missing(tmp_path: Path) -> None:
    write_atomically(tmp_path / "agents/shared/a.yaml", "a: 1\n")
    assert (tmp_path / "agents/shared/a.yaml").read_text() == "a: 1\n"


def test_nothing_but_the_file_is_left_in_the_directory(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.yaml", "a: 1\n")
    write_atomically(tmp_path / "a.yaml", "a: 2\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.yaml"
    path.touch()
    path.chmod(mode)
    write_atomically(path, "a: 1\n")
    assert path.stat().st_mode & 0o7777 == mode


def test_a_new_file_gets_the_permissions_of_any_other(tmp_path: Path) -> None:
    write_atomically(tmp_path / "ours", "")
    (tmp_path / "theirs").write_text("")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    write_atomically(tmp_path / "link.yaml", "a: 2\n")
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "a: 2\n"


def test_what_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert [found.name for found in tmp_path.iterdir()] == ["a.yaml"]
    assert path.read_text() == "old"


def test_text_that_utf_8_cannot_hold_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "a.yaml", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_of_several_none_is_replaced_where_one_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "a.yaml", tmp_path / "b/b.yaml"]
    write_together(dict.fromkeys(paths, "old"))
    left = [None, OSError(28, "No space left on device")]

    def nearly_full(descriptor: int) -> None:
        if error := left.pop(0):
            raise error

    monkeypatch.setattr(os, "fsync", nearly_full)
    with pytest.raises(OSError, match="No space left"):
        write_together(dict.fromkeys(paths, "new"))
    assert [path.read_text() for path in paths] == ["old", "old"]
    assert len(list(tmp_path.rglob("*"))) == 3
