"""From a document to its canonical file: the same document always gives the same bytes."""

from __future__ import annotations

from typing import Any

from pydantic.fields import FieldInfo

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


def as_data(document: Document) -> dict[str, Any]:
    """The document as plain data, as its file has it: keys in order, defaults left out, unknown keys last.

    Numbers are decimals, severities the registry's words.
    """
    data: dict[str, Any] = {}
    for name, field in type(document).model_fields.items():
        value = getattr(document, name)
        if _is_written(document, name, field, value):
            data[field.serialization_alias or name] = _value(value)
    return data | document.extra


def _is_written(document: Document, name: str, field: FieldInfo, value: Any) -> bool:
    if name in document.always_written or field.is_required():
        return True
    if name in document.written_when_set and name in document.model_fields_set:
        return True
    return bool(value != field.get_default(call_default_factory=True))


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
