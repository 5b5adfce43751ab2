"""What the rules of conformance are called on pages."""

from __future__ import annotations

from typing import Final

from protocols.conformance import RULES

TITLES: Final = {name: rule.title for name, rule in RULES.items()}
