"""The difference between two releases, grouped and drawn."""

from contracts.diff import diff_registries
from contracts.release import EMPTY, diff_releases
from releases import services
from releases.admin.telling import AGENT, KPI, REST, Group, draw, grouped
from tests.bindings.samples import document, entry, replace
from tests.releases.samples import add_agent, add_kpi, delete_kpi, edit


def groups_since(before) -> list[Group]:
    """The difference of the working copy to what was before, as a page has it."""
    after = services.working_copy()
    groups = grouped(diff_releases(before, after), before, after)
    draw(groups, before, after)
    return groups


def test_a_changed_threshold_is_told_under_its_kpi_with_both_bands_and_who_watches(first):
    edit("< 25")
    (group,) = groups_since(first.as_document())
    assert (group.noun, group.name, group.title, group.state, str(group.kind)) == (
        KPI, "hrv_rmssd", "Heart-rate variability", "", "behavioural",
    )  # fmt: skip
    assert group.watchers == ["NEUROS"]
    (piece,) = group.pieces
    assert [moved.words for moved in piece.moved] == ["20 to below 25 ms was warning and becomes critical."]
    assert piece.compared is not None
    assert [line.age for line in piece.compared.lines] == ["", "was", "now", "", ""]


def test_an_agents_trigger_is_told_under_the_agent_and_its_kpi(first, copy):
    rows = document().model_dump(mode="json", by_alias=True)["kpis_used"]
    rows[0]["alerting"]["risk_if"] = "< 28"
    replace(copy, document(kpis_used=rows), entry())
    (group,) = groups_since(first.as_document())
    assert (group.noun, group.name) == (AGENT, "NEUROS")
    (piece,) = group.pieces
    assert (piece.key, piece.title) == ("hrv_rmssd", "Heart-rate variability")
    assert [moved.words for moved in piece.moved] == ["25 to below 28 ms: NEUROS now acts too (critical)."]


def test_what_is_new_and_what_is_gone_say_so_and_what_is_new_is_drawn(first):
    add_kpi("steps")
    add_agent("HELPER", "steps")
    delete_kpi("ln_rmssd")
    groups = {group.name: group for group in groups_since(first.as_document())}
    assert {name: group.state for name, group in groups.items()} == {
        "steps": "new", "ln_rmssd": "removed", "HELPER": "new", "NEUROS": "",
    }  # fmt: skip
    assert groups["steps"].pieces[0].now is not None
    assert str(groups["NEUROS"].kind) == "breaking"


def test_breaking_comes_before_cosmetic_and_kpis_before_agents(first):
    edit("< 25")
    delete_kpi("ln_rmssd")
    assert [group.name for group in groups_since(first.as_document())] == ["ln_rmssd", "hrv_rmssd", "NEUROS"]


def test_another_unit_cannot_share_an_axis_so_both_are_drawn(first):
    after = services.working_copy()
    kpis = [
        k.model_copy(update={"unit": "seconds"}) if k.name == "hrv_rmssd" else k for k in after.registry.kpis
    ]
    other = type(after)(
        after.registry.model_copy(update={"kpis": kpis}), after.roster, after.bindings, after.codes
    )
    groups = grouped(diff_releases(after, other), after, other)
    draw(groups, after, other)
    piece = groups[0].pieces[0]
    assert piece.compared is None
    assert piece.was is not None
    assert piece.now is not None


def test_settings_are_a_card_of_their_own(first):
    before = first.as_document().registry
    after = before.model_copy(update={"version": "9.9"})
    changes = diff_registries(before, after)
    assert [group.noun for group in grouped(changes, EMPTY, EMPTY)] == [REST]
