"""The file with the last bindings known to be good."""

import json
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from auren_client.bindings import Served, read_bindings
from auren_client.store import Store, usual_path
from auren_client.wire import Address
from tests.auren_client.servers import TOKEN, body

ADDRESS = Address("http://auren", "NEUROS", TOKEN)


@pytest.fixture
def bindings():
    served = Served('"one"', 3, "production", 1_000_000.0, 2.0)
    return read_bindings(json.dumps(body()).encode(), "NEUROS", served)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "folder" / "kept.json", ADDRESS)


def test_what_is_kept_is_read_back(store, bindings):
    store.save(bindings)
    found = store.load()
    assert found == bindings
    assert found.served == bindings.served
    assert found.body == bindings.body


def test_only_its_owner_can_read_it_and_it_holds_no_token(store, bindings):
    store.save(bindings)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert TOKEN not in store.path.read_text()


def test_nothing_is_left_beside_it(store, bindings):
    store.save(bindings)
    store.save(bindings)
    assert [path.name for path in store.path.parent.iterdir()] == ["kept.json"]


def test_a_file_cut_short_anywhere_counts_as_none(store, bindings):
    store.save(bindings)
    whole = store.path.read_bytes()
    for length in [*range(0, len(whole), len(whole) // 60), len(whole) - 1]:
        store.path.write_bytes(whole[:length])
        assert store.load() is None


def test_a_changed_number_counts_as_damage(store, bindings, caplog):
    store.save(bindings)
    store.path.write_bytes(store.path.read_bytes().replace(b"< 25", b"< 85"))
    assert store.load() is None
    assert "its checksum is wrong" in caplog.text


@pytest.mark.parametrize(
    "other",
    [
        replace(ADDRESS, url="http://other"),
        replace(ADDRESS, agent="SOMNOS"),
        replace(ADDRESS, channel="staging"),
        replace(ADDRESS, release=2),
    ],
)
def test_what_was_kept_for_somebody_else_is_not_used(store, bindings, other):
    store.save(bindings)
    assert Store(store.path, other).load() is None
    assert usual_path(other) != usual_path(ADDRESS)


def test_a_folder_that_cannot_be_written_is_said_once_and_does_no_harm(tmp_path, bindings, caplog):
    (tmp_path / "file").write_text("no folder")
    store = Store(tmp_path / "file" / "kept.json", ADDRESS)
    store.save(bindings)
    store.save(bindings)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert store.load() is None


def test_a_write_that_fails_leaves_the_former_one(store, bindings, monkeypatch):
    store.save(bindings)
    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError("no space")))
    store.save(read_bindings(json.dumps(body(critical="< 20")).encode(), "NEUROS", Served()))
    monkeypatch.undo()
    assert store.load() == bindings
    assert [path.name for path in store.path.parent.iterdir()] == ["kept.json"]


def test_without_a_path_nothing_is_kept(bindings):
    store = Store(None, ADDRESS)
    store.save(bindings)
    assert store.load() is None


def test_an_agents_name_makes_no_path(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    path = usual_path(replace(ADDRESS, agent="../../etc/passwd"))
    assert path.parent == Path("/caches/auren")
    assert path.name.startswith("______etc_passwd-")
