"""What is written reads back as itself, byte for byte."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import (
    ActionsDocument,
    BindingsDocument,
    Document,
    KpiDocument,
    Loaded,
    RegistryDocument,
    RosterDocument,
    as_data,
    read_actions,
    read_bindings,
    read_registry,
    read_roster,
    write_actions,
    write_bindings,
    write_registry,
    write_roster,
)
from contracts.limits import VERSION
from contracts.severity import REGISTRY_WORD
from contracts.units import STANDARD_WORDS
from tests.contracts.documents.files import fixture

Reader = Callable[..., Loaded[Any]]
Writer = Callable[[Any], str]
DOORS: dict[str, tuple[Reader, Writer]] = {
    "registry": (read_registry, write_registry),
    "registry_older": (read_registry, write_registry),
    "registry_older_bare": (read_registry, write_registry),
    "bindings": (read_bindings, write_bindings),
    "roster": (read_roster, write_roster),
    "actions": (read_actions, write_actions),
}


@pytest.mark.parametrize("name", DOORS)
def test_export_import_export_is_the_same_bytes(name: str) -> None:
    read, write = DOORS[name]
    document = read(fixture(name)).document
    written = write(document)
    assert read(written).document == document
    assert write(read(written).document) == written


@pytest.mark.parametrize("name", ["registry", "bindings", "roster", "actions"])
def test_nothing_is_lost_and_nothing_invented(name: str) -> None:
    read, write = DOORS[name]
    original = plain(yaml.safe_load(fixture(name)))
    assert plain(yaml.safe_load(write(read(fixture(name)).document))) == original


def plain(data: Any) -> Any:
    """Parsed YAML with what today's format writes in one way only: actions, conditions and the key `on`."""
    if isinstance(data, dict):
        return {"on" if key is True else key: plain_value(key, value) for key, value in data.items()}
    return [plain(item) for item in data] if isinstance(data, list) else data


def plain_value(key: str, value: Any) -> Any:
    if key in ("condition", "caution_if") and isinstance(value, list):
        return f"{value[0]}..{value[1]}"
    if key == "actions" and isinstance(value, list):
        return [plain(action if isinstance(action, dict) else {"name": action}) for action in value]
    return plain(value)


def test_keys_come_in_a_fixed_order_and_unknown_ones_last() -> None:
    text = "kpis:\n- zz: 1\n  unit: h\n  aa: 2\n  name: a\n  prometheus_metric: m\nversion: '2'\n"
    document = read_registry(text).document
    assert document
    assert list(as_data(document)) == ["version", "schema_version", "kpis"]
    assert list(as_data(document.kpis[0])) == ["name", "unit", "prometheus_metric", "aa", "zz"]


def test_severities_are_written_in_the_registry_s_words() -> None:
    text = "kpis: [{name: a, unit: h, prometheus_metric: m, risk_thresholds: {info: {condition: '> 3'}}}]"
    document = read_registry(text).document
    assert document
    assert "      elevated:\n" in write_registry(document)


def test_numbers_are_written_without_ballast() -> None:
    text = (
        "kpis: [{name: a, unit: h, prometheus_metric: m, normal_range: {min: 30.0, max: 1e2, optimal: 0.80}}]"
    )
    document = read_registry(text).document
    assert document
    assert "min: 30\n      max: 100\n      optimal: 0.8\n" in write_registry(document)


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t :#-'\"\\"), max_size=30
)
short = words.map(lambda text: text[:20])
numbers = st.none() | st.decimals(-(10**8), 10**8, places=2).map(Decimal)
ranges = st.none() | st.fixed_dictionaries({}, optional={"min": numbers, "max": numbers, "x-why": words})
unknown = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
thresholds = st.dictionaries(
    st.sampled_from(sorted(REGISTRY_WORD.values())),
    st.fixed_dictionaries(
        {"condition": words}, optional={"action": words, "for": short, "recover_if": words}
    ),
)
units = words.filter(
    lambda word: STANDARD_WORDS.code_of(word) in (None, word)
)  # others are read as their code
alerts = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["", "person", "cohort", "none"]),
        "cohort_share": st.integers(1, 100),
        "noise_budget": st.decimals("0.1", 9, places=1),
        "x-unknown": unknown,
    },
)
kpis = st.fixed_dictionaries(
    {"name": words, "unit": units, "prometheus_metric": words},
    optional={
        "title": words,
        "description": words,
        "absolute_range": ranges,
        "normal_range": ranges,
        "risk_thresholds": thresholds,
        "references": st.lists(words, max_size=3),
        "status": st.sampled_from(["draft", "active", "deprecated"]),
        "alerts": alerts,
        "x-unknown": unknown,
    },
).map(KpiDocument.model_validate)


def as_others_read(document: Document) -> Any:
    """The data as every YAML reader has it: numbers are floats and ints."""
    return floats(as_data(document))


def floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


@given(st.lists(kpis, max_size=3), words.filter(lambda text: len(text) <= VERSION))
def test_any_registry_reads_back_as_itself(documents: list[KpiDocument], version: str) -> None:
    document = RegistryDocument(kpis=documents, version=version)
    written = write_registry(document)
    assert read_registry(written).document == document
    assert write_registry(read_registry(written).document or document) == written


@given(kpis)
def test_other_readers_read_the_same(kpi: KpiDocument) -> None:
    document = RegistryDocument(kpis=[kpi])
    parsed = yaml.load(write_registry(document), Loader=yaml.CSafeLoader)
    assert integer_keys_as_text(parsed) == as_others_read(document)


def integer_keys_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): integer_keys_as_text(item) for key, item in value.items()}
    return [integer_keys_as_text(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(words, unknown, max_size=3), words)
def test_any_bindings_and_roster_read_back_as_themselves(extra: dict[str, Any], text: str) -> None:
    bindings = BindingsDocument.model_validate(
        {"agent": text, "kpis_used": [{"key": text, "x-a": extra, "alerting": {"actions": [{"name": text}]}}]}
    )
    roster = RosterDocument.model_validate({"agents": {text: {"role": text, "x-a": extra}}})
    assert read_bindings(write_bindings(bindings)).document == bindings
    assert read_roster(write_roster(roster)).document == roster


@given(
    st.dictionaries(words, st.sampled_from([True, False, None]), max_size=3),
    st.dictionaries(words, unknown, max_size=3),
)
def test_any_catalogue_reads_back_as_itself_whatever_its_order(
    reversible: dict[str, bool | None], extra: dict[str, Any]
) -> None:
    actions = {name: {"title": name, "reversible": said, "x-a": extra} for name, said in reversible.items()}
    catalogue = ActionsDocument.model_validate({"actions": actions})
    turned = ActionsDocument.model_validate({"actions": dict(reversed(actions.items()))})
    written = write_actions(catalogue)
    assert read_actions(written).document == catalogue
    assert write_actions(turned) == written
