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
from kpis.importing.editors import last_editors, name_of
from kpis.importing.permissions import of_steps
from kpis.models import Revision
from kpis.services import Author


@dataclass(frozen=True, slots=True)
class ActionPlan(JoinedPlan):
    """All that an import would do with the catalogue; nothing where the files have none."""

    steps: tuple[Step, ...] = ()
    settings: tuple[Change, ...] = ()
    catalogue: CatalogueSteps | None = None

    def permissions(self, conflicts: Conflicts) -> tuple[str, ...]:
        """What it takes to make these changes by hand."""
        head = ("bindings.change_actionkind",) if self.catalogue and self.catalogue.head else ()
        return (*of_steps(self.steps, "bindings", "actionkind", conflicts), *head)

    def make_way(self, kpis: Collection[str], conflicts: Conflicts) -> None:
        """Nothing: an action is about no KPI."""

    def apply(self, *, author: Author, reason: str, conflicts: Conflicts) -> None:
        """Do it, with the rows as they are now: nobody has changed them since, or the import was refused."""
        if self.catalogue is None:
            return
        clashing = {step.name for step in self.steps if step.action is Action.CONFLICT}
        steps = CatalogueSteps.towards(
            self.catalogue.document,
            prune=bool(self.catalogue.gone),
            held=True,
            leave=clashing if conflicts is Conflicts.OURS else (),
        )
        steps.write(author=author, source=Revision.Source.IMPORT, reason=reason)


class ActionFiles(Joined):
    """The file of the catalogue of actions."""

    def beside(self, tree: Tree, *, prune: bool) -> Beside:
        """Nothing: who joins first says what all files are judged with."""
        return Beside()

    def plan(self, tree: Tree, *, prune: bool) -> ActionPlan:
        """What importing the files would do with the catalogue, in a constant number of queries."""
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
        """The whole of it: what stands beside the actions has no revisions."""
        rows = ActionKind.objects.order_by("pk").values_list()
        return repr((ActionCatalogue.current().as_data(), list(rows)))


def steps_of(wanted: CatalogueSteps) -> list[Step]:
    """What happens to each action, in words."""
    editors = last_editors(KIND_ACTION, wanted.stored.values())
    steps = [step_of(name, wanted, editors) for name in wanted.wanted]
    gone = [wanted.stored[name] for name in wanted.gone]
    return [*steps, *(Step(Action.DELETE, row.name, revision=row.revision, kind=KIND_ACTION) for row in gone)]


def step_of(name: str, wanted: CatalogueSteps, editors: Mapping[int, Revision]) -> Step:
    """What the file's version of one action means for the stored one."""
    row = wanted.stored.get(name)
    if row is None:
        return Step(Action.CREATE, name, kind=KIND_ACTION)
    changes = wanted.changes_of(name)
    editor = editors.get(row.pk) if changes else None
    if editor is not None:
        return Step(Action.CONFLICT, name, None, changes, row.revision, name_of(editor), KIND_ACTION)
    action = Action.CHANGE if changes else Action.UNCHANGED
    return Step(action, name, changes=changes, revision=row.revision, kind=KIND_ACTION)
