"""The words of a plan: what happens to one thing, and what to do in a conflict."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.diff import Change
from contracts.documents import KpiDocument


class Action(StrEnum):
    """What an import would do with one thing."""

    CREATE = "create"
    CHANGE = "change"
    CONFLICT = "conflict"
    UNCHANGED = "unchanged"
    DELETE = "delete"


class Conflicts(StrEnum):
    """What to do with a thing that was edited here since it was last imported, and differs in the file."""

    REFUSE = "refuse"
    THEIRS = "theirs"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of the plan: what happens to it, and what changes in words. Most are KPIs."""

    action: Action
    name: str
    document: KpiDocument | None = None
    changes: tuple[Change, ...] = ()
    revision: int = 0
    edited_by: str = ""
    kind: str = "kpi"


class ImportRefused(Exception):
    """The import did nothing, and the message says why and what to do."""
