"""How single values are written."""

from decimal import Decimal

import pytest

from contracts.yamlnodes import Plain
from contracts.yamlscalars import key_text, scalar

VALUES: list[tuple[object, str]] = [
    ("hrv_rmssd", "hrv_rmssd"),
    ("Heart rate - at rest", "Heart rate - at rest"),
    ("Größe (cm)", "Größe (cm)"),
    ("10m", "10m"),
    ("", '""'),
    ("yes", '"yes"'),
    ("On", '"On"'),
    ("y", '"y"'),
    ("NULL", '"NULL"'),
    ("~", '"~"'),
    ("012", '"012"'),
    ("1:30", '"1:30"'),
    ("1e3", '"1e3"'),
    ("2025-07-31", '"2025-07-31"'),
    ("30", '"30"'),
    ("<<", '"<<"'),
    ("=", '"="'),
    ("< 20", '"< 20"'),
    ("80..89", '"80..89"'),
    ("a: b", '"a: b"'),
    ("a #b", '"a #b"'),
    (" a", '" a"'),
    ("a ", '"a "'),
    ("- a", '"- a"'),
    (r"^\d$", r"'^\d$'"),
    ('say "a"', "'say \"a\"'"),
    ('it\'s "a"', '"it\'s \\"a\\""'),
    ("a\tb", '"a\\tb"'),
    ("a\u2028b", '"a\\u2028b"'),
    ("\ufeff", '"\\ufeff"'),
    ("one\ntwo", "|-\n  one\n  two"),
    ("one\n\ntwo\n", "|\n  one\n\n  two"),
    ("one\n", '"one\\n"'),
    (" one\ntwo", '" one\\ntwo"'),
    ("one \ntwo", '"one \\ntwo"'),
    (None, "null"),
    (True, "true"),
    (30, "30"),
    (Decimal("0.80"), "0.8"),
    (Decimal("1E+2"), "100"),
    (0.5, "0.5"),
    (1e-7, "1.0e-07"),
    (1e300, "1.0e+300"),
    ({}, "{}"),
    ([], "[]"),
    (Plain("012"), "012"),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_value_is_quoted_only_where_readers_would_differ(value: object, text: str) -> None:
    assert scalar(value) == text


@pytest.mark.parametrize(
    ("key", "text"), [("a", "a"), ("on", '"on"'), ("a b", "a b"), ("3", "3"), ("03", '"03"')]
)
def test_keys_are_quoted_likewise(key: str, text: str) -> None:
    assert key_text(key) == text


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        scalar(object())
