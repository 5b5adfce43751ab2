"""Searching finds a word however its letters are written, on both databases."""

import unicodedata

import pytest
from django.core.cache import cache
from django.db.models import F
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from contracts.texts import folded
from kpis.models import KPI
from tests.kpis.conftest import make, registry
from tests.rest.calls import call

__all__ = ["registry"]
STORED = "Überschuss an Schlaf, naïve Schätzung der Straße bei 20 ｍｓ, ΟΔΟΣ"
WORDS = ["Über", "über", "ÜBER", "NAÏVE", "schätzung", "strasse", "STRASSE", "20 ms", "οδος", "οδοσ"]


@pytest.fixture(params=["NFC", "NFD"])
def kpi(registry, request) -> KPI:  # noqa: F811 - the fixture
    cache.clear()
    make()
    KPI.objects.update(title=unicodedata.normalize(request.param, STORED))
    return KPI.objects.get()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_search_finds_a_word_however_it_is_written(kpi, form, editor_client):
    for word in WORDS:
        answer = call(editor_client, "GET", f"kpis/?search={unicodedata.normalize(form, word)}")
        assert [row["name"] for row in answer.json()["results"]] == [kpi.name], word


def test_the_pages_of_the_admin_find_the_same(kpi, editor_client):
    page = editor_client.get(reverse("admin:kpis_kpi_changelist"), {"q": "üBERSCHUSS"})
    assert kpi.name in page.text


@pytest.mark.parametrize("word", ["%", "_", "\\", "ueber", "％"])
def test_what_is_not_there_is_not_found(kpi, word, editor_client):
    assert call(editor_client, "GET", "kpis/", None).json()["results"]
    assert not KPI.objects.filter(title__icontains=word).exists()


def test_a_column_without_a_value_holds_nothing(kpi):
    found = KPI.objects.filter(pk=kpi.pk, successor__title__icontains="")
    assert not found.exists()


def test_a_column_is_looked_for_in_another_one(kpi):
    assert KPI.objects.filter(title__icontains=F("unit__symbol")).exists()
    assert not KPI.objects.filter(title__icontains=F("unit__code")).exists()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_composed_and_decomposed_are_folded_alike(text):
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))
