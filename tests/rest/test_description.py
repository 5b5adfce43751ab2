"""The API's description: complete, and the one that is committed."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

ERRORS = {"400", "401", "403", "406", "429", "500", "503"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid_openapi(described):
    validate_schema(described)


def test_the_committed_description_is_todays(tmp_path):
    """``make docs`` writes it."""
    file = tmp_path / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(file), "--fail-on-warn")
    committed = (settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(committed)


CANCELS = ("DELETE /api/v1/backtests/{id}/",)
"""What stops work that is under way, whatever has become of it: there is no version that one must have seen."""


def test_every_operation_tells_its_errors(described):
    for name, operation in operations(described):
        assert set(operation["responses"]) >= ERRORS, name
        if name.startswith(("PUT", "PATCH", "DELETE")) and name not in CANCELS:
            assert set(operation["responses"]) >= {"404", "412", "428"}, name
        if name.startswith(("POST", "PUT", "PATCH")):
            assert set(operation["responses"]) >= {"413", "415"}, name


def test_every_write_tells_its_condition_and_its_dry_run(described):
    for name, operation in operations(described):
        parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
        if name.startswith(("PUT", "PATCH", "DELETE")) and name not in CANCELS:
            assert parameters >= {"If-Match", "dry_run", "change_reason"}, name


def test_every_error_is_a_problem(described):
    for response in described["components"]["responses"].values():
        assert set(response["content"]) == {"application/problem+json"}
        assert "X-Request-ID" in response["headers"]
