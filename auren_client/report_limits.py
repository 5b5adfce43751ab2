"""How much may be said about a run: what the server takes, by its own table, so that too much is refused where it is
said. A report is on its way when the server hears of it, and its words are lost where it is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from contracts.limits import AGENT_LIMITS, BINDING_LIMITS, RUN_LIMITS

NOTE: Final = RUN_LIMITS["characters of a note, a reason or a comment"]
"""Characters of a note, of why a step failed or was skipped, and of an answer to a hand-off."""
QUESTION: Final = BINDING_LIMITS["reason"]
"""Characters of why another agent is asked: as many as a contract has for it, and fewer than a note."""
ACTION: Final = BINDING_LIMITS["action"]
"""Characters of an action's name."""
AGENT: Final = AGENT_LIMITS["name"]
"""Characters of an agent's name."""
EVIDENCE_BYTES: Final = RUN_LIMITS["bytes of evidence of one step, as JSON"]
"""Of evidence as compact JSON in UTF-8; here a float may take a byte more than the server counts."""
EVIDENCE_LEVELS: Final = RUN_LIMITS["levels of evidence"]
"""Levels of evidence, its own among them."""


def short(text: str, most: int, what: str) -> str:
    """The text. Raises ValueError where it is longer than the server takes."""
    if len(text) > most:
        raise ValueError(f"expected {what} of at most {most:,} characters, not {len(text):,}")
    return text


def small(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence. Raises ValueError where it is more than the server takes, or no JSON; TypeError for the latter."""
    found = dict(evidence)
    level: list[Any] = [found]
    for _ in range(EVIDENCE_LEVELS):
        level = [
            value
            for one in level
            for value in (one.values() if isinstance(one, dict) else one)
            if isinstance(value, dict | list | tuple)
        ]
    if level:
        raise ValueError(f"expected evidence of at most {EVIDENCE_LEVELS} levels")
    size = len(json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())
    if size > EVIDENCE_BYTES:
        raise ValueError(f"expected evidence of at most {EVIDENCE_BYTES:,} bytes of JSON, not {size:,}")
    return found
