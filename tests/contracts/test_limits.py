"""The table of limits: each text and list of a document has one, and holds to it at the limit and one beyond."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import ValidationError

from contracts.documents import Document, KpiDocument, read_actions, read_bindings, read_registry, read_roster
from contracts.documents.base import KEPT
from contracts.findings import Finding, Level
from contracts.limits import EXTRA_KEY, EXTRA_KEYS, LISTS, TEXTS
from contracts.loading import tree_of
from contracts.severity import Severity
from contracts.tree import check_tree
from contracts.yamlwriter import write_yaml
from scripts.limits_doc import PAGE, page

KPI: dict[str, Any] = {"name": "hr", "title": "Pulse", "unit": "bpm", "prometheus_metric": "auren_hr_bpm"}
REGISTRY: dict[str, Any] = {
    "version": "1.1",
    "units": [{"code": "furlongs"}],
    "kpis": [KPI | {"risk_thresholds": {"critical": {"condition": "> 110", "action": "rest"}}}],
    "export_config": {"prometheus": {"prefix": "auren_"}},
    "validation_rules": [{"field": "name"}],
}
BINDINGS: dict[str, Any] = {
    "agent": "NEUROS",
    "kpis_used": [
        {"key": "hr", "alerting": {"risk_if": "> 110", "timing": {"risk": {}}, "actions": [{"name": "rest"}]}}
    ],
    "collaboration": {"on_risk": [{"agent": "SOMNOS"}]},
}
ROSTER: dict[str, Any] = {"version": "1.1", "agents": {"NEUROS": {"status": "beta"}}}
CATALOGUE: dict[str, Any] = {"version": "1.1", "actions": {"rest": {"title": "Rest"}}}
PLACES: dict[str, tuple[dict[str, Any], tuple[str | int, ...]]] = {
    "a KPI": (REGISTRY, ("kpis", 0)),
    "a threshold": (REGISTRY, ("kpis", 0, "risk_thresholds", "critical")),
    "a unit": (REGISTRY, ("units", 0)),
    "the Prometheus export": (REGISTRY, ("export_config", "prometheus")),
    "a validation rule": (REGISTRY, ("validation_rules", 0)),
    "a registry": (REGISTRY, ()),
    "an action": (BINDINGS, ("kpis_used", 0, "alerting", "actions", 0)),
    "timing": (BINDINGS, ("kpis_used", 0, "alerting", "timing", "risk")),
    "alerting": (BINDINGS, ("kpis_used", 0, "alerting")),
    "a binding": (BINDINGS, ("kpis_used", 0)),
    "a hand-off": (BINDINGS, ("collaboration", "on_risk", 0)),
    "collaboration": (BINDINGS, ("collaboration",)),
    "bindings": (BINDINGS, ()),
    "an agent": (ROSTER, ("agents", "NEUROS")),
    "a roster": (ROSTER, ()),
    "an action of the catalogue": (CATALOGUE, ("actions", "rest")),
    "a catalogue of actions": (CATALOGUE, ()),
}
DURATIONS = {"for_", "keep_firing_for", "deadline", "missing_data"}
TOO_MUCH = {"too_long", "too_many", "condition_invalid", "guard_invalid", "recovery_overlaps"}
ITEMS: dict[str, Callable[[int], Any]] = {
    "kpis": lambda n: KPI | {"name": f"k{n}"},
    "units": lambda n: {"code": f"u{n}"},
    "validation_rules": lambda n: {"field": "name"},
    "actions": lambda n: {"name": f"a{n}"},
    "kpis_used": lambda n: {"key": f"k{n}"},
    **{key: lambda n: {"agent": f"A{n}"} for key in ("on_risk", "on_caution", "on_elevated")},
}


def text_of(noun: str, field: str, length: int) -> str:
    """A text of this length that means something there."""
    if field in DURATIONS:
        return "5m".rjust(length, "0")
    if field == "recover_if":
        return "< 90".ljust(length)
    if field == "caution_if_drop_pct":
        return ">= 10 over 7d".ljust(length)
    if field == "condition" and noun != "a threshold":
        return "age > 3".ljust(length)
    return ("> 120".ljust(length)) if field == "condition" or field.endswith("_if") else "a" * length


def with_part(noun: str, field: str, value: Any) -> dict[str, Any]:
    whole, place = PLACES[noun]
    document = copy.deepcopy(whole)
    part: Any = document
    for step in place:
        part = part[step]
    part[field.rstrip("_")] = value
    return document


def found(document: dict[str, Any]) -> list[Finding]:
    return check_tree(tree_of({"file.yaml": write_yaml(document).encode()}))


def too_much(document: dict[str, Any], key: str) -> list[Finding]:
    """The errors about the size of what stands under a key; each names its line."""
    errors = [one for one in found(document) if one.code in TOO_MUCH and key in one.path]
    assert all(one.level is Level.ERROR and one.line for one in errors)
    return errors


@pytest.mark.parametrize(("noun", "field"), [(noun, field) for noun in TEXTS for field in TEXTS[noun]])
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(noun, field):
    limit, key = TEXTS[noun][field], field.rstrip("_")
    assert too_much(with_part(noun, field, text_of(noun, field, limit)), key) == []
    assert too_much(with_part(noun, field, text_of(noun, field, limit + 1)), key)


@pytest.mark.parametrize(("noun", "field"), [(noun, field) for noun in LISTS for field in LISTS[noun]])
def test_a_list_may_be_as_long_as_its_limit_and_no_longer(noun, field):
    def items(count: int) -> Any:
        if noun in ("a roster", "a catalogue of actions"):
            return {f"a{n}": {} for n in range(count)}
        return [ITEMS.get(field, "w{}".format)(n) for n in range(count)]

    readers: dict[str, Any] = {
        "kpis": read_registry, "kpis_used": read_bindings, "agents": read_roster, "actions": read_actions,
    }  # fmt: skip
    read = next(readers[key] for key in readers if key in PLACES[noun][0])

    def codes(count: int) -> set[str]:
        text = write_yaml(with_part(noun, field, items(count)))
        return {one.code for one in read(text).findings if field in one.path}

    assert "too_many" not in codes(LISTS[noun][field].items)
    assert "too_many" in codes(LISTS[noun][field].items + 1)


@pytest.mark.parametrize(("noun", "field"), [(n, f) for n in LISTS for f in LISTS[n] if LISTS[n][f].each])
def test_an_item_of_a_list_may_be_as_long_as_its_limit_and_no_longer(noun, field):
    limit = LISTS[noun][field].each
    assert too_much(with_part(noun, field, ["a" * limit]), field) == []
    assert too_much(with_part(noun, field, ["a" * (limit + 1)]), field)


def models(base: type[Document] = Document) -> Iterator[type[Document]]:
    for model in base.__subclasses__():
        if model.__module__.startswith("contracts."):
            yield model
        yield from models(model)


def holds(annotation: Any, kind: type) -> bool:
    """Whether a field is of this kind, whatever stands around it."""
    return (
        get_origin(annotation) is kind
        or annotation is kind
        or any(holds(p, kind) for p in get_args(annotation) if get_origin(annotation) not in (list, dict))
    )


@pytest.mark.parametrize("model", list(models()), ids=lambda model: model.__name__)
def test_every_text_and_list_of_a_document_is_in_the_table(model):
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if holds(annotation, str):
            assert name in TEXTS.get(model.noun, {}), (
                f"{model.noun}: {name} has no limit in contracts/limits.py"
            )
        if holds(annotation, list) or (holds(annotation, dict) and get_args(annotation)[0] is not Severity):
            assert name in LISTS.get(model.noun, {}), (
                f"{model.noun}: {name} has no limit in contracts/limits.py"
            )


def test_the_table_names_nothing_that_no_document_has():
    known = {model.noun: set(model.model_fields) for model in models()}
    for noun, fields in [*TEXTS.items(), *LISTS.items()]:
        assert set(fields) <= {
            name for model in models() if model.noun == noun for name in model.model_fields
        }
        assert noun in known


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("x-note", "a" * EXTRA_KEYS.each),
        ("x-note", {"a": ["b" * 100] * 100}),
        ("x" * EXTRA_KEY, "a"),
    ],
)
def test_a_key_that_is_not_ours_may_hold_much(key, value):
    assert not [one for one in found(REGISTRY | {key: value}) if one.level is Level.ERROR]


@pytest.mark.parametrize(
    "more",
    [
        {"x-note": "a" * (EXTRA_KEYS.each + 1)},
        {"x-note": {"a": [{"b": "c" * 100}] * 1_000}},
        {"x-note": [[]] * (EXTRA_KEYS.each + 1)},
        {"x" * (EXTRA_KEY + 1): "a"},
        {f"x-{n}": n for n in range(EXTRA_KEYS.items + 1)},
    ],
)
def test_and_not_more_than_that(more):
    errors = [one for one in found(REGISTRY | more) if one.level is Level.ERROR]
    assert errors
    assert {one.code for one in errors} <= {"too_long", "too_many"}


def test_what_was_released_before_there_was_a_limit_is_read_again():
    data = KPI | {"references": ["a"] * 200, "missing_data": "5m".rjust(40, "0")}
    with pytest.raises(ValidationError):
        KpiDocument.model_validate(data)
    assert len(KpiDocument.model_validate(data, context=KEPT).references) == 200


def test_the_page_of_limits_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.limits_doc"
