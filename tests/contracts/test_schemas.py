"""The published JSON Schemas: up to date, valid, and true of what we read and write."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from contracts.documents import (
    read_bindings,
    read_registry,
    read_roster,
    write_bindings,
    write_registry,
    write_roster,
)
from contracts.schemas import DIALECT, schema_texts, schemas, write_schemas
from tests.contracts.documents.files import fixture

PUBLISHED = Path(__file__).parents[2] / "docs/schemas"


@pytest.mark.parametrize(("name", "text"), schema_texts().items())
def test_what_is_published_is_up_to_date(name: str, text: str) -> None:
    stale = "run: python -m contracts.schemas docs/schemas"
    assert (PUBLISHED / name).read_text(encoding="utf-8") == text, stale


def test_nothing_else_is_published() -> None:
    assert {path.name for path in PUBLISHED.glob("*.json")} == set(schema_texts())


@pytest.mark.parametrize("schema", schemas().values(), ids=schemas())
def test_every_schema_is_valid_and_explains_every_key(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    for part in (schema, *schema["$defs"].values()):
        assert part["description"]
        assert all(key["description"] for key in part.get("properties", {}).values())


FILES = [
    ("kpi_registry", "registry", read_registry, write_registry),
    ("kpi_bindings", "bindings", read_bindings, write_bindings),
    ("roster", "roster", read_roster, write_roster),
]


@pytest.mark.parametrize(("schema", "file", "read", "write"), FILES)
def test_what_we_export_satisfies_its_schema(schema: str, file: str, read: Any, write: Any) -> None:
    exported = yaml.safe_load(write(read(fixture(file)).document))
    assert list(Draft202012Validator(schemas()[schema]).iter_errors(exported)) == []


REFUSED = [
    ("kpi_registry", {}),
    ("kpi_registry", {"kpis": "hrv"}),
    ("kpi_registry", {"kpis": [{"name": "a"}]}),
    (
        "kpi_registry",
        {"kpis": [{"name": "a", "unit": "h", "prometheus_metric": "m", "normal_range": {"min": "1"}}]},
    ),
    (
        "kpi_registry",
        {"kpis": [{"name": "a", "unit": "h", "prometheus_metric": "m", "risk_thresholds": {"terrible": {}}}]},
    ),
    ("kpi_bindings", {"agent": "A", "kpis_used": [{"role": "x"}]}),
    ("roster", {"agents": {"A": {"enabled": "maybe"}}}),
]


@pytest.mark.parametrize(("schema", "data"), REFUSED)
def test_what_we_cannot_read_does_not_satisfy_it(schema: str, data: dict[str, Any]) -> None:
    assert list(Draft202012Validator(schemas()[schema]).iter_errors(data))


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    assert sorted(path.name for path in write_schemas(tmp_path)) == sorted(schema_texts())
    assert (tmp_path / "roster.schema.json").read_text().endswith("}\n")
