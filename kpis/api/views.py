"""The resources `units/` and `kpis/`."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema

from kpis import services
from kpis.api.filters import KPIFilter, UnitFilter
from kpis.api.serializers import KPISerializer, UnitSerializer
from kpis.locking import working_copy_lock
from kpis.models import KPI, Revision, Unit
from rest.preconditions import digest
from rest.views import WritableResource


class RegistryResource(WritableResource):
    """What the registry is made of: every agent follows it, so no one agent's token may change it."""

    read_scope = "registry:read"
    write_scope = "registry:write"

    def writing(self) -> AbstractContextManager[None]:
        """Alone with the working copy."""
        return working_copy_lock()


@extend_schema(tags=["units"])
class UnitResource(RegistryResource):
    """Units of measurement."""

    queryset = Unit.objects.all()
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    lookup_field = "code"
    search_fields = ("code", "title", "symbol")
    ordering_fields = ordering = ("code",)

    def version(self, row: Unit) -> str:
        """A unit has no revision of its own; what it says is its version."""
        return f"unit-{row.pk}-{digest(json.dumps(asdict(row.as_spec())))}"


@extend_schema(tags=["kpis"])
class KPIResource(RegistryResource):
    """KPIs, each with its thresholds."""

    queryset = KPI.objects.whole()
    serializer_class = KPISerializer
    filterset_class = KPIFilter
    lookup_field = "name"
    search_fields = ("name", "title", "prometheus_metric", "description")
    ordering_fields = ("name", "category", "status", "position")
    ordering = ("position",)

    def version(self, row: KPI) -> str:
        """Its revision."""
        return f"kpi-{row.pk}-{row.revision}"

    def remove(self, row: KPI, *, author: Any, reason: str) -> None:
        """Delete, and keep a mark of it in the history."""
        services.record_deletion(kpis=[row], author=author, reason=reason, source=Revision.Source.API)
        row.delete()
