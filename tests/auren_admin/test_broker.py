"""Calls to workers as files: whole, oldest first, each to one worker."""

from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection


@pytest.fixture
def channel(tmp_path):
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    with Connection("filesystem://here", transport="auren_admin.broker:Transport") as connection:
        connection.transport_options = folders
        yield connection.channel()


def test_messages_come_in_the_order_they_were_sent(channel):
    for number in range(3):
        channel._put("auren", {"number": number})
    assert [channel._get("auren")["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("auren")


def test_a_message_that_is_not_whole_yet_is_not_seen(channel, tmp_path):
    (tmp_path / "1_a.auren.draft").write_text("{")
    with pytest.raises(Empty):
        channel._get("auren")


def test_two_workers_never_get_the_same_message(channel):
    for number in range(100):
        channel._put("auren", number)

    def take(_):
        try:
            return channel._get("auren")
        except Empty:
            return None

    with ThreadPoolExecutor(8) as workers:
        got = [number for number in workers.map(take, range(150)) if number is not None]
    assert sorted(got) == list(range(100))


def test_the_size_of_the_queue_is_known_and_it_can_be_emptied(channel):
    channel._put("auren", 1)
    channel._put("other", 2)
    assert channel._size("auren") == 1
    assert channel._purge("auren") == 1
    assert channel._get("other") == 2


def test_a_full_disk_leaves_no_half_a_message(channel, tmp_path, monkeypatch):
    def full(path, text):
        path.write_text(text[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("auren_admin.broker.write_private", full)
    with pytest.raises(OSError, match="No space"):
        channel._put("auren", {"number": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_a_full_disk_cut_off_stops_nobody(channel, tmp_path):
    (tmp_path / "auren.exchange").write_text("")
    channel.exchange_declare("auren")
    channel.queue_declare("auren")
    channel.queue_bind("auren", "auren", "auren")
    assert channel._lookup("auren", "auren") == {"auren"}
