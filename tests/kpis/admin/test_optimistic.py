"""Two people edit one thing by its form: the second sees what the first did, and nothing is lost.

The table goes over every model that can be changed in the admin: one that is added later needs a line in `THINGS`,
and has to pass.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from bindings.identities import identity_of
from bindings.models import ActionKind, ApiToken, Waiver
from kpis.admin.locked import LockedAdmin
from kpis.models import RegistrySettings, Unit, ValidationRule
from releases.models import Channel, WebHook
from tests import form_filling
from tests.bindings.admin.conftest import make_agent
from tests.conftest import signed_in
from tests.form_filling import inputs
from tests.kpis.conftest import make


def a_token():
    token = ApiToken(name="neuros", scopes=["bindings:read"], agent=identity_of(make_agent("NEUROS")))
    token.new_secret()
    token.save()
    return token


def settings_with_a_rule():
    settings = RegistrySettings.objects.get(pk=1)
    ValidationRule.objects.create(settings=settings, field="owner")
    return settings


def a_waiver():
    return Waiver.objects.create(
        rule="KPI034", subject_name="hrv", subject_kind="kpi", reason="Known", owner="me",
        expires=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip


THINGS: dict[str, tuple[Callable[[], Any], str]] = {
    "kpis.unit": (lambda: Unit.objects.get(code="hours"), "symbol"),
    "kpis.kpi": (make, "title"),
    "kpis.registrysettings": (settings_with_a_rule, "last_updated"),
    "bindings.agent": (lambda: make_agent("NEUROS"), "role"),
    "bindings.actionkind": (
        lambda: ActionKind.objects.create(
            name="rest_today", title="Rest", agents=["NEUROS"], reversible=True
        ),
        "title",
    ),
    "bindings.waiver": (a_waiver, "reason"),
    "bindings.apitoken": (a_token, "name"),
    "releases.channel": (lambda: Channel.objects.create(name="staging"), "is_protected"),
    "releases.webhook": (
        lambda: WebHook.objects.create(name="bot", url="http://127.0.0.1:9/", events=["channel.moved"]),
        "name",
    ),
    "auth.user": (lambda: User.objects.create_user("ada"), "first_name"),
    "auth.group": (lambda: Group.objects.create(name="night"), "name"),
}
"""How one of each is made, and a field of its form that two people change."""


def changeable():
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True)
    return sorted(
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if page.has_change_permission(request, model())
    )


@pytest.fixture
def client(admin_user, registry, settings):
    settings.WEBHOOK_ALLOW = ()
    return signed_in(admin_user)


@pytest.fixture(autouse=True)
def any_address(monkeypatch):
    monkeypatch.setattr("releases.admin.webhooks.objection", lambda url: "")


def url_of(obj, page="change"):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{page}", args=[obj.pk])


def opened(client, obj):
    """What a browser would send of the page as it is opened."""
    return inputs(client.get(url_of(obj)))


def send(client, obj, data, **fields):
    return form_filling.send(client, url_of(obj), data, **fields)


def values(field):
    """What the first and what the second person write."""
    return ("on", "") if field == "is_protected" else ("As A has it", "As B has it")


def test_each_model_that_can_be_changed_is_in_the_table(client):
    assert changeable() == sorted(THINGS)


@pytest.mark.parametrize("label", THINGS)
def test_each_takes_its_lock_first_and_none_is_edited_in_a_list(label):
    page = admin.site._registry[apps.get_model(label)]
    assert isinstance(page, LockedAdmin)
    assert not page.list_editable


@pytest.mark.parametrize("label", [label for label in THINGS if label != "releases.channel"])
def test_the_second_sees_what_the_first_saved(label, client):
    made, field = THINGS[label]
    obj = made()
    mine, theirs = opened(client, obj), opened(client, obj)
    assert send(client, obj, theirs, **{field: "As A has it"}).status_code == 302
    answer = send(client, obj, mine, **{field: "As B has it"})
    obj.refresh_from_db()
    assert (answer.status_code, getattr(obj, field)) == (409, "As A has it")
    assert "As A has it" in answer.text
    assert "As B has it" in answer.text


@pytest.mark.parametrize("label", THINGS)
def test_a_form_sent_twice_is_one_change(label, client):
    made, field = THINGS[label]
    obj = made()
    data, value = opened(client, obj), values(field)[0]
    answers = [send(client, obj, data, **{field: value}).status_code for _ in range(2)]
    obj.refresh_from_db()
    assert answers == [302, 302]
    assert getattr(obj, field) == (True if value == "on" else value)


@pytest.mark.parametrize("label", [label for label in THINGS if label != "releases.channel"])
def test_what_was_changed_is_not_deleted_unseen(label, client):
    made, field = THINGS[label]
    obj = made()
    page = client.get(url_of(obj, "delete"))
    if page.status_code == 403:
        return  # nobody deletes it
    seen = inputs(page)
    assert send(client, obj, opened(client, obj), **{field: values(field)[0]}).status_code == 302
    again = client.post(url_of(obj, "delete"), seen.dict())
    assert type(obj)._default_manager.filter(pk=obj.pk).exists()
    assert client.post(again["Location"], inputs(client.get(again["Location"])).dict()).status_code == 302
    assert not type(obj)._default_manager.filter(pk=obj.pk).exists()


def test_what_does_not_overlap_is_saved_together(client):
    unit = Unit.objects.get(code="hours")
    mine, theirs = opened(client, unit), opened(client, unit)
    send(client, unit, theirs, symbol="hrs")
    conflict = send(client, unit, mine, title="Long hours")
    assert conflict.context["clashes"] == 0
    assert send(client, unit, inputs(conflict)).status_code == 302
    unit.refresh_from_db()
    assert (unit.symbol, unit.title) == ("hrs", "Long hours")


@pytest.mark.parametrize(("choice", "kept"), [("mine", "mine"), ("theirs", "theirs")])
def test_who_comes_second_chooses(choice, kept, client):
    unit = Unit.objects.get(code="hours")
    mine, theirs = opened(client, unit), opened(client, unit)
    send(client, unit, theirs, symbol="theirs")
    conflict = send(client, unit, mine, symbol="mine")
    assert send(client, unit, inputs(conflict), **{"choose:symbol": choice}).status_code == 302
    unit.refresh_from_db()
    assert unit.symbol == kept


def test_a_third_who_saves_meanwhile_is_a_conflict_again(client):
    unit = Unit.objects.get(code="hours")
    mine, theirs, third = (opened(client, unit) for _ in range(3))
    send(client, unit, theirs, symbol="theirs")
    conflict = inputs(send(client, unit, mine, symbol="mine"))
    settled = inputs(send(client, unit, third, symbol="third"))
    send(client, unit, settled, **{"choose:symbol": "mine"})
    answer = send(client, unit, conflict)
    assert answer.status_code == 409
    unit.refresh_from_db()
    assert unit.symbol == "third"


def rules():
    return list(ValidationRule.objects.order_by("pk").values_list("field", "pattern"))


def test_rows_of_both_are_kept(client):
    settings = settings_with_a_rule()
    mine, theirs = opened(client, settings), opened(client, settings)
    new = {"validation_rules-TOTAL_FORMS": "2", "validation_rules-1-position": "1"}
    send(client, settings, theirs, **new, **{"validation_rules-1-field": "title"})
    conflict = send(client, settings, mine, **new, **{"validation_rules-1-field": "category"})
    assert conflict.status_code == 409
    assert send(client, settings, inputs(conflict)).status_code == 302
    assert [field for field, _ in rules()] == ["owner", "title", "category"]


def test_a_row_that_one_deleted_and_the_other_changed_is_a_choice(client):
    settings = settings_with_a_rule()
    mine, theirs = opened(client, settings), opened(client, settings)
    send(client, settings, theirs, **{"validation_rules-0-DELETE": "on"})
    conflict = send(client, settings, mine, **{"validation_rules-0-pattern": "^.+$"})
    assert conflict.context["clashes"] == 1
    assert send(client, settings, inputs(conflict)).status_code == 302
    assert rules() == [("owner", "^.+$")]


def test_a_new_row_that_is_sent_twice_is_added_once(client):
    settings = settings_with_a_rule()
    data = opened(client, settings)
    new = {"validation_rules-TOTAL_FORMS": "2", "validation_rules-1-position": "1"}
    answers = [
        send(client, settings, data, **new, **{"validation_rules-1-field": "title"}).status_code
        for _ in range(2)
    ]
    assert (answers, len(rules())) == ([302, 302], 2)


def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing(client):
    unit = Unit.objects.get(code="hours")
    data = opened(client, unit)
    del data["form_state"]
    assert send(client, unit, data, symbol="blind").status_code == 409


def test_a_form_with_errors_still_knows_what_it_began_with(client):
    unit = Unit.objects.get(code="hours")
    mine = opened(client, unit)
    refused = inputs(send(client, unit, mine, code="NOT A CODE"))
    send(client, unit, mine, symbol="theirs")
    assert send(client, unit, refused, code="hours", title="Mine").status_code == 409


def test_a_list_deletes_only_what_it_showed(client):
    unit = Unit.objects.create(code="spoons")
    ticked = {"action": "delete_selected", "_selected_action": str(unit.pk)}
    seen = inputs(client.post("/admin/kpis/unit/", ticked))
    send(client, unit, opened(client, unit), symbol="new")
    again = client.post("/admin/kpis/unit/", seen.dict())
    assert Unit.objects.filter(pk=unit.pk).exists()
    client.post("/admin/kpis/unit/", inputs(again).dict())
    assert not Unit.objects.filter(pk=unit.pk).exists()


def test_what_both_wrote_is_text_on_the_page(client):
    unit = Unit.objects.get(code="hours")
    mine, theirs = opened(client, unit), opened(client, unit)
    send(client, unit, theirs, symbol="<b>a</b>")
    page = send(client, unit, mine, symbol="<i>b</i>").text
    assert escape("<b>a</b>") in page
    assert not re.search(r"<[bi]>[ab]</", page)


def test_who_may_not_change_it_is_shown_nothing(viewer_client, registry):
    unit = Unit.objects.get(code="hours")
    assert viewer_client.post(url_of(unit), {"symbol": "x"}).status_code == 403


ADDED: dict[str, dict[str, Any]] = {
    "kpis.unit": {"code": "spoons"},
    "releases.webhook": {"name": "bot", "url": "http://127.0.0.1:9/", "events": ["channel.moved"]},
    "bindings.apitoken": {"name": "ci", "scopes": ["registry:read"]},
    "auth.group": {"name": "night"},
    "bindings.actionkind": {"name": "rest_today"},
}


@pytest.mark.parametrize("label", ADDED)
def test_a_form_of_something_new_that_is_sent_twice_adds_it_once(label, client):
    url = f"/admin/{label.replace('.', '/')}/add/"
    data, model = inputs(client.get(url)), apps.get_model(label)
    before = model.objects.count()
    form_filling.send(client, url, data, **ADDED[label])
    again = form_filling.send(client, url, data, **ADDED[label])
    assert again.status_code == 302
    assert re.search(r"/\d+/change/$", again["Location"])
    assert model.objects.count() == before + 1


def test_who_follows_a_channel_is_not_put_back_either(client):
    channel = Channel.objects.create(name="staging")
    for name in ("NEUROS", "SOMNOS"):
        make_agent(name)
    mine, theirs = opened(client, channel), opened(client, channel)
    assert send(client, channel, theirs, agents=["NEUROS"]).status_code == 302
    answer = send(client, channel, mine, agents=["SOMNOS"])
    assert (answer.status_code, answer.context["clashes"]) == (409, 1)
    assert list(channel.followers.values_list("agent__name", flat=True)) == ["NEUROS"]
