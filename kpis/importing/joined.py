"""How other apps take part in an import, an export and a comparison, without this app knowing of them.

An app joins when it is ready; its rows are then planned from the same files, applied in the same transaction
and written beside the registry.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from django.db.models import Max

from contracts.diff import Change
from contracts.documents import BindingsDocument, RosterDocument
from contracts.loading import Tree
from contracts.tree import Beside
from kpis.importing.steps import Action, Conflicts, Step
from kpis.models import RegistrySettings, Revision, Unit
from kpis.services import Author


class JoinedPlan(ABC):
    """What an import would do with another app's rows."""

    steps: Sequence[Step]
    settings: Sequence[Change]
    left_out: Sequence[str] = ()
    """What of the files cannot come in, in words; the rules call it an error as well."""

    @property
    def changes_nothing(self) -> bool:
        """Whether the files say what is stored already."""
        return not self.settings and all(step.action is Action.UNCHANGED for step in self.steps)

    @abstractmethod
    def permissions(self, conflicts: Conflicts) -> tuple[str, ...]:
        """What a person needs to be allowed in order to apply it."""

    @abstractmethod
    def make_way(self, kpis: Collection[str], conflicts: Conflicts) -> None:
        """Let go of the KPIs with these names, which are about to be deleted, where the plan says so."""

    @abstractmethod
    def apply(self, *, author: Author, reason: str, conflicts: Conflicts) -> None:
        """Do it, inside the transaction that the KPIs were written in. Raises ImportRefused."""


class Joined(ABC):
    """Another app's part in what happens to files."""

    @abstractmethod
    def beside(self, tree: Tree, *, prune: bool) -> Beside:
        """What the files are to join, for the rules."""

    @abstractmethod
    def plan(self, tree: Tree, *, prune: bool) -> JoinedPlan:
        """Compare the files with what is stored, in a constant number of queries."""

    @abstractmethod
    def files(self) -> Mapping[Path, str]:
        """What an export writes beside the registry: texts by their place below the root."""

    @abstractmethod
    def stored(self) -> tuple[Mapping[str, BindingsDocument], RosterDocument | None]:
        """What is stored, for a comparison: agents' contracts by name and the roster, if there is one."""

    def stamp(self) -> str:
        """Changes when something does that has no revision and that files are judged or compared with."""
        return ""

    def imported(self, *, author: Author) -> None:  # noqa: B027 - an app may have nothing to do then
        """Something was imported; a door says so once it is committed."""


JOINED: list[Joined] = []
"""Every app's part; empty where only the registry is installed."""


def latest_revision() -> int:
    """The number of the latest revision of anything; 0 where there is none."""
    return Revision.objects.aggregate(last=Max("pk"))["last"] or 0


def working_copy_stamp() -> str:
    """Changes when anything of the working copy does: what was planned under it is still true under it."""
    last = latest_revision() or None
    settings = RegistrySettings.current().as_data()
    units = sorted(repr(unit.as_spec()) for unit in Unit.objects.all())
    return sha256(repr((last, settings, units, [part.stamp() for part in JOINED])).encode()).hexdigest()


def tell_imported(*, author: Author = None) -> None:
    """Tell every app that an import was applied; for doors, which may start work in the background."""
    for part in JOINED:
        part.imported(author=author)
