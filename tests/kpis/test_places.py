"""Places in an order: mended where one was given twice, and given once from then on."""

import pytest
from django.db import IntegrityError, connection, transaction

from bindings.models import Agent, Binding, HandOff
from contracts.units import STANDARD_UNITS
from kpis.models import KPI, Unit
from kpis.models.places import mend_places
from tests.kpis.conftest import make

NAMES = ["a", "b", "c", "d"]


def placed(*places):
    """KPIs in these places, as they could be stored before."""
    for name, place in zip(NAMES, places, strict=True):
        kpi = make(name=name, prometheus_metric=f"auren_{name}_ms")
        KPI.objects.filter(pk=kpi.pk).update(position=place)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses such rows")
@pytest.mark.parametrize(
    ("before", "after"),
    [((0, 0, 1, 1), (0, 1, 2, 3)), ((5, 3, 5, 9), (1, 0, 2, 3)), ((0, 2, 4, 9), (0, 2, 4, 9))],
)
def test_the_order_stays_and_each_has_a_place(before, after, registry):
    placed(*before)
    seen = list(KPI.objects.values_list("name", flat=True))
    mend_places(KPI)
    assert list(KPI.objects.values_list("name", flat=True)) == seen
    assert tuple(KPI.objects.order_by("name").values_list("position", flat=True)) == after


def test_each_agent_has_an_order_of_its_own(registry):
    agents = [Agent.objects.create(name=name, code=name.lower(), position=n) for n, name in enumerate("AB")]
    for agent in agents:
        Binding.objects.create(agent=agent, kpi=KPI.objects.first() or make(), position=0)
    assert mend_places(Binding, "agent_id") == 0
    assert mend_places(HandOff, "agent_id") == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_place_that_is_taken_and_lets_two_change_places(registry):
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    one, other = (make(name=name, prometheus_metric=f"auren_{name}_ms") for name in "ab")
    with transaction.atomic():
        KPI.objects.filter(pk=one.pk).update(position=other.position)
        KPI.objects.filter(pk=other.pk).update(position=one.position)
    with pytest.raises(IntegrityError, match="kpi_placed_once"), transaction.atomic():
        KPI.objects.update(position=7)
