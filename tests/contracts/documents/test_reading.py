"""Files become documents; what does not fit becomes findings, with its place."""

import time

import pytest

from contracts.documents import (
    Loaded,
    RegistryDocument,
    detect,
    read_bindings,
    read_registry,
    read_roster,
    shape_findings,
    unknown_document,
)
from contracts.findings import Level
from contracts.yamltree import read_yaml
from tests.contracts.documents.files import fixture

BROKEN = {
    (8, 5, "unknown_field", "good"): "Did you mean category?",
    (13, 25, "number_expected", "bad_numbers"): "Write it without quotes: 1.",
    (13, 35, "not_finite", "bad_numbers"): "Leave the key out where there is no limit.",
    (13, 50, "number_expected", "bad_numbers"): "Leave out the zeros in front: 123.",
    (14, 27, "number_too_long", "bad_numbers"): "Write at most 9 digits before the point and 6 after it.",
    (14, 44, "number_expected", "bad_numbers"): "Write a number, such as 30 or 0.8.",
    (15, 5, "missing_key", ""): "Add `name`.",
    (16, 11, "wrong_shape", ""): "Write a text.",
    (22, 16, "severity_unknown", "bad_severities"): "Did you mean critical?",
    (28, 16, "severity_twice", "twice"): "Keep one of the two.",
    (31, 13, "value_not_allowed", "list_condition"): "Use one of these words.",
    (34, 28, "condition_expected", "list_condition"): (
        'Write a condition such as "< 20", or the two numbers it lies between: [20, 30].'
    ),
    (35, 17, "missing_key", "list_condition"): "Add `condition`.",
    (36, 5, "wrong_shape", ""): "Write `- name: name_of_the_kpi`, and its other keys below.",
    (42, 25, "truth_expected", ""): "Write it without quotes.",
    (42, 41, "wrong_shape", ""): "Write each item on a line of its own, starting with `- `.",
    (43, 19, "wrong_shape", ""): "Write each item on a line of its own, starting with `- `.",
}


@pytest.fixture(scope="module")
def broken() -> Loaded[RegistryDocument]:
    return read_registry(fixture("registry_broken"), "broken.yaml")


def test_every_fault_has_its_place_its_kpi_and_a_way_out(broken: Loaded[RegistryDocument]) -> None:
    assert {(f.line, f.column, f.code, f.subject): f.hint for f in broken.findings} == BROKEN
    assert {f.file for f in broken.findings} == {"broken.yaml"}


def test_a_kpi_that_does_not_fit_hides_no_other(broken: Loaded[RegistryDocument]) -> None:
    assert broken.document
    assert [kpi.name for kpi in broken.document.kpis] == ["good", "also_good"]


def test_places_fit_the_document_without_what_was_left_out(broken: Loaded[RegistryDocument]) -> None:
    assert broken.source.locate(("kpis", 1, "normal_range", "max")) == (40, 33)


def test_a_key_without_a_value_is_as_good_as_none(broken: Loaded[RegistryDocument]) -> None:
    assert broken.document
    assert broken.document.kpis[0].title == ""


USELESS = [
    ("kpis: hrv", "wrong_shape", (1, 7)),
    ("version: 1\nkpis:", "missing_key", (2, 1)),
    ("kpis: 3", "wrong_shape", (1, 7)),
    ("- a", "wrong_shape", (1, 1)),
    ("just words", "wrong_shape", (1, 1)),
    ("version: 1", "missing_key", (1, 1)),
    ("", "empty", (1, 1)),
    ("kpis: [", "not_yaml", (1, 8)),
    (b"\xff\xfea\0", "wrong_encoding", (1, 1)),
    ("a: 1\na: 2", "duplicate_key", (2, 1)),
    ("kpis: !!python/name:os.system []", "tag_not_allowed", (1, 7)),
]


@pytest.mark.parametrize(("data", "code", "place"), USELESS)
def test_a_useless_file_says_what_was_expected(data: str | bytes, code: str, place: tuple[int, int]) -> None:
    loaded = read_registry(data, "file.yaml")
    assert loaded.document is None
    assert [(f.code, (f.line, f.column), f.file, f.level) for f in loaded.findings] == [
        (code, place, "file.yaml", Level.ERROR)
    ]


def test_long_values_are_not_repeated() -> None:
    secret = "long " * 100
    loaded = read_registry(f"kpis: [{{name: a, unit: h, prometheus_metric: m, status: '{secret}'}}]")
    assert all(len(f.message + f.hint) < 200 for f in loaded.findings)


def test_bindings_lose_only_what_does_not_fit() -> None:
    text = (
        "agent: A\nkpis_used:\n- key: a\n- just_a_name\n- {key: b, alerting: {actions: x}}\n"
        "collaboration: {on_risk: [{agent: B}, 3], on_caution: x}"
    )
    loaded = read_bindings(text)
    assert loaded.document
    assert [binding.key for binding in loaded.document.kpis_used] == ["a"]
    assert [handoff.agent for handoff in loaded.document.collaboration.on_risk] == ["B"]
    assert [(f.line, f.column) for f in loaded.findings] == [(4, 3), (5, 32), (6, 39), (6, 55)]


def test_a_binding_s_trigger_may_be_two_numbers_and_an_action_a_name() -> None:
    document = read_bindings(fixture("bindings")).document
    assert document
    alerting = document.kpis_used[0].alerting
    assert alerting.caution_if == "85..100"
    assert alerting.actions[-1].name == "drink_water"
    assert document.kpis_used[0].guard == "is_resting == true"


def test_a_roster_loses_only_the_agent_that_does_not_fit() -> None:
    loaded = read_roster("agents:\n  A: {enabled: yes}\n  B: {enabled: 'no'}\n  C: 1\n")
    assert loaded.document
    assert list(loaded.document.agents) == ["A"]
    assert [(f.code, f.subject, f.line) for f in loaded.findings] == [
        ("truth_expected", "B", 3),
        ("wrong_shape", "C", 4),
    ]


KINDS = [
    ("kpis: []", "registry"),
    ("export_config: {}", "registry"),
    ("hrv: {unit: ms, range: [1, 2]}", "registry"),
    ("agent: A\nkpis_used: []", "bindings"),
    ("agent: A", "bindings"),
    ("agents: {}", "roster"),
    ("hello: world", None),
    ("- a", None),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_a_file_is_known_by_its_keys(text: str, kind: str | None) -> None:
    assert detect(read_yaml(text)) == kind


def test_a_file_of_no_kind_is_told_what_the_kinds_are() -> None:
    finding = unknown_document(read_yaml("\nhello: world", file="x.yaml"))
    assert (finding.code, finding.file, finding.line) == ("unknown_document", "x.yaml", 2)


def test_errors_of_data_without_a_file_have_no_place() -> None:
    with pytest.raises(ValueError, match="kpis") as caught:
        RegistryDocument.model_validate({"kpis": [{"name": "a"}]})
    findings = shape_findings(caught.value)  # type: ignore[arg-type]
    assert [(f.code, f.path, f.line) for f in findings] == [
        ("missing_key", ("kpis", 0, "unit"), 0),
        ("missing_key", ("kpis", 0, "prometheus_metric"), 0),
    ]


def test_ten_thousand_faulty_kpis_are_told_in_seconds() -> None:
    text = "kpis:\n" + "".join(f"  - {{name: k{n}, unit: [1], wrong: 1}}\n" for n in range(10_000))
    begin = time.perf_counter()
    assert len(read_registry(text).findings) == 20_000
    assert time.perf_counter() - begin < 10
