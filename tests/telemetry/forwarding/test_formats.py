"""Samples as bytes."""

import gzip
import struct

import pytest

from telemetry.forwarding.formats import as_remote_write, as_text, snappy
from telemetry.forwarding.samples import Sample

SAMPLE = Sample(
    "auren_x_ms", {"user_id": "b", "agent": 'A"\\\n', "measurement_source": ""}, 18.5, 1_700_000_000_123
)


def opened(block):
    """What a block of Snappy holds that has literal pieces only."""
    length, at = number(block, 0)
    found = b""
    while at < len(block):
        assert block[at] == 61 << 2
        size = struct.unpack_from("<H", block, at + 1)[0] + 1
        found += block[at + 3 : at + 3 + size]
        at += 3 + size
    assert len(found) == length
    return found


def number(data, at):
    found = shift = 0
    while True:
        byte = data[at]
        found |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return found, at


def fields(data):
    """Field numbers and contents, of a message of protobuf."""
    found, at = [], 0
    while at < len(data):
        key, at = number(data, at)
        if key & 7 == 2:
            size, at = number(data, at)
            content, at = data[at : at + size], at + size
        elif key & 7 == 1:
            content, at = struct.unpack_from("<d", data, at)[0], at + 8
        else:
            content, at = number(data, at)
        found.append((key >> 3, content))
    return found


def test_a_line_has_the_moment_of_the_observation():
    body = as_text([SAMPLE])
    line = b'auren_x_ms{agent="A\\"\\\\\\n",measurement_source="",user_id="b"} 18.5 1700000000123\n'
    assert gzip.decompress(body.content) == line
    assert body.headers["Content-Encoding"] == "gzip"


def test_remote_write_has_labels_in_order_and_none_that_is_empty():
    body = as_remote_write([SAMPLE])
    ((_, series),) = fields(opened(body.content))
    *labels, (_, sample) = fields(series)
    assert [tuple(part.decode() for _, part in fields(pair)) for _, pair in labels] == [
        ("__name__", "auren_x_ms"),
        ("agent", 'A"\\\n'),
        ("user_id", "b"),
    ]
    assert fields(sample) == [(1, 18.5), (2, 1_700_000_000_123)]
    assert body.headers["X-Prometheus-Remote-Write-Version"] == "0.1.0"


def test_a_moment_before_1970_is_a_number_of_ten_bytes():
    ((_, series),) = fields(opened(as_remote_write([SAMPLE._replace(at=-1)]).content))
    assert dict(fields(fields(series)[-1][1]))[2] == 2**64 - 1


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_block_of_any_size_is_opened_to_the_same(size):
    data = bytes(range(256)) * (size // 256 + 1)
    assert opened(snappy(data[:size])) == data[:size]
