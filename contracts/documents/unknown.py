"""Keys that no model has: kept, and reported."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any, get_args

from contracts.documents.base import Document
from contracts.documents.problems import finding
from contracts.documents.registry import KpiDocument
from contracts.documents.roster import RosterAgent, RosterDocument
from contracts.documents.shapes import subject_of
from contracts.findings import Finding, Level, Path
from contracts.limits import EXTRA_KEY, EXTRA_KEYS
from contracts.severity import REGISTRY_WORD, Severity
from contracts.yamlnodes import YamlSource

# A roster holds much that other programs read; only what looks like a slip of the pen is worth a word.
_MOSTLY_OTHERS = (RosterDocument, RosterAgent)
# Keys of the older format that today's has no place for: nothing was misspelt.
_OLDER = frozenset({"norm_ref", "compute", "scope"})
# Keys of the older format that could not be turned, which has been said already.
_SAID = frozenset({"range", "thresholds"})
_SHOWN = 60


def unknown_keys(parts: Iterable[tuple[Path, Document]], source: YamlSource) -> list[Finding]:
    """A finding for every unknown key: a warning with the key that was probably meant, or else a note."""
    found: list[Finding] = []
    for path, part in parts:
        found += _beyond(part, path, source)
        for key in islice(part.extra, EXTRA_KEYS.items):
            if not key.startswith("x-") and (told := _finding(type(part), key, (*path, key), source)):
                found.append(told)
    return found


def _beyond(part: Document, path: Path, source: YamlSource) -> Iterable[Finding]:
    """An error where there are more keys than are kept, and for each that is too long to be one."""
    place, subject = source.locate(path, key=True), subject_of(path, source)
    if len(part.extra) > EXTRA_KEYS.items:
        message = (
            f"There are {len(part.extra):,} keys that are not ours. At most {EXTRA_KEYS.items} can be kept."
        )
        hint = "Put them under one key that begins with `x-`."
        yield finding("too_many", path, message, hint, place=place, file=source.file, subject=subject)
    elif any(len(key) > EXTRA_KEY for key in part.extra):
        message = f"A key is too long. At most {EXTRA_KEY} characters can be kept."
        yield finding(
            "too_long", path, message, "Shorten it.", place=place, file=source.file, subject=subject
        )


def parts_with_extra(document: Document) -> Iterable[tuple[Path, Document]]:
    """Every part with keys that it does not know, and the way to it, put together only where there is one."""
    extra, nested = document.__pydantic_extra__, _nested(type(document))
    if not nested:
        return (((), document),) if extra else ()
    found: list[tuple[Path, Document]] = [((), document)] if extra else []
    values = document.__dict__
    for name in nested:
        value = values[name]
        # Asking whether something is a Document costs more than all the rest: pydantic answers that in Python.
        if type(value) is list:
            for index, item in enumerate(value):
                for path, part in parts_with_extra(item):
                    found.append(((name, index, *path), part))
        elif type(value) is dict:
            for key, item in value.items():
                for path, part in parts_with_extra(item):
                    found.append(((name, _step(key), *path), part))
        elif value is not None:
            for path, part in parts_with_extra(value):
                found.append(((name, *path), part))
    return found


def _step(key: Any) -> str:
    return REGISTRY_WORD[key] if isinstance(key, Severity) else str(key)


@lru_cache
def _nested(model: type[Document]) -> tuple[str, ...]:
    """The fields of a model that hold other models."""
    return tuple(name for name, field in model.model_fields.items() if _holds_documents(field.annotation))


def _holds_documents(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Document):
        return True
    return any(_holds_documents(part) for part in get_args(annotation))


def keys_of(model: type[Document]) -> list[str]:
    """The keys that a model knows, as a file writes them."""
    return [field.serialization_alias or name for name, field in model.model_fields.items()]


@lru_cache(maxsize=4096)
def _meant(model: type[Document], key: str) -> str:
    if len(key) > _SHOWN or (model is KpiDocument and key in _OLDER):
        return ""
    # In a short word, one slip is already a third of it.
    near = get_close_matches(key.lower(), keys_of(model), n=1, cutoff=0.6 if len(key) < 5 else 0.7)
    return near[0] if near else ""


def _finding(model: type[Document], key: str, path: Path, source: YamlSource) -> Finding | None:
    meant = _meant(model, key)
    if (not meant and issubclass(model, _MOSTLY_OTHERS)) or (model is KpiDocument and key in _SAID):
        return None
    shown = key if len(key) <= _SHOWN else key[:_SHOWN] + "…"
    return finding(
        "unknown_field",
        path,
        f"`{shown}` is not a key of {model.noun}. It is kept, but nothing acts on it.",
        f"Did you mean {meant}?" if meant else "Begin it with `x-` if it is yours.",
        place=source.locate(path, key=True),
        file=source.file,
        subject=subject_of(path, source),
        level=Level.WARNING if meant else Level.NOTE,
    )
