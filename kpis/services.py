"""Operations on a KPI together with its thresholds, and on the registry as a whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Manager, Max, Model, QuerySet

from contracts.context import KnownKpi
from contracts.documents import KpiDocument, RegistryDocument
from contracts.units import STANDARD_UNITS
from jobs.people import name_of
from kpis.documents import fill_kpi
from kpis.gate import raise_on_errors
from kpis.locking import working_copy_lock
from kpis.models import KPI, RegistrySettings, Revision, Threshold, Unit
from kpis.models.kpi import KPI_FIELDS, Verdict, registry_context

KIND_KPI = "kpi"
Author = AbstractBaseUser | AnonymousUser | None


class StaleRevision(Exception):
    """Someone else saved in between: what was edited is no longer what is stored."""


def as_stored(document: KpiDocument) -> dict[str, Any]:
    """The document as JSON, the way a revision keeps it: without what is empty."""
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Subject(Protocol):
    """A thing whose whole document is kept with every save."""

    pk: Any
    name: Any
    revision: Any


def record(*, kpi: KPI, author: Author, source: str, reason: str = "") -> Revision:
    """Keep ``kpi`` as its next revision; call it once after every save of a KPI with its thresholds."""
    return record_all(kpis=[kpi], author=author, source=source, reason=reason)[0]


def save(*, kpi: KPI, thresholds: Callable[[], object], author: Author, source: str, reason: str) -> Revision:
    """Store an edited KPI as its next revision, ``thresholds`` its drafts; they are judged already."""
    kpi.revision += 1
    kpi.save()
    thresholds()
    return Revision.objects.bulk_create(
        [_revision(KIND_KPI, kpi, as_stored(kpi.as_document()), author, source, reason)]
    )[0]


def record_all(*, kpis: Sequence[KPI], author: Author, source: str, reason: str = "") -> list[Revision]:
    """Record a revision of many KPIs at once, in a constant number of queries per thousand."""
    documents = [as_stored(kpi.as_document()) for kpi in kpis]
    return record_subjects(
        kind=KIND_KPI, subjects=kpis, documents=documents, author=author, source=source, reason=reason
    )


@transaction.atomic
def record_subjects(
    *,
    kind: str,
    subjects: Sequence[Subject],
    documents: Sequence[dict[str, Any]],
    author: Author,
    source: str,
    reason: str = "",
) -> list[Revision]:
    """Keep things of one kind as their next revision, each with its document, and count that up on them."""
    if not subjects:
        return []
    for subject in subjects:
        subject.revision += 1
    manager: Manager[Any] = type(subjects[0])._default_manager  # type: ignore[attr-defined]  # every model has one
    manager.bulk_update(subjects, ["revision"], batch_size=1000)
    revisions = [
        _revision(kind, subject, document, author, source, reason)
        for subject, document in zip(subjects, documents, strict=True)
    ]
    return Revision.objects.bulk_create(revisions, batch_size=1000)


def record_deletion(
    *, kpis: Iterable[KPI], author: Author, reason: str = "", source: str = Revision.Source.ADMIN
) -> None:
    """Keep a mark that these KPIs were deleted; call it before they are."""
    record_gone(kind=KIND_KPI, subjects=kpis, author=author, reason=reason, source=source)


@transaction.atomic
def record_gone(
    *, kind: str, subjects: Iterable[Subject], author: Author, source: str, reason: str = ""
) -> None:
    """Keep a mark that these things of one kind were deleted; call it before they are."""
    Revision.objects.bulk_create(
        [
            _revision(kind, subject, None, author, source, reason, number=subject.revision + 1)
            for subject in subjects
        ],
        batch_size=1000,
    )


def _revision(
    kind: str,
    subject: Subject,
    document: dict[str, Any] | None,
    author: Author,
    source: str,
    reason: str,
    number: int | None = None,
) -> Revision:
    return Revision(
        kind=kind,
        subject_id=subject.pk,
        subject_name=subject.name,
        number=subject.revision if number is None else number,
        document=document,
        author_id=author.pk if author else None,
        author_name=name_of(author),
        source=source,
        reason=reason,
    )


def lock(*, kpi: KPI, revision: int) -> None:
    """Hold ``kpi`` for this transaction, if it still is what was edited.

    Raises StaleRevision when its revision is not ``revision`` any more.
    """
    lock_subject(kpi, revision)


def lock_subject(subject: Model, revision: int | None) -> None:
    """Lock the row of a thing of any kind that has revisions."""
    rows = type(subject)._default_manager.select_for_update().filter(pk=subject.pk)
    if rows.values_list("revision", flat=True).first() != revision:
        raise StaleRevision


@working_copy_lock()
def replace(*, kpi: KPI, document: KpiDocument, author: Author, source: str, reason: str = "") -> Revision:
    """Make ``kpi`` exactly what ``document`` says, thresholds too, through the same gate as an edit.

    A new one stands behind the last. Raises ValidationError when the rules call it an error today, KeyError
    naming its unit or successor if that is gone.
    """
    units = {unit.code: unit for unit in Unit.objects.filter(code=document.unit)}
    named = {other.name: other for other in KPI.objects.filter(name=document.successor)}
    thresholds = fill_kpi(kpi, document, units=units, named=named)
    kpi.draft_thresholds = thresholds
    if kpi._state.adding:
        kpi.position = next_position()
    kpi.full_clean()
    kpi.save()
    kpi.thresholds.all().delete()
    Threshold.objects.bulk_create(thresholds)
    return record(kpi=kpi, author=author, source=source, reason=reason)


@working_copy_lock()
def change_status(*, kpis: QuerySet[KPI], status: str, author: Author, reason: str = "") -> int:
    """Give every KPI of the selection this status; return how many it changed.

    Raises ValidationError, naming the KPI, when the rules refuse one; then none is changed.
    """
    changing = list(kpis.exclude(status=status).select_for_update(of=("self",)))
    for kpi in changing:
        kpi.status = status
    for kpi, verdict in judge_together(changing):
        try:
            raise_on_errors(verdict.findings, KPI_FIELDS)
        except ValidationError as refused:
            raise ValidationError([f"{kpi.name}: {message}" for message in refused.messages]) from refused
    KPI.objects.bulk_update(changing, ["status"], batch_size=1000)
    record_all(kpis=changing, author=author, source=Revision.Source.BULK, reason=reason)
    return len(changing)


@working_copy_lock()
def delete_kpis(*, kpis: QuerySet[KPI], author: Author, reason: str = "") -> int:
    """Delete every KPI of the selection, and keep a mark of each in the history; return how many.

    Raises ProtectedError where something outside the selection refers to one; then none is deleted.
    """
    going = list(kpis.order_by("pk").select_for_update(of=("self",)))
    ids = [kpi.pk for kpi in going]
    record_deletion(kpis=going, author=author, reason=reason, source=Revision.Source.BULK)
    # One may be the successor of another that goes as well.
    KPI.objects.filter(pk__in=ids).exclude(successor=None).update(successor=None)
    KPI.objects.filter(pk__in=ids).delete()
    return len(going)


def judge_together(kpis: Iterable[KPI]) -> Iterator[tuple[KPI, Verdict]]:
    """What the rules say of each of these as they are about to be, all seen by one view of the registry."""
    changing = {kpi.pk: kpi for kpi in kpis}
    rows = KPI.objects.values_list("pk", "name", "prometheus_metric", "status")
    known = [
        changing[pk].as_known() if pk in changing else KnownKpi(name, metric, status)
        for pk, name, metric, status in (rows if changing else ())
    ]
    context = registry_context(known) if changing else None
    for kpi in changing.values():
        yield kpi, kpi.judge(context=context)


def next_position() -> int:
    """The place behind the last KPI of the registry. Only under the lock: two who ask would get the same."""
    last: int | None = KPI.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def registry_document(kpis: QuerySet[KPI] | None = None) -> RegistryDocument:
    """The working copy, or only those KPIs of it, as one document, in a constant number of queries."""
    whole = KPI.objects.whole() if kpis is None else KPI.objects.whole().filter(pk__in=kpis.values("pk"))
    documents = [kpi.as_document() for kpi in whole]
    used = {document.unit for document in documents}
    units = [unit.as_spec() for unit in Unit.objects.all() if unit.code in used]
    own = [asdict(spec) for spec in units if STANDARD_UNITS.get(spec.code) != spec]
    data = RegistrySettings.current().as_data()
    document = RegistryDocument.model_validate(data | {"units": own, "kpis": []})
    return document.model_copy(update={"kpis": documents})
