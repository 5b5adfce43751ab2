"""Two people edit one thing: the second sees both versions, and nothing is overwritten or lost."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from kpis import merge
from kpis.admin.kinds import Data, MergedKind, Thing
from kpis.admin.rows import number_in, row_or_404
from kpis.models import Revision

DRAFTS = "merge_drafts"
"""Where the session keeps what was merged and not yet saved, by the kind's name and the thing's id."""


def answer_if_stale(
    kind: MergedKind[Thing], model_admin: ModelAdmin[Thing], request: HttpRequest, object_id: str | None
) -> HttpResponse | None:
    """None when the form may go on; else the conflict page, or a plain answer where both say the same."""
    if request.method != "POST" or object_id is None or not object_id.isdecimal():
        return None
    thing = kind.whole().model._default_manager.filter(pk=object_id).first()
    if thing is None or request.POST.get("started_from") == str(kind.revision(thing)):
        return None
    if not model_admin.has_change_permission(request, thing):
        raise PermissionDenied
    return conflict_page(kind, model_admin, request, object_id)


def conflict_page(
    kind: MergedKind[Thing], model_admin: ModelAdmin[Thing], request: HttpRequest, object_id: str | None
) -> HttpResponse:
    """Both versions side by side, with a choice for what both changed."""
    thing = row_or_404(kind.whole(), object_id)
    _, differing = both_versions(kind, model_admin, request, thing)
    if not differing:
        messages.info(request, f"{thing} is already as you wanted it: the same change has been saved before.")
        return HttpResponseRedirect(kind.url("change", thing.pk))
    latest = Revision.objects.of(kind.name, thing.pk).first()
    context = model_admin.admin_site.each_context(request) | {
        "title": "Someone else saved first",
        "opts": model_admin.opts,
        "kind": kind,
        "thing": thing,
        "merge_url": kind.url("merge", thing.pk),
        "latest": latest,
        "differing": differing,
        "clashes": sum(part.clashes for part in differing),
        "posted": [(name, value) for name, values in request.POST.lists() for value in values],
    }
    return TemplateResponse(request, "admin/kpis/kpi/conflict.html", context, status=409)


def both_versions(
    kind: MergedKind[Thing], model_admin: ModelAdmin[Thing], request: HttpRequest, thing: Thing
) -> tuple[Data, list[merge.Part]]:
    """My version as it is merged, and every part in which it differs from what is stored."""
    base = base_data(kind, thing, request.POST.get("started_from", ""))
    mine = kind.spread(kind.posted(model_admin, request, thing, base))
    theirs = kind.spread(kind.data(thing))
    return mine, merge.parts(base=kind.spread(base) if base else None, mine=mine, theirs=theirs)


def base_data(kind: MergedKind[Thing], thing: Thing, number: str) -> Data | None:
    """What the person started from, where the history still has it."""
    started_from = number_in(number)
    if started_from is None:
        return None
    revision = Revision.objects.of(kind.name, thing.pk).filter(number=started_from).first()
    return revision.document if revision else None


def merge_view(kind: MergedKind[Thing], model_admin: ModelAdmin[Thing]) -> Callable[..., HttpResponse]:
    """Settle a conflict: keep the outcome as a draft and open the form on it. Nothing is saved yet."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        thing = get_object_or_404(kind.whole(), pk=pk)
        if request.method != "POST" or not model_admin.has_change_permission(request, thing):
            raise PermissionDenied
        choices = {
            name.removeprefix("choose:"): str(value)
            for name, value in request.POST.items()
            if name.startswith("choose:")
        }
        mine, differing = both_versions(kind, model_admin, request, thing)
        outcome = kind.gathered(merge.settled(mine=mine, differing=differing, choices=choices))
        request.session.setdefault(DRAFTS, {})[f"{kind.name}:{pk}"] = outcome
        request.session.modified = True
        messages.info(request, "Both versions are merged below. Check them, then save.")
        return HttpResponseRedirect(kind.url("change", pk) + "?merge=1")

    return view


def draft_of(kind: MergedKind[Thing], request: HttpRequest, thing: Thing) -> Any:
    """What this person merged and has not saved yet, or None."""
    return request.session.get(DRAFTS, {}).get(f"{kind.name}:{thing.pk}")
