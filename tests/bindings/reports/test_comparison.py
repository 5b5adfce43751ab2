"""Two reports, one after the other."""

from bindings.reports.comparison import compare, dated
from tests.bindings.reports.conftest import entry


def marks(entries):
    return [one.mark for one in entries]


def test_what_is_new_fixed_and_staying():
    changes = compare([entry("a"), entry("b")], [entry("b"), entry("c")])
    assert (marks(changes.new), marks(changes.fixed), marks(changes.staying)) == (["c"], ["a"], ["b"])


def test_silencing_a_finding_does_not_fix_it():
    changes = compare([entry("a")], [entry("a", waived="until 2030-01-01 by Ines: fine")])
    assert (changes.new, changes.fixed, changes.staying) == ((), (), ())


def test_a_waiver_that_ended_makes_its_finding_new():
    assert marks(compare([entry("a", waived="x")], [entry("a")]).new) == ["a"]


def test_a_waived_finding_that_is_gone_was_not_counted_and_is_not_told_as_fixed():
    assert compare([entry("a", waived="x")], []).fixed == ()


def test_a_finding_keeps_the_day_it_was_first_seen():
    after = dated([entry("a", since="2026-01-01")], [entry("a"), entry("b")], "2026-02-02")
    assert [one.since for one in after] == ["2026-01-01", "2026-02-02"]
