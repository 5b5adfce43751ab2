"""A waiver silences one rule about one thing, for a while."""

from datetime import date, timedelta

import pytest

from contracts.catalogue import RULES
from contracts.checks import rules  # noqa: F401  # fills the catalogue
from contracts.findings import Finding, Level
from contracts.waivers import Waiver, subject_kind, waived

TODAY = date(2026, 3, 1)


def finding(rule: str = "KPI038", subject: str = "hrv_rmssd", path: tuple[str | int, ...] = ()) -> Finding:
    return Finding(rule, Level.NOTE, path, "Some values are neither.", subject=subject)


def waiver(rule: str = "KPI038", subject: str = "hrv_rmssd", days: int = 0) -> Waiver:
    return Waiver(rule, subject, "We know.", "Cardiology", TODAY + timedelta(days=days))


def test_a_waiver_holds_on_its_last_day():
    found = waived([finding()], [waiver()], TODAY)
    assert (found.open, found.silenced) == ([], [(finding(), waiver())])


@pytest.mark.parametrize("other", [waiver(rule="KPI016"), waiver(subject="ln_rmssd"), waiver(subject="")])
def test_it_silences_one_rule_about_one_thing(other):
    assert waived([finding()], [other], TODAY).open == [finding()]


def test_one_that_has_expired_silences_nothing_and_is_an_error():
    kept, expired = waived([finding()], [waiver(days=-1)], TODAY).open
    assert kept == finding()
    assert (expired.rule, expired.code, expired.level) == ("WAV001", "waiver_expired", Level.ERROR)
    assert "KPI038 about hrv_rmssd was waived until 2026-02-28 by Cardiology" in expired.message


def test_one_that_was_given_anew_is_no_error():
    assert waived([finding()], [waiver(days=-1), waiver(days=30)], TODAY).open == []


def test_a_finding_of_the_roster_is_about_its_agent():
    about = finding("COV002", "", ("agents", "NEUROS"))
    assert waived([about], [waiver("COV002", "NEUROS")], TODAY).open == []


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("KPI038", "kpi"),
        ("COV001", "kpi"),
        ("BND016", "binding"),
        ("COL002", "agent"),
        ("RST003", "agent"),
        ("REG001", "registry"),
        ("NONE", "registry"),
    ],
)
def test_a_rule_says_what_its_findings_are_about(rule, kind):
    assert rule == "NONE" or rule in RULES
    assert subject_kind(rule) == kind
