"""The catalogue of actions: read as a document, made what a document says, each change of an action kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError as ShapeError

from bindings.models import ActionCatalogue, ActionKind
from bindings.models.action_kind import ACTION_KIND_FIELDS
from contracts.diff import Change, ChangeClass
from contracts.diffactions import ACTIONS, diff_action, diff_actions
from contracts.documents import ActionKindDocument, ActionsDocument, as_data
from kpis import services
from kpis.locking import working_copy_lock
from kpis.models import Revision
from kpis.services import Author

KIND_ACTION = "action"
"""What an import and a history call one."""
BATCH = 1000
COLUMNS = [*ACTION_KIND_FIELDS, "extra"]


def catalogue_document() -> ActionsDocument:
    """The catalogue as its file holds it; two queries. Raises pydantic's error for what no file can hold."""
    document = ActionsDocument.model_validate(ActionCatalogue.current().as_data() | {"actions": {}})
    actions = {row.name: row.as_document() for row in ActionKind.objects.all()}
    return document.model_copy(update={"actions": dict(sorted(actions.items()))})


def as_kept(action: ActionKind) -> dict[str, Any]:
    """The action as a revision keeps it. Raises pydantic's error for what no file can hold."""
    return {"name": action.name, "action": as_data(action.as_document())}


def record(*, actions: Sequence[ActionKind], author: Author, source: str, reason: str = "") -> list[Revision]:
    """Keep each of these as its next revision; call it once after every save of an action."""
    return services.record_subjects(
        kind=KIND_ACTION, subjects=actions, documents=[as_kept(action) for action in actions], author=author,
        source=source, reason=reason,
    )  # fmt: skip


@working_copy_lock()
def replace_action(
    *,
    action: ActionKind,
    name: str,
    document: ActionKindDocument,
    author: Author,
    source: str,
    reason: str = "",
) -> None:
    """Make ``action``, saved or new, exactly what ``document`` says, through the same gate as an edit.

    One that says so already keeps its revision. Raises ValidationError where the rules call it an error today.
    """
    same = not action._state.adding and action.name == name and says(action, document)
    action.name = name
    action.fill(document)
    action.full_clean()
    if not same:
        action.save()
        record(actions=[action], author=author, source=source, reason=reason)


def says(action: ActionKind, document: ActionKindDocument) -> bool:
    """Whether the row holds this document."""
    try:
        return action.as_document() == document
    except ShapeError:  # it holds what no document can
        return False


@working_copy_lock()
def delete_actions(*, ids: Collection[int], author: Author, source: str, reason: str = "") -> int:
    """Delete these actions, and keep a mark of each in the history; return how many."""
    going = list(ActionKind.objects.filter(pk__in=ids).order_by("pk").select_for_update())
    services.record_gone(kind=KIND_ACTION, subjects=going, author=author, source=source, reason=reason)
    ActionKind.objects.filter(pk__in=[row.pk for row in going]).delete()
    return len(going)


@dataclass(frozen=True, slots=True)
class CatalogueSteps:
    """What becomes of the catalogue: rows that are there by name, and what they or new rows are to be.

    ``gone`` are rows to delete, ``head`` what changes beside the actions.
    """

    stored: Mapping[str, ActionKind]
    wanted: Mapping[str, ActionKindDocument]
    gone: tuple[str, ...]
    document: ActionsDocument
    head: tuple[Change, ...]

    @classmethod
    def towards(
        cls, document: ActionsDocument, *, prune: bool, held: bool = False, leave: Collection[str] = ()
    ) -> CatalogueSteps:
        """With every action as it is; if ``held``, for this transaction. With ``prune``, others are to go.

        What is named by ``leave`` stays as it is, whatever the document says.
        """
        rows = ActionKind.objects.select_for_update() if held else ActionKind.objects.all()
        stored = {row.name: row for row in rows.order_by("pk")}
        gone = sorted(stored.keys() - document.actions.keys()) if prune else []
        before = ActionsDocument.model_validate(ActionCatalogue.current().as_data() | {"actions": {}})
        head = diff_actions(before, document.model_copy(update={"actions": {}}))
        wanted = {name: document.actions[name] for name in sorted(document.actions) if name not in leave}
        return cls(stored, wanted, tuple(gone), document, tuple(head))

    @property
    def creating(self) -> list[str]:
        """Names that have no row."""
        return [name for name in self.wanted if name not in self.stored]

    def changes_of(self, name: str) -> tuple[Change, ...]:
        """What changes in a row that is there."""
        try:
            return tuple(diff_action(name, self.stored[name].as_document(), self.wanted[name]))
        except ShapeError:  # it holds what no document can
            told = f"The action {name} is written anew: it held what cannot be kept"
            after = as_data(self.wanted[name])
            return (Change(ACTIONS, ("actions", name), ChangeClass.COSMETIC, None, after, told),)

    def differing(self) -> list[str]:
        """Names whose row says something else."""
        return [name for name in self.wanted if name in self.stored and self.changes_of(name)]

    def permissions(self) -> list[str]:
        """What somebody needs who would make these changes by hand; nothing where there is nothing to do."""
        verbs = {"add": self.creating, "change": [*self.head, *self.differing()], "delete": self.gone}
        return [f"bindings.{verb}_actionkind" for verb, what in verbs.items() if what]

    def write(self, *, author: Author, source: str, reason: str) -> None:
        """Do it, inside a transaction that holds the working copy, and keep each action that changes."""
        if self.head:
            catalogue = ActionCatalogue.current()
            catalogue.fill(self.document)
            catalogue.save()
        changed = [self.stored[name] for name in self.differing()]
        created = [ActionKind(name=name) for name in self.creating]
        for row in (*changed, *created):
            row.fill(self.wanted[row.name])
        ActionKind.objects.bulk_create(created, batch_size=BATCH)
        ActionKind.objects.bulk_update(changed, COLUMNS, batch_size=BATCH) if changed else None
        record(actions=[*changed, *created], author=author, source=source, reason=reason)
        ids = [self.stored[name].pk for name in self.gone]
        delete_actions(ids=ids, author=author, source=source, reason=reason) if ids else None


def rename_agent(before: str, after: str, *, author: Author, source: str) -> None:
    """Have the catalogue call an agent by its new name: who could take an action still can."""
    rows = [row for row in ActionKind.objects.all() if before in row.agents]
    for row in rows:
        row.agents = list(dict.fromkeys(after if name == before else name for name in row.agents))
    ActionKind.objects.bulk_update(rows, ["agents"], batch_size=BATCH) if rows else None
    fit = [row for row in rows if row.judge()[0] is not None]  # of what no document can hold none is kept
    record(actions=fit, author=author, source=source, reason=f"The agent {before} is now called {after}")
