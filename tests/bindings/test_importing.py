"""Agents come in with the registry: one plan, one transaction."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from bindings import services
from bindings.action_catalogue import replace_action
from bindings.importing import applying
from bindings.models import ActionCatalogue, ActionKind, Agent, Binding, HandOff, Roster
from contracts.documents import ActionKindDocument, write_bindings, write_roster
from contracts.findings import Level
from kpis.importing import (
    Action,
    Conflicts,
    ImportRefused,
    Plan,
    apply_import,
    objection,
    permissions_for,
    read_draft,
)
from kpis.models import KPI, Revision
from tests.bindings.samples import NEUROS, document, entry, first_binding, make_agent, make_ln_rmssd, replace
from tests.kpis.commands import EXAMPLE, run
from tests.kpis.conftest import make

ROSTER = "agents:\n  NEUROS: {enabled: true, status: alpha}\n  SOMNOS: {enabled: true, status: beta}\n"


def files(roster: str = ROSTER, **agents) -> dict[str, bytes]:
    """Uploaded files: the roster and agents' bindings by name."""
    texts = {f"{name}.yaml": write_bindings(whole).encode() for name, whole in agents.items()}
    return texts | ({"roster.yaml": roster.encode()} if roster else {})


def bring_in(contents: dict[str, bytes], *, prune: bool = False, **options) -> dict[Action, int]:
    return apply_import(plan_of(contents, prune=prune), **options)


def plan_of(contents: dict[str, bytes], *, prune: bool = False) -> Plan:
    plan = read_draft(contents, prune=prune).plan
    assert plan is not None
    return plan


def test_agents_come_in_and_a_second_time_nothing_changes(kpis):
    assert bring_in(files(neuros=document()))[Action.CREATE] == 2
    assert Agent.objects.whole().get(name="NEUROS").as_document() == document()
    again = plan_of(files(neuros=document()))
    assert again.changes_nothing
    assert apply_import(again)[Action.UNCHANGED] == 2
    assert Revision.objects.filter(kind=services.KIND_AGENT).count() == 2


def test_a_change_is_told_in_words_and_made(kpis):
    bring_in(files(neuros=document()))
    plan = plan_of(files(neuros=first_binding(role="trend_check")))
    (step,) = plan.of(Action.CHANGE)
    assert [change.words for change in step.changes] == [
        "NEUROS/hrv_rmssd: role changed from primary_signal to trend_check",
        "NEUROS no longer watches ln_rmssd",
    ]
    apply_import(plan)
    assert Binding.objects.get().role == "trend_check"


def test_what_the_files_do_not_tell_of_stays(neuros):
    bring_in(files(roster="agents: {NEUROS: {enabled: false, status: beta}}"))
    agent = Agent.objects.whole().get(name="NEUROS")
    assert (agent.as_document(), agent.enabled) == (document(), False)
    bring_in(files(roster="", neuros=first_binding()))
    agent = Agent.objects.whole().get(name="NEUROS")
    assert (agent.bindings.count(), agent.status) == (1, "beta")


def test_what_was_edited_here_is_a_conflict(neuros, editor):
    replace(neuros, first_binding(), author=editor, source=Revision.Source.ADMIN)
    plan = plan_of(files(neuros=document()))
    assert [(step.name, step.edited_by) for step in plan.of(Action.CONFLICT)] == [("NEUROS", "editor")]
    with pytest.raises(ImportRefused, match="NEUROS"):
        apply_import(plan)
    assert apply_import(plan, conflicts=Conflicts.OURS)[Action.CONFLICT] == 1
    assert Binding.objects.count() == 1
    bring_in(files(neuros=document()), conflicts=Conflicts.THEIRS)
    assert Binding.objects.count() == 2


def test_a_plan_that_was_overtaken_is_refused(neuros):
    plan = plan_of(files(neuros=first_binding()))
    replace(neuros, first_binding(role="supplementary"))
    with pytest.raises(ImportRefused, match="was changed while the plan"):
        apply_import(plan)


def test_a_binding_of_a_missing_kpi_is_told_and_stays_out(hrv):
    draft = read_draft(files(neuros=document()))
    told = [f"{f.message} {f.hint}" for f in draft.report.findings if f.code == "unknown_kpi"]
    assert "Did you mean hrv_rmssd?" in told[0]
    assert objection(draft, with_errors=False, prune=False)
    plan = plan_of(files(neuros=document()))
    assert plan.left_out == ["NEUROS watches ln_rmssd, which is no KPI here"]
    apply_import(plan)
    assert [row.kpi for row in Binding.objects.all()] == [hrv]
    assert plan_of(files(neuros=document())).changes_nothing


def test_the_kpis_here_count_for_bindings_alone(kpis, somnos):
    make_agent("NEUROS")
    assert read_draft(files(roster="", neuros=document())).report.worst != "error"


def test_a_hand_off_to_nobody_is_told_and_stays_out(kpis):
    contents = files(roster="agents: {NEUROS: {status: alpha}}", neuros=document())
    assert "target_unknown" in {f.code for f in read_draft(contents).report.findings}
    plan = plan_of(contents)
    assert plan.left_out == ["NEUROS asks SOMNOS, which is no agent here"]
    apply_import(plan)
    assert not HandOff.objects.exists()


def test_an_agent_that_is_on_no_roster_comes_in_switched_off(kpis, somnos):
    contents = files(roster="", neuros=document())
    draft = read_draft(contents)
    assert {f.code for f in draft.report.findings if f.level is not Level.NOTE} == {"agent_unlisted"}
    assert objection(draft, with_errors=False, prune=False) == ""
    bring_in(contents)
    assert not Agent.objects.get(name="NEUROS").enabled


def test_pruning_deletes_agents_that_the_roster_lacks(neuros):
    done = bring_in(files(roster="agents: {SOMNOS: {status: beta}}"), prune=True)
    assert done[Action.DELETE] == 1
    assert Agent.objects.get().name == "SOMNOS"
    assert Revision.objects.filter(subject_name="NEUROS", document__isnull=True).exists()


def test_pruning_refuses_while_someone_asks_the_agent(neuros):
    with pytest.raises(ImportRefused, match="NEUROS asks SOMNOS"):
        bring_in(files(roster="agents: {NEUROS: {status: alpha}}"), prune=True)


def test_a_kpi_and_its_binding_go_together(neuros):
    registry = b"kpis:\n  - {name: hrv_rmssd, unit: milliseconds, prometheus_metric: auren_hrv_rmssd_ms}\n"
    whole = document(kpis_used=[{"key": "hrv_rmssd", "role": "supplementary"}], collaboration={})
    asking = {"on_caution": [{"agent": "SOMNOS", "kpi": "ln_rmssd", "reason": "It drops."}]}
    neuros = replace(neuros, document(collaboration=asking))
    bring_in(files(neuros=whole) | {"registry.yaml": registry}, prune=True)
    assert list(KPI.objects.values_list("name", flat=True)) == ["hrv_rmssd"]
    assert Agent.objects.whole().get(name="NEUROS").as_document() == whole


def test_a_kpi_that_is_still_bound_is_not_pruned(neuros):
    registry = b"kpis:\n  - {name: hrv_rmssd, unit: milliseconds, prometheus_metric: auren_hrv_rmssd_ms}\n"
    with pytest.raises(ImportRefused, match="NEUROS/ln_rmssd"):
        bring_in({"registry.yaml": registry}, prune=True)


def test_two_files_about_one_agent_are_refused(kpis):
    with pytest.raises(ImportRefused, match="bindings of NEUROS"):
        read_draft(files(neuros=document(), again=document()))


def test_the_roster_keeps_what_we_do_not_model(registry):
    text = (
        'version: 1.1\nlast_updated: "2025-07-31"\ncommon: {tone: true}\n'
        "agents:\n  NEUROS: {enabled: false, anchors: [Curious]}\n"
    )
    bring_in({"roster.yaml": text.encode()})
    assert yaml.safe_load(write_roster(services.roster_document())) == yaml.safe_load(text)
    assert Roster.current().version == 1.1


@pytest.mark.parametrize("count", [3, 30])
def test_a_plan_and_an_import_ask_as_many_queries_of_few_and_many(kpis, django_assert_max_num_queries, count):
    names = [f"AGENT{number}" for number in range(count)]
    roster = "agents:\n" + "".join(f"  {name}: {{status: alpha}}\n" for name in names)
    used = NEUROS["kpis_used"]
    whole = {name: document(agent=name, kpis_used=used, collaboration={}) for name in names}
    with django_assert_max_num_queries(23):
        plan = plan_of(files(roster=roster, **whole))
    with django_assert_max_num_queries(34):  # one more on PostgreSQL
        apply_import(plan)
    assert Binding.objects.count() == 2 * count


def test_many_bindings_come_in_in_pieces(kpis, monkeypatch):
    monkeypatch.setattr(applying, "AT_ONCE", 3)
    names = [f"AGENT{number}" for number in range(5)]
    whole = {name: document(agent=name, collaboration={}) for name in names}
    roster = "agents:\n" + "".join(f"  {name}: {{status: alpha}}\n" for name in names)
    apply_import(plan_of(files(roster=roster, **whole)))
    assert Revision.objects.filter(kind="agent").count() == 5
    assert [agent.name for agent in Agent.objects.all()] == names
    assert plan_of(files(roster=roster, **whole)).changes_nothing


# the command


def test_the_example_comes_in_goes_out_and_is_the_same(tmp_path, db):
    code, out, _ = run("import", EXAMPLE)
    assert (code, out.splitlines()[-1]) == (0, "Imported: 49 created.")
    assert run("import", EXAMPLE)[1].endswith("Nothing had to be done.\n")
    assert run("export", "--out", tmp_path)[0] == 0
    written = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*.yaml")}
    assert len(written) == 12
    for place, path in written.items():
        assert yaml.safe_load(path.read_text()) == yaml.safe_load((EXAMPLE / place).read_text()), place
    assert run("diff", EXAMPLE, "db")[0] == 0
    assert run("diff", "db", tmp_path)[0] == 0


CATALOGUE = """\
version: "1.1"
actions:
  rest_today:
    title: Rest
    agents:
      - NEUROS
    reversible: true
    x-cost: 3
x-note: kept
"""


def catalogue(text: str = CATALOGUE) -> dict[str, bytes]:
    return {"actions.yaml": text.encode()}


def test_the_catalogue_comes_in_alone_and_a_second_time_nothing_changes(kpis):
    assert bring_in(catalogue())[Action.CREATE] == 1
    action = ActionKind.objects.get()
    assert (action.title, action.agents, action.reversible) == ("Rest", ["NEUROS"], True)
    assert (action.extra, ActionCatalogue.current().extra) == ({"x-cost": 3}, {"x-note": "kept"})
    assert plan_of(catalogue()).changes_nothing


def test_what_changes_in_the_catalogue_is_told_and_made(kpis):
    bring_in(catalogue())
    plan = plan_of(
        catalogue(CATALOGUE.replace("reversible: true", "reversible: false").replace("kept", "other"))
    )
    (step,) = plan.of(Action.CHANGE)
    assert (step.kind, [str(change) for change in step.changes]) == (
        "action",
        ["The action rest_today: cannot be undone (was: can be undone)"],
    )
    assert [str(change) for change in plan.settings] == [
        "catalogue of actions: x-note changed from kept to other"
    ]
    assert permissions_for(plan) == ("bindings.change_actionkind",)
    apply_import(plan)
    assert (ActionKind.objects.get().reversible, ActionCatalogue.current().extra) == (
        False,
        {"x-note": "other"},
    )


def kept(name: str) -> list[tuple[int, str, str]]:
    """What the history has of an action, newest first."""
    rows = Revision.objects.filter(kind="action", subject_name=name)
    return list(rows.values_list("number", "source", "reason"))


def test_what_an_import_does_with_actions_stands_in_their_history(kpis):
    bring_in(catalogue(), reason="First")
    bring_in(catalogue())  # nothing changes
    bring_in(catalogue(CATALOGUE.replace("Rest", "Lie down")), reason="Second")
    bring_in(catalogue("actions: {}"), prune=True, reason="Third")
    assert kept("rest_today") == [(3, "import", "Third"), (2, "import", "Second"), (1, "import", "First")]
    assert Revision.objects.filter(kind="action", number=3, document__isnull=True).exists()


@pytest.mark.parametrize(
    ("conflicts", "title"), [(Conflicts.THEIRS, "Lie down"), (Conflicts.OURS, "Mine"), (None, "Mine")]
)
def test_an_action_that_was_edited_here_since_is_a_conflict(kpis, conflicts, title):
    bring_in(catalogue())
    said = ActionKindDocument.model_validate({"title": "Mine", "agents": ["NEUROS"]})
    replace_action(
        action=ActionKind.objects.get(), name="rest_today", document=said, author=None, source="admin"
    )
    files = catalogue(CATALOGUE.replace("Rest", "Lie down").replace("x-note: kept", "  wait: {title: Wait}"))
    plan = plan_of(files, prune=True)
    (step,) = plan.of(Action.CONFLICT)
    assert (step.kind, step.name, step.edited_by) == ("action", "rest_today", "someone")
    if conflicts is None:
        with pytest.raises(ImportRefused, match="rest_today"):
            apply_import(plan)
    else:
        apply_import(plan, conflicts=conflicts)
    assert ActionKind.objects.get(name="rest_today").title == title
    assert ActionKind.objects.filter(name="wait").exists() is (conflicts is not None)


def test_an_action_that_was_edited_back_is_no_conflict(kpis):
    bring_in(catalogue())
    row = ActionKind.objects.get()
    for title in ("Mine", "Rest"):
        said = row.as_document().model_copy(update={"title": title})
        replace_action(action=row, name="rest_today", document=said, author=None, source="admin")
    assert plan_of(catalogue(CATALOGUE.replace("Rest", "Lie down"))).of(Action.CONFLICT) == []


def test_what_the_catalogue_lacks_stays_unless_it_is_to_go(kpis):
    ActionKind.objects.create(name="wait", title="Wait")
    bring_in(catalogue())
    assert ActionKind.objects.count() == 2
    plan = plan_of(catalogue(), prune=True)
    assert [step.name for step in plan.of(Action.DELETE)] == ["wait"]
    assert permissions_for(plan) == ("bindings.delete_actionkind",)
    apply_import(plan)
    assert ActionKind.objects.get().name == "rest_today"


def test_files_without_a_catalogue_leave_it_alone(kpis):
    bring_in(catalogue())
    bring_in(files(neuros=document()), prune=True)
    assert ActionKind.objects.count() == 1


def test_an_import_is_refused_where_the_catalogue_was_changed_meanwhile(kpis):
    bring_in(catalogue())
    plan = plan_of(catalogue(CATALOGUE.replace("Rest", "Lie down")))
    ActionKind.objects.update(title="Sleep")
    with pytest.raises(ImportRefused, match="changed while the plan"):
        apply_import(plan)
    assert ActionKind.objects.get().title == "Sleep"


def test_there_is_one_catalogue(kpis):
    with pytest.raises(ImportRefused, match="catalogues of actions"):
        read_draft(catalogue() | {"other.yaml": b"actions: {}"})


def test_bindings_that_come_in_are_held_against_the_catalogue_that_is_here(kpis):
    ActionKind.objects.create(name="rest_tomorrow", title="Rest")
    report = read_draft(files(neuros=document())).report
    assert "BND025" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    "text",
    [
        "actions: [rest]",
        "actions: {rest: []}",
        "actions: {rest: {agents: NEUROS}}",
        "actions: {Rest today: {title: Rest}}",
        "actions: {rest: {reversible: perhaps}}",
        "actions: {rest: {title: a, title: b}}",
        'actions: {rest: {title: "a\\u202eb"}}',
        "actions: {rest: {title: " + "a" * 201 + "}}",
        "actions: {rest: !!python/object/apply:os.system [id]}",
    ],
)
def test_a_catalogue_that_cannot_be_kept_is_refused_with_its_place(kpis, text):
    draft = read_draft(catalogue(text))
    errors = [finding for finding in draft.report.findings if finding.level is Level.ERROR]
    assert errors
    assert all(finding.line for finding in errors)
    assert objection(draft, with_errors=False, prune=False)


def test_an_export_of_an_export_is_the_same_bytes(tmp_path, db):
    run("import", EXAMPLE)
    run("export", "--out", tmp_path / "a")
    run("import", tmp_path / "a")
    run("export", "--out", tmp_path / "b")
    texts = [
        {p.relative_to(tmp_path / d): p.read_bytes() for p in (tmp_path / d).rglob("*.yaml")} for d in "ab"
    ]
    assert texts[0] == texts[1]


def test_a_comparison_tells_of_agents(tmp_path, db):
    run("import", EXAMPLE)
    neuros = Agent.objects.whole().get(name="NEUROS")
    replace(neuros, neuros.as_document(), entry(enabled=False, status="alpha"))
    code, out, _ = run("diff", EXAMPLE, "db")
    assert code == 1
    assert "behavioural  NEUROS is switched off" in out


def test_a_dry_run_names_agents(kpis, tmp_path):
    for name, data in files(neuros=document()).items():
        (tmp_path / name).write_bytes(data)
    code, out, _ = run("import", tmp_path / "neuros.yaml", tmp_path / "roster.yaml", "--dry-run")
    assert (code, "create    agent NEUROS" in out) == (0, True)
    assert not Agent.objects.exists()


# real files


@pytest.fixture
def corpus() -> Path:
    folder = Path(os.environ.get("CORPUS") or "/nowhere")
    if not folder.is_dir():
        pytest.skip("CORPUS names no directory")
    return folder


def test_of_the_real_files_what_is_about_missing_kpis_stays_out_by_name(corpus, db):
    code, out, _ = run("import", corpus, "--with-errors")
    assert (code, "Did you mean hrv_rmssd?" in out) == (0, True)
    assert "NEUROS watches ln_rmssd, which is no KPI here" in out
    assert not KPI.objects.filter(name="ln_rmssd").exists()
    assert Agent.objects.get(name="NEUROS").bindings.exists()


def test_the_real_files_come_in_and_go_out_the_same(corpus, tmp_path, registry):
    make_ln_rmssd()
    make(
        name="cns_fatigue_index",
        unit="score",
        prometheus_metric="auren_cns_fatigue_index_score",
        absolute_range={"min": 0, "max": 100},
        normal_range=None,
        risk_thresholds={},
    )
    assert run("import", corpus, "--with-errors")[0] == 0
    assert run("import", corpus, "--with-errors")[1].endswith("Nothing had to be done.\n")
    run("export", "--out", tmp_path)
    for place in ("agents/roster.yaml", "agents/neuros_modules/kpi_bindings.yaml"):
        assert yaml.safe_load((tmp_path / place).read_text()) == yaml.safe_load((corpus / place).read_text())


ABOUT = {"on_risk": [{"agent": "SOMNOS", "kpi": "hrv_rmssd", "reason": "Poor sleep."}]}


def test_a_hand_off_about_a_kpi_comes_in_and_goes_out_as_it_was(kpis, somnos):
    bring_in(files(neuros=document(collaboration=ABOUT)))
    agent = Agent.objects.whole().get(name="NEUROS")
    assert agent.as_document() == document(collaboration=ABOUT)
    assert str(agent.hand_offs.get()) == "NEUROS asks SOMNOS when hrv_rmssd is critical"


def test_a_comparison_refuses_two_files_of_one_agent(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    own = tmp_path / "agents/neuros_modules"
    shutil.copytree(own, own.with_name("other_modules"))
    code, _, err = run("diff", EXAMPLE, tmp_path)
    assert code == 3
    assert "other_modules/kpi_bindings.yaml" in err


def test_a_role_of_one_s_own_comes_in_and_goes_out(kpis):
    own = first_binding(role="night watch")
    draft = read_draft(files(neuros=own))
    assert [f.level for f in draft.report.findings if f.code == "role_unknown"] == [Level.NOTE]
    assert draft.plan
    apply_import(draft.plan)
    assert Agent.objects.whole().get(name="NEUROS").as_document() == own


def test_the_order_of_the_roster_is_told_and_kept(kpis, admin_client):
    bring_in(files(neuros=document()))
    turned = "agents:\n  SOMNOS: {enabled: true, status: beta}\n  NEUROS: {enabled: true, status: alpha}\n"
    plan = plan_of(files(turned))
    assert [change.words for change in plan.settings] == ["The agents are in another order"]
    assert permissions_for(plan) == ("bindings.change_agent",)
    apply_import(plan)
    assert [*services.roster_document().agents] == ["SOMNOS", "NEUROS"]
    assert plan_of(files(turned)).changes_nothing


def test_an_edit_that_was_taken_back_is_no_conflict(neuros):
    bring_in(files(neuros=document()), conflicts=Conflicts.THEIRS)
    replace(Agent.objects.whole().get(name="NEUROS"), first_binding(role="trend_check"))
    replace(Agent.objects.whole().get(name="NEUROS"), document())
    assert not plan_of(files(neuros=first_binding(role="own"))).of(Action.CONFLICT)
