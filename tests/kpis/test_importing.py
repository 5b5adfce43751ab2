"""Import: a plan that changes nothing, then one transaction."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.documents import RegistryDocument, read_registry, write_registry
from kpis import services
from kpis.importing import (
    Action,
    Conflicts,
    ImportRefused,
    apply_import,
    missing_units,
    permissions_for,
    plan_import,
)
from kpis.models import KPI, RegistrySettings, Revision, Unit
from tests.kpis.conftest import HRV, changed

SLEEP = {"name": "sleep_debt_hours", "unit": "hours", "prometheus_metric": "auren_sleep_debt_hours"}


def registry_of(*kpis, **parts) -> RegistryDocument:
    return RegistryDocument.model_validate({"kpis": list(kpis)} | parts)


def bring_in(*kpis, prune=False, conflicts=Conflicts.REFUSE, **parts):
    return apply_import(plan_import(registry=registry_of(*kpis, **parts), prune=prune), conflicts=conflicts)


def edit_by_hand(editor, **parts):
    kpi = KPI.objects.whole().get(name="hrv_rmssd")
    services.replace(kpi=kpi, document=changed(**parts), author=editor, source=Revision.Source.ADMIN)


def test_an_import_creates_and_the_export_is_the_same_document(db):
    prometheus = {"enabled": True, "prefix": "auren_", "labels": ["user_id"], "x-note": 1}
    document = registry_of(
        HRV | {"x-origin": "lab"},
        SLEEP | {"alerts": {"mode": "cohort", "cohort_share": 12.5, "noise_budget": 3, "x-note": 1}},
        last_updated="2025-07-31",
        validation_rules=[{"field": "unit", "required": True}],
        export_config={"prometheus": prometheus, "alerts": {"people": 7, "x-note": 2}},
    )
    apply_import(plan_import(registry=document))
    assert services.registry_document() == document


def test_importing_twice_changes_nothing(db):
    bring_in(HRV, SLEEP)
    plan = plan_import(registry=registry_of(HRV, SLEEP))
    assert plan.changes_nothing
    apply_import(plan)
    assert Revision.objects.count() == 2


def test_a_plan_writes_nothing(db):
    plan_import(registry=registry_of(HRV))
    assert not KPI.objects.exists()
    assert not RegistrySettings.objects.exists()


def test_a_change_is_told_in_words_and_made(db):
    bring_in(HRV)
    plan = plan_import(registry=registry_of(HRV | {"title": "HRV"}))
    (step,) = plan.of(Action.CHANGE)
    assert any("HRV" in change.words for change in step.changes)
    apply_import(plan)
    assert KPI.objects.get().title == "HRV"


def test_what_was_edited_here_is_a_conflict_and_refused(db, editor):
    bring_in(HRV)
    edit_by_hand(editor, title="ours")
    with pytest.raises(ImportRefused, match="hrv_rmssd"):
        bring_in(HRV | {"title": "theirs"})
    assert KPI.objects.get().title == "ours"


@pytest.mark.parametrize(("choice", "title"), [(Conflicts.THEIRS, "theirs"), (Conflicts.OURS, "ours")])
def test_a_conflict_is_settled_by_choice(db, editor, choice, title):
    bring_in(HRV)
    edit_by_hand(editor, title="ours")
    bring_in(HRV | {"title": "theirs"}, conflicts=choice)
    assert KPI.objects.get().title == title


def test_pruning_deletes_what_the_file_lacks_and_the_history_says_so(db):
    bring_in(HRV, SLEEP)
    assert bring_in(HRV, prune=True)[Action.DELETE] == 1
    assert [kpi.name for kpi in KPI.objects.all()] == ["hrv_rmssd"]
    assert Revision.objects.get(subject_name="sleep_debt_hours", document__isnull=True)


def test_a_kpi_edited_after_the_plan_stops_all_of_it(db, editor):
    bring_in(HRV)
    plan = plan_import(registry=registry_of(HRV | {"title": "theirs"}, SLEEP))
    edit_by_hand(editor, title="ours")
    with pytest.raises(ImportRefused):
        apply_import(plan)
    assert [kpi.title for kpi in KPI.objects.all()] == ["ours"]


def test_a_successor_in_the_same_file_is_linked_whatever_the_order(db):
    bring_in(HRV | {"status": "deprecated", "successor": "sleep_debt_hours"}, SLEEP)
    assert KPI.objects.get(successor__name="sleep_debt_hours").name == "hrv_rmssd"


def test_an_unknown_unit_is_proposed_and_nothing_is_half_done(db):
    strange = SLEEP | {"unit": "naps", "name": "naps", "prometheus_metric": "auren_naps"}
    assert [*missing_units(registry_of(strange))] == ["naps"]
    with pytest.raises(ImportRefused, match="naps"):
        bring_in(HRV, strange)
    assert not KPI.objects.exists()


def test_units_of_the_file_come_in_and_go_out_with_it(db):
    strange = SLEEP | {"unit": "naps", "name": "naps", "prometheus_metric": "auren_naps"}
    document = registry_of(strange, units=[{"code": "naps", "symbol": "naps", "prometheus_suffix": "naps"}])
    apply_import(plan_import(registry=document))
    assert Unit.objects.get(code="naps").symbol == "naps"
    assert [unit.code for unit in services.registry_document().units] == ["naps"]


def test_two_kpis_of_one_name_are_refused(db):
    with pytest.raises(ImportRefused, match="hrv_rmssd"):
        bring_in(HRV, HRV | {"prometheus_metric": "auren_other_ms"})
    assert not KPI.objects.exists()


@pytest.mark.parametrize("count", [3, 30])
def test_plan_and_import_ask_the_same_queries_of_few_and_many(db, count, django_assert_max_num_queries):
    kpis = [HRV | {"name": f"kpi_{n}", "prometheus_metric": f"auren_kpi_{n}_ms"} for n in range(count)]
    with django_assert_max_num_queries(26):  # one more on PostgreSQL
        bring_in(*kpis)
    with django_assert_max_num_queries(26):  # one more on PostgreSQL
        bring_in(*(kpi | {"title": "other"} for kpi in kpis))


def test_an_export_read_again_is_the_same_bytes(db):
    bring_in(HRV, SLEEP)
    text = write_registry(services.registry_document())
    loaded = read_registry(text.encode())
    assert loaded.document is not None
    assert write_registry(loaded.document) == text


# unique values that change hands


def test_two_kpis_swap_their_metrics(db):
    bring_in(HRV, SLEEP)
    swapped = [
        HRV | {"prometheus_metric": SLEEP["prometheus_metric"]},
        SLEEP | {"prometheus_metric": HRV["prometheus_metric"]},
    ]
    bring_in(*swapped)
    assert dict(KPI.objects.values_list("name", "prometheus_metric")) == {
        "hrv_rmssd": "auren_sleep_debt_hours",
        "sleep_debt_hours": "auren_hrv_rmssd_ms",
    }


@st.composite
def registries(draw):
    """KPIs whose names, metrics and successors are dealt anew each time."""
    names = draw(st.lists(st.sampled_from("abcde"), unique=True, min_size=1))
    metrics = draw(st.permutations([f"auren_{letter}" for letter in "abcde"]))
    after = draw(st.lists(st.sampled_from(["", *names]), min_size=len(names), max_size=len(names)))
    return [
        SLEEP
        | {"name": name, "prometheus_metric": metric, "successor": successor if successor != name else ""}
        for name, metric, successor in zip(names, metrics, after, strict=False)
    ]


@given(registries(), registries())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_end_state_is_reached_from_any_other(db, before, after):
    KPI.objects.update(successor=None)
    KPI.objects.all().delete()
    for rows in (before, after):
        bring_in(*rows, prune=True)
        assert services.registry_document().kpis == registry_of(*rows).kpis


def test_two_owners_of_a_metric_are_both_named(db):
    bring_in(HRV)
    with pytest.raises(
        ImportRefused, match=r"hrv_rmssd and sleep_debt_hours would both be .*auren_hrv_rmssd_ms"
    ):
        bring_in(SLEEP | {"prometheus_metric": HRV["prometheus_metric"]})


def test_what_the_database_refuses_names_its_rows(db):
    with pytest.raises(ImportRefused, match="Sleep Debt: A name is small letters"):
        bring_in(HRV, SLEEP | {"name": "Sleep Debt"})
    assert not KPI.objects.exists()


def test_a_deprecated_kpi_is_deleted_together_with_its_successor(db):
    bring_in(
        HRV, SLEEP, SLEEP | {"name": "old", "prometheus_metric": "auren_old", "successor": "sleep_debt_hours"}
    )
    bring_in(HRV, prune=True)
    assert KPI.objects.get().name == "hrv_rmssd"


# order


def named(*names: str) -> list[dict[str, str]]:
    return [SLEEP | {"name": name, "prometheus_metric": f"auren_{name}"} for name in names]


def order() -> list[str]:
    return [kpi.name for kpi in services.registry_document().kpis]


def test_the_order_of_the_file_is_told_and_kept(db):
    bring_in(*named("a", "b", "c"))
    plan = plan_import(registry=registry_of(*named("c", "d", "a", "b")))
    assert [change.words for change in plan.settings] == ["The KPIs are in another order"]
    assert permissions_for(plan) == ("kpis.add_kpi", "kpis.change_kpi")
    apply_import(plan)
    assert order() == ["c", "d", "a", "b"]
    assert plan_import(registry=registry_of(*named("c", "d", "a", "b"))).changes_nothing


def test_what_the_file_does_not_name_stays_behind_what_it_stood_behind(db):
    bring_in(*named("a", "b", "c", "d"))
    bring_in(*named("d", "b"))
    assert order() == ["a", "d", "b", "c"]
    assert plan_import(registry=registry_of(*named("b"))).changes_nothing


# conflicts


def test_an_edit_that_was_taken_back_is_no_conflict(db, editor):
    bring_in(HRV)
    edit_by_hand(editor, title="ours")
    edit_by_hand(editor)
    assert not plan_import(registry=registry_of(HRV | {"title": "theirs"})).of(Action.CONFLICT)
    edit_by_hand(editor, title="ours again")
    assert plan_import(registry=registry_of(HRV | {"title": "theirs"})).of(Action.CONFLICT)
