"""Processes of one machine tell each other whose inbox has changed, and go on where they cannot."""

import errno
import os
import subprocess
import sys

import pytest

from protocols.services.marks import Marks, place_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "inboxes"


def test_another_process_sees_whose_inbox_has_changed(path):
    marks = Marks(path)
    before = marks.all()
    assert marks.is_as_in(before, "NEUROS")
    code = "import sys; from pathlib import Path; from protocols.services.marks import Marks; "
    code += "Marks(Path(sys.argv[1])).set(['NEUROS'])"
    subprocess.run([sys.executable, "-c", code, path], check=True)  # noqa: S603
    assert not marks.is_as_in(before, "NEUROS")
    assert marks.is_as_in(marks.all(), "NEUROS")


def test_one_agent_s_mark_says_nothing_of_another_s(path):
    marks = Marks(path)
    marks.set(["NEUROS", "SOMNOS"])
    before = marks.all()
    marks.set(["NEUROS"])
    assert place_of("NEUROS") != place_of("SOMNOS")
    assert (marks.is_as_in(before, "NEUROS"), marks.is_as_in(before, "SOMNOS")) == (False, True)


def test_no_mark_is_twice_the_same(path):
    marks = Marks(path)
    found = set()
    for _ in range(100):
        marks.set(["NEUROS"])
        found.add(marks.all())
    assert len(found) == 100


def test_only_this_machine_s_own_account_may_read_them(path):
    Marks(path).set(["NEUROS"])
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_costs_nobody_an_answer(path, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    Marks(path).set(["NEUROS"])
    assert "No space left" in caplog.text


def test_without_a_folder_everything_seems_as_it_was(path):
    marks = Marks(path / "nowhere")
    marks.set(["NEUROS"])
    assert marks.is_as_in(marks.all(), "NEUROS")
