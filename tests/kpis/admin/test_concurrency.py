"""Many people edit one KPI at once: nobody's change is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from contracts.units import STANDARD_UNITS
from kpis.models import KPI, RegistrySettings, Revision, Unit
from tests.kpis.conftest import form_data, make

PEOPLE, EDITS, TRIES = 4, 8, 200  # as many people as the pool of connections lets work at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_edit_is_lost(admin_user):
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    kpi = make(description="")
    url = reverse("admin:kpis_kpi_change", args=[kpi.pk])

    def work(person: int) -> int:
        client = Client()
        client.force_login(admin_user)
        saved = sum(add_word(client, url, kpi.pk, f"w{person}-{n}") for n in range(EDITS))
        connections.close_all()
        return saved

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert sum(pool.map(work, range(PEOPLE))) == PEOPLE * EDITS
    words = KPI.objects.get(pk=kpi.pk).description.split()
    assert sorted(words) == sorted(f"w{person}-{n}" for person in range(PEOPLE) for n in range(EDITS))
    assert Revision.objects.filter(subject_id=kpi.pk).count() == PEOPLE * EDITS + 1


def add_word(client: Client, url: str, pk: int, word: str) -> bool:
    """Add a word to the description as a person would: look, edit, save; look again after a conflict."""
    for _ in range(TRIES):
        kpi = KPI.objects.whole().get(pk=pk)
        words = f"{kpi.description} {word}".strip()
        if client.post(url, form_data(kpi, description=words)).status_code == 302:
            return True
    return False
