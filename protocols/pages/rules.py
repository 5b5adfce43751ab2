"""What the rules of conformance are called on pages."""

from __future__ import annotations

from typing import Final

from protocols.conformance import RULES

TITLES: Final = {rule.id: rule.title for rule in RULES.values()}
