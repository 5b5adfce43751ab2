"""A file that named a KPI in a hand-off before there was a column for it is taken at its word."""

from importlib import import_module

import pytest
from django.apps import apps

from bindings.models import HandOff

MIGRATION = import_module("bindings.migrations.0011_hand_off_kpi")


@pytest.mark.parametrize(
    ("extra", "kpi", "left"),
    [
        ({"kpi": "hrv_rmssd", "x-a": 1}, "hrv_rmssd", {"x-a": 1}),
        ({"kpi": "sleep_debt"}, None, {"x-kpi": "sleep_debt"}),
        ({"kpi": ["hrv_rmssd"]}, None, {"x-kpi": ["hrv_rmssd"]}),
        ({"x-a": 1}, None, {"x-a": 1}),
    ],
)
def test_a_kept_key_finds_its_column(neuros, extra, kpi, left):
    HandOff.objects.update(extra=extra)
    MIGRATION.adopt(apps, None)
    row = HandOff.objects.get()
    assert (row.kpi and row.kpi.name, row.extra) == (kpi, left)
