"""Real files, where CORPUS names a directory of them: nothing is lost on the way through."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.documents import (
    read_bindings,
    read_registry,
    read_roster,
    write_bindings,
    write_registry,
    write_roster,
)
from contracts.findings import Level
from contracts.formatting import format_yaml

FILES = [
    ("agents/shared_modules/kpi_registry.yaml", read_registry, write_registry),
    ("agents/neuros_modules/kpi_bindings.yaml", read_bindings, write_bindings),
    ("agents/roster.yaml", read_roster, write_roster),
]


@pytest.fixture
def corpus() -> Path:
    folder = Path(os.environ.get("CORPUS") or "/nowhere")
    if not folder.is_dir():
        pytest.skip("CORPUS names no directory")
    return folder


@pytest.mark.parametrize(("name", "read", "write"), FILES)
def test_real_files_come_through_whole(corpus: Path, name: str, read: Any, write: Any) -> None:
    data = (corpus / name).read_bytes()
    loaded = read(data, name)
    assert [finding for finding in loaded.findings if finding.level is Level.ERROR] == []
    written = write(loaded.document)
    assert yaml.safe_load(written) == yaml.safe_load(data)
    assert write(read(written).document) == written


@pytest.mark.parametrize("name", [name for name, _, _ in FILES])
def test_real_files_keep_their_comments_when_laid_out(corpus: Path, name: str) -> None:
    text = (corpus / name).read_text(encoding="utf-8")
    formatted = format_yaml(text)
    assert format_yaml(formatted) == formatted
    assert yaml.safe_load(formatted) == yaml.safe_load(text)
