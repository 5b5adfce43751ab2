"""A release's document: canonical bytes that read back as themselves, and differences in words."""

import json

import pytest

from contracts.diff import ChangeClass
from contracts.documents import KpiDocument, UnitDocument, ValidationRule
from contracts.release import (
    EMPTY,
    SAME_OTHERWISE,
    ReleaseDocument,
    ReleaseError,
    diff_releases,
    read_actions_of,
    read_release,
)
from tests.contracts.releases import BINDINGS, REGISTRY, example_release, made_release


@pytest.mark.parametrize(
    "document", [EMPTY, made_release(), example_release()], ids=["empty", "made", "example"]
)
def test_what_is_written_reads_back_as_itself(document):
    again = read_release(document.canonical())
    assert again == document
    assert again.canonical() == document.canonical()
    assert again.digest == document.digest


ACTIONS = """
version: "1.2"
x-note: kept
actions:
  train_less: {title: Train less, agents: [NEUROS], reversible: true, x-cost: 3}
  rest_today: {title: Rest, description: No training., agents: [NEUROS], owner: coach}
"""


def test_the_catalogue_of_actions_comes_back_whole():
    document = made_release(actions=ACTIONS)
    again = read_release(document.canonical())
    assert again == document
    assert again.actions.extra == {"x-note": "kept"}
    assert again.actions.actions["train_less"].extra == {"x-cost": 3}
    assert read_actions_of(document.canonical()) == document.actions


def test_a_release_without_a_catalogue_does_not_mention_one():
    assert "actions" not in json.loads(made_release().canonical())
    assert made_release(actions="actions: {}").digest == made_release().digest
    assert read_actions_of(made_release().canonical()).is_empty


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b'{"actions": 3}', b'{"actions": {"actions": [1]}}', b"[" * 100_000]
)
def test_a_catalogue_that_is_none_is_refused(data):
    with pytest.raises(ReleaseError):
        read_actions_of(data)


def test_only_people_notice_a_change_of_the_catalogue():
    changes = diff_releases(made_release(), made_release(actions=ACTIONS))
    assert {change.kind for change in changes} == {ChangeClass.COSMETIC}
    assert "The action rest_today added to the catalogue" in [change.words for change in changes]


def test_the_order_of_agents_kpis_and_thresholds_comes_back():
    document = made_release()
    again = read_release(document.canonical())
    assert list(again.roster.agents) == ["NEUROS", "IDLE"]
    assert list(again.bindings) == ["NEUROS", "SOMNOS"]
    assert [kpi.name for kpi in again.registry.kpis] == ["hrv_rmssd", "laps"]
    assert list(again.registry.kpis[0].risk_thresholds) == ["critical", "info"]


def test_the_same_contract_written_otherwise_has_the_same_bytes():
    spaced = REGISTRY.replace("{min: 30, max: 100, optimal: 50}", "{optimal: 50.0, max: 1e2, min: 30}")
    assert made_release(spaced).canonical() == made_release().canonical()


def test_the_bytes_are_json_with_sorted_keys_and_without_spaces():
    content = made_release().canonical().decode()
    data = json.loads(content)
    assert data["format"] == 1
    assert content == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_a_digest_stays_what_it_was():
    """Of releases made long ago too: whoever changes this breaks every release there is."""
    of_nothing = (
        "fa6d88039c85a50533fe0d993f6ab0144d2f4c7265c56ad7ec527a2f5386208d"  # pragma: allowlist secret
    )
    of_ours = "402d1129c1c0f945be1676ce632baef63512535d26dfc31abd2859277e878689"  # pragma: allowlist secret
    assert EMPTY.digest == of_nothing
    assert made_release().digest == of_ours


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b'{"format":1}',
        b'{"format":2}',
        b"\xff",
        b"[" * 100_000,
        b'{"format":1,"registry":[],"roster":{},"bindings":{},"codes":{},"order":[]}',
        b'{"format":1,"registry":{"kpis":[1]},"roster":{},"bindings":{},"codes":{},"order":[]}',
        b'{"format":1,"registry":{"kpis":[{"risk_thresholds":{"odd":{}}}]},"roster":{},"bindings":{},"codes":{},"order":[]}',
        b'{"format":1,"registry":{},"roster":{"agents":["A"]},"bindings":{},"codes":{},"order":["A"]}',
        b'{"format":1,"registry":{},"roster":{},"bindings":{},"codes":{},"order":[[]]}',
    ],
)
def test_bytes_that_are_no_document_are_refused(data):
    with pytest.raises(ReleaseError):
        read_release(data)


def test_equal_documents_have_no_differences():
    assert diff_releases(made_release(), made_release()) == []


def test_a_threshold_is_told_with_its_unit():
    after = made_release(REGISTRY.replace('"<20"', '"<22"'))
    (change,) = diff_releases(made_release(), after)
    assert change.words == "hrv_rmssd critical: <20 → <22 ms"
    assert change.kind is ChangeClass.BEHAVIOURAL


def test_registry_roster_and_bindings_are_all_compared():
    after = made_release(REGISTRY.replace("Heart-rate", "Heart rate"), BINDINGS.replace("15m", "20m"))
    subjects = [change.subject for change in diff_releases(EMPTY, after)]
    assert {"hrv_rmssd", "laps", "NEUROS", "IDLE", "NEUROS/hrv_rmssd", "SOMNOS/hrv_rmssd"} <= set(subjects)
    assert [change.kind for change in diff_releases(made_release(), after)] == [
        ChangeClass.COSMETIC,
        ChangeClass.BEHAVIOURAL,
    ]


def test_another_order_alone_is_a_change_of_its_own():
    document = made_release()
    turned = document.registry.model_copy(update={"kpis": document.registry.kpis[::-1]})
    after = ReleaseDocument(turned, document.roster, document.bindings, document.codes)
    (change,) = diff_releases(document, after)
    assert (change.words, change.kind) == ("The KPIs are in another order", ChangeClass.COSMETIC)


def test_rules_in_another_order_alone_are_a_change_of_its_own():
    document = made_release()
    rules = [ValidationRule(field="unit", required=True), ValidationRule(field="name", required=True)]
    before, after = (
        ReleaseDocument(
            document.registry.model_copy(update={"validation_rules": turned}),
            document.roster,
            document.bindings,
            document.codes,
        )
        for turned in (rules, rules[::-1])
    )
    (change,) = diff_releases(before, after)
    assert (change.words, change.kind) == (SAME_OTHERWISE, ChangeClass.COSMETIC)


def test_an_agents_other_folder_is_a_change():
    document = made_release()
    after = ReleaseDocument(
        document.registry, document.roster, document.bindings, {**document.codes, "NEUROS": "nerves"}
    )
    (change,) = diff_releases(document, after)
    assert change.words == "NEUROS's folder is called nerves (was neuros)"


def test_a_symbol_is_the_standard_ones_or_the_registrys_own():
    document = made_release()
    own = UnitDocument(code="count", symbol="laps")
    registry = document.registry.model_copy(update={"units": [own]})
    assert document.symbols == {"hrv_rmssd": "ms", "laps": ""}
    assert ReleaseDocument(registry, document.roster).symbols == {"hrv_rmssd": "ms", "laps": "laps"}


def test_a_kpi_of_an_unknown_unit_has_no_symbol():
    kpi = KpiDocument(name="odd", unit="furlongs", prometheus_metric="auren_odd")
    registry = EMPTY.registry.model_copy(update={"kpis": [kpi]})
    assert ReleaseDocument(registry, EMPTY.roster).symbols == {}
