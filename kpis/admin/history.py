"""Who changed a thing, when, why, in words; and the way back."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from contracts.diff import Change
from contracts.rules.words import listed
from kpis import services
from kpis.admin.kinds import KINDS, Data, Kind, Thing
from kpis.admin.rows import number_in, row_or_404
from kpis.locking import working_copy_lock
from kpis.models import Revision

PER_PAGE = 30
View = Callable[..., HttpResponse]


def history_view(kind: Kind[Thing]) -> View:
    """Every revision of a thing, newest first, each with its difference from the one before in words."""

    def view(
        model_admin: ModelAdmin[Thing], request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        thing = row_or_404(kind.whole(), object_id)
        if not model_admin.has_view_or_change_permission(request, thing):
            raise PermissionDenied
        revisions = Revision.objects.of(kind.name, thing.pk)
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("p"))
        before = {
            revision.number + 1: revision
            for revision in revisions.filter(number__in=[r.number - 1 for r in page])
        }
        can_restore = model_admin.has_change_permission(request, thing)
        context = model_admin.admin_site.each_context(request) | {
            "title": "History",
            "opts": model_admin.opts,
            "kind": kind,
            "thing": thing,
            "current": kind.revision(thing),
            "page": page,
            "rows": [
                (
                    r,
                    changes_between(kind, before.get(r.number), r),
                    restore_url(kind, r) if can_restore else "",
                )
                for r in page
            ],
        }
        return TemplateResponse(request, "admin/kpis/kpi/history.html", context)

    return view


def restore_url(kind: Kind[Any], revision: Revision) -> str:
    """Where this version can be brought back."""
    return kind.url("restore", revision.subject_id, revision.number)


def changes_view(model_admin: ModelAdmin[Any]) -> View:
    """Every revision of everything this person may see, newest first; those of deleted things too."""

    def view(request: HttpRequest) -> HttpResponse:
        kinds = [kind for kind in KINDS.values() if request.user.has_perm(kind.permission)]
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        revisions = Revision.objects.filter(kind__in=[kind.name for kind in kinds])
        page = Paginator(revisions.order_by("-pk"), PER_PAGE).get_page(request.GET.get("p"))
        context = model_admin.admin_site.each_context(request) | {
            "title": "History",
            "opts": model_admin.opts,
            "page": page,
            "rows": rows_of(list(page)),
            "nouns": listed([kind.plural for kind in kinds], "and"),
        }
        return TemplateResponse(request, "admin/kpis/kpi/changes.html", context)

    return view


def rows_of(revisions: Sequence[Revision]) -> list[tuple[Revision, list[Change], str]]:
    """Each revision with what it changed, and where its thing's history is, if it still is there."""
    places = Q(pk=None)
    for revision in revisions:
        places |= Q(kind=revision.kind, subject_id=revision.subject_id, number=revision.number - 1)
    earlier = Revision.objects.filter(places)
    before = {(revision.kind, revision.subject_id, revision.number + 1): revision for revision in earlier}
    rows = []
    for name in {revision.kind for revision in revisions}:
        ids = {revision.subject_id for revision in revisions if revision.kind == name}
        present = set(KINDS[name].whole().filter(pk__in=ids).order_by().values_list("pk", flat=True))
        rows += [(name, pk) for pk in present]
    there = set(rows)
    return [
        (
            r,
            changes_between(KINDS[r.kind], before.get((r.kind, r.subject_id, r.number)), r),
            KINDS[r.kind].url("history", r.subject_id) if (r.kind, r.subject_id) in there else "",
        )
        for r in revisions
    ]


def changes_between(kind: Kind[Any], before: Revision | None, after: Revision) -> list[Change]:
    """What a revision changed; nothing for the first one and for a deletion, which are said otherwise."""
    if before is None or before.document is None or after.document is None:
        return []
    return kind.changes(before.document, after.document)


def restore_view(kind: Kind[Thing], model_admin: ModelAdmin[Thing]) -> View:
    """Show what bringing back an old version would change; do it on POST."""

    def view(request: HttpRequest, pk: int, number: int) -> HttpResponse:
        thing = get_object_or_404(kind.whole(), pk=pk)
        if not model_admin.has_change_permission(request, thing):
            raise PermissionDenied
        revision = get_object_or_404(
            Revision, kind=kind.name, subject_id=pk, number=number, document__isnull=False
        )
        data: Data = revision.document or {}
        errors: list[str] = []
        if request.method == "POST":
            errors = restore(kind, request, thing, data, number)
            if not errors:
                messages.success(request, f"{thing} is as it was in version {number}.")
                return HttpResponseRedirect(kind.url("change", pk))
            thing = kind.whole().get(pk=pk)
        context = model_admin.admin_site.each_context(request) | {
            "title": f"Bring back version {number}",
            "opts": model_admin.opts,
            "kind": kind,
            "thing": thing,
            "current": kind.revision(thing),
            "revision": revision,
            "changes": kind.changes(kind.data(thing), data),
            "errors": errors,
        }
        context |= kind.pictures(thing, data)
        return TemplateResponse(
            request, "admin/kpis/kpi/restore.html", context, status=422 if errors else 200
        )

    return view


def restore(kind: Kind[Thing], request: HttpRequest, thing: Thing, data: Data, number: int) -> list[str]:
    """Bring ``data`` back, if the thing still is what the person saw; return what stands in the way."""
    seen = number_in(request.POST.get("started_from", ""))
    reason = request.POST.get("reason", "").strip()[:500] or f"Back to version {number}"
    try:
        with working_copy_lock():
            kind.restore(request, thing, data, seen=-1 if seen is None else seen, reason=reason)
    except services.StaleRevision:
        return [f"Someone changed this {kind.noun} while you were looking. This is how it is now."]
    except ValidationError as refused:
        return list(refused.messages)
    except KeyError as missing:
        return [
            f"This version needs {missing.args[0]}, which is no longer in the registry. Add it again first."
        ]
    return []
