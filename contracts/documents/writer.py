"""From a document to its canonical file: the same document always gives the same bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from contracts.documents.actions import ActionsDocument
from contracts.documents.base import Document
from contracts.documents.bindings import BindingsDocument
from contracts.documents.registry import RegistryDocument
from contracts.documents.roster import RosterDocument
from contracts.severity import REGISTRY_WORD, Severity
from contracts.yamlwriter import write_yaml


def write_registry(document: RegistryDocument) -> str:
    """The registry as YAML, format 1.1."""
    return write_yaml(as_data(document))


def write_bindings(document: BindingsDocument) -> str:
    """One agent's bindings as YAML."""
    return write_yaml(as_data(document))


def write_roster(document: RosterDocument) -> str:
    """The roster as YAML."""
    return write_yaml(as_data(document))


def write_actions(document: ActionsDocument) -> str:
    """The catalogue of actions as YAML, in the order of their names: nothing depends on any other."""
    ordered = dict(sorted(document.actions.items()))
    return write_yaml(as_data(document.model_copy(update={"actions": ordered})))


def as_data(document: Document) -> dict[str, Any]:
    """The document as plain data, as its file has it: keys in order, defaults left out, unknown keys last.

    Numbers are decimals, severities the registry's words. Unknown keys are in the order of the alphabet: no database
    and no release keeps another.
    """
    data: dict[str, Any] = {}
    values = document.__dict__
    for name, key, default, always in _plan(type(document)):
        value = values[name]
        if always or value != default:
            data[key] = _value(value)
    extra = document.__pydantic_extra__
    return data | _sorted(extra) if extra else data


def _sorted(value: Any) -> Any:
    """Plain data with the keys of every mapping in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@lru_cache
def _plan(model: type[Document]) -> tuple[tuple[str, str, Any, bool], ...]:
    """For each field: its name, its key in the file, what goes without saying, and whether to say it all the same."""
    return tuple(
        (
            name,
            field.serialization_alias or name,
            None if field.is_required() else field.get_default(call_default_factory=True),
            field.is_required() or name in model.always_written,
        )
        for name, field in model.model_fields.items()
    )


def _value(value: Any) -> Any:
    if isinstance(value, Document):
        return as_data(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {
            REGISTRY_WORD[key] if isinstance(key, Severity) else key: _value(item)
            for key, item in value.items()
        }
    return str(value) if isinstance(value, str) else value
