"""Restoring: the working copy is exactly what was released, or nothing was changed."""

import pytest
from django.contrib.auth.models import Permission

from bindings.models import ActionCatalogue, ActionKind, Agent, Binding, HandOff, Roster
from contracts.release import ReleaseDocument
from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit, ValidationRule
from kpis.rights import Lacking
from releases import services
from releases.models import Release
from releases.services import RestoreRefused
from tests.bindings.samples import make_agent
from tests.releases.samples import add_agent, add_kpi, delete_kpi, edit, publish, released, spoil

pytestmark = pytest.mark.django_db


def restore(release: Release, **options) -> services.RestoreResult:
    return services.restore(**{"release": release, "author": None} | options)


def is_exact(release: Release) -> bool:
    return services.working_copy().digest == release.digest


def everything() -> tuple[list[object], ...]:
    models = (KPI, Threshold, Agent, Binding, HandOff, Unit, RegistrySettings, ValidationRule, Revision)
    return tuple(list(model.objects.order_by("pk").values()) for model in models)


def test_what_is_the_release_already_is_left_alone(first):
    before = everything()
    assert restore(first).changed_nothing
    assert everything() == before


def test_an_edit_is_taken_back_and_kept_in_the_history(first, author):
    kpi = edit("< 25")
    author.user_permissions.add(Permission.objects.get(codename="change_kpi"))
    done = restore(first, author=author, reason="A slip")
    assert (done.changed, done.created, done.deleted) == (("hrv_rmssd",), (), ())
    assert is_exact(first)
    newest = Revision.objects.of("kpi", kpi.pk)[0]
    assert (newest.source, newest.author, newest.reason) == ("restore", author, "A slip")
    assert newest.number == KPI.objects.get(pk=kpi.pk).revision


def test_a_channel_does_not_move(first):
    second = released("< 25")
    restore(first)
    assert services.latest() == second
    assert publish().release.digest == first.digest


def unit(code: str, **columns) -> None:
    Unit.objects.update_or_create(code=code, defaults=columns)


def swap_metrics() -> None:
    one, other = KPI.objects.order_by("name")
    metrics = one.prometheus_metric, other.prometheus_metric
    KPI.objects.filter(pk=one.pk).update(prometheus_metric="auren_parked_score")
    KPI.objects.filter(pk=other.pk).update(prometheus_metric=metrics[0])
    KPI.objects.filter(pk=one.pk).update(prometheus_metric=metrics[1])


def swap_folders() -> None:
    Agent.objects.filter(name="NEUROS").update(code="parked")
    Agent.objects.filter(name="SOMNOS").update(code="neuros")
    Agent.objects.filter(name="NEUROS").update(code="somnos")


def succeed() -> None:
    new = add_kpi("hrv_sdnn")
    KPI.objects.filter(name="ln_rmssd").update(status="deprecated", successor=new)


def lose_an_agent() -> None:
    HandOff.objects.all().delete()
    Agent.objects.filter(name="SOMNOS").delete()


def ask_a_stranger() -> None:
    HandOff.objects.create(
        agent=Agent.objects.get(name="NEUROS"), target=make_agent("ZEDOS"), severity="info", reason="Why not."
    )


def action(name: str, **columns) -> None:
    ActionKind.objects.create(name=name, **columns)


EDITS = {
    "a KPI gone": lambda: delete_kpi("ln_rmssd"),
    "all KPIs gone": lambda: (Binding.objects.all().delete(), KPI.objects.all().delete()),
    "a KPI more": lambda: add_agent("CARDIOS", add_kpi("hrv_sdnn").name),
    "a successor": succeed,
    "metrics swapped": swap_metrics,
    "another order": lambda: KPI.objects.filter(name="hrv_rmssd").update(position=9),
    "thresholds gone": lambda: Threshold.objects.all().delete(),
    "keys of its own": lambda: KPI.objects.update(extra={"kpi": {"x-colour": "red"}}),
    "an agent gone": lose_an_agent,
    "all agents gone": lambda: (HandOff.objects.all().delete(), Agent.objects.all().delete()),
    "an agent more": ask_a_stranger,
    "a hand-off about another KPI": lambda: HandOff.objects.update(kpi=add_kpi("hrv_sdnn")),
    "folders swapped": swap_folders,
    "agents in another order": lambda: Agent.objects.filter(name="SOMNOS").update(position=99),
    "an agent off": lambda: Agent.objects.update(enabled=False, role="Other", tags=["x"], status="prod"),
    "bindings gone": lambda: Binding.objects.all().delete(),
    "bindings in another order": lambda: Binding.objects.filter(kpi__name="hrv_rmssd").update(position=9),
    "a guard": lambda: Binding.objects.update(guard="is_resting == true"),
    "a unit more": lambda: unit("furlongs", symbol="fur"),
    "a standard unit changed": lambda: unit("milliseconds", symbol="msec"),
    "settings": lambda: RegistrySettings.objects.update(version="2", labels=["other"], last_updated="today"),
    "no settings": lambda: RegistrySettings.objects.all().delete(),
    "a rule more": lambda: ValidationRule.objects.create(settings_id=1, field="owner", position=7),
    "the roster": lambda: Roster.objects.create(version=2, last_updated="today", extra={"x": 1}),
    "an action more": lambda: action("rest_today", title="Rest", agents=["NEUROS"], reversible=True),
    "the catalogue's own values": lambda: ActionCatalogue.objects.create(version=2, extra={"x": 1}),
    "an action that no document holds": lambda: action("rest_today", title="bell \x07"),
    "a value that no document holds": lambda: KPI.objects.update(title="bell \x07"),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_it_comes_back_exactly_and_so_does_what_was_changed(first, change, monkeypatch):
    change()
    try:
        other = make_release(services.working_copy())
    except ValueError:  # no document can hold it
        other = first
    assert not restore(first).changed_nothing
    assert is_exact(first)
    assert restore(first).changed_nothing
    monkeypatch.setattr(services.restoring, "open_entries", lambda entries, level: [])
    assert restore(other).changed_nothing is (other is first)
    assert is_exact(other)


def test_a_catalogue_comes_back_as_it_was_with_what_somebody_needs_for_it(first, author):
    action("rest_today", title="Rest", agents=["NEUROS"], extra={"x-cost": 3})
    action("call_a_doctor", title="Call")
    second = publish().release
    ActionKind.objects.filter(name="rest_today").update(title="Lie down", extra={})
    ActionKind.objects.filter(name="call_a_doctor").delete()
    action("wait")
    needed = services.RestorePlan.towards(second.as_document(), held=False).permissions()
    assert set(needed) == {f"bindings.{verb}_actionkind" for verb in ("add", "change", "delete")}
    with pytest.raises(Lacking):
        restore(second, author=author)
    assert restore(second).settings == ("catalogue of actions",)
    assert is_exact(second)
    assert ActionKind.objects.get(name="rest_today").extra == {"x-cost": 3}
    kept = Revision.objects.filter(kind="action").order_by("subject_name")
    assert [(one.subject_name, one.source, one.document is None) for one in kept] == [
        ("call_a_doctor", "restore", False), ("rest_today", "restore", False), ("wait", "restore", True),
    ]  # fmt: skip
    assert {one.reason for one in kept} == {"Restored from release 2"}


def make_release(document: ReleaseDocument) -> Release:
    """Release 2 as if somebody had published this, whatever the rules say."""
    return Release.objects.keep(
        number=2, text=document.canonical().decode(), digest=document.digest, kind="cosmetic", message="x"
    )


def test_an_own_unit_comes_back_as_it_was(copy):
    unit("furlongs", title="", symbol="fur", grafana="")
    add_kpi("far", unit="furlongs", prometheus_metric="auren_far_fur")
    release = released()
    delete_kpi("far")
    Unit.objects.filter(code="furlongs").delete()
    restore(release)
    assert is_exact(release)


def test_a_deleted_kpi_comes_back_with_its_bindings(first):
    delete_kpi("hrv_rmssd")
    done = restore(first)
    assert (done.created, done.changed) == (("hrv_rmssd",), ("NEUROS",))
    assert Binding.objects.get(kpi__name="hrv_rmssd").triggers.get().condition == "< 25"


def test_what_the_release_lacks_is_deleted_and_marked_in_the_history(first):
    kpi = add_kpi("hrv_sdnn")
    agent = add_agent("CARDIOS", "hrv_sdnn")
    assert restore(first).deleted == ("CARDIOS", "hrv_sdnn")
    for kind, pk in (("kpi", kpi.pk), ("agent", agent.pk)):
        newest = Revision.objects.of(kind, pk)[0]
        assert (newest.document, newest.source) == (None, "restore")


def test_a_row_that_stays_keeps_its_id_and_history(first):
    before = {kpi.name: kpi.pk for kpi in KPI.objects.all()}
    edit("< 25")
    restore(first)
    assert {kpi.name: kpi.pk for kpi in KPI.objects.all()} == before


def test_where_todays_rules_object_nothing_is_changed(copy):
    spoil()
    release = make_release(services.working_copy())
    KPI.objects.filter(name="hrv_rmssd").update(prometheus_metric="auren_hrv_rmssd_ms")
    before = everything()
    with pytest.raises(RestoreRefused) as refused:
        restore(release)
    assert refused.value.code == "errors"
    assert [entry.kpi for entry in refused.value.entries] == ["hrv_rmssd"]
    assert everything() == before


def test_a_release_that_cannot_be_read_is_refused(first):
    release = Release.objects.keep(number=2, text="{}", digest="0", kind="cosmetic", message="x")
    with pytest.raises(RestoreRefused) as refused:
        restore(release)
    assert refused.value.code == "unreadable"


def test_what_the_database_cannot_hold_is_refused(first):
    document = first.as_document()
    kpis = [kpi.model_copy(update={"prometheus_metric": "auren_same_ms"}) for kpi in document.registry.kpis]
    registry = document.registry.model_copy(update={"kpis": kpis})
    twice = ReleaseDocument(registry, document.roster, document.bindings, document.codes)
    release = make_release(twice)
    before = everything()
    with pytest.raises(RestoreRefused) as refused:
        restore(release)
    assert refused.value.code == "database"
    assert everything() == before


@pytest.mark.parametrize(
    ("there", "then"),
    [
        ('{"agent":"SOMNOS"', '{"agent":"OTHER"'),
        ('"key":"hrv_rmssd"', '"key":"other"'),
        ('"unit":"', '"unit":"x'),
    ],
)
def test_a_document_that_names_what_it_does_not_have_is_refused(first, there, then):
    text = first.text.replace(there, then)
    assert text != first.text
    release = Release.objects.keep(number=2, text=text, digest="0", kind="cosmetic", message="x")
    before = everything()
    with pytest.raises(RestoreRefused) as refused:
        restore(release)
    assert refused.value.code == "unreadable"
    assert everything() == before


@pytest.mark.parametrize("reason", ["x" * 501, "bell \x07"])
def test_a_reason_that_cannot_be_kept_is_refused(first, reason):
    with pytest.raises(RestoreRefused) as refused:
        restore(first, reason=reason)
    assert refused.value.code == "text_unfit"
