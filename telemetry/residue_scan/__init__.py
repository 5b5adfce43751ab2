"""Looking for what is left of a person who was erased: see docs/privacy.md for every place."""

from telemetry.residue_scan.beyond import not_searched
from telemetry.residue_scan.scan import LONG_ENOUGH, Search, Searched

__all__ = ["LONG_ENOUGH", "Search", "Searched", "not_searched"]
