"""What is noted of erasures beside writers."""

import sqlite3
from types import SimpleNamespace

import pytest

from contracts.evaluation import micros
from faults.fault_erasures import Scene
from faults.reporters import EACH, moment_of, value_of


@pytest.fixture
def scene(tmp_path):
    site = SimpleNamespace(folder=tmp_path, stage=SimpleNamespace(seed=1, long=False))
    return Scene(site)  # type: ignore[arg-type]  # no processes here


def test_what_is_stored_is_known_by_its_number(scene):
    rows = [["reporter-3", micros(moment_of(7)), value_of(7)], ["reporter-4", micros(moment_of(0)), -1.0]]
    scene.site.ask = lambda what: rows
    assert scene.stored() == [3 * EACH + 7, 4 * EACH]
    assert scene.failures == [f"-1.0 is stored for {value_of(0)}"]


@pytest.mark.parametrize(("number", "known", "left", "fails"), [(0, False, [], 0), (1, True, [], 0), (0, True, [], 1),
                                                                (1, True, ["here"], 1)])  # fmt: skip
def test_a_proof_that_says_something_else_is_a_failure(scene, number, known, left, fails):
    scene.post = lambda *asked: {"known": known, "left": left}
    scene.erase(number)
    assert len(scene.failures) == fails


def test_a_backup_is_whole_or_a_failure_and_is_not_kept(scene, tmp_path):
    with sqlite3.connect(tmp_path / "auren.sqlite3") as one:
        one.create_function("REGEXP", 2, lambda pattern, text: True)  # as constraints of the product ask it
        one.execute("CREATE TABLE t (x CHECK (x REGEXP 'a'))")
    scene.backup()
    assert (scene.did, scene.failures, list((tmp_path / "backup").iterdir())) == (["backup"], [], [])
    (tmp_path / "auren.sqlite3").write_bytes(b"nothing" * 1000)
    scene.backup()
    assert "file is not a database" in scene.failures[0]
