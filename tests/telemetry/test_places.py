"""docs/privacy.md names every place in which a person can be."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from telemetry.residue_scan import not_searched

PAGE = (settings.BASE_DIR / "docs" / "privacy.md").read_text(encoding="utf-8")
NAMED = {word for line in PAGE.splitlines() if line.startswith("|") for word in re.findall(r"`(\w+)`", line)}
MODELS = [
    model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] != "tests"
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_is_in_the_list_of_places(model):
    assert model._meta.db_table in NAMED


def test_every_other_table_is_too(db):
    months = re.compile(r"telemetry_observation_\w+")  # are parts of one that is named
    tables = {table for table in connection.introspection.table_names() if not months.fullmatch(table)}
    assert tables <= NAMED


def test_what_is_not_searched_is_known_to_the_page(db):
    assert len(not_searched()) == (6 if connection.vendor == "postgresql" else 5)
    assert PAGE.count("| no |") >= 6
