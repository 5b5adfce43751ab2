"""The parts of texts that vary."""

import math

import pytest

from observability.alert_wording import TEMPLATE, PrintedWording


def printed(number):
    return PrintedWording("mira", "watch", number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (18.0, "18"),
        (19.999, "19.999"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (999_999.5, "999999.5"),
        (1_000_000.0, "1e+06"),
        (-8219829.99067, "-8.21982999067e+06"),
        (0.0001, "0.0001"),
        (0.000012, "1.2e-05"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_as_go_prints_them(number, text):
    assert printed(number).value == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m 0s"), (3601, "1h 0m 1s"), (90_061, "1d 1h 1m 1s")],
)
def test_ages_are_as_prometheus_prints_them(seconds, text):
    assert printed(float(seconds)).age == text


def test_a_template_asks_whether_there_is_a_value():
    assert TEMPLATE.either("a", "b") == "{{ if eq $value $value }}a{{ else }}b{{ end }}"
    assert printed(1.0).either("a", "b") == "a"
    assert printed(math.nan).either("a", "b") == "b"


def test_a_fixed_text_is_no_template():
    assert TEMPLATE.text("{{ x }}") == '{{ "{{ x }}" }}'
    assert printed(1.0).text("{{ x }}") == "{{ x }}"
