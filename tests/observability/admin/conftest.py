"""Releases that files are made of by small generators."""

from tests.observability.fixtures import (
    copy,
    first,
    generators,
    hrv,
    kpis,
    neuros,
    production,
    registry,
    somnos,
)

__all__ = ["copy", "first", "generators", "hrv", "kpis", "neuros", "production", "registry", "somnos"]
