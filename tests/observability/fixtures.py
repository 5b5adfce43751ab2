"""Releases that files are made of by small generators of the tests' own."""

from collections.abc import Iterator

import pytest

from observability import export
from observability.generated import cache
from tests.observability import samples
from tests.releases.conftest import author, copy, first, hrv, kpis, neuros, production, registry, somnos

__all__ = ["author", "copy", "first", "hrv", "kpis", "neuros", "production", "registry", "somnos"]


@pytest.fixture
def generators(monkeypatch) -> Iterator[None]:
    """Alert rules and dashboards, plain enough to look into."""
    monkeypatch.setattr(export, "GENERATORS", (samples.rules, samples.dashboards))
    cache.clear()
    yield
    cache.clear()
