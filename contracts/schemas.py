"""JSON Schemas of the documents, made from their models: editors complete and check the YAML with them.

https://json-schema.org/draft/2020-12. They describe the canonical format 1.1; the reader takes older forms
too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.documents import ActionsDocument, BindingsDocument, Document, RegistryDocument, RosterDocument
from contracts.files import write_atomically
from contracts.severity import REGISTRY_WORD, REGISTRY_WORDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: Mapping[str, type[Document]] = {
    "kpi_registry": RegistryDocument,
    "kpi_bindings": BindingsDocument,
    "roster": RosterDocument,
    "actions": ActionsDocument,
}
"""The documents that have a schema, by the name of the file they describe."""


class _Plain(GenerateJsonSchema):
    """Without a title for every key: it would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its name: ``kpi_registry``, ``kpi_bindings``, ``roster``, ``actions``."""
    return {name: _schema(name, model) for name, model in MODELS.items()}


def schema_texts() -> dict[str, str]:
    """The schemas as the files of `docs/schemas`, by file name."""
    return {
        f"{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }


def write_schemas(directory: Path) -> list[Path]:
    """Write every schema into a directory; the paths that were written. Raises OSError."""
    paths = []
    for name, text in schema_texts().items():
        write_atomically(directory / name, text)
        paths.append(directory / name)
    return paths


def _schema(name: str, model: type[Document]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=_Plain)
    definitions: dict[str, dict[str, Any]] = schema.get("$defs", {})
    definitions.pop("Severity", None)
    for definition in (schema, *definitions.values()):
        if definition["type"] == "object":
            properties = definition["properties"]
            definition["properties"] = {key: _tidy(key, part) for key, part in properties.items()}
    return {"$schema": DIALECT, "$id": f"urn:auren:schema:{name}:1.1"} | schema


def _tidy(key: str, part: dict[str, Any]) -> dict[str, Any]:
    """A key's schema without what says nothing: the default "nothing", and null as another way to write it."""
    if key == "risk_thresholds":
        return _thresholds(part)
    rest = {word: value for word, value in part.items() if not (word == "default" and value in ("", None))}
    choices: list[dict[str, Any]] = [choice for choice in rest.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        return choices[0] | rest
    return rest | {"anyOf": choices} if choices else rest


def _thresholds(found: Mapping[str, Any]) -> dict[str, Any]:
    """The registry's own words for severities, each completed by an editor; older words are allowed."""
    threshold = found["additionalProperties"]
    return {
        "description": found["description"],
        "type": "object",
        "properties": dict.fromkeys(REGISTRY_WORD.values(), threshold),
        "additionalProperties": threshold,
        "propertyNames": {"enum": sorted(REGISTRY_WORDS)},
    }


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
