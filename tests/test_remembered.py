"""What is put back is what was set up."""

import pytest
from django.db import connection, transaction

from kpis.models import KPI
from releases.models import Release
from tests.kpis.conftest import make, registry
from tests.remembered import Remembered, rows
from tests.telemetry.samples import publish_contract

__all__ = ["registry"]

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere it is always set up")


def undone(remembered):
    """What there is afterwards, and what was returned; all of it is taken back."""
    with transaction.atomic():
        made = remembered()
        found = rows()
        transaction.set_rollback(True)
    return found, made


def test_the_second_time_gives_the_same_rows_without_setting_up(registry):
    times = []

    def set_up():
        times.append(1)
        return publish_contract()

    remembered = Remembered(set_up, Release.objects.get)
    first, second = undone(remembered), undone(remembered)
    assert first == second
    assert first[0]["kpis_kpi"]
    assert len(times) == 1


def test_from_other_rows_it_is_set_up_anew(registry):
    remembered = Remembered(
        lambda: make(name="second", prometheus_metric="auren_second_ms"),
        lambda: KPI.objects.get(name="second"),
    )
    first, _ = undone(remembered)
    make(name="first")
    second, kpi = undone(remembered)
    assert kpi.position == 1
    assert len(second["kpis_kpi"]) == len(first["kpis_kpi"]) + 1
