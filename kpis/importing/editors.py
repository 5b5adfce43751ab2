"""Who edited a thing by hand since its last import: an import that overwrites that is a conflict."""

from collections.abc import Collection, Iterable

from django.db.models import Max

from kpis.models import Revision
from kpis.services import Subject


def last_editors(kind: str, subjects: Iterable[Subject]) -> dict[int, Revision]:
    """The last revision of each thing of a kind that is not as an import left it, by the thing's id."""
    by_number = {(subject.pk, subject.revision) for subject in subjects}
    by_hand = Revision.objects.filter(kind=kind).exclude(source=Revision.Source.IMPORT)
    found = by_hand.defer("document")
    edited = {r.subject_id: r for r in found if (r.subject_id, r.number) in by_number}
    unchanged = _taken_back(kind, edited.values()) if edited else set()
    return {pk: revision for pk, revision in edited.items() if pk not in unchanged}


def _taken_back(kind: str, edited: Collection[Revision]) -> set[int]:
    """The things whose edits ended where their last import had left them."""
    imported = Revision.objects.filter(
        kind=kind, source=Revision.Source.IMPORT, subject_id__in=[r.subject_id for r in edited]
    )
    last = dict(imported.values_list("subject_id").annotate(last=Max("pk")))
    compared = [pk for r in edited if r.subject_id in last for pk in (r.pk, last[r.subject_id])]
    documents = dict(Revision.objects.filter(pk__in=compared).values_list("pk", "document"))
    return {
        r.subject_id
        for r in edited
        if r.subject_id in last and documents[r.pk] == documents[last[r.subject_id]]
    }


def name_of(revision: Revision) -> str:
    """Who made a revision, as people call them."""
    return revision.author_name or "someone"
