"""Tokens: shown once, kept as a hash, replaced with an overlap, gone when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from bindings.models import ApiToken
from tests.bindings.api.conftest import bearer, member, unhurried  # noqa: F401 - fixture
from tests.forms import fill_in
from tests.rest.calls import call

ADD = "/admin/bindings/apitoken/add/"


@pytest.fixture
def publisher(db) -> Client:
    return member("publisher")


def secret_on(page: Any) -> str:
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    text: str = page.content.decode().split('<code id="secret">')[1]
    return text.split("<")[0]


def status(secret: str) -> Any:
    return call(Client(), "GET", "kpis/", authorization=f"Bearer {secret}").status_code


def test_a_token_is_shown_once_and_works(publisher):
    page = publisher.post(
        ADD, {"name": "ci", "scopes": ["registry:read"], "agent": "", "expires_0": "", "expires_1": ""}
    )
    secret = secret_on(page)
    token = ApiToken.objects.get()
    assert secret.startswith(f"aur_{token.key}.")
    assert secret.partition(".")[2] not in str(list(ApiToken.objects.values()))
    assert (
        secret.partition(".")[2]
        not in publisher.get(f"/admin/bindings/apitoken/{token.pk}/change/").content.decode()
    )
    assert status(secret) == 200
    assert ApiToken.objects.get().last_used is not None


def test_a_successor_counts_beside_the_old_one_for_a_while(publisher, django_user_model):
    token = ApiToken(name="ci", scopes=["registry:read"])
    old = token.new_secret()
    token.save()
    new = secret_on(publisher.post(f"/admin/bindings/apitoken/{token.pk}/rotate/", {"overlap": "1"}))
    assert (status(old), status(new)) == (200, 200)
    ApiToken.objects.filter(pk=token.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert (status(old), status(new)) == (401, 200)
    assert ApiToken.objects.latest("pk").replaces == token


def test_a_revoked_token_is_refused_at_once(publisher):
    token = ApiToken(name="ci", scopes=["registry:read"])
    secret = token.new_secret()
    token.save()
    publisher.post(f"/admin/bindings/apitoken/{token.pk}/revoke/")
    assert status(secret) == 401


@pytest.mark.parametrize("name", ["viewer", "editor"])
def test_only_publishers_have_to_do_with_tokens(name, db):
    client = member(name)
    token = ApiToken.objects.create(name="ci", key="k", scopes=["registry:read"])
    for page in (
        ADD,
        f"/admin/bindings/apitoken/{token.pk}/rotate/",
        f"/admin/bindings/apitoken/{token.pk}/revoke/",
    ):
        assert client.post(page, {"overlap": "1"}).status_code == 403
    token.refresh_from_db()
    assert token.state == "usable"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "Basic abc",
        "Bearer",
        "Bearer aur_",
        "Bearer aur_.",
        "Bearer aur_x.y z",
        "Bearer \u00e9",
        "Bearer " + "x" * 9000,
    ],
)
def test_what_is_no_token_is_refused(text, db):
    assert call(Client(), "GET", "kpis/", authorization=text).status_code == 401


def test_a_secret_counts_only_with_its_own_token(db):
    one, two = bearer("registry:read"), bearer("registry:read")
    mixed = (
        one.defaults["HTTP_AUTHORIZATION"].split(".")[0]
        + "."
        + two.defaults["HTTP_AUTHORIZATION"].split(".")[1]
    )
    assert call(Client(), "GET", "kpis/", authorization=mixed).status_code == 401


def test_another_pepper_makes_every_token_worthless(db, settings):
    client = bearer("registry:read")
    settings.TOKEN_PEPPER = "another"
    assert call(client, "GET", "kpis/").status_code == 401


def test_a_last_use_is_written_once_a_minute(db, django_assert_num_queries):
    client = bearer("registry:read")
    call(client, "GET", "kpis/")
    with django_assert_num_queries(2):  # the token, and the page's KPIs, of which there are none
        call(client, "GET", "kpis/")


@pytest.mark.parametrize("scopes", [[], ["registry:admin"], "registry:read", None])
def test_scopes_are_those_there_are(scopes, db):
    token = ApiToken(name="ci", scopes=scopes)
    token.new_secret()
    with pytest.raises(ValidationError):
        token.full_clean()


def a_token() -> ApiToken:
    token = ApiToken(name="neuros", scopes=["registry:read"])
    token.new_secret()
    token.save()
    return token


def test_a_form_that_is_sent_twice_makes_one_token(publisher):
    token = a_token()
    answers = [
        publisher.post(f"/admin/bindings/apitoken/{token.pk}/rotate/", {"overlap": "1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 302]
    assert ApiToken.objects.filter(replaces=token).count() == 1


def test_the_name_of_a_token_can_be_changed(publisher):
    token = a_token()
    assert fill_in(publisher, f"/admin/bindings/apitoken/{token.pk}/change/", name="new").status_code == 302
    token.refresh_from_db()
    assert (token.name, bool(token.scopes)) == ("new", True)
