"""The report for a spreadsheet."""

import csv
import io

import pytest

from contracts.formats import render
from contracts.formats.csv_report import COLUMNS, cell, table
from tests.contracts.formats.reports import report

FORMULAS = [
    "=1+1",
    '=HYPERLINK("x")',
    "+cmd",
    "-cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n@x",
    "-1+cmd|' /C calc'!A1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    assert cell(text) == f"'{text}"
    read = next(csv.reader(io.StringIO(table([[text]]), newline="")))
    assert read == [f"'{text}"]


@pytest.mark.parametrize("text", ["-5", "-0.25", "+3", "12", "hrv_rmssd", "a=b", "", "30 to 100"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert cell(text) == text


def test_it_has_a_row_for_each_finding_and_the_summary_last():
    rows = list(csv.DictReader(io.StringIO(render(report(), "csv"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["level"] for row in rows] == ["warning", "error", "note", "summary"]
    assert rows[-1]["message"] == "1 error, 1 warning, 1 note in 2 files. Some more."
