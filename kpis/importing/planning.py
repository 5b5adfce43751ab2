"""What an import would do: read, judged and planned, and nothing changed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from contracts.context import KnownKpi, RegistryContext
from contracts.diff import Change, diff_kpis, diff_settings
from contracts.documents import KpiDocument, RegistryDocument
from contracts.findings import Level, Report
from contracts.loading import Tree, tree_of
from contracts.tree import check_tree
from contracts.units import UnitSpec, find_unit
from kpis import services
from kpis.documents import as_it_would_be
from kpis.importing.joined import JOINED, JoinedPlan, working_copy_stamp
from kpis.importing.steps import Action, ImportRefused, Step
from kpis.models import KPI, RegistrySettings, Revision, Unit


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would do. It changes nothing; see :func:`apply_import`.

    ``registry`` is None where the files hold only what other apps keep, whose parts are ``joined``.
    """

    registry: RegistryDocument | None
    kpis: tuple[Step, ...]
    registry_settings: tuple[Change, ...]
    units: tuple[UnitSpec, ...]
    joined: tuple[JoinedPlan, ...] = ()
    known_units: frozenset[str] = frozenset()
    """Codes of units that are here already."""
    first_settings: tuple[Change, ...] = ()
    """How settings that are not stored yet will differ from those that go without saying."""
    stamp: str = ""
    """That of the working copy which the files were judged with; "" where they were not."""

    @property
    def steps(self) -> list[Step]:
        """Everything it is about, KPIs first."""
        return [*self.kpis, *(step for part in self.joined for step in part.steps)]

    @property
    def settings(self) -> list[Change]:
        """What changes for the registry and the roster as a whole."""
        return [*self.registry_settings, *(change for part in self.joined for change in part.settings)]

    @property
    def digest(self) -> str:
        """Changes when the plan does: what was on the screen is what is applied."""
        facts = [
            (step.kind, step.action, step.name, step.revision, [change.words for change in step.changes])
            for step in self.steps
        ]
        settings = [change.words for change in self.settings]
        return sha256(repr((facts, settings, self.units)).encode()).hexdigest()

    def of(self, action: Action) -> list[Step]:
        """The steps of one kind of action."""
        return [step for step in self.steps if step.action is action]

    def kpis_to(self, action: Action) -> list[Step]:
        """The same, KPIs only."""
        return [step for step in self.kpis if step.action is action]

    @property
    def counts(self) -> dict[Action, int]:
        """How many things of each kind of action, zeros included."""
        return {action: len(self.of(action)) for action in Action}

    @property
    def changes_nothing(self) -> bool:
        """Whether the file says what the working copy already says."""
        return not self.settings and not self.units and all(s.action is Action.UNCHANGED for s in self.steps)


@dataclass(frozen=True, slots=True)
class Draft:
    """Files that were read and judged: the registry among them, if it could be read, and the plan."""

    registry: RegistryDocument | None
    report: Report
    plan: Plan | None

    @property
    def has_errors(self) -> bool:
        """Whether a rule calls something in the files an error."""
        return self.report.worst is Level.ERROR


def read_draft(contents: Mapping[str, bytes], *, prune: bool = False) -> Draft:
    """Read files by their name, run every rule over them, and plan what importing them would do.

    There is no plan where a registry among them cannot be read, and where nothing can be.
    Raises ImportRefused when several of the files are registries, rosters, or one agent's bindings.
    """
    tree = tree_of(contents)
    refuse_doubles(tree)
    stamp = working_copy_stamp()  # before anything else is read
    registry = tree.registries[0].document if tree.registries else None
    around = context_for(registry, prune=prune) if registry else None
    beside = JOINED[0].beside(tree, prune=prune) if JOINED else None
    report = Report.of(
        check_tree(tree, around, beside),
        contents,
        texts={one.source.file: one.source.text for one in tree.loaded},
    )
    has_others = any(one.document for one in tree.bindings) or any(one.document for one in tree.rosters)
    is_readable = registry is not None if tree.registries else bool(JOINED) and has_others
    if not is_readable:
        return Draft(registry, report, None)
    plan = plan_import(registry=registry, tree=tree, prune=prune)
    return Draft(registry, report, replace(plan, stamp=stamp))


def refuse_doubles(tree: Tree) -> None:
    """Raise ImportRefused where two files would be the same thing here."""
    kinds = {
        "registries": [loaded.source.file for loaded in tree.registries],
        "rosters": [loaded.source.file for loaded in tree.rosters],
    }
    for noun, found in kinds.items():
        if len(found) > 1:
            raise ImportRefused(
                f"These are {len(found)} {noun}, and there is one here: {', '.join(found)}. Choose one."
            )
    agents = Counter(loaded.document.agent for loaded in tree.bindings if loaded.document)
    twice = next((agent for agent, times in agents.items() if times > 1), None)
    if twice is not None:
        raise ImportRefused(f"Two of the files are bindings of {twice}. Choose one.")


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
    if draft.plan is None:
        return "Nothing could be read."
    if not with_errors:
        return (
            "The rules found errors. Fix them in the file, or choose to import with errors and fix them here."
        )
    if prune:
        # A KPI that could not be read is not in the document: it would be deleted for a slip of the pen.
        return "Anything missing from the files can only be deleted when the files are free of errors."
    return ""


def plan_import(*, registry: RegistryDocument | None, tree: Tree | None = None, prune: bool = False) -> Plan:
    """Compare files with the working copy, in a constant number of queries.

    A thing that differs, and whose last revision did not come from an import, is a conflict.
    With ``prune``, what the files lack is to be deleted.
    """
    joined = tuple(part.plan(tree, prune=prune) for part in JOINED) if tree else ()
    if registry is None:
        return Plan(None, (), (), (), joined)
    stored = {kpi.name: kpi for kpi in KPI.objects.whole()}
    editors = last_editors(services.KIND_KPI, stored.values())
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
    stands = RegistrySettings.objects.filter(pk=1).exists()
    settings = tuple(diff_settings(current, registry))
    return Plan(
        registry, tuple(steps), settings if stands else (), units, joined,
        known_units=frozenset(known), first_settings=() if stands else settings,
    )  # fmt: skip


def last_editors(kind: str, subjects: Iterable[services.Subject]) -> dict[int, Revision]:
    """The last revision of each thing of a kind that did not come from an import, by the thing's id."""
    by_number = {(subject.pk, subject.revision) for subject in subjects}
    by_hand = Revision.objects.filter(kind=kind).exclude(source=Revision.Source.IMPORT)
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
