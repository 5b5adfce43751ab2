"""The older key for a drop says the same as the condition."""

import pytest

from contracts.drops import as_older_key, canonical_drop, only_drop

SAME = [(">= 10 over 7d", "drop >= 10% over 7d"), ("> 2.5 over 12h", "drop > 2.5% over 12h")]


@pytest.mark.parametrize(("older", "condition"), SAME)
def test_it_goes_there_and_back(older, condition):
    assert canonical_drop(older) == condition
    assert as_older_key(condition) == older


@pytest.mark.parametrize("other", ["< 20", "rise >= 10% over 7d", "< 20 or drop >= 10% over 7d", "nonsense"])
def test_anything_else_stays_as_it_is(other):
    assert only_drop(other) is None
    assert as_older_key(other) == other


def test_what_cannot_be_read_stays_as_it_is():
    assert canonical_drop("a lot over 7d") == "a lot over 7d"
