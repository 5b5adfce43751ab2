"""Users' patterns run on RE2 and match whole texts."""

import pytest

from contracts.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^[a-z]+$", "hrv", True),
        ("[a-z]+", "hrv", True),
        ("[a-z]+", "hrv1", False),
        ("^[a-z]+$", "hrv\n", False),
        ("h|hrv", "hrv", True),
        (".*", "\ud800", False),
        ("", "", True),
    ],
)
def test_the_whole_text_matches_or_none_of_it(pattern, text, expected):
    assert compile_pattern(pattern).matches(text) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"), [("(?=x)", "invalid perl operator"), ("[", "missing ]"), ("\ud800", "text")]
)
def test_what_re2_refuses_is_refused_with_its_reason(pattern, reason):
    with pytest.raises(PatternError, match=reason):
        compile_pattern(pattern)
