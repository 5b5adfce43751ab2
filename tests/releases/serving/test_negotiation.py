import pytest

from releases.serving.negotiation import gzip_wanted, is_known


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("br, gzip;q=0.5", True),
        ("deflate, br", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=0.000", False),
        ("gzip;q=nan", False),
        ("gzip;q=1e9", False),
        ("gzip;q=0.5, identity;q=0.9", False),
        ("identity;q=0, gzip;q=0.1", True),
        ("gzip;level=9;q=1", True),
        ("gzip;q=", False),
        (",;,", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(header, wanted):
    assert gzip_wanted(header) is wanted


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("*", True),
        (' "a" ', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b",W/"a"', True),
        ("", False),
        ("a", False),
        ('"A"', False),
        ('"b"', False),
        ('w/"a"', False),
        ('"a', False),
    ],
)
def test_a_tag_is_compared_weakly(header, known):
    assert is_known(header, '"a"') is known
