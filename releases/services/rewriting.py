"""Making the registry's rows exactly what a document says: units, settings and KPIs with their thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from pydantic import ValidationError as ShapeError

from contracts.diff import Change, diff_settings
from contracts.documents import KpiDocument, RegistryDocument
from contracts.units import STANDARD_UNITS, UnitSpec
from kpis import services
from kpis.documents import fill_kpi, fill_settings
from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit, ValidationRule
from kpis.models.rewriting_columns import overwrite, park
from kpis.services import Author

BATCH = 1000
RESTORE = Revision.Source.RESTORE


@dataclass(slots=True)
class Written:
    """What was written, by name."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KpiSteps:
    """What becomes of KPIs: rows that are there by name, and the documents they or new rows are to hold."""

    stored: Mapping[str, KPI]
    wanted: Mapping[str, KpiDocument]

    @property
    def gone(self) -> list[KPI]:
        """Rows that the document does not have."""
        return [kpi for name, kpi in self.stored.items() if name not in self.wanted]

    @property
    def creating(self) -> list[str]:
        """Names that have no row."""
        return [name for name in self.wanted if name not in self.stored]

    def differing(self) -> list[str]:
        """Names whose row says something else."""
        return [
            name
            for name, document in self.wanted.items()
            if name in self.stored and not says(self.stored[name], document)
        ]


def says(kpi: KPI, document: KpiDocument) -> bool:
    """Whether the row holds this document."""
    try:
        return kpi.as_document() == document
    except ShapeError:  # it holds what no document can
        return False


def all_kpis(*, held: bool) -> dict[str, KPI]:
    """All KPIs by name; if ``held``, for this transaction, in the order in which an import holds them."""
    if held:
        list(KPI.objects.select_for_update().order_by("pk").values_list("pk"))
    return {kpi.name: kpi for kpi in KPI.objects.whole()}


def units_to_write(document: RegistryDocument) -> tuple[dict[str, UnitSpec], dict[str, UnitSpec]]:
    """The units that are not what the document says, as it has them, and all that are here; by code.

    Every unit that the document names or uses is to be what it says; the standard ones it does not are so.
    """
    own = {unit.code: UnitSpec(**unit.model_dump()) for unit in document.units}
    stored = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    used = {kpi.unit for kpi in document.kpis}
    wanted = own | {
        code: spec
        for code, spec in STANDARD_UNITS.items()
        if code not in own and code in used | stored.keys()
    }
    return {code: spec for code, spec in wanted.items() if stored.get(code) != spec}, stored


def write_units(document: RegistryDocument, done: Written) -> None:
    """Have the units be what the document says."""
    writing, _ = units_to_write(document)
    Unit.objects.bulk_create(
        [Unit.of_spec(spec) for spec in writing.values()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "symbol", "ucum", "prometheus_suffix", "grafana", "base"],
    )
    done.settings += [f"unit {code}" for code in writing]


def units_gone(document: RegistryDocument) -> list[Unit]:
    """The units that the document does not know."""
    known = {*STANDARD_UNITS, *(unit.code for unit in document.units)}
    return [unit for unit in Unit.objects.all() if unit.code not in known]


def forget_units(document: RegistryDocument, done: Written) -> None:
    """Delete the units that the document does not know; no KPI uses them any more."""
    gone = units_gone(document)
    Unit.objects.filter(pk__in=[unit.pk for unit in gone]).delete()
    done.settings += [f"unit {unit.code}" for unit in gone]


def settings_changed(settings: RegistrySettings, document: RegistryDocument) -> list[Change] | None:
    """What is to change in the registry's settings; None where nothing is, not even the order of its rules."""
    now = RegistryDocument.model_validate(settings.as_data() | {"kpis": []})
    wanted = document.model_copy(update={"kpis": [], "units": []})
    return None if now == wanted else diff_settings(now, wanted)


def write_settings(document: RegistryDocument, done: Written) -> None:
    """Have the registry's settings be what the document says."""
    settings = RegistrySettings.current()
    changes = settings_changed(settings, document)
    if changes is None:
        return
    rules = fill_settings(settings, document)
    settings.save()
    settings.validation_rules.all().delete()
    ValidationRule.objects.bulk_create(rules)
    done.settings += [change.words for change in changes] or ["settings"]


def let_go(steps: KpiSteps, differing: Iterable[str], author: Author, reason: str, done: Written) -> None:
    """Delete the KPIs that the document lacks, and take from others what might be in the way."""
    gone, changing = steps.gone, [steps.stored[name] for name in differing]
    touched = [kpi.pk for kpi in (*gone, *changing)]
    KPI.objects.filter(pk__in=touched).exclude(successor=None).update(successor=None)
    moved = [kpi.pk for kpi in changing if kpi.prometheus_metric != steps.wanted[kpi.name].prometheus_metric]
    park(KPI, "prometheus_metric", moved)
    services.record_deletion(kpis=gone, author=author, reason=reason, source=RESTORE)
    KPI.objects.filter(pk__in=[kpi.pk for kpi in gone]).delete()
    done.deleted += [kpi.name for kpi in gone]


def write_kpis(steps: KpiSteps, differing: Sequence[str], author: Author, reason: str, done: Written) -> None:
    """Create and change KPIs with their thresholds, in the document's order."""
    places = {name: place for place, name in enumerate(steps.wanted)}
    creating = {name: KPI(name=name, position=places[name]) for name in steps.creating}
    changing = {name: steps.stored[name] for name in differing}
    writing = creating | changing
    everyone = {name: steps.stored.get(name) or creating[name] for name in steps.wanted}
    units = {unit.code: unit for unit in Unit.objects.all()}
    for name, kpi in writing.items():
        document = steps.wanted[name].model_copy(update={"successor": ""})
        kpi.draft_thresholds = fill_kpi(kpi, document, units=units, named={})
    KPI.objects.bulk_create(creating.values(), batch_size=BATCH)
    for name, kpi in writing.items():
        successor = steps.wanted[name].successor
        kpi.successor = everyone[successor] if successor else None
    followed = [kpi for kpi in creating.values() if kpi.successor]
    overwrite(KPI, followed, ["successor"])
    changed = list(changing.values())
    overwrite(KPI, changed, KPI.document_columns())
    Threshold.objects.filter(kpi__in=changed).delete()
    thresholds = [row for kpi in writing.values() for row in kpi.draft_thresholds or ()]
    Threshold.objects.bulk_create(thresholds, batch_size=BATCH)
    services.record_all(kpis=list(writing.values()), author=author, source=RESTORE, reason=reason)
    put_in_order(KPI, everyone, done)
    done.created += creating
    done.changed += changing


def put_in_order(model: type[Model], rows: Mapping[str, Any], done: Written) -> None:
    """Give rows, by name in the order that they are to have, their places where they have others."""
    before = sorted(rows.values(), key=lambda row: (row.position, row.pk))
    if before != list(rows.values()):
        done.settings.append(f"order of {model._meta.verbose_name_plural}")
    misplaced = [row for place, row in enumerate(rows.values()) if row.position != place]
    for place, row in enumerate(rows.values()):
        row.position = place
    overwrite(model, misplaced, ["position"])
