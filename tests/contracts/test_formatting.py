"""Layout of YAML files: canonical, stable, and nothing lost."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.comments import comments_of
from contracts.documents import read_registry, write_registry
from contracts.formatting import FormatError, format_yaml
from contracts.yamltree import YamlError, read_yaml, resolve

UNTIDY = dedent("""\
    # The registry


    version:   '1.1'
    kpis:
    # the heart
    - {name: "hrv", unit: ms,   # in bed
       normal_range: {min: 30, max: 100}}
    - name: 'sleep'   # from the watch
      unit: "hours"
      description: >-
        Two lines
        of text.
      risk_thresholds:

          # doctors said so
          critical: {condition: "<20", action: "rest"}   # soon
          # warning: none
      # end of sleep
    export_config: {prometheus: {enabled: yes, prefix: 'a_'}}
    # the end
    """)
TIDY = dedent("""\
    # The registry

    version: "1.1"

    kpis:
      # the heart
      - name: hrv  # in bed
        unit: ms
        normal_range:
          min: 30
          max: 100

      - name: sleep  # from the watch
        unit: hours
        description: Two lines of text.
        risk_thresholds:
          # doctors said so
          critical:  # soon
            condition: "< 20"
            action: rest
          # warning: none
        # end of sleep

    export_config:
      prometheus:
        enabled: yes
        prefix: a_
    # the end
    """)


def test_an_untidy_file_becomes_tidy_and_keeps_its_comments() -> None:
    assert format_yaml(UNTIDY).splitlines() == TIDY.splitlines()


def test_a_tidy_file_stays_as_it_is() -> None:
    assert format_yaml(TIDY) == TIDY


def test_what_is_exported_is_tidy() -> None:
    document = read_registry(UNTIDY).document
    assert document
    assert format_yaml(write_registry(document)) == write_registry(document)


CONDITIONS = [
    ("kpis: [{risk_thresholds: {critical: {condition: '<20'}}}]", 'condition: "< 20"'),
    ("kpis: [{risk_thresholds: {critical: {condition: 80 – 89}}}]", 'condition: "80..89"'),
    ("kpis: [{risk_thresholds: {critical: {condition: nonsense}}}]", "condition: nonsense"),
    ("kpis: [{risk_thresholds: {critical: {recover_if: '>=25'}}}]", 'recover_if: ">= 25"'),
    ("kpis_used: [{alerting: {risk_if: '<20'}}]", 'risk_if: "< 20"'),
    ("kpis_used: [{alerting: {condition: 'a==true'}}]", "condition: a == true"),
]


@pytest.mark.parametrize(("text", "line"), CONDITIONS)
def test_conditions_are_written_canonically(text: str, line: str) -> None:
    assert line in format_yaml(text).replace('"a == true"', "a == true")


KEPT = [
    "a: 012",
    "a: yes",
    "a: 2025-07-31",
    "a: 1:30",
    "a: 30.0",
    'a: "30"',
    "a: null",
    "---\na: 1",
    "a: []\nb: {}",
]


@pytest.mark.parametrize("text", KEPT)
def test_bare_values_stay_bare_and_quoted_ones_quoted(text: str) -> None:
    assert format_yaml(text) == text + "\n"


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x", "a: !!str 1", "%YAML 1.1\n---\na: 1", "- a", "{}  # lost"]
)
def test_a_file_that_would_lose_something_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        format_yaml(text)


def test_what_is_not_yaml_is_refused_with_its_place() -> None:
    with pytest.raises(YamlError, match="line 2"):
        format_yaml("a: 1\nb: [")


extras = st.lists(
    st.one_of(st.just(""), st.builds(lambda indent: " " * indent + "# remark", st.integers(0, 9))), max_size=3
)
trailers = st.sampled_from(["", "", "  # beside"])


@given(st.data())
def test_wherever_comments_stand_none_is_lost_and_the_second_time_changes_nothing(
    data: st.DataObject,
) -> None:
    source = ["version: 1", "kpis:", "- name: a", "  x: [1,", "    2]", "  y:", "    z: |", "      text"]
    source += ["- - b", "  - c", "rest:", "  k: 1", "last: 2"]
    text = "".join(
        f"{line}{data.draw(trailers) if line.strip() != 'text' else ''}\n"
        + "".join(f"{extra}\n" for extra in (data.draw(extras) if "|" not in line else []))
        for line in source
    )
    before = read_yaml(text)
    formatted = format_yaml(text)
    assert format_yaml(formatted) == formatted
    after = read_yaml(formatted)
    assert sorted(c.text for c in comments_of(after)) == sorted(c.text for c in comments_of(before))
    assert resolve(after.root) == resolve(before.root)


@pytest.mark.parametrize(
    "text", ["kpis:\r\n- {name: a}\r\n", "# read me\r\n\r\nkpis: []\r\n", "a: |\r\n  b\r\n  c\r\n"]
)
def test_a_file_keeps_its_line_ends(text: str) -> None:
    formatted = format_yaml(text)
    assert formatted.count("\r\n") == formatted.count("\n") > 0
    assert formatted.replace("\r\n", "\n") == format_yaml(text.replace("\r\n", "\n"))
    assert format_yaml(formatted) == formatted
