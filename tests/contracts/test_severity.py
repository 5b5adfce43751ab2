"""One scale of severity, whatever the formats call it."""

import pytest

from contracts.severity import (
    BINDING_WORD,
    BINDING_WORDS,
    HANDOFF_KEYS,
    REGISTRY_WORD,
    REGISTRY_WORDS,
    TRIGGER_KEYS,
    Severity,
)


def test_severities_are_ordered_by_how_bad_they_are() -> None:
    assert sorted(Severity, reverse=True) == [Severity.CRITICAL, Severity.WARNING, Severity.INFO]
    assert Severity.INFO < Severity.WARNING <= Severity.WARNING < Severity.CRITICAL
    assert max(Severity) is Severity.CRITICAL
    assert not Severity.CRITICAL < "info"
    assert Severity.WARNING >= "info"


def test_a_severity_compares_with_severities_only() -> None:
    with pytest.raises(ValueError, match="terrible"):
        assert Severity.INFO < "terrible"


def test_ranks_count_from_zero() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2]


@pytest.mark.parametrize(("word", "words"), [(REGISTRY_WORD, REGISTRY_WORDS), (BINDING_WORD, BINDING_WORDS)])
def test_what_is_written_reads_back(word: dict[Severity, str], words: dict[str, Severity]) -> None:
    assert {severity: words[word[severity]] for severity in Severity} == {
        severity: severity for severity in Severity
    }


@pytest.mark.parametrize("words", [REGISTRY_WORDS, BINDING_WORDS, TRIGGER_KEYS, HANDOFF_KEYS])
def test_every_table_knows_every_severity(words: dict[str, Severity]) -> None:
    assert set(words.values()) == set(Severity)
