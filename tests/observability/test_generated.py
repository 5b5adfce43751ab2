"""What is kept of what was made."""

import threading

import pytest

from contracts.release import EMPTY
from observability import generated
from observability.generated import Generated, GeneratedCache, GeneratedFile
from observability.options import ExportOptions

OPTIONS = ExportOptions()


@pytest.fixture
def made(monkeypatch):
    """What was made, in order: each release is its own digest."""
    calls: list[int] = []

    def generate(document, options):
        calls.append(options.release)
        return Generated({"a": GeneratedFile.of("a", "text\n")}, ())

    monkeypatch.setattr(generated, "generate", generate)
    return calls


def options(release: int) -> ExportOptions:
    return ExportOptions(release=release)


def test_what_was_made_is_made_once(made):
    kept = GeneratedCache()
    assert kept.get("d", OPTIONS, lambda: EMPTY) is kept.get("d", OPTIONS, lambda: EMPTY)
    assert made == [0]


def test_other_options_are_other_files(made):
    kept = GeneratedCache()
    for release in (1, 2, 1):
        kept.get("d", options(release), lambda: EMPTY)
    assert made == [1, 2]


def test_what_was_asked_for_longest_ago_goes_first(made):
    weight = Generated({"a": GeneratedFile.of("a", "text\n")}, ()).weight
    kept = GeneratedCache(max_bytes=2 * weight)
    for release in (1, 2, 1, 3):
        kept.get("d", options(release), lambda: EMPTY)
    assert [bool(kept.find("d", options(release))) for release in (1, 2, 3)] == [True, False, True]


def test_what_is_larger_than_all_room_is_not_kept(made):
    kept = GeneratedCache(max_bytes=10)
    kept.get("d", OPTIONS, lambda: EMPTY)
    assert kept.find("d", OPTIONS) is None


def test_many_who_ask_at_once_have_it_made_once(made):
    kept, waiting = GeneratedCache(), threading.Barrier(8)

    def ask():
        waiting.wait()
        kept.get("d", OPTIONS, lambda: EMPTY)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert made == [0]


def test_what_fails_is_tried_again(monkeypatch):
    def fail(document, options):
        raise RuntimeError

    kept = GeneratedCache()
    monkeypatch.setattr(generated, "generate", fail)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            kept.get("d", OPTIONS, lambda: EMPTY)


def test_a_file_is_served_as_it_was_made():
    file = GeneratedFile.of("grafana/a.json", "{“é”}\n")
    assert (file.data.decode(), file.size, file.content_type) == ("{“é”}\n", 11, "application/json")
