"""What holds for every format, and for those that are read by people."""

import json

import pytest

from contracts.findings import Finding, Level, Report
from contracts.formats import FORMATS, render
from contracts.formats.printable import printable
from tests.contracts.formats.reports import report


@pytest.mark.parametrize("name", FORMATS)
def test_any_text_can_be_written_and_ends_with_a_newline(name):
    text = render(report(), name)
    assert text.encode("utf-8").endswith(b"\n")
    assert not set(text) & set("\x00\x1b\r\u202e\ufffe")
    assert "KPI001" in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_findings_says_so(name):
    assert "nothing found" in render(Report.of([], ["a.yaml"]), name)
    assert "Nothing was checked" in render(Report.of([]), name)


def test_a_format_that_does_not_exist_is_a_mistake():
    with pytest.raises(ValueError, match="there are text, json"):
        render(report(), "pdf")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hrv–ü 心", "hrv–ü 心"), ("a\nb", r"a\u000ab"), ("\udc80", r"\udc80"), ("\U000e0001", r"\U000e0001")],
)
def test_only_what_cannot_be_shown_is_written_as_its_code(text, expected):
    assert printable(text) == expected


def test_text_is_one_line_a_finding_with_its_line_of_the_file():
    lines = render(report(), "text").splitlines()
    place = next(line for line in lines if line.startswith("agents/a b,c:d%.yaml:2:8"))
    quoted = lines.index(place) + 1
    assert place.split()[2:5] == ["error", "KPI001", "name_pattern"]
    assert lines[quoted] == "      2 |  name: \\u202eHRV"
    assert lines[quoted + 1] == "        |        ^"
    assert lines[quoted + 2].strip() == "Do it."
    assert lines[-1] == "1 error, 1 warning, 1 note in 2 files. Some more."
    assert max(map(len, lines[quoted:])) < 400


def test_text_is_coloured_only_when_asked():
    assert "\x1b[31merror" in render(report(), "text", color=True)
    assert "\x1b[" not in render(report(), "text")


def test_json_has_a_version_and_a_stable_shape():
    data = json.loads(render(report(), "json"))
    assert data["version"] == 1
    assert data["summary"] == {
        "text": "1 error, 1 warning, 1 note in 2 files. Some more.",
        "files": 2,
        "errors": 1,
        "warnings": 1,
        "notes": 1,
        "left_out": 0,
    }
    assert [finding["line"] for finding in data["findings"]] == [None, 2, 3]
    keys = ["rule", "code", "level", "message", "hint", "subject", "path", "file", "line", "column"]
    assert list(data["findings"][0]) == keys


def test_github_commands_cannot_be_broken_out_of():
    lines = render(report(), "github").splitlines()
    assert [line.partition(" ")[0] for line in lines[:3]] == ["::warning", "::error", "::notice"]
    assert lines[1].startswith(
        "::error file=agents/a b%2Cc%3Ad%25.yaml,line=2,col=8,title=KPI001 name_pattern::a"
    )
    assert "100%25" in lines[1]
    assert len(lines) == 4


@pytest.mark.parametrize("sign", "<>`*[]|@#&")
def test_markdown_shows_what_it_is_given(sign):
    finding = Finding("KPI001", Level.ERROR, (), f"x{sign}y", file="a.yaml", line=1, column=1)
    row = render(Report.of([finding], ["a.yaml"]), "markdown").splitlines()[-1]
    assert f"x&#{ord(sign)};y" in row
    assert row.count("|") == 5


def test_markdown_leaves_names_readable():
    finding = Finding("KPI001", Level.ERROR, (), "hrv_rmssd and _this_", file="a.yaml", line=1, column=1)
    assert "hrv_rmssd and &#95;this&#95;" in render(Report.of([finding], ["a.yaml"]), "markdown")
