"""What was sent, as JSON: strictly read, and still fast."""

from __future__ import annotations

from typing import Any, Final

import orjson

from rest.parsing import read_json
from rest.problems import bad_body

MOST_ITEMS = 10_000
BODY_MAX_BYTES = 8 * 1024 * 1024
KEYS: Final = ("id", "kpi", "value", "at", "user_id", "measurement_source", "agent", "unit", "context")


def read_body(body: bytes) -> list[Any]:
    """The observations of a body: one object, a list, or {"observations": […]}. Raises Problem."""
    if len(body) > BODY_MAX_BYTES:
        raise bad_body("too_large", f"The body is over {BODY_MAX_BYTES // 1024:,} KiB.", status=413)
    data = _json(body)
    items = _items(data)
    if len(items) > MOST_ITEMS:
        message = f"{len(items):,} observations are more than {MOST_ITEMS:,}, the most a batch may have."
        raise bad_body("too_large", message, status=413, hint="Send several batches.")
    if not items:
        raise bad_body("empty", "There is no observation.", hint="Send at least one.")
    if _may_repeat_a_key(body, data):
        read_json(body, most=BODY_MAX_BYTES)
    return items


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return read_json(body, most=BODY_MAX_BYTES)  # slower, and says what is wrong and where


def _items(data: Any) -> list[Any]:
    if isinstance(data, dict) and "observations" in data:
        if unknown := data.keys() - {"observations"}:
            name = min(unknown)
            raise bad_body("unknown_field", f"`{shown(name)}` is not known here.", path=(shown(name),))
        data = data["observations"]
        if not isinstance(data, list):
            raise bad_body("wrong_shape", "`observations` should be a list.", path=("observations",))
    items = [data] if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise bad_body("wrong_shape", "The body should be an observation or a list of them.")
    return items


def _may_repeat_a_key(body: bytes, data: Any) -> bool:
    """Whether a key may stand twice in one object, of which the quick reader takes the last without a word: then
    there are more quotation marks in the body than in its data."""
    if b'\\"' in body or b"\\u0022" in body:  # some are part of a text
        return True
    try:
        return body.count(b'"') != orjson.dumps(data).count(b'"')
    except orjson.JSONEncodeError:  # nested deeper than it may be: the careful reader says so
        return True


def shown(name: str) -> str:
    """An unknown key, as far as it can be told."""
    return name[:60] if name.isprintable() else "a key"
