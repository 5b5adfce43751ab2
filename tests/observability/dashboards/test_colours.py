import re

import pytest
from django.conf import settings

from observability.dashboards.colours import NEUTRAL, NO_DATA, NORMAL, SEVERITY_COLOURS

CSS = (settings.BASE_DIR / "auren_admin" / "static" / "auren" / "auren.css").read_text(encoding="utf-8")
OURS = {"normal": NORMAL, "edge": NO_DATA} | {
    str(severity): colour for severity, colour in SEVERITY_COLOURS.items()
}
GRAFANA_GROUNDS = ("#ffffff", "#181b1f")  # of a panel, in the light and in the dark theme


def luminance(colour):
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", OURS)
def test_a_state_has_the_colour_that_the_admin_has_by_day(name):
    [colour] = re.findall(rf"--{name}: light-dark\((#\w{{6}}),", CSS)
    assert colour == OURS[name]


@pytest.mark.parametrize("ground", GRAFANA_GROUNDS)
@pytest.mark.parametrize("colour", [*OURS.values(), NEUTRAL])
def test_a_colour_is_seen_on_either_ground(colour, ground):
    assert contrast(colour, ground) >= 3
