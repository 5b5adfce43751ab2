"""Hostile and careless names and texts."""

import pytest

from tests.contracts.samples import codes, context, findings, kpi

FULL_WIDTH, CYRILLIC = "ｈｒｖ", "hrv_rm\u0455sd"


@pytest.mark.parametrize(
    "name",
    [
        "HRV",
        "hrv ",
        " hrv",
        "hrv-rmssd",
        "1hrv",
        "_hrv",
        "hrv\n",
        FULL_WIDTH,
        CYRILLIC,
        "hr\u200bv",
        "hr\u202ev",
        "../etc",
        "",
    ],
)
def test_only_plain_identifiers_are_names(name):
    assert "name_pattern" in codes(kpi(name=name), context(kpi(name=name)))


@pytest.mark.parametrize("name", ["timestamp", "__name__", "le", "quantile", "job", "instance", "Timestamp"])
def test_reserved_names_are_refused(name):
    assert "reserved" in codes(kpi(name=name), context(kpi(name=name)))


@pytest.mark.parametrize("other", ["HRV_RMSSD", "hrv_rmssd ", "ｈｒｖ_rmssd", "hrv_\u200brmssd"])
def test_names_that_look_alike_are_the_same_name(other):
    around = context(kpi(name=other, prometheus_metric="auren_other_ms"))
    told = next(finding for finding in findings(kpi(), around) if finding.code == "duplicate_name")
    assert "“hrv_rmssd”" in told.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "a\u202eb"),
        ("description", "a\u2066b"),
        ("x-note", "a\u202eb"),
        ("references", ["a\u202eb"]),
    ],
)
def test_no_text_may_turn_the_writing_direction(field, value):
    assert codes(kpi(**{field: value})) == ["invalid_text"]


@pytest.mark.parametrize("blank", ["\t", "\n", "\r", "\u00a0", "\u2028", "\u2029", "\u202f", "\x85"])
@pytest.mark.parametrize("field", ["title", "category", "owner"])
def test_a_text_of_one_line_has_no_blank_but_the_space(field, blank):
    assert codes(kpi(**{field: f"a{blank}b"})) == ["invalid_text"]


def test_a_description_may_have_lines():
    assert codes(kpi(description="one\n\ttwo\u00a0%")) == []


def test_markup_is_only_text():
    assert codes(kpi(title="</script><img src=x onerror=alert(1)>", owner="{{ query }}")) == []


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert(1)",
        "JavaScript: alert(1)",
        " java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://x",
    ],
)
def test_links_that_run_or_open_something_are_refused(reference):
    assert codes(kpi(references=[reference])) == ["scheme_not_allowed"]


@pytest.mark.parametrize(
    "reference",
    [
        "https://doi.org/10.1",
        "http://a",
        "doi:10.1/x",
        "Walker: Why we sleep",
        "Shaffer 2017: HRV",
        "PMID 123",
    ],
)
def test_links_and_words_are_references(reference):
    assert codes(kpi(references=[reference])) == []


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("auren_hrv_rmssd_ms", []),
        ("auren_hrv_rmssd_milliseconds", []),
        ("auren_hrv_rmssd", ["metric_without_unit"]),
        ("hrv_ms", ["metric_prefix"]),
        ("auren-hrv-ms", ["metric_pattern"]),
        ("auren:hrv_ms", ["metric_pattern"]),
        ('x"} or vector(1) or up{job="', ["metric_pattern"]),
        ("", ["metric_pattern"]),
        ("auren_hrv_total", ["metric_suffix", "metric_without_unit"]),
        ("auren_kpi_info", ["metric_collision", "metric_suffix", "metric_without_unit"]),
    ],
)
def test_metric_names(metric, expected):
    assert codes(kpi(prometheus_metric=metric), context(settings={"kpis": []})) == expected


def test_a_metric_of_two_kpis_names_both():
    around = context(kpi(name="other"))
    told = next(finding for finding in findings(kpi(), around) if finding.code == "metric_collision")
    assert "“hrv_rmssd” and “other”" in told.message


@pytest.mark.parametrize(
    ("unit", "meant"), [("ms", "milliseconds"), ("milisecond", "milliseconds"), ("furlongs", "")]
)
def test_an_unknown_unit_comes_with_what_was_meant(unit, meant):
    told = next(finding for finding in findings(kpi(unit=unit)) if finding.code == "unit_unknown")
    assert (f"Did you mean {meant}?" in told.hint) if meant else ("Did you mean" not in told.hint)


@pytest.mark.parametrize(
    ("status", "successor", "expected"),
    [
        ("active", "", []),
        ("deprecated", "", ["successor_missing"]),
        ("deprecated", "other", []),
        ("deprecated", "old", ["successor_unusable"]),
        ("deprecated", "hrv_rmssd", ["successor_unusable"]),
        ("deprecated", "nobody", ["successor_unusable"]),
        ("active", "other", ["successor_unexpected"]),
    ],
)
def test_a_successor_exists_and_is_in_use(status, successor, expected):
    around = context(
        kpi(name="other", prometheus_metric="auren_other_ms"),
        kpi(name="old", prometheus_metric="auren_old_ms", status="deprecated"),
    )
    assert codes(kpi(status=status, successor=successor), around) == expected
