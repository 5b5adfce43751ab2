import math
import stat

import pytest

from releases.serving.bodies import JSON_TYPE, YAML_TYPE, Body
from releases.serving.shelf import Grant, Pointer, Shelf, Stock
from releases.serving.snapshot import (
    GRANTS,
    STOCK,
    Snapshot,
    pack_grants,
    pack_stock,
    unpack_grants,
    unpack_stock,
)


def a_shelf(revision: int = 1, text: str = "x" * 3000, expires: float = math.inf) -> Shelf:
    body, small = Body.of(text, YAML_TYPE), Body.of(str(revision), JSON_TYPE)
    stock = Stock(
        revision=revision,
        pointers={"production": Pointer(revision, small), "empty": Pointer(None, small)},
        following={"NEUROS": "production"},
        releases={revision: {"registry.yaml": body, "registry": small}},
        digests={revision: "abc"},
    )
    return Shelf(stock, {"k": Grant(7, "k", "digest", "NEUROS", ("bindings:read",), expires)})


@pytest.fixture
def snapshot(tmp_path) -> Snapshot:
    return Snapshot(tmp_path / "snapshots", "database")


def load(snapshot: Snapshot) -> Shelf:
    found = snapshot.load()
    assert found
    return found[0]


@pytest.mark.parametrize("expires", [math.inf, 1234.5])
def test_what_is_kept_is_loaded(snapshot, expires):
    shelf = a_shelf(expires=expires)
    snapshot.keep(shelf)
    loaded = load(snapshot)
    assert loaded == shelf


def test_a_body_of_two_places_is_kept_once():
    shelf = a_shelf()
    both = Stock(1, {}, {}, {1: shelf.stock.releases[1], 2: shelf.stock.releases[1]}, {1: "a", 2: "b"})
    assert len(pack_stock(both)) < 1.4 * len(pack_stock(shelf.stock))
    read = unpack_stock(pack_stock(both))
    assert read == both
    assert read.releases[1]["registry"] is read.releases[2]["registry"]
    assert unpack_grants(pack_grants(shelf.grants)) == shelf.grants


def test_only_its_owner_may_read_it(snapshot, tmp_path):
    snapshot.keep(a_shelf())
    for name in (STOCK, GRANTS):
        assert stat.S_IMODE((tmp_path / "snapshots" / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("part", [n / 25 for n in range(25)])
@pytest.mark.parametrize("name", [STOCK, GRANTS])
def test_a_file_cut_off_anywhere_is_replaced_by_the_one_before(snapshot, tmp_path, name, part):
    old, new = a_shelf(1), a_shelf(2, expires=99.0)
    snapshot.keep(old)
    snapshot.keep(new)
    path = tmp_path / "snapshots" / name
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    loaded = load(Snapshot(tmp_path / "snapshots", "database"))
    assert (loaded.stock, loaded.grants) == (
        (old.stock, new.grants) if name == STOCK else (new.stock, old.grants)
    )


@pytest.mark.parametrize("name", [STOCK, GRANTS])
def test_a_changed_byte_is_noticed(snapshot, tmp_path, name):
    snapshot.keep(a_shelf())
    path = tmp_path / "snapshots" / name
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    assert snapshot.load() is None


def test_the_file_of_another_database_is_none(snapshot, tmp_path):
    snapshot.keep(a_shelf())
    assert Snapshot(tmp_path / "snapshots", "other").load() is None


def test_nothing_is_loaded_where_nothing_was_kept(snapshot):
    assert snapshot.load() is None
    assert not snapshot.is_there()


def test_what_is_the_same_is_not_written_again(snapshot, tmp_path):
    snapshot.keep(a_shelf())
    before = (tmp_path / "snapshots" / STOCK).stat().st_ino
    Snapshot(tmp_path / "snapshots", "database").keep(a_shelf())
    assert (tmp_path / "snapshots" / STOCK).stat().st_ino == before
    assert not (tmp_path / "snapshots" / "stock.previous").exists()


def test_an_older_one_does_not_replace_what_another_process_wrote(snapshot, tmp_path):
    other = Snapshot(tmp_path / "snapshots", "database")
    snapshot.keep(a_shelf(1))
    other.keep(a_shelf(3))
    snapshot.keep(a_shelf(2))
    loaded = load(snapshot)
    assert loaded.stock.revision == 3


def test_the_first_one_of_a_process_counts_whatever_was_there(snapshot, tmp_path):
    snapshot.keep(a_shelf(9))
    Snapshot(tmp_path / "snapshots", "database").keep(a_shelf(2))
    loaded = load(snapshot)
    assert loaded.stock.revision == 2


def test_a_full_disk_leaves_what_there_was_and_nothing_beside_it(snapshot, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    snapshot.keep(a_shelf(1))
    before = sorted(file.name for file in (tmp_path / "snapshots").iterdir())
    monkeypatch.setattr("releases.serving.snapshot.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        snapshot.keep(a_shelf(2))
    assert sorted(file.name for file in (tmp_path / "snapshots").iterdir()) == before
    assert load(snapshot) == a_shelf(1)


def test_what_a_killed_process_left_half_written_is_removed(snapshot, tmp_path):
    snapshot.keep(a_shelf(1))
    half = tmp_path / "snapshots" / f"{STOCK}.12345"
    half.write_bytes(b"half")
    snapshot.keep(a_shelf(2))
    assert not half.exists()
