"""What an import would do: read, judged and planned, and nothing changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from contracts.context import KnownKpi, RegistryContext
from contracts.diff import Change, diff_kpis, diff_settings
from contracts.documents import KpiDocument, RegistryDocument
from contracts.findings import Level, Report
from contracts.loading import tree_of
from contracts.tree import check_tree
from contracts.units import UnitSpec, find_unit
from kpis import services
from kpis.documents import as_it_would_be
from kpis.models import KPI, RegistrySettings, Revision, Unit


class Action(StrEnum):
    """What an import would do with one KPI."""

    CREATE = "create"
    CHANGE = "change"
    CONFLICT = "conflict"
    UNCHANGED = "unchanged"
    DELETE = "delete"


class Conflicts(StrEnum):
    """What to do with a KPI that was edited here since it was last imported, and differs in the file."""

    REFUSE = "refuse"
    THEIRS = "theirs"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Step:
    """One KPI of the plan: what happens to it, and what changes in words."""

    action: Action
    name: str
    document: KpiDocument | None = None
    changes: tuple[Change, ...] = ()
    revision: int = 0
    edited_by: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would do. It changes nothing; see :func:`apply_import`."""

    registry: RegistryDocument
    steps: tuple[Step, ...]
    settings: tuple[Change, ...]
    units: tuple[UnitSpec, ...]

    @property
    def digest(self) -> str:
        """Changes when the plan does: what was on the screen is what is applied."""
        facts = [
            (step.action, step.name, step.revision, [change.words for change in step.changes])
            for step in self.steps
        ]
        settings = [change.words for change in self.settings]
        return sha256(repr((facts, settings, self.units)).encode()).hexdigest()

    def of(self, action: Action) -> list[Step]:
        """The steps of one kind."""
        return [step for step in self.steps if step.action is action]

    @property
    def counts(self) -> dict[Action, int]:
        """How many KPIs of each kind, zeros included."""
        return {action: len(self.of(action)) for action in Action}

    @property
    def changes_nothing(self) -> bool:
        """Whether the file says what the working copy already says."""
        return not self.settings and not self.units and all(s.action is Action.UNCHANGED for s in self.steps)


@dataclass(frozen=True, slots=True)
class Draft:
    """Files that were read and judged: the registry among them, if it could be read, with its plan."""

    registry: RegistryDocument | None
    report: Report
    plan: Plan | None

    @property
    def has_errors(self) -> bool:
        """Whether a rule calls something in the files an error."""
        return self.report.worst is Level.ERROR


class ImportRefused(Exception):
    """The import did nothing, and the message says why and what to do."""


def read_draft(contents: Mapping[str, bytes], *, prune: bool = False) -> Draft:
    """Read files by their name, run every rule over them, and plan what importing the registry would do.

    Raises ImportRefused when several of the files are registries.
    """
    tree = tree_of(contents)
    if len(tree.registries) > 1:
        names = ", ".join(loaded.source.file for loaded in tree.registries)
        raise ImportRefused(
            f"These are {len(tree.registries)} registries, and there is one here: {names}. Choose one."
        )
    registry = tree.registries[0].document if tree.registries else None
    around = context_for(registry, prune=prune) if registry else None
    report = Report.of(
        check_tree(tree, around), contents, texts={one.source.file: one.source.text for one in tree.loaded}
    )
    return Draft(registry, report, plan_import(registry=registry, prune=prune) if registry else None)


def context_for(registry: RegistryDocument, *, prune: bool) -> RegistryContext:
    """What surrounds a file that is to come in: units, its own too, and the KPIs here that will stay."""
    units = {unit.code: unit.as_spec() for unit in Unit.objects.all()} | {
        u.code: u.as_spec() for u in registry.units
    }
    coming = [KnownKpi(kpi.name, kpi.prometheus_metric, kpi.status) for kpi in registry.kpis]
    names = {kpi.name for kpi in coming}
    staying = [] if prune else [kpi.as_known() for kpi in KPI.objects.all() if kpi.name not in names]
    return RegistryContext.of(registry, [*coming, *staying], units=units)


def objection(draft: Draft, *, with_errors: bool, prune: bool) -> str:
    """Why these files may not come in, or nothing where the rules do not stand in the way."""
    if not draft.has_errors:
        return ""
    if draft.registry is None:
        return "No registry could be read."
    if not with_errors:
        return "The rules found errors. Mend them in the file, or choose to import with errors and mend them here."
    if prune:
        # A KPI that could not be read is not in the document: it would be deleted for a slip of the pen.
        return "What the files lack can only be deleted when they are free of errors."
    return ""


def plan_import(*, registry: RegistryDocument, prune: bool = False) -> Plan:
    """Compare a registry file with the working copy, in a constant number of queries.

    A KPI that differs, and whose last revision did not come from an import, is a conflict.
    With ``prune``, KPIs that the file lacks are to be deleted.
    """
    stored = {kpi.name: kpi for kpi in KPI.objects.whole()}
    editors = last_editors(stored.values())
    steps = [plan_kpi(document, stored.get(document.name), editors) for document in registry.kpis]
    if prune:
        gone = stored.keys() - {document.name for document in registry.kpis}
        steps += [
            Step(Action.DELETE, name, revision=stored[name].revision) for name in stored if name in gone
        ]
    current = RegistryDocument.model_validate(RegistrySettings.current().as_data() | {"kpis": []})
    known = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    own = [unit.as_spec() for unit in registry.units]
    units = tuple(spec for spec in own if known.get(spec.code) != spec)
    fresh = RegistrySettings.objects.filter(pk=1).exists()
    return Plan(registry, tuple(steps), tuple(diff_settings(current, registry)) if fresh else (), units)


def last_editors(kpis: Iterable[KPI]) -> dict[int, Revision]:
    """The last revision of each KPI that did not come from an import, by the KPI's id."""
    by_number = {(kpi.pk, kpi.revision) for kpi in kpis}
    by_hand = Revision.objects.filter(kind=services.KIND_KPI).exclude(source=Revision.Source.IMPORT)
    found = by_hand.select_related("author").defer("document")
    return {r.subject_id: r for r in found if (r.subject_id, r.number) in by_number}


def name_of(revision: Revision) -> str:
    """Who made a revision, as people call them."""
    author = revision.author
    return (author.get_full_name() or author.get_username()) if author else "someone"


def plan_kpi(document: KpiDocument, kpi: KPI | None, editors: Mapping[int, Revision]) -> Step:
    """What the file's version of one KPI means for the stored one."""
    if kpi is None:
        return Step(Action.CREATE, document.name, document)
    changes = tuple(diff_kpis(kpi.as_document(), as_it_would_be(document)))
    if not changes:
        return Step(Action.UNCHANGED, document.name, document, revision=kpi.revision)
    editor = editors.get(kpi.pk)
    if editor is None:
        return Step(Action.CHANGE, document.name, document, changes, kpi.revision)
    return Step(Action.CONFLICT, document.name, document, changes, kpi.revision, name_of(editor))


def missing_units(registry: RegistryDocument) -> list[UnitSpec]:
    """The units the file uses and nothing here knows, as proposals to add."""
    used = dict.fromkeys(kpi.unit for kpi in registry.kpis if kpi.unit)
    known = set(Unit.objects.values_list("code", flat=True)) | {unit.code for unit in registry.units}
    return [proposed_unit(code) for code in used if code not in known]


def proposed_unit(code: str) -> UnitSpec:
    """A unit for a word that nobody knows: like the standard one it most likely means."""
    near = find_unit(code)
    return replace(near, code=code) if near else UnitSpec(code, code.replace("_", " "), symbol=code)
