"""Two people changed one thing: which parts each changed, and what comes of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.documents import KpiDocument
from contracts.findings import Path
from kpis.services import as_stored

MINE, THEIRS = "mine", "theirs"
UNSAID = frozenset({"risk_thresholds", "bindings", "alerting", "head", "roster"})
"""Keys of a place that say nothing to a person."""
Version = KpiDocument | Mapping[str, Any]
"""One side's whole contract: a KPI, or any contract as nested mappings."""
GONE: Any = None
"""The value of a part that one side does not have; documents leave empty parts out, so none is null."""


@dataclass(frozen=True, slots=True)
class Part:
    """One place of the document that differs: what it was, what each side made of it."""

    path: Path
    base: Any
    mine: Any
    theirs: Any

    @property
    def key(self) -> str:
        """The place as one word, for a form field's name."""
        return ".".join(str(part) for part in self.path)

    @property
    def label(self) -> str:
        """The place in words."""
        return " ".join(str(part) for part in self.path if part not in UNSAID).replace("_", " ")

    @property
    def clashes(self) -> bool:
        """Both sides changed it, to different values: a person has to choose."""
        return self.base not in (self.mine, self.theirs) and self.mine != self.theirs

    def chosen(self, choice: str | None) -> Any:
        """The value to go on with: the only side that changed it, else what was chosen, else mine."""
        if not self.clashes:
            return self.theirs if self.mine == self.base else self.mine
        return self.theirs if choice == THEIRS else self.mine


def flat(data: Mapping[str, Any], at: Path = ()) -> dict[Path, Any]:
    """The leaves of nested mappings by their path."""
    leaves: dict[Path, Any] = {}
    for key, value in data.items():
        leaves |= flat(value, (*at, key)) if isinstance(value, dict) else {(*at, key): value}
    return leaves


def nested(leaves: Mapping[Path, Any]) -> dict[str, Any]:
    """The inverse of :func:`flat`."""
    data: dict[str, Any] = {}
    for path, value in leaves.items():
        at = data
        for key in path[:-1]:
            at = at.setdefault(str(key), {})
        at[str(path[-1])] = value
    return data


def parts(*, base: Version | None, mine: Version, theirs: Version) -> list[Part]:
    """Every place where one side differs from the other, in the document's order."""
    was, ours, other = (flat(as_data(version)) if version else {} for version in (base, mine, theirs))
    places = dict.fromkeys([*ours, *other])
    all_parts = (
        Part(path, was.get(path, GONE), ours.get(path, GONE), other.get(path, GONE)) for path in places
    )
    return [part for part in all_parts if part.mine != part.theirs]


def as_data(version: Version) -> Mapping[str, Any]:
    """A version as nested mappings, the way a revision holds it."""
    return as_stored(version) if isinstance(version, KpiDocument) else version


def settled(*, mine: Version, differing: list[Part], choices: Mapping[str, str]) -> dict[str, Any]:
    """My version with every differing part settled."""
    leaves = flat(as_data(mine))
    for part in differing:
        value = part.chosen(choices.get(part.key))
        if value is GONE:
            leaves.pop(part.path, None)
        else:
            leaves[part.path] = value
    return nested(leaves)


def merged(*, mine: KpiDocument, differing: list[Part], choices: Mapping[str, str]) -> KpiDocument:
    """The same for a KPI. Raises pydantic's error if the parts do not fit."""
    return whole_kpi(settled(mine=mine, differing=differing, choices=choices))


def whole_kpi(data: Mapping[str, Any]) -> KpiDocument:
    """The KPI without thresholds that a merge left without a condition."""
    thresholds = data.get("risk_thresholds", {})
    kept = {severity: row for severity, row in thresholds.items() if row.get("condition")}
    return KpiDocument.model_validate({**data, "risk_thresholds": kept})
