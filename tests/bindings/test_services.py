"""An agent is saved, recorded and brought back as a whole."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from bindings import services
from bindings.documents import Contract
from bindings.models import Agent, Binding
from kpis.models import KPI, Revision
from kpis.services import StaleRevision
from tests.bindings.samples import NEUROS, document, entry, first_binding, make_agent, replace


def test_each_save_is_a_revision_with_the_whole_contract(neuros):
    replace(neuros, first_binding(role="trend_check"))
    revisions = list(Revision.objects.of(services.KIND_AGENT, neuros.pk))
    assert [revision.number for revision in revisions] == [2, 1]
    assert Contract.from_stored(revisions[1].document or {}) == Contract(document(), entry())


def test_an_old_version_comes_back(neuros):
    old = Revision.objects.get(kind=services.KIND_AGENT, subject_id=neuros.pk, number=1)
    changed = replace(neuros, first_binding(), entry(enabled=False))
    contract = Contract.from_stored(old.document or {})
    assert Contract.of(replace(changed, contract.bindings, contract.entry)) == contract


def test_a_binding_keeps_its_row_and_counts_its_versions(neuros):
    before = {row.kpi.name: (row.pk, row.version) for row in neuros.bindings.all()}
    parts = [NEUROS["kpis_used"][1], NEUROS["kpis_used"][0] | {"role": "supplementary"}]
    after = {
        row.kpi.name: (row.pk, row.version)
        for row in replace(neuros, document(kpis_used=parts)).bindings.all()
    }
    assert after == {"ln_rmssd": before["ln_rmssd"], "hrv_rmssd": (before["hrv_rmssd"][0], 2)}


def test_the_order_of_bindings_and_actions_is_kept(neuros):
    turned = document(kpis_used=NEUROS["kpis_used"][::-1])
    assert replace(neuros, turned).as_document() == turned


REFUSED = {
    "never_true": first_binding(alerting={"risk_if": "< -5", "actions": [{"name": "rest"}]}),
    "direction": first_binding(alerting={"risk_if": "> 300", "actions": [{"name": "rest"}]}),
    "action_name": first_binding(alerting={"risk_if": "< 20", "actions": [{"name": "Rest now"}]}),
    "guard_invalid": first_binding(condition="when resting"),
    "self_target": document(collaboration={"on_risk": [{"agent": "NEUROS", "reason": "It knows."}]}),
    "duplicate_binding": document(kpis_used=[NEUROS["kpis_used"][0]] * 2),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_the_rules_call_an_error_is_refused_and_nothing_is_stored(neuros, code):
    with pytest.raises(ValidationError) as refused:
        replace(neuros, REFUSED[code])
    codes = {error.code for errors in refused.value.error_dict.values() for error in errors}
    assert code in codes or code == "direction" and "never_true" in codes
    assert Agent.objects.whole().get(pk=neuros.pk).as_document() == document()


def test_a_kpi_that_is_not_there_is_named(neuros):
    with pytest.raises(KeyError, match="cns_fatigue_index"):
        replace(neuros, first_binding(key="cns_fatigue_index"))


def test_a_circle_of_hand_offs_is_told(neuros, somnos):
    back = {"on_risk": [{"agent": "NEUROS", "reason": "Stress is a common cause."}]}
    whole = document(agent="SOMNOS", collaboration=back)
    assert "handoff_cycle" not in {f.code for f in neuros.findings()}
    agent = replace(somnos, whole)
    for one in (agent, Agent.objects.get(name="NEUROS")):
        (found,) = [finding for finding in one.findings() if finding.code == "handoff_cycle"]
        assert found.path == ("collaboration", "on_risk", 0)


def test_a_bound_kpi_and_an_asked_agent_cannot_be_deleted(neuros, hrv, somnos):
    with pytest.raises(ProtectedError):
        hrv.delete()
    with pytest.raises(ProtectedError):
        somnos.delete()


def test_two_edits_at_once_the_second_is_told(neuros):
    seen = neuros.revision
    replace(neuros, first_binding())
    with pytest.raises(StaleRevision):
        services.lock(agent=neuros, revision=seen)


def test_deleting_an_agent_leaves_a_mark(neuros):
    services.record_deletion(agents=[neuros], author=None)
    neuros.delete()
    assert not Binding.objects.exists()
    assert Revision.objects.filter(subject_name="NEUROS", document__isnull=True).exists()


@pytest.mark.parametrize("count", [3, 30])
def test_all_contracts_are_read_in_as_many_queries(neuros, django_assert_num_queries, count):
    for number in range(count):
        replace(Agent(name=f"AGENT{number}"), document(agent=f"AGENT{number}", collaboration={}))
    # Agents, what there is of KPIs, bindings and hand-offs; then bindings, triggers, actions and hand-offs.
    with django_assert_num_queries(8):
        assert len(services.contracts()) == count + 2


def test_an_agent_may_watch_more_kpis_than_a_question_of_sqlite_may_name(neuros):
    unit = KPI.objects.latest("pk").unit
    kpis = KPI.objects.bulk_create(
        KPI(name=f"k_{n}", title=f"K {n}", unit=unit, prometheus_metric=f"auren_k_{n}", position=n + 9)
        for n in range(1100)
    )
    Binding.objects.filter(agent=neuros).delete()
    Binding.objects.bulk_create(Binding(agent=neuros, kpi=kpi, position=n) for n, kpi in enumerate(kpis))
    contract = next(one for agent, one in services.contracts() if agent == neuros)
    assert len(contract.bindings.kpis_used) == 1100


@pytest.mark.parametrize("count", [3, 30])
def test_the_roster_is_read_in_two_queries(registry, django_assert_num_queries, count):
    for number in range(count):
        make_agent(f"AGENT{number}")
    with django_assert_num_queries(2):  # the roster's row, agents
        assert len(services.roster_document().agents) == count


@pytest.mark.parametrize("count", [3, 30])
def test_an_agent_is_judged_in_as_many_queries(kpis, somnos, django_assert_num_queries, count):
    hrv, _ = kpis
    names = [f"kpi_{number}" for number in range(count)]
    KPI.objects.bulk_create(
        KPI(name=name, unit=hrv.unit, prometheus_metric=f"auren_{name}_ms", position=n)
        for n, name in enumerate(names, start=9)
    )
    replace(Agent(name="NEUROS"), document(kpis_used=[{"key": name} for name in names]))
    agent = Agent.objects.get(name="NEUROS")
    # bindings with KPIs, triggers, actions, hand-offs; the roster, who asks whom, KPIs, thresholds, units,
    # the catalogue
    with django_assert_num_queries(10):
        assert agent.findings()
