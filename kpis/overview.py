"""What the registry holds, at a glance: counts, and the latest changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count

from kpis import services
from kpis.models import KPI, Revision

LATEST = 8


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person sees on the first page."""

    kpis: int
    by_status: Mapping[str, int]
    categories: int
    units: int
    latest: tuple[Revision, ...]


def overview_for(user: AbstractBaseUser | AnonymousUser) -> Overview | None:
    """The overview, or None for someone who may not see KPIs."""
    if not user.has_perm("kpis.view_kpi"):  # type: ignore[union-attr]  # a custom user without permissions is no admin
        return None
    by_status = dict(KPI.objects.order_by().values_list("status").annotate(Count("pk")))
    return Overview(
        kpis=sum(by_status.values()),
        by_status=by_status,
        categories=KPI.objects.exclude(category="").order_by().values("category").distinct().count(),
        units=KPI.objects.order_by().values("unit").distinct().count(),
        latest=tuple(Revision.objects.filter(kind=services.KIND_KPI).order_by("-pk")[:LATEST]),
    )
