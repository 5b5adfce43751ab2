"""What an import would do: read, judged and planned, and nothing changed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from contracts.context import KnownKpi, RegistryContext
from contracts.diff import REGISTRY, Change, diff_kpis, diff_settings, order_changed
from contracts.documents import KpiDocument, Loaded, RegistryDocument
from contracts.findings import Level, Report
from contracts.loading import Tree, tree_of
from contracts.ordering import merged
from contracts.registry_parts import has_settings
from contracts.tree import check_tree
from contracts.units import STANDARD_UNITS, UnitSpec
from contracts.yamltree import MAX_BYTES, paused_gc
from kpis import services
from kpis.documents import as_it_would_be
from kpis.importing.editors import last_editors, name_of
from kpis.importing.joined import JOINED, JoinedPlan, working_copy_stamp
from kpis.importing.steps import Action, ImportRefused, Step
from kpis.importing.units import missing_units, with_units
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
    order: tuple[Change, ...] = ()
    """That the KPIs here come in another order than the file's."""
    stamp: str = ""
    """That of the working copy which the files were judged with; "" where they were not."""

    @property
    def steps(self) -> list[Step]:
        """Everything it is about, KPIs first."""
        return [*self.kpis, *(step for part in self.joined for step in part.steps)]

    @property
    def settings(self) -> list[Change]:
        """What changes for the registry and the roster as a whole."""
        return [
            *self.registry_settings,
            *self.order,
            *(change for part in self.joined for change in part.settings),
        ]

    @property
    def left_out(self) -> list[str]:
        """What of the files cannot come in, in words."""
        return [told for part in self.joined for told in part.left_out]

    @property
    def digest(self) -> str:
        """Changes when the plan does: what was on the screen is what is applied."""
        facts = [
            (step.kind, step.action, step.name, step.revision, [change.words for change in step.changes])
            for step in self.steps
        ]
        settings = [change.words for change in self.settings]
        return sha256(repr((facts, settings, self.units, self.left_out)).encode()).hexdigest()

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
    missing: Mapping[str, UnitSpec] = field(default_factory=dict)
    """Units that the files use and nothing here knows, by the files' words for them."""
    adds_units: bool = False
    """Whether the plan brings these in."""

    @property
    def lacks_units(self) -> bool:
        """Whether it cannot be applied before the missing units are there."""
        return bool(self.missing) and not self.adds_units

    @property
    def has_errors(self) -> bool:
        """Whether a rule calls something in the files an error."""
        return self.report.worst is Level.ERROR


@paused_gc()
def read_draft(
    contents: Mapping[str, bytes],
    *,
    prune: bool = False,
    add_units: bool = False,
    max_bytes: int = MAX_BYTES,
) -> Draft:
    """Read files by their name, run every rule over them, and plan what importing them would do.

    A file has at most ``max_bytes``. With ``add_units``, units that nothing here knows come in as well. There is no
    plan where a registry among them cannot be read, and where nothing can be. Raises ImportRefused when several of the
    files are registries, rosters, catalogues of actions, or one agent's bindings.
    """
    known = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    tree = tree_of(contents, max_bytes=max_bytes, units=known.values())
    refuse_doubles(tree)
    stamp = working_copy_stamp()  # before anything else is read
    registry = tree.registries[0].document if tree.registries else None
    missing = missing_units(registry, known) if registry else {}
    if registry and missing and add_units:
        registry = with_units(registry, missing)
        tree.registries[0] = replace(tree.registries[0], document=registry)
    around = context_for(registry, prune=prune) if registry else None
    beside = JOINED[0].beside(tree, prune=prune) if JOINED else None
    report = Report.of(
        check_tree(tree, around, beside),
        contents,
        texts={source.file: source.text for source in tree.sources},
    )
    others: list[Loaded[Any]] = [*tree.bindings, *tree.rosters, *tree.catalogues]
    has_others = any(one.document for one in others)
    is_readable = registry is not None if tree.registries else bool(JOINED) and has_others
    if not is_readable:
        return Draft(registry, report, None, missing)
    plan = plan_import(registry=registry, tree=tree, prune=prune)
    return Draft(registry, report, replace(plan, stamp=stamp), missing, adds_units=add_units)


def refuse_doubles(tree: Tree) -> None:
    """Raise ImportRefused where two files would be the same thing here."""
    kinds = {
        "registries": [loaded.source.file for loaded in tree.registries],
        "rosters": [loaded.source.file for loaded in tree.rosters],
        "catalogues of actions": [loaded.source.file for loaded in tree.catalogues],
    }
    for noun, found in kinds.items():
        if len(found) > 1:
            split = ", or leave in one of them only `kpis`" if noun == "registries" else ""
            raise ImportRefused(
                f"These are {len(found)} {noun}, and there is one here: {', '.join(found)}. Choose one{split}."
            )
    for agent, found in files_by_agent(tree).items():
        if len(found) > 1:
            raise ImportRefused(
                f"{len(found)} of the files are bindings of {agent}: {', '.join(found)}. Choose one."
            )


def files_by_agent(tree: Tree) -> dict[str, list[str]]:
    """The names of the files that hold each agent's bindings: more than one is one too many."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for loaded in tree.bindings:
        if loaded.document:
            found[loaded.document.agent].append(loaded.source.file)
    return dict(found)


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
    known = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    own = [unit.as_spec() for unit in registry.units]
    units_then = known | {spec.code: spec for spec in own}
    steps = [plan_kpi(document, stored.get(document.name), editors, units_then) for document in registry.kpis]
    if prune:
        gone = stored.keys() - {document.name for document in registry.kpis}
        steps += [
            Step(Action.DELETE, name, revision=stored[name].revision) for name in stored if name in gone
        ]
    gone = {step.name for step in steps if step.action is Action.DELETE}
    here = [name for name in stored if name not in gone]
    wanted = merged(here, [kpi.name for kpi in registry.kpis])
    current = RegistryDocument.model_validate(RegistrySettings.current().as_data() | {"kpis": []})
    units = tuple(spec for spec in own if known.get(spec.code) != spec)
    stands = RegistrySettings.objects.filter(pk=1).exists()
    settings = tuple(diff_settings(current, registry)) if has_settings(registry) else ()
    return Plan(
        registry, tuple(steps), settings if stands else (), units, joined,
        known_units=frozenset(known), first_settings=() if stands else settings,
        order=tuple(order_changed(REGISTRY, "kpis", "KPIs", here, wanted)),
    )  # fmt: skip


def plan_kpi(
    document: KpiDocument,
    kpi: KPI | None,
    editors: Mapping[int, Revision],
    units: Mapping[str, UnitSpec] = STANDARD_UNITS,
) -> Step:
    """What the file's version of one KPI means for the stored one."""
    if kpi is None:
        return Step(Action.CREATE, document.name, document)
    changes = tuple(diff_kpis(kpi.as_document(), as_it_would_be(document, units)))
    if not changes:
        return Step(Action.UNCHANGED, document.name, document, revision=kpi.revision)
    editor = editors.get(kpi.pk)
    if editor is None:
        return Step(Action.CHANGE, document.name, document, changes, kpi.revision)
    return Step(Action.CONFLICT, document.name, document, changes, kpi.revision, name_of(editor))
