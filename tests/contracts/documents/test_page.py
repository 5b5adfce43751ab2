"""docs/formats.md says what is true: its examples are read without an error, and no key is missing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.documents import (
    Document,
    Loaded,
    detect,
    read_actions,
    read_bindings,
    read_registry,
    read_roster,
)
from contracts.documents.unknown import keys_of
from contracts.findings import Level
from contracts.schemas import MODELS
from contracts.yamltree import read_yaml

PAGE = (Path(__file__).parents[3] / "docs/formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
READERS: dict[str, Callable[..., Loaded[Any]]] = {
    "registry": read_registry,
    "bindings": read_bindings,
    "roster": read_roster,
    "actions": read_actions,
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read_without_an_error(example: str) -> None:
    source = read_yaml(example)
    loaded = READERS[str(detect(source))](source)
    assert loaded.document
    assert [f.message for f in loaded.findings if f.level is not Level.NOTE] == []


def test_the_page_shows_every_kind() -> None:
    assert [detect(read_yaml(example)) for example in EXAMPLES] == [
        "registry",
        "bindings",
        "roster",
        "actions",
        "registry",
    ]


@pytest.mark.parametrize("model", MODELS.values())
def test_every_key_of_every_model_is_on_the_page(model: type[Document]) -> None:
    definitions = model.model_json_schema()["$defs"]
    keys = {key for part in definitions.values() for key in part.get("properties", {})}
    keys |= set(keys_of(model))
    missing = {key for key in keys if not re.search(rf"\b{key}\b", PAGE)}
    assert missing == set()
