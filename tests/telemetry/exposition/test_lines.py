"""Lines, against those of prometheus_client."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.utils import floatToGoString

from telemetry.exposition.lines import encoded, header, number, prefix, seconds
from telemetry.exposition.scrape import _Listed


@given(st.floats())
def test_a_number_is_written_as_prometheus_client_writes_it(value):
    assert number(value).decode() == floatToGoString(value)


# Until 2242 a float of seconds tells every microsecond from the next.
@given(st.integers(min_value=-(10**15), max_value=2**33 * 10**6))
def test_a_moment_is_written_as_its_number_of_seconds(at):
    assert seconds(at).decode() == floatToGoString(at / 1_000_000)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.floats(allow_nan=False))
def test_a_line_is_the_one_that_prometheus_client_writes_whatever_the_label(text, value):
    family = GaugeMetricFamily("auren_one", "One.", labels=("b", "a"))
    family.add_metric((text, "x"), value)
    line = encoded(prefix("auren_one", b=text, a="x")) + number(value) + b"\n"
    assert header("auren_one", "One.", is_open=False) + line == generate_latest(_Listed([family]))


def test_a_label_that_looks_like_the_end_of_a_selector_is_one_text():
    nasty = 'x"} or vector(1)\nup{job="\\'
    line = encoded(prefix("auren_one", a=nasty)) + number(1.0) + b"\n"
    (family,) = text_string_to_metric_families(line.decode())
    assert [sample.labels for sample in family.samples] == [{"a": nasty}]


def test_a_character_without_bytes_does_not_break_the_answer():
    assert encoded("\ud800") == b"?"
