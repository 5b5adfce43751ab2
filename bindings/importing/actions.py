"""The catalogue of actions where the KPIs' import, export and comparison find it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bindings.action_catalogue import KIND_ACTION, CatalogueSteps, catalogue_document
from bindings.models import ActionCatalogue, ActionKind
from contracts.diff import Change
from contracts.documents import BindingsDocument, RosterDocument, write_actions
from contracts.loading import Tree
from contracts.releasefiles import ACTIONS_PATH
from contracts.tree import Beside
from kpis.importing import Action, Conflicts, Joined, JoinedPlan, Step
from kpis.services import Author


@dataclass(frozen=True, slots=True)
class ActionPlan(JoinedPlan):
    """All that an import would do with the catalogue; nothing where the files have none."""

    steps: tuple[Step, ...] = ()
    settings: tuple[Change, ...] = ()
    catalogue: CatalogueSteps | None = None

    def permissions(self, conflicts: Conflicts) -> tuple[str, ...]:
        """What it takes to make these changes by hand."""
        return tuple(self.catalogue.permissions()) if self.catalogue else ()

    def make_way(self, kpis: Collection[str], conflicts: Conflicts) -> None:
        """Nothing: an action is about no KPI."""

    def apply(self, *, author: Author, reason: str, conflicts: Conflicts) -> None:
        """Do it, with the rows as they are now: nobody has changed them since, or the import was refused."""
        if self.catalogue:
            prune = bool(self.catalogue.gone)
            CatalogueSteps.towards(self.catalogue.document, prune=prune, held=True).write()


class ActionFiles(Joined):
    """The file of the catalogue of actions."""

    def beside(self, tree: Tree, *, prune: bool) -> Beside:
        """Nothing: who joins first says what all files are judged with."""
        return Beside()

    def plan(self, tree: Tree, *, prune: bool) -> ActionPlan:
        """What importing the files would do with the catalogue; two queries."""
        document = next((one.document for one in tree.catalogues if one.document), None)
        if document is None:
            return ActionPlan()
        wanted = CatalogueSteps.towards(document, prune=prune)
        stands = ActionCatalogue.objects.filter(pk=1).exists()
        return ActionPlan(tuple(steps_of(wanted)), wanted.head if stands else (), wanted)

    def files(self) -> Mapping[Path, str]:
        """The catalogue's file, where there is one."""
        document = catalogue_document()
        return {} if document.is_empty else {ACTIONS_PATH: write_actions(document)}

    def stored(self) -> tuple[Mapping[str, BindingsDocument], RosterDocument | None]:
        """Nothing of agents is compared: the catalogue stands beside them."""
        return {}, None

    def stamp(self) -> str:
        """The whole of it: its actions have no revisions."""
        rows = ActionKind.objects.order_by("pk").values_list()
        return repr((ActionCatalogue.current().as_data(), list(rows)))


def steps_of(wanted: CatalogueSteps) -> list[Step]:
    """What happens to each action, in words."""
    steps = []
    for name in wanted.wanted:
        changes = wanted.changes_of(name) if name in wanted.stored else ()
        is_new = name not in wanted.stored
        action = Action.CREATE if is_new else Action.CHANGE if changes else Action.UNCHANGED
        steps.append(Step(action, name, changes=changes, kind=KIND_ACTION))
    return [*steps, *(Step(Action.DELETE, name, kind=KIND_ACTION) for name in wanted.gone)]
