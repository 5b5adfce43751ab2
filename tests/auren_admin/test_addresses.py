"""Every address and every filter with what no database holds: nothing is there, and nothing fails.

CI runs this file on SQLite and on PostgreSQL.
"""

import logging
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from kpis.models import KPI
from tests.addresses import HOSTILE, addresses, arguments
from tests.kpis.conftest import form_data
from tests.telemetry.conftest import contract, nothing_known, registry
from tests.telemetry.samples import NOW, observation, told

__all__ = ["contract", "nothing_known", "registry"]
pytestmark = pytest.mark.door

GOOD = {"agent": "NEUROS", "kpi": "hrv_rmssd", "app_label": "kpis", "name": "hrv_rmssd"}
LOOKUPS = ("", "__exact", "__in", "__id__exact", "__id__in", "__isnull")
PAGE_KEYS = (
    "p",
    "o",
    "q",
    "_changelist_filters",
    "_to_field",
    "id",
    "id__in",
    "pk",
    "before",
    "after",
    "from",
)
API = "/api/v1/"


@pytest.fixture
def everyone(contract) -> Iterator[Client]:
    """Somebody who may do everything, where there is something of every kind."""
    logging.disable(logging.CRITICAL)  # thousands of refusals
    told(observation(50, NOW))
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    yield client
    logging.disable(logging.NOTSET)


def lists() -> Iterator[str]:
    """Every list of the admin with each of its filters and parameters, as `…?name=`."""
    for model, model_admin in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        filters = [f"{name}{lookup}" for name in model_admin.list_filter for lookup in LOOKUPS]
        yield from (f"{path}?{name}=" for name in (*filters, *PAGE_KEYS))
        yield f"{path}add/?_changelist_filters="


def finders() -> Iterator[str]:
    """What is asked while somebody types into a field that finds another row."""
    for model, model_admin in admin.site._registry.items():
        for name in model_admin.autocomplete_fields:
            about = f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={name}"
            yield from (f"/admin/autocomplete/?{about}&term=", f"/admin/autocomplete/?{about}&term=a&page=")


def faults(client: Client, paths: Iterator[str]) -> list[str]:
    return [path[:200] for path in paths if client.get(path).status_code >= 500]


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:20])
def test_no_address_fails_for_what_stands_in_it(everyone, value):
    for argument in arguments():
        paths = (
            path
            for path in addresses(lambda name: value if name == argument else GOOD.get(name, "1"))  # noqa: B023
            if value in path
        )
        assert faults(everyone, paths) == []


@pytest.mark.slow
@pytest.mark.parametrize("value", [str(2**63), "9" * 5_000, "%00", "%ED%A0%80"], ids=lambda value: value[:20])
def test_no_list_fails_for_what_it_is_asked(everyone, value):
    assert faults(everyone, (path + value for path in (*lists(), *finders()))) == []


@pytest.mark.parametrize(
    "value", [str(2**63), "1" + "0" * 40, "9" * 5_000, "\x00", "1\x00", "²", "-1"], ids=repr
)
@pytest.mark.parametrize("field", ["unit", "successor", "started_from", "status", "absolute_min"])
def test_a_form_says_what_is_wrong_with_a_field(everyone, field, value):
    answer = everyone.post("/admin/kpis/kpi/add/", form_data(None, name="other", **{field: value}))
    assert answer.status_code in (200, 302)
    if field != "started_from" and (field, value) != ("absolute_min", "-1"):
        assert field in answer.context["adminform"].form.errors
        assert not KPI.objects.filter(name="other").exists()


@pytest.mark.parametrize("value", [str(2**63), "9" * 5_000, "\x00", "²"], ids=repr)
@pytest.mark.parametrize("path", ["/admin/kpis/kpi/{}/change/", "/admin/kpis/kpi/{}/history/1/"])
def test_a_revision_that_is_no_number_is_not_the_one_that_is_there(everyone, path, value):
    kpi = KPI.objects.get(name="hrv_rmssd")
    answer = everyone.post(path.format(kpi.pk), form_data(kpi, owner="other") | {"started_from": value})
    assert answer.status_code in (200, 404, 409, 422)
    kpi.refresh_from_db()
    assert kpi.owner == ""


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:20])
@pytest.mark.parametrize(
    "name", ["release", "channel", "page_size", "cursor", "search", "ordering", "dry_run"]
)
def test_no_poll_or_list_of_the_interface_fails_for_what_it_is_asked(everyone, name, value):
    paths = (
        "agents/NEUROS/bindings/",
        "registry/",
        "kpis/",
        "bindings/",
        "releases/",
        "channels/",
        "reports/",
    )
    assert faults(everyone, (f"{API}{path}?{name}={value}" for path in paths)) == []


@pytest.mark.parametrize(
    "value", ["9" * 5_000, '"' + "9" * 30 + '"', "kpi-9223372036854775808", "\x00", "²"], ids=repr
)
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "X-Request-ID"])
def test_no_change_fails_for_a_header(everyone, header, value):
    for path in (f"{API}kpis/hrv_rmssd/", f"{API}agents/NEUROS/", f"{API}channels/production/"):
        answer = everyone.put(path, b"{}", content_type="application/json", headers={header: value})
        assert answer.status_code < 500
