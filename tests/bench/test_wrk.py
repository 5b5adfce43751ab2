"""What is read from wrk, and that a poll without a good answer spoils the figure."""

import pytest

from bench.wrk import LoadError, read_load

LINE = '{"polls": 4000, "seconds": 2.0, "bytes": 8000000, "p50": 100.0, "p99": 900.0, "errors": %d}\n'


def test_a_load_is_read_from_the_last_line():
    load = read_load("Running 2s test @ http://127.0.0.1/\n" + LINE % 0)
    assert (load.rate, load.bytes_each, load.p50, load.p99) == (2000, 2000, 0.0001, 0.0009)


def test_one_failed_poll_spoils_the_load():
    with pytest.raises(LoadError, match="1 of 4000 polls failed"):
        read_load(LINE % 1)


def test_what_wrk_complains_of_is_told():
    with pytest.raises(LoadError, match="unable to connect"):
        read_load("", "unable to connect to 127.0.0.1:1 Connection refused\n")
