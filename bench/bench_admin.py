"""The admin's list and form of 10,000 KPIs, against a bare ModelAdmin on the same rows.

Both sides answer through Django's test client, so what is compared is the page and nothing else. Queries are
counted too: a page must not ask more of 10,000 KPIs than of 30.
"""

import os
import tempfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import django

FOLDER = tempfile.TemporaryDirectory(prefix="auren-bench-")
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/bench.sqlite3"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib import admin  # noqa: E402 - Django has to be set up first
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.template.response import TemplateResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import include, path  # noqa: E402

from bench.figures import Figure, figure  # noqa: E402
from kpis.models import KPI, RegistrySettings, Threshold, Unit  # noqa: E402

STOCK_NAME = "stock"
STOCK = settings.TEMPLATES[0] | {"NAME": STOCK_NAME, "DIRS": []}
MANY, FEW = 10_000, 30
GOAL = 2.0

bare = admin.AdminSite(name="bare")
bare.enable_nav_sidebar = True


class Stock:
    """Rendered by Django's own templates instead of ours."""

    def changelist_view(self, *args: Any, **kwargs: Any) -> TemplateResponse:
        """The list."""
        return stock(super().changelist_view(*args, **kwargs))  # type: ignore[misc]  # a ModelAdmin's

    def changeform_view(self, *args: Any, **kwargs: Any) -> TemplateResponse:
        """The form."""
        return stock(super().changeform_view(*args, **kwargs))  # type: ignore[misc]  # a ModelAdmin's


def stock(response: TemplateResponse) -> TemplateResponse:
    """Let the other template engine render it."""
    response.using = STOCK_NAME
    return response


class BareThresholds(admin.TabularInline[Threshold, KPI]):
    """The thresholds as Django shows them."""

    model = Threshold
    max_num = 3


@admin.register(Unit, site=bare)
class BareUnit(admin.ModelAdmin[Unit]):
    """Units as Django shows them."""

    search_fields = ("code",)


@admin.register(KPI, site=bare)
class BareKPI(Stock, admin.ModelAdmin[KPI]):
    """KPIs as Django shows them, with the same columns where it has them and without selects of all rows."""

    list_display = ("name", "title", "category", "unit", "status")
    list_select_related = ("unit",)
    list_filter = ("status", "category", "unit")
    list_per_page = 50
    search_fields = ("name",)
    autocomplete_fields = ("unit", "successor")
    inlines = (BareThresholds,)


urlpatterns = [path("bare/", bare.urls), path("", include("auren_admin.urls"))]


def fill(count: int) -> None:
    """Make the table hold ``count`` KPIs with three thresholds each."""
    unit = Unit.objects.get(code="milliseconds")
    first = KPI.objects.count()
    kpis = KPI.objects.bulk_create(
        KPI(
            name=f"kpi_{n}_ms",
            title=f"Measure {n}",
            description="What it says about a person.",
            category=f"category {n % 12}",
            unit=unit,
            prometheus_metric=f"auren_kpi_{n}_ms",
            absolute_min=Decimal(1),
            absolute_max=Decimal(250),
            normal_min=Decimal(30) + n % 7,
            normal_max=Decimal(100),
            optimal=Decimal(50),
            position=n,
            revision=1,
        )
        for n in range(first, count)
    )
    Threshold.objects.bulk_create(
        Threshold(kpi=kpi, severity=severity, condition=condition, action="review")
        for n, kpi in enumerate(kpis)
        for severity, condition in (
            ("critical", f"< {15 + n % 9}"),
            ("warning", f"< {25 + n % 5}"),
            ("info", f"> {101 + n % 50}"),
        )
    )


def pages() -> dict[str, tuple[str, str]]:
    """Each page as ours and as the bare admin's."""
    pk = KPI.objects.values_list("pk", flat=True)[10]
    return {
        "list": ("/admin/kpis/kpi/", "/bare/kpis/kpi/"),
        "form": (f"/admin/kpis/kpi/{pk}/change/", f"/bare/kpis/kpi/{pk}/change/"),
    }


def get(client: Client, address: str) -> Callable[[], None]:
    """Ask for a page; fail loudly when it does not come."""

    def ask() -> None:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)

    return ask


def queries(ask: Callable[[], None]) -> int:
    """How many queries a page needs."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def run() -> Iterable[Figure]:
    """Queries with few and with many rows, and the time of each page against the bare one."""
    call_command("migrate", verbosity=0)
    RegistrySettings.objects.get_or_create(pk=1)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench"))
    with override_settings(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], TEMPLATES=[*settings.TEMPLATES, STOCK]
    ):
        fill(FEW)
        few = {page: queries(get(client, ours)) for page, (ours, _) in pages().items()}
        fill(MANY)
        for page, (ours, bare_address) in pages().items():
            get(client, bare_address)()
            yield Figure(f"admin.{page}_queries_10k_vs_30", queries(get(client, ours)), few[page], 1.0)
            yield figure(
                f"admin.{page}_seconds", get(client, ours), get(client, bare_address), GOAL, rounds=9
            )
