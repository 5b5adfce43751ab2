"""Lists: pages, filters, search and order, each from an allow-list."""

import base64

import pytest
from django.core.cache import cache

from kpis.models import KPI, Unit
from tests.rest.calls import call, codes


@pytest.fixture(autouse=True)
def kpis(db) -> None:
    cache.clear()
    unit = Unit.objects.get(code="milliseconds")
    KPI.objects.bulk_create(
        KPI(
            name=f"kpi_{n:02}", title=f"Number {n}", unit=unit, prometheus_metric=f"auren_{n:02}_ms",
            position=n, category="odd" if n % 2 else "even", status="draft" if n == 7 else "active",
        )
        for n in range(25)
    )  # fmt: skip


def names(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def pages(client, query: str) -> list[list[str]]:
    """Every page, by following `next`."""
    found, address = [], f"kpis/?{query}"
    while address:
        answer = call(client, "GET", address)
        found.append(names(answer))
        address = (answer.json()["next"] or "").removeprefix("/api/v1/")
    return found


@pytest.mark.parametrize(
    "order", ["name", "-name", "category,-name", "-category", "status,category", "position"]
)
def test_pages_show_every_row_once_in_order(viewer_client, order):
    found = pages(viewer_client, f"ordering={order}&page_size=4")
    assert [len(page) for page in found] == [4] * 6 + [1]
    expected = KPI.objects.order_by(*order.split(","), "pk").values_list("name", flat=True)
    assert [name for page in found for name in page] == list(expected)


def test_a_row_that_comes_in_between_moves_no_other(viewer_client):
    first = call(viewer_client, "GET", "kpis/?ordering=name&page_size=5").json()
    KPI.objects.create(
        name="a_first",
        unit=Unit.objects.get(code="milliseconds"),
        prometheus_metric="auren_a_ms",
        position=25,
    )
    second = call(viewer_client, "GET", first["next"].removeprefix("/api/v1/"))
    assert names(second)[0] == "kpi_05"


def test_filters_and_search_narrow_the_list(viewer_client):
    assert names(call(viewer_client, "GET", "kpis/?status=draft")) == ["kpi_07"]
    assert len(names(call(viewer_client, "GET", "kpis/?category=odd"))) == 12
    assert names(call(viewer_client, "GET", "kpis/?search=number+24")) == ["kpi_24"]
    assert names(call(viewer_client, "GET", "kpis/?unit=hours")) == []


def test_only_the_fields_that_were_asked_for(viewer_client):
    answer = call(viewer_client, "GET", "kpis/?fields=name,unit&page_size=1").json()
    assert answer["results"] == [{"name": "kpi_00", "unit": "milliseconds"}]
    assert call(viewer_client, "GET", "kpis/kpi_03/?fields=title").json() == {"title": "Number 3"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("ordering=password", "parameter_invalid"),
        ("ordering=unit__kpis__name", "parameter_invalid"),
        ("user__password__startswith=p", "unknown_parameter"),
        ("stauts=draft", "unknown_parameter"),
        ("status=retired", "invalid_choice"),
        ("status=draft&status=active", "duplicate_parameter"),
        ("fields=password", "parameter_invalid"),
        ("page_size=0", "parameter_invalid"),
        ("page_size=201", "parameter_invalid"),
        ("page_size=x", "parameter_invalid"),
        ("page_size=" + "9" * 40, "parameter_invalid"),
        ("cursor=x", "cursor_invalid"),
        ("cursor=WzFd", "cursor_invalid"),
        ("cursor=W251bGwsIG51bGxd", "cursor_invalid"),
        ("cursor=W3siYSI6MX0sIDFd", "cursor_invalid"),
        ("cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LCAxXQ", "cursor_invalid"),
        ("search=" + "x" * 201, "too_long"),
        ("dry_run=true", "unknown_parameter"),
        ("format=api", "unknown_parameter"),
    ],
)
def test_what_is_not_on_the_list_is_refused(viewer_client, query, code):
    answer = call(viewer_client, "GET", f"kpis/?{query}")
    assert answer.status_code == 400, answer.content
    assert code in codes(answer)


def test_a_flag_that_says_neither_is_refused_before_anything_is_written(editor_client):
    answer = call(editor_client, "POST", "units/?dry_run=yes", {"code": "furlongs"})
    assert answer.status_code == 400
    assert not Unit.objects.filter(code="furlongs").exists()


def test_a_slip_in_a_parameter_is_told(viewer_client):
    error = call(viewer_client, "GET", "kpis/?stauts=draft").json()["errors"][0]
    assert (error["parameter"], error["hint"]) == ("stauts", "Did you mean status?")


@pytest.mark.parametrize("rows", [3, 25])
def test_a_list_costs_the_same_for_few_and_many(viewer_client, django_assert_num_queries, rows):
    with django_assert_num_queries(6):  # session, user, two of permissions, KPIs with unit, thresholds
        call(viewer_client, "GET", f"kpis/?page_size={rows}")


def test_an_address_works_without_its_last_slash(editor_client):
    assert call(editor_client, "GET", "kpis").status_code == 200
    assert call(editor_client, "POST", "units", {"code": "furlongs"}).status_code == 201


@pytest.mark.parametrize(
    "name", ["name__startswith", "unit__code", "status__in", "owner__password__startswith"]
)
def test_a_list_is_filtered_by_what_it_names_and_nothing_behind_it(client, admin_user, name):
    client.force_login(admin_user)
    answer = call(client, "GET", f"kpis/?{name}=x")
    assert (answer.status_code, codes(answer)) == (400, {"unknown_parameter"})
    (error,) = answer.json()["errors"]
    assert error["parameter"] == name
    assert "category" in error["hint"]
    assert "prometheus_metric" in error["hint"]


ODD = [
    "",
    "a",
    "a\u00a0b",
    "a\tb",
    "a\nb",
    "a\u2028b",
    "\u202ea",
    "\u200b",
    "é",
    "e\u0301",
    "😀",
    '"',
    "\\",
    "a'b",
    "\ue000",
    "+/=&",
]
"""What a column may hold, by whichever door it came in; an empty one as well."""


def test_no_stored_value_ends_the_pages(editor_client):
    for number, kpi in enumerate(KPI.objects.all()):
        KPI.objects.filter(pk=kpi.pk).update(category=ODD[number % len(ODD)])
    found = [name for page in pages(editor_client, "ordering=category&page_size=1") for name in page]
    assert sorted(found) == sorted(KPI.objects.values_list("name", flat=True))


@pytest.mark.parametrize("value", [r"\u0000", r"\ud800"])
def test_a_cursor_with_what_no_column_holds_leads_nowhere(editor_client, value):
    cursor = base64.urlsafe_b64encode(f'["{value}", 1]'.encode()).decode()
    answer = call(editor_client, "GET", f"kpis/?ordering=category&cursor={cursor}")
    assert codes(answer) == {"cursor_invalid"}
