"""JUnit's XML as a parser of it sees it."""

from junitparser import Failure, JUnitXml

from contracts.formats import render
from tests.contracts.formats.reports import FILE, report


def suites():
    return {suite.name: suite for suite in JUnitXml.fromstring(render(report(), "junit").encode())}


def test_there_is_a_suite_for_each_file():
    assert set(suites()) == {FILE, "other.yaml"}


def test_errors_are_failures_and_nothing_else_is():
    suite = suites()[FILE]
    assert (suite.tests, suite.failures, suite.errors) == (3, 1, 0)
    failed = [case for case in suite if any(isinstance(result, Failure) for result in case.result)]
    assert [case.name.split()[0] for case in failed] == ["KPI001"]
    assert "<c> & ]]> 100% | *d*" in failed[0].result[0].message


def test_a_file_without_findings_passes():
    (case,) = suites()["other.yaml"]
    assert (case.name, case.is_passed) == ("no findings", True)


def test_the_totals_are_those_of_the_suites():
    xml = JUnitXml.fromstring(render(report(), "junit").encode())
    assert (xml.tests, xml.failures) == (4, 1)
