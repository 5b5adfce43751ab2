"""The whole catalogue over everything there is."""

import pytest
from django.utils import timezone

from bindings import loading
from bindings.models import ActionKind, Agent, HandOff, Trigger, Waiver
from bindings.reports.judging import judge_all
from kpis.models import KPI, RegistrySettings
from tests.bindings.reports.conftest import bound
from tests.kpis.conftest import make


def found(judgement):
    return {(entry.rule, entry.subject) for entry in judgement.entries}


def test_it_judges_kpis_bindings_agents_and_roster_together(neuros):
    make(name="other", prometheus_metric="auren_other_ms")
    neuros.bindings.get().triggers.update(condition="> 60")
    HandOff.objects.create(
        agent=Agent.objects.get(name="SOMNOS"), target=neuros, severity="critical", reason="So."
    )
    told = found(judge_all())
    assert {("COV001", "other"), ("COV002", "SOMNOS"), ("COL004", "NEUROS")} <= told
    assert any(subject == "NEUROS/hrv_rmssd" for _, subject in told)
    assert ("COV001", "hrv_rmssd") not in told


def test_it_finds_what_the_admin_finds(neuros, hrv):
    judged = {entry.finding.message for entry in judge_all().entries}
    assert {finding.message for finding in hrv.findings()} <= judged
    assert {finding.message for finding in neuros.findings()} <= judged


def test_a_registry_without_kpis_is_told_of(registry):
    judgement = judge_all()
    assert found(judgement) == {("REG008", "")}
    assert (judgement.kpis, judgement.agents, judgement.bindings) == (0, 0, 0)


def test_without_agents_nobody_is_told_to_watch(hrv):
    assert not any(rule.startswith("COV") for rule, _ in found(judge_all()))


def test_places_are_those_of_the_files(neuros):
    make(name="other", prometheus_metric="auren_other_ms")
    entry = next(one for one in judge_all().entries if one.rule == "COV001")
    assert (entry.file, entry.path[:2]) == ("agents/shared_modules/kpi_registry.yaml", ("kpis", 1))


@pytest.mark.parametrize("count", [3, 30])
def test_few_and_many_rows_need_the_same_queries(neuros, count, django_assert_num_queries):
    for n in range(count):
        kpi = make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms")
        bound(neuros, kpi)
        Agent.objects.create(name=f"AGENT_{n}", code=f"agent_{n}", position=n + 2)
    # outline: KPIs, agents, bindings, who asks whom; settings with rules and units twice, actions, waivers, roster;
    # KPIs and thresholds; hand-offs, triggers, actions, bindings; before all that the stamp: latest revision twice,
    # settings with rules, units, roster, the catalogue twice; the catalogue
    with django_assert_num_queries(27):
        judge_all()


def test_pieces_make_no_difference(neuros, monkeypatch):
    for n in range(5):
        bound(neuros, make(name=f"kpi_{n}", prometheus_metric=f"auren_kpi_{n}_ms"), "< 45", "warning")
    whole = judge_all()
    monkeypatch.setattr(loading, "PIECE", 2)
    steps: list[tuple[int, int]] = []
    parts = judge_all(progress=lambda done, total, message: steps.append((done, total)))
    assert (parts.digest, parts.entries) == (whole.digest, whole.entries)
    assert steps[-1] == (12, 12)
    assert len(steps) > 4


def test_the_digest_changes_with_anything_that_is_looked_at(neuros, hrv):
    digests = {judge_all().digest}
    for change in (
        lambda: KPI.objects.update(title="Otherwise"),
        lambda: hrv.thresholds.filter(severity="critical").update(condition="< 19"),
        lambda: Trigger.objects.update(condition="< 18"),
        lambda: HandOff.objects.update(reason="Otherwise."),
        lambda: Agent.objects.filter(name="SOMNOS").update(role="Sleep"),
        lambda: RegistrySettings.objects.update(prefix="other_"),
        lambda: ActionKind.objects.create(name="rest_today", title="Rest"),
        lambda: ActionKind.objects.update(reversible=False),
    ):
        change()
        digests.add(judge_all().digest)
    assert len(digests) == 9
    assert judge_all().digest in digests


def test_the_catalogue_is_judged_and_bindings_by_it(neuros):
    ActionKind.objects.create(name="rest_today", title="Rest", agents=["NEURO"])
    ActionKind.objects.create(name="odd", title="bell \x07", agents=["NEUROS"])
    entries = [one for one in judge_all().entries if one.rule in ("ACT004", "DOC018", "BND025", "BND026")]
    unknown = next(one for one in entries if one.rule == "ACT004")
    assert (unknown.file, unknown.subject, unknown.kpi, unknown.agent) == (
        "agents/actions.yaml",
        "rest_today",
        "",
        "",
    )
    assert "BND025" in {one.rule for one in entries}
    assert {one.subject for one in judge_all().entries if one.level == "error"} == {"odd"}


def test_an_action_is_waived_alone(neuros):
    for name in ("rest_today", "wait"):
        ActionKind.objects.create(name=name, title="Rest")
    until = timezone.localdate()
    waiver = Waiver(rule="ACT005", subject_name="wait", reason="Later.", owner="Ines", expires=until)
    waiver.full_clean()
    waiver.save()
    found = {one.subject: bool(one.waived) for one in judge_all().entries if one.rule == "ACT005"}
    assert found == {"rest_today": False, "wait": True}


def test_what_no_document_can_hold_is_a_finding_and_not_a_crash(neuros):
    KPI.objects.update(title="Read from \u202ethe right")
    Agent.objects.filter(pk=neuros.pk).update(role="\u202ex")
    judgement = judge_all()
    assert {entry.subject for entry in judgement.entries if entry.level == "error"} >= {"hrv_rmssd", "NEUROS"}
