"""Tokens: shown once, kept as a hash, replaced with an overlap, gone when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from bindings.models import ApiToken
from kpis.models import Unit
from tests.bindings.api.conftest import agents, bearer, member, unhurried  # noqa: F401 - fixtures
from tests.form_filling import fill_in
from tests.kpis.conftest import registry  # noqa: F401 - fixture
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


def test_a_token_is_renamed(publisher):
    token = ApiToken.objects.create(name="ci", key="k", scopes=["registry:read"])
    page = f"/admin/bindings/apitoken/{token.pk}/change/"
    assert fill_in(publisher, page, name="cd").status_code == 302
    token.refresh_from_db()
    assert (token.name, token.scopes) == ("cd", ["registry:read"])


def test_nobody_gives_a_token_what_they_may_not_do(publisher):
    page = publisher.post(ADD, {"name": "eraser", "scopes": ["people:erase", "registry:read"]})
    assert "you may not do yourself: people:erase is for who may add erasures." in page.content.decode()
    assert not ApiToken.objects.exists()


def test_nobody_is_shown_the_secret_of_a_token_that_does_more_than_they(publisher):
    token = made("people:erase")
    page = publisher.post(f"/admin/bindings/apitoken/{token.pk}/rotate/", {"overlap": "1"})
    assert (page.status_code, ApiToken.objects.count()) == (403, 1)
    assert "people:erase is for who may add erasures" in page.content.decode()
    token.refresh_from_db()
    assert token.expires is None


def test_nobody_lets_such_a_token_count_for_longer(publisher):
    end = timezone.now() + timedelta(days=1)
    token = made("people:erase", expires=end)
    page = fill_in(publisher, f"/admin/bindings/apitoken/{token.pk}/change/", expires_0="", expires_1="")
    assert "people:erase is for who may add erasures" in page.content.decode()
    token.refresh_from_db()
    assert token.expires == end


def test_whoever_rotates_a_token_holds_it_from_then_on(publisher):
    token = made("registry:read")
    publisher.post(f"/admin/bindings/apitoken/{token.pk}/rotate/", {"overlap": "1"})
    new = ApiToken.objects.latest("pk")
    assert (new.author_name, new.replaces) == ("publisher-member", token)
    history = publisher.get(f"/admin/bindings/apitoken/{token.pk}/history/").content.decode()
    assert f"Replaced by token {new.key}, held by publisher-member." in history


@pytest.mark.parametrize("how", ["groups", "inactive", "gone"])
def test_what_it_does_for_its_holder_ends_when_they_may_no_longer(how, agents):  # noqa: F811 - the fixture
    holder = User.objects.create_user("holder")
    holder.groups.set(Group.objects.filter(name="publisher"))
    secret = held(holder, "registry:read", "registry:write", "observations:write")
    assert add_unit(secret) == 201
    if how == "groups":
        holder.groups.clear()
    elif how == "inactive":
        User.objects.filter(pk=holder.pk).update(is_active=False)
    else:
        holder.delete()
    assert add_unit(secret) == 403
    assert status(secret) == 200  # what it does for the service goes on
    sent = call(Client(), "POST", "observations/", [], authorization=f"Bearer {secret}")
    assert sent.status_code not in (401, 403)


def test_its_page_says_who_holds_it_and_what_does_nothing_now(publisher):
    holder = User.objects.create_user("holder")
    held(holder, "registry:write")
    token = ApiToken.objects.get()
    page = f"/admin/bindings/apitoken/{token.pk}/change/"
    assert "holder. May not (any more): registry:write." in publisher.get(page).content.decode()
    holder.delete()
    assert "holder, whose account is gone. May not" in publisher.get(page).content.decode()


def made(*scopes: str, **parts: Any) -> ApiToken:
    return ApiToken.objects.create(name="ci", key="k", scopes=list(scopes), **parts)


def held(person: User, *scopes: str) -> str:
    token = ApiToken(name="ci", scopes=list(scopes))
    token.held_by(person)
    secret = token.new_secret()
    token.save()
    return secret


def add_unit(secret: str) -> int:
    body = {"code": f"u{Unit.objects.count()}", "title": "u", "symbol": "u"}
    answer = call(Client(), "POST", "units/", body, authorization=f"Bearer {secret}")
    return int(answer.status_code)


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
