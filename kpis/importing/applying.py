"""Doing what a plan of an import says: all of it or nothing."""

from collections.abc import Mapping, Sequence

from django.db import DataError, IntegrityError
from django.db.models import ProtectedError

from contracts.documents import KpiDocument, RegistryDocument
from contracts.units import UnitSpec
from kpis import services
from kpis.documents import fill_kpi, fill_settings
from kpis.importing.joined import working_copy_stamp
from kpis.importing.ordering import put_in_order
from kpis.importing.planning import Plan
from kpis.importing.refusals import RowsRefused, about, reason_of, require_own_metrics
from kpis.importing.steps import Action, Conflicts, ImportRefused, Step
from kpis.locking import working_copy_lock
from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit, ValidationRule
from kpis.models.rewriting_columns import park
from kpis.services import Author

BATCH = 1000
REFUSED = "The database rejected the import, and nothing was changed. "


def apply_import(
    plan: Plan, *, author: Author = None, reason: str = "", conflicts: Conflicts = Conflicts.REFUSE
) -> dict[Action, int]:
    """Do what the plan says, all of it or nothing; return how many things of each kind of action
    it was.

    The rules have judged the file before (:func:`read_draft`); the database's constraints stand behind.
    Raises ImportRefused when conflicts are to be refused, anything was changed since the files were judged, a unit
    or successor is missing, or the database refuses a value; Busy where others are at it for too long.
    """
    names = [step.name for step in plan.kpis]
    if len(names) != len(set(names)):
        twice = next(name for name in names if names.count(name) > 1)
        raise ImportRefused(f"The file has two KPIs with the name {twice}. Give each its own.")
    try:
        with working_copy_lock():
            return _apply(plan, author, reason, conflicts)
    except RowsRefused as refused:
        raise ImportRefused(REFUSED + reason_of(refused.cause, refused.rows)) from refused
    except (IntegrityError, DataError) as error:
        raise ImportRefused(REFUSED + reason_of(error)) from error


def _apply(plan: Plan, author: Author, reason: str, conflicts: Conflicts) -> dict[Action, int]:
    clashing = plan.of(Action.CONFLICT)
    if clashing and conflicts is Conflicts.REFUSE:
        names = ", ".join(step.name for step in clashing[:5]) + (" …" if len(clashing) > 5 else "")
        raise ImportRefused(
            f"Edited here since the last import, and different in the file: {names}. "
            "Choose whether the file's version (theirs) or the one here (ours) stays."
        )
    if plan.stamp and plan.stamp != working_copy_stamp():
        raise ImportRefused("The registry was changed while the plan was on the screen. Update the plan.")
    if plan.registry:
        apply_registry(plan, plan.registry, author, reason, conflicts)
    for part in plan.joined:
        part.apply(author=author, reason=reason, conflicts=conflicts)
    done = dict.fromkeys(Action, 0) | {
        a: len(plan.of(a)) for a in (Action.CREATE, Action.UNCHANGED, Action.DELETE)
    }
    return done | {
        Action.CHANGE: len(plan.of(Action.CHANGE)) + (len(clashing) if conflicts is Conflicts.THEIRS else 0),
        Action.CONFLICT: len(clashing) if conflicts is Conflicts.OURS else 0,
    }


def apply_registry(
    plan: Plan, registry: RegistryDocument, author: Author, reason: str, conflicts: Conflicts
) -> None:
    """Make units, settings and KPIs what the file says."""
    apply_units(plan.units)
    if plan.registry_settings or not RegistrySettings.objects.filter(pk=1).exists():
        apply_settings(registry)
    require_own_metrics(plan, conflicts)
    clashing = plan.kpis_to(Action.CONFLICT) if conflicts is Conflicts.THEIRS else []
    changing = plan.kpis_to(Action.CHANGE) + clashing
    deleting = plan.kpis_to(Action.DELETE)
    stored = lock_unchanged([*changing, *deleting])
    if deleting:
        for part in plan.joined:
            part.make_way({step.name for step in deleting}, conflicts)
    step_aside(changing, stored)
    delete_kpis([stored[step.name] for step in deleting], author, reason)
    write_kpis(plan.kpis_to(Action.CREATE), changing, stored, author, reason)
    put_in_order(KPI, [kpi.name for kpi in registry.kpis])


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
            raise ImportRefused(f"{step.name} was changed while the plan was on the screen. Update the plan.")
    return stored


def step_aside(changing: Sequence[Step], stored: Mapping[str, KPI]) -> None:
    """Let go of the metrics that other KPIs may take, new ones among them, and of successors that may go."""
    pairs = [(stored[step.name], step.document) for step in changing if step.document]
    moved = [kpi.pk for kpi, document in pairs if kpi.prometheus_metric != document.prometheus_metric]
    park(KPI, "prometheus_metric", moved)
    KPI.objects.filter(pk__in=[kpi.pk for kpi, _ in pairs if kpi.successor_id]).update(successor=None)


def delete_kpis(kpis: Sequence[KPI], author: Author, reason: str) -> None:
    """Delete what the file no longer has, and keep a mark of each in the history."""
    services.record_deletion(kpis=kpis, author=author, reason=reason, source=Revision.Source.IMPORT)
    gone = KPI.objects.filter(pk__in=[kpi.pk for kpi in kpis])
    gone.exclude(successor=None).update(successor=None)  # one may be another one's successor
    try:
        gone.delete()
    except ProtectedError as refused:
        names = ", ".join(sorted(str(user) for user in refused.protected_objects)[:5])
        raise ImportRefused(
            f"A KPI missing from the file is still used by {names}. Change that first."
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
                f"{document.name} is measured in {missing.args[0]}, which is no unit here yet. "
                "Have the import add it, or add it under Units."
            ) from None
        kpi.draft_thresholds = rows
        thresholds += rows
    with about(kpis.values()):
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
