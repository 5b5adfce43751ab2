"""``auren-export.json``: what an export wrote, so that the next one can tell what was edited and what is left over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.roots import objection, read_at_most

NAME: Final = "auren-export.json"
FORMAT: Final = 1
MAX_BYTES: Final = 16 * 1024 * 1024
"""Of a manifest that is read; one of 100,000 files is smaller."""


class ManifestError(ValueError):
    """The file is no manifest of ours; the message says why, for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class ExportedPart:
    """One part of an export: of which release it is, with which options, and each file's SHA-256 by its path."""

    release: int = 0
    """The release's number, 0 for the working copy."""
    digest: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """What was exported, in words."""
        return f"release {self.release}" if self.release else "the working copy"


Manifest = Mapping[str, ExportedPart]
"""The parts by their name."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    release: int = Field(ge=0)
    digest: str
    options: dict[str, str]
    files: dict[str, str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: int
    parts: dict[str, _Part]


def digest_of(text: str) -> str:
    """The SHA-256 of a text as it is written."""
    return sha256(text.encode()).hexdigest()


def read_manifest(root: Path) -> Manifest:
    """The manifest below ``root``; empty where there is none. Raises ManifestError, or OSError."""
    path = root / NAME
    if said := objection(path, root):
        raise ManifestError(f"{path}: {said}")
    try:
        data = read_at_most(path, MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    if len(data) > MAX_BYTES:
        raise ManifestError(f"{path} is larger than any that an export writes.")
    try:
        found = _File.model_validate(json.loads(data))
    except (ValueError, RecursionError, ValidationError) as error:
        raise ManifestError(
            f"{path} is not as an export writes it. Delete it to begin anew: then nothing is known of what was "
            "edited or is left over."
        ) from error
    if found.format != FORMAT:
        raise ManifestError(f"{path} is of format {found.format}; this version reads format {FORMAT}.")
    return {
        name: ExportedPart(part.release, part.digest, part.options, part.files)
        for name, part in found.parts.items()
    }


def write_manifest(manifest: Manifest) -> str:
    """The manifest as the file has it: the same text for the same export."""
    parts: dict[str, Any] = {
        name: {
            "release": part.release,
            "digest": part.digest,
            "options": dict(part.options),
            "files": dict(part.files),
        }
        for name, part in manifest.items()
    }
    return json.dumps({"format": FORMAT, "parts": parts}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def is_below(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a manifest's path lies in one of these folders. A manifest may come from anybody: it is not believed."""
    parts = PurePosixPath(path).parts
    is_plain = path == "/".join(parts) and "\\" not in path and "\0" not in path
    return is_plain and len(parts) > 1 and parts[0] in folders and not {"..", "."} & set(parts)
