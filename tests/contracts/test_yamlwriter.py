"""The layout of what is written."""

from textwrap import dedent

import yaml

from contracts.yamlwriter import write_yaml


def test_large_parts_stand_apart_and_lists_are_indented() -> None:
    data = {
        "version": 1,
        "kpis": [{"name": "a", "range": {"min": 1}}, {"name": "b", "tags": ["x", ["p", "q"]]}],
        "rest": {"empty": {}, "none": []},
        "last": None,
    }
    assert write_yaml(data) == dedent("""\
        version: 1

        kpis:
          - name: a
            range:
              min: 1

          - name: b
            tags:
              - x
              - - p
                - q

        rest:
          empty: {}
          none: []

        last: null
        """)


def test_a_very_long_key_is_read_back() -> None:
    data = {"k" * 2000: {"a": 1}, "l" * 1500: [1], "m" * 1200: 3}
    assert yaml.safe_load(write_yaml(data)) == data


def test_an_empty_mapping_is_an_empty_mapping() -> None:
    assert yaml.safe_load(write_yaml({"a": {}})) == {"a": {}}
