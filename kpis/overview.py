"""What the registry holds, at a glance: counts, what the rules say of all of it, and the latest changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.cache import cache
from django.db.models import Count, Max

from contracts.findings import Level
from kpis import services
from kpis.models import KPI, RegistrySettings, Revision, Unit
from kpis.models.kpi import registry_context

CHECKED_AT_MOST = 2000
"""Above so many KPIs a page does not wait for all of them to be checked: the command line does."""
NAMED_AT_MOST = 5
LATEST = 8
KEPT_FOR = 60 * 60


@dataclass(frozen=True, slots=True)
class Troubled:
    """A KPI the rules have something against: how many findings of each level, the worst level first."""

    pk: int
    title: str
    name: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many findings of each level there are, and the KPIs with the worst of them."""

    counts: tuple[tuple[str, int], ...]
    troubled: tuple[Troubled, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person sees on the first page. ``verdict`` is None where there are too many KPIs to check."""

    kpis: int
    by_status: Mapping[str, int]
    categories: int
    units: int
    verdict: Verdict | None
    latest: tuple[Revision, ...]


def overview_for(user: AbstractBaseUser | AnonymousUser) -> Overview | None:
    """The overview, or None for someone who may not see KPIs."""
    if not user.has_perm("kpis.view_kpi"):  # type: ignore[union-attr]  # a custom user without permissions is no admin
        return None
    by_status = dict(KPI.objects.order_by().values_list("status").annotate(Count("pk")))
    count = sum(by_status.values())
    return Overview(
        kpis=count,
        by_status=by_status,
        categories=KPI.objects.exclude(category="").order_by().values("category").distinct().count(),
        units=KPI.objects.order_by().values("unit").distinct().count(),
        verdict=verdict(count) if count <= CHECKED_AT_MOST else None,
        latest=tuple(Revision.objects.filter(kind=services.KIND_KPI).order_by("-pk")[:LATEST]),
    )


def verdict(count: int) -> Verdict:
    """What the rules say of every KPI; worked out once for each state of the registry."""
    key = f"kpis.verdict.{fingerprint(count)}"
    found: Verdict | None = cache.get(key)
    if found is None:
        found = judge()
        cache.set(key, found, KEPT_FOR)
    return found


def fingerprint(count: int) -> str:
    """A word that changes whenever what the rules look at does."""
    last = Revision.objects.aggregate(last=Max("pk"))["last"]
    units = [unit.as_spec() for unit in Unit.objects.all()]
    return sha256(repr((count, last, RegistrySettings.current().as_data(), units)).encode()).hexdigest()


def judge() -> Verdict:
    """Check every KPI, with one view of the registry for all of them."""
    kpis = list(KPI.objects.whole())
    context = registry_context(kpi.as_known() for kpi in kpis)
    totals = dict.fromkeys((Level.ERROR, Level.WARNING, Level.NOTE), 0)
    troubled: list[tuple[int, Troubled]] = []
    for kpi in kpis:
        levels = [finding.level for finding in kpi.judge(context=context).findings]
        counts = [(str(level), levels.count(level)) for level in totals if level in levels]
        for level in levels:
            totals[level] += 1
        if serious := max((level.rank for level in levels), default=0):
            troubled.append((serious, Troubled(kpi.pk, str(kpi), kpi.name, tuple(counts))))
    troubled.sort(key=lambda item: -item[0])
    worst = tuple(item for _, item in troubled[:NAMED_AT_MOST])
    return Verdict(tuple((str(level), count) for level, count in totals.items()), worst)
