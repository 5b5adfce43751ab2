"""Lists in the admin: filtered by what stands beside them, never by a column that no page shows."""

from typing import Any

import pytest
from django.contrib import admin

from bindings.models import ApiToken
from jobs.admin_lists import OfferedFilters
from tests.bindings.api.conftest import member
from tests.conftest import signed_in

OURS: list[Any] = [one for model, one in admin.site._registry.items() if model._meta.app_label != "auth"]


@pytest.mark.parametrize("listed", OURS, ids=lambda one: type(one).__name__)
def test_no_list_of_ours_looks_where_an_address_says(listed):
    assert issubclass(type(listed), OfferedFilters)
    names = [field.name for field in listed.model._meta.concrete_fields]
    for name in (*names, "author__password", "agent__tokens__digest", "no_such_thing"):
        for ending in ("__startswith", "__regex", "__gt", "__contains"):
            assert not listed.lookup_allowed(name + ending, "x")
    for name in (one for one in listed.list_filter if isinstance(one, str)):
        assert all(listed.lookup_allowed(name + ending, "x") for ending in ("", "__exact", "__isnull"))


def test_a_filter_s_name_is_no_beginning_of_another(db):
    listed = admin.site._registry[ApiToken]
    assert listed.list_filter == ("agent",)
    assert listed.lookup_allowed("agent__id__exact", "1")
    assert not listed.lookup_allowed("agent_id", "1")
    assert not listed.lookup_allowed("agent__name__startswith", "N")


@pytest.mark.parametrize(
    "query",
    ["digest__startswith=a", "key__startswith=a", "author__password__startswith=p", "author__email=x"],
)
def test_the_list_of_tokens_says_nothing_of_digests(db, query):
    ApiToken.objects.create(name="ci", key="abc", digest="abc", scopes=["registry:read"])
    publisher = member("publisher")
    assert publisher.get("/admin/bindings/apitoken/?agent__isnull=True").status_code == 200
    assert publisher.get(f"/admin/bindings/apitoken/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["password__startswith=p", "groups__user__password__startswith=p"])
def test_nor_does_that_of_people_of_passwords(admin_user, query):
    assert signed_in(admin_user).get(f"/admin/auth/user/?{query}").status_code == 400
