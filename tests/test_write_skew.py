"""Two changes at the very same moment that do not fit together: one of them is made, and the other is told why.

Each was judged over what the other one was about to change, before there was a lock for the whole working copy.
"""

import json
from functools import partial

import pytest
from django.urls import reverse

from bindings import services as agents
from bindings.models import Agent, Binding, HandOff
from bindings.models.waiver import Waiver
from contracts.units import STANDARD_UNITS
from kpis import services
from kpis.importing import ImportRefused, apply_import, read_draft
from kpis.locking import working_copy_lock
from kpis.models import KPI, RegistrySettings, Revision, Unit, ValidationRule
from releases import services as releases
from releases.models import Channel, Release
from tests.bindings.admin.conftest import agent_data, make_agent
from tests.kpis.conftest import changed, form_data, make
from tests.racing import browser, meet_before, together
from tests.releases.samples import publish
from tests.rest.calls import call, seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
OTHER = {"name": "night_hrv", "prometheus_metric": "auren_night_hrv_ms"}


@pytest.fixture
def two():
    """Two KPIs that could take each other's place."""
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    Channel.objects.get_or_create(name="production")
    return make(), make(**OTHER)


def save(kpi, **fields):
    """Somebody's form of a KPI, filled in now and sent when called."""
    named = {"name": kpi.name, "prometheus_metric": kpi.prometheus_metric} | fields
    url = reverse("admin:kpis_kpi_change", args=[kpi.pk])
    return partial(browser().post, url, form_data(kpi, **named))


def save_agent(agent, **fields):
    url = reverse("admin:bindings_agent_change", args=[agent.pk])
    return partial(browser().post, url, agent_data(agent, **fields))


def delete(where, thing):
    """Somebody's page that asks whether to delete it, opened now and answered when called."""
    client, page = browser(), f"/admin/{where}/{thing.pk}/delete/"
    return partial(client.post, page, {"post": "yes", "seen": client.get(page).context["seen"]})


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def test_two_kpis_cannot_become_each_others_successor(two, monkeypatch):
    one, other = two
    meet_before(monkeypatch, KPI, "save")
    answers = together(
        save(one, status="deprecated", successor=str(other.pk)),
        save(other, status="deprecated", successor=str(one.pk)),
    )
    assert statuses(answers) == [200, 302]
    assert KPI.objects.exclude(successor=None).count() == 1


def test_an_agent_that_somebody_begins_to_ask_is_not_deleted(two, monkeypatch):
    one, other = make_agent("NEUROS"), make_agent("SOMNOS")
    meet_before(monkeypatch, Agent, "save")
    meet_before(monkeypatch, Agent, "delete")
    ask = {"handoffs__0__severity": "critical", "handoffs__0__target": "SOMNOS"}
    answers = together(save_agent(one, **ask), delete("bindings/agent", other))
    assert 500 not in statuses(answers)
    assert HandOff.objects.count() + (not Agent.objects.filter(pk=other.pk).exists()) == 1


def test_a_metric_is_given_once_whatever_its_capitals(two, monkeypatch):
    one, other = two
    meet_before(monkeypatch, KPI, "save")
    answers = together(
        save(one, prometheus_metric="auren_same_ms"), save(other, prometheus_metric="auren_SAME_ms")
    )
    assert statuses(answers) == [200, 302]


def test_a_name_is_given_once(two, monkeypatch):
    meet_before(monkeypatch, KPI, "save")
    data = form_data(None, name="pulse", prometheus_metric="auren_pulse_ms")
    other = data | {"prometheus_metric": "auren_pulse_too_ms"}
    answers = together(*(partial(browser().post, "/admin/kpis/kpi/add/", sent) for sent in (data, other)))
    assert statuses(answers) == [200, 302]


def test_a_kpi_that_somebody_binds_is_not_deleted(two, monkeypatch):
    one, _ = two
    agent = make_agent("NEUROS")
    meet_before(monkeypatch, Agent, "save")
    meet_before(monkeypatch, KPI, "delete")
    row = {"bindings__0__key": one.name, "bindings__0__place": "0", "bindings__0__role": "primary_signal"}
    answers = together(
        save_agent(agent, **row | {"bindings__0__critical-condition": "< 25"}),
        delete("kpis/kpi", one),
    )
    assert 500 not in statuses(answers)
    assert Binding.objects.count() + (not KPI.objects.filter(pk=one.pk).exists()) == 1


def test_a_rule_that_is_added_meanwhile_holds_for_who_waited(two, monkeypatch):
    one, _ = two
    rule = ValidationRule(settings_id=1, field="owner", required=True)
    meet_before(monkeypatch, KPI, "save")

    def add_rule():
        with working_copy_lock():
            rule.save()

    answer, _ = together(save(one, title="HRV"), add_rule)
    assert answer.status_code in (200, 302)
    assert save(KPI.objects.whole().get(pk=one.pk), title="Again")().status_code == 200


def test_two_imports_at_once_are_one_after_the_other(two):
    def plan(action):
        files = {"kpi_registry.yaml": services_yaml(action)}
        return read_draft(files).plan

    plans = [plan("one_action"), plan("other_action")]

    def run(one):
        try:
            return bool(apply_import(one))
        except ImportRefused:
            return False

    assert sorted(together(*(partial(run, one) for one in plans))) == [False, True]
    assert Revision.objects.filter(subject_name="pulse").count() == 1


def services_yaml(action):
    """A registry file with one KPI that is not here yet."""
    return f"""
version: "1.1"
kpis:
  - name: pulse
    title: Pulse
    unit: bpm
    prometheus_metric: auren_pulse_bpm
    risk_thresholds:
      critical: {{condition: "> 190", action: {action}}}
""".encode()


def test_an_import_and_a_form_at_once_lose_neither(two, monkeypatch):
    one, _ = two
    form = save(one, title="By hand")
    text = services.registry_document().model_dump_json(by_alias=True, exclude_defaults=True).encode()
    plan = read_draft({"kpi_registry.yaml": text.replace(b'"Heart-rate variability"', b'"By file"')}).plan
    meet_before(monkeypatch, KPI, "save")

    assert plan is not None

    def run():
        try:
            apply_import(plan)
        except ImportRefused:
            return "refused"
        return "imported"

    answer, done = together(form, run)
    title = KPI.objects.get(pk=one.pk).title
    assert (answer.status_code, done, title) in {(302, "refused", "By hand"), (409, "imported", "By file")}


def test_publishing_while_somebody_saves_freezes_what_stood_there(two):
    one, other = two
    answers = together(
        lambda: publish("Now").release.pk,
        save(one, title="A"),
        save(other, title="B"),
    )
    titles = {kpi.title for kpi in Release.objects.get(pk=answers[0]).as_document().registry.kpis}
    assert titles <= {"Heart-rate variability", "A", "B"}
    assert [answer.status_code for answer in answers[1:]] == [302, 302]


def test_two_who_restore_at_once_make_the_release(two):
    release = publish().release
    for kpi in two:
        save(kpi, title="Changed")()
    together(*(partial(releases.restore, release=release, author=None) for _ in range(2)))
    assert set(KPI.objects.values_list("title", flat=True)) == {"Heart-rate variability"}
    assert KPI.objects.filter(revision=3).count() == 2


def test_doors_without_a_page_wait_for_each_other_too(two, monkeypatch):
    one, _ = two
    agent = make_agent("NEUROS")
    meet_before(monkeypatch, KPI, "save")
    document = changed(status="deprecated", successor="night_hrv")
    together(
        lambda: services.replace(kpi=one, document=document, author=None, source="admin"),
        lambda: agents.switch(agents=Agent.objects.filter(pk=agent.pk), on=False, author=None),
    )
    assert not Agent.objects.get().enabled


def test_sixteen_who_put_under_a_condition_lose_nothing(two):
    path = "kpis/hrv_rmssd/"

    def work(person):
        client, done = browser(), 0
        while done < 3:
            row, etag = seen(client, path)
            words = f"{row['description']} w{person}-{done}"
            body = {"description": words}
            answer = call(client, "PATCH", path, body, if_match=etag)
            assert answer.status_code in (200, 412, 503), answer.content
            done += answer.status_code == 200

    browser()
    together(*(partial(work, person) for person in range(16)))
    words = KPI.objects.get(name="hrv_rmssd").description.split()
    assert len([word for word in words if word.startswith("w")]) == 16 * 3


def test_a_finding_that_two_waive_has_one_waiver(two, monkeypatch):
    meet_before(monkeypatch, Waiver, "save")
    data = {
        "rule": "KPI034", "subject_name": "hrv_rmssd", "reason": "Known", "owner": "me", "expires": "2027-01-01",
    }  # fmt: skip
    answers = together(*(partial(browser().post, "/admin/bindings/waiver/add/", data) for _ in range(2)))
    assert statuses(answers) == [200, 302]
    assert Waiver.objects.count() == 1


def test_two_who_put_a_new_unit(two):
    body = {"code": "spoons", "title": "Spoons"}
    sent = json.dumps(body)
    answers = together(
        *(partial(browser().post, "/api/v1/units/", sent, content_type="application/json") for _ in range(2))
    )
    assert statuses(answers)[0] == 201
    assert statuses(answers)[1] in (409, 422, 400)


def test_places_are_given_once(two):
    names = [f"kpi_{n}" for n in range(6)]
    together(*(partial(make, name=name, prometheus_metric=f"auren_{name}_ms") for name in names))
    places = list(KPI.objects.values_list("position", flat=True))
    assert len(set(places)) == len(places) == 8
