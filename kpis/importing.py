"""From a registry file to the working copy: a plan that says everything first, then one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError

from contracts.context import KnownKpi, RegistryContext
from contracts.diff import Change, diff_kpis, diff_settings
from contracts.documents import KpiDocument, RegistryDocument
from contracts.findings import Level, Report
from contracts.loading import tree_of
from contracts.tree import check_tree
from contracts.units import UnitSpec, find_unit
from kpis import services
from kpis.documents import as_it_would_be, fill_kpi, fill_settings
from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit, ValidationRule
from kpis.services import Author

BATCH = 1000


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
    """Read files by their name, run every rule over them, and plan what importing the registry would do."""
    tree = tree_of(contents)
    registry = next((loaded.document for loaded in tree.registries if loaded.document), None)
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
    return Step(
        Action.CONFLICT, document.name, document, changes, kpi.revision, str(editor.author or "someone")
    )


def apply_import(
    plan: Plan, *, author: Author = None, reason: str = "", conflicts: Conflicts = Conflicts.REFUSE
) -> dict[Action, int]:
    """Do what the plan says, all of it or nothing; return how many KPIs of each kind it was.

    The rules have judged the file before (:func:`read_draft`); the database's constraints stand behind.
    Raises ImportRefused when conflicts are to be refused, a KPI was edited since the plan was made, a unit or
    successor is missing, or the database refuses a value.
    """
    names = [step.name for step in plan.steps]
    if len(names) != len(set(names)):
        twice = next(name for name in names if names.count(name) > 1)
        raise ImportRefused(f"The file has two KPIs with the name {twice}. Give each its own.")
    try:
        with transaction.atomic():
            return _apply(plan, author, reason, conflicts)
    except (IntegrityError, DataError) as error:
        raise ImportRefused(
            f"The database refuses the import, and nothing was changed: {reason_of(error)}"
        ) from error


def reason_of(error: Exception) -> str:
    """What a constraint of ours says about itself, where it is one of ours, without the values it refused."""
    constraints = [*KPI._meta.constraints, *Threshold._meta.constraints, *Unit._meta.constraints]
    broken = next((constraint for constraint in constraints if constraint.name in str(error)), None)
    return (
        str(broken.violation_error_message) if broken else "a value is used twice or does not fit its column."
    )


def _apply(plan: Plan, author: Author, reason: str, conflicts: Conflicts) -> dict[Action, int]:
    clashing = plan.of(Action.CONFLICT)
    if clashing and conflicts is Conflicts.REFUSE:
        names = ", ".join(step.name for step in clashing[:5]) + (" …" if len(clashing) > 5 else "")
        raise ImportRefused(
            f"Edited here since the last import, and different in the file: {names}. "
            "Choose whether the file's version (theirs) or the one here (ours) stays."
        )
    apply_units(plan.units)
    if plan.settings or not RegistrySettings.objects.filter(pk=1).exists():
        apply_settings(plan.registry)
    changing = plan.of(Action.CHANGE) + (clashing if conflicts is Conflicts.THEIRS else [])
    deleting = plan.of(Action.DELETE)
    stored = lock_unchanged([*changing, *deleting])
    delete_kpis([stored[step.name] for step in deleting], author, reason)
    write_kpis(plan.of(Action.CREATE), changing, stored, author, reason)
    done = dict.fromkeys(Action, 0) | {
        a: len(plan.of(a)) for a in (Action.CREATE, Action.UNCHANGED, Action.DELETE)
    }
    return done | {
        Action.CHANGE: len(changing),
        Action.CONFLICT: len(clashing) if conflicts is Conflicts.OURS else 0,
    }


def apply_units(units: Sequence[UnitSpec]) -> None:
    """Add or update the units that the file defines itself."""
    Unit.objects.bulk_create(
        [Unit.of_spec(spec) for spec in units],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "symbol", "ucum", "prometheus_suffix", "grafana", "base"],
    )


def apply_settings(registry: RegistryDocument) -> None:
    """Make the settings what the file says."""
    settings = RegistrySettings.current()
    rules = fill_settings(settings, registry)
    settings.save()
    settings.validation_rules.all().delete()
    ValidationRule.objects.bulk_create(rules)


def lock_unchanged(steps: Sequence[Step]) -> dict[str, KPI]:
    """Hold the KPIs that will change. Raises ImportRefused when one is not what the plan saw."""
    names = {step.name for step in steps}
    if not names:
        return {}
    # One pass over the table rather than a list of ten thousand names in the query.
    stored = {kpi.name: kpi for kpi in KPI.objects.select_for_update().order_by("pk") if kpi.name in names}
    for step in steps:
        if step.name not in stored or stored[step.name].revision != step.revision:
            raise ImportRefused(
                f"{step.name} was changed while the plan was on the screen. Make the plan again."
            )
    return stored


def delete_kpis(kpis: Sequence[KPI], author: Author, reason: str) -> None:
    """Delete what the file no longer has, and keep a mark of each in the history."""
    services.record_deletion(kpis=kpis, author=author, reason=reason, source=Revision.Source.IMPORT)
    try:
        KPI.objects.filter(pk__in=[kpi.pk for kpi in kpis]).delete()
    except ProtectedError as refused:
        names = ", ".join(sorted(str(user) for user in refused.protected_objects)[:5])
        raise ImportRefused(
            f"A KPI that the file lacks is still used by {names}. Change that first."
        ) from refused


def write_kpis(
    creating: Sequence[Step], changing: Sequence[Step], stored: Mapping[str, KPI], author: Author, reason: str
) -> None:
    """Create and change KPIs with their thresholds, in bulk, and record each as a revision."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    first = services.next_position()
    kpis = {step.name: KPI(position=first + n) for n, step in enumerate(creating)}
    kpis |= {step.name: stored[step.name] for step in changing}
    named = {kpi.name: kpi for kpi in KPI.objects.all()} | kpis
    documents = [step.document for step in (*creating, *changing) if step.document]
    thresholds: list[Threshold] = []
    for document in documents:
        kpi = kpis[document.name]
        try:
            rows = fill_kpi(kpi, document.model_copy(update={"successor": ""}), units=units, named=named)
        except KeyError as missing:
            raise ImportRefused(
                f"{document.name} is measured in {missing.args[0]}, which is no unit here yet."
            ) from None
        kpi.draft_thresholds = rows
        thresholds += rows
    KPI.objects.bulk_create([kpis[step.name] for step in creating], batch_size=BATCH)
    link_successors(documents, kpis, named)
    changed = [kpis[step.name] for step in changing]
    KPI.objects.bulk_update(changed, KPI.document_columns(), batch_size=BATCH) if changed else None
    Threshold.objects.filter(kpi__in=changed).delete()
    Threshold.objects.bulk_create(thresholds, batch_size=BATCH)
    services.record_all(kpis=list(kpis.values()), author=author, source=Revision.Source.IMPORT, reason=reason)


def link_successors(
    documents: Sequence[KpiDocument], kpis: Mapping[str, KPI], named: Mapping[str, KPI]
) -> None:
    """Set successors once every KPI of the file has a row."""
    linked = []
    for document in documents:
        if document.successor:
            if document.successor not in named:
                raise ImportRefused(
                    f"{document.name} names {document.successor} as its successor, which is no KPI."
                )
            kpis[document.name].successor = named[document.successor]
            linked.append(kpis[document.name])
    if linked:
        KPI.objects.bulk_update(linked, ["successor"], batch_size=BATCH)


def missing_units(registry: RegistryDocument) -> list[UnitSpec]:
    """The units the file uses and nothing here knows, as proposals to add."""
    used = dict.fromkeys(kpi.unit for kpi in registry.kpis if kpi.unit)
    known = set(Unit.objects.values_list("code", flat=True)) | {unit.code for unit in registry.units}
    return [proposed_unit(code) for code in used if code not in known]


def proposed_unit(code: str) -> UnitSpec:
    """A unit for a word that nobody knows: like the standard one it most likely means."""
    near = find_unit(code)
    return replace(near, code=code) if near else UnitSpec(code, code.replace("_", " "), symbol=code)
