"""The context that an observation came with, as it is stored."""

from __future__ import annotations

from collections.abc import Mapping

import orjson


def context_text(context: Mapping[str, object] | None) -> str | None:
    """As JSON; None where there is none."""
    return orjson.dumps(context).decode() if context else None


def is_same_context(stored: str | None, context: Mapping[str, object] | None) -> bool:
    """Whether a context says what is stored, in whichever order."""
    if not stored or not context:
        return not stored and not context
    return _in_order(orjson.loads(stored)) == _in_order(context)


def _in_order(context: Mapping[str, object]) -> bytes:
    return orjson.dumps(context, option=orjson.OPT_SORT_KEYS)  # in which true is not 1
