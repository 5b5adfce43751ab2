"""What is found when files, Prometheus and Grafana are compared with a release."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Place(StrEnum):
    """Where something differs."""

    FILES = "files"
    PROMETHEUS = "prometheus"
    GRAFANA = "grafana"


class Kind(StrEnum):
    """How it differs, and so what is to be done."""

    MISSING = "missing"
    EXTRA = "extra"
    EDITED = "edited"
    NOT_LOADED = "not_loaded"
    """What is loaded is an earlier export: nobody edited it."""
    NOT_EXPORTED = "not_exported"
    """What is loaded is what lies in the directory, and that is from an earlier export."""


IN_WORDS = {
    Kind.MISSING: "missing",
    Kind.EXTRA: "extra",
    Kind.EDITED: "edited by hand",
    Kind.NOT_LOADED: "not loaded yet",
    Kind.NOT_EXPORTED: "not exported yet",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: of a file, of a rule in its group, of a group itself, or of a dashboard."""

    place: Place
    kind: Kind
    what: str
    """``file``, ``alert``, ``record``, ``group`` or ``dashboard``."""
    name: str
    group: str = ""
    parts: tuple[str, ...] = ()
    """What of it differs, by the names that its file has for that."""
    detail: str = ""
    """A sentence that says more about the difference."""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"parts": list(self.parts)}

    def __str__(self) -> str:
        where = f" in group {self.group}" if self.group else ""
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        detail = f" {self.detail}" if self.detail else ""
        return f"{self.place}: {IN_WORDS[self.kind]}: {self.what} {self.name}{where}{parts}.{detail}"


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Everything that was compared, and what differs."""

    release: int
    looked_at: tuple[str, ...]
    """Each place with how much of it was compared, in words."""
    differences: tuple[Difference, ...]

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "release": self.release,
            "looked_at": list(self.looked_at),
            "differences": [one.as_data() for one in self.differences],
        }
