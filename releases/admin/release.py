"""Releases in the admin: the list, one release with its story, and what a person may do with it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from bindings.reports.entries import Entry
from contracts.diff import ChangeClass
from contracts.narrowing import narrowed
from contracts.release import EMPTY, diff_releases
from contracts.release_pieces import ReleasePieces, release_pieces
from jobs.admin_lists import OfferedFilters
from releases import services
from releases.admin.comparing import compare_view
from releases.admin.pages import difference, findings, page_context, require
from releases.admin.publishing import publish_view
from releases.admin.restoring import restore_view
from releases.admin.telling import CHIPS, MEANINGS
from releases.models import Approval, Channel, Release
from releases.services import Refused
from rest.concurrency import expensive_page

PER_PAGE = 30
MOST_KPIS, MOST_AGENTS, MOST_WATCHED = 500, 300, 40
"""What is listed of a release at most; the download has all of it."""
STATE_CHIPS = {"proposed": "warning", "published": "normal", "superseded": "", "rejected": "critical"}
VERDICT_CHIPS = {"approved": "normal", "changes": "warning", "rejected": "critical"}


@admin.register(Release)
class ReleaseAdmin(OfferedFilters, admin.ModelAdmin[Release]):
    """Releases are made by publishing, and never change: there is no form for them."""

    def get_urls(self) -> list[URLPattern]:
        """Pages of their own in the places of Django's; a release is found by its number."""
        view, name = self.admin_site.admin_view, "releases_release"
        return [
            path("", view(self.list_view), name=f"{name}_changelist"),
            path("publish/", view(expensive_page(publish_view(self))), name=f"{name}_publish"),
            path("compare/", view(expensive_page(compare_view(self))), name=f"{name}_compare"),
            path("<row:number>/", view(self.release_view), name=f"{name}_change"),
            path("<row:number>/say/", view(require_POST(self.say_view)), name=f"{name}_say"),
            path("<row:number>/restore/", view(expensive_page(restore_view(self))), name=f"{name}_restore"),
            path("<row:number>/document/", view(self.document_view), name=f"{name}_document"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Publishing has a page of its own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A release is what was."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever followed it must be able to look it up."""
        return False

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """All releases, newest first."""
        require(request, "releases.view_release")
        releases = Release.objects.light().prefetch_related("channels")
        page = Paginator(releases, PER_PAGE).get_page(request.GET.get("p"))
        context = page_context(self.admin_site, request, Release, "Releases") | {
            "page": page,
            "rows": [(release, CHIPS[release.kind], STATE_CHIPS[release.state]) for release in page],
            "production": services.latest(),
            "may_move": request.user.has_perm("releases.change_channel"),
            "may_publish": request.user.has_perms(services.PUBLISHING),
        }
        return TemplateResponse(request, "admin/releases/list.html", context)

    def release_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """One release: what it changed, who said what of it, where it is, and what to do with it."""
        require(request, "releases.view_release")
        releases = Release.objects.prefetch_related("channels", "approvals")
        release = get_object_or_404(releases, number=number)
        before = Release.objects.filter(number__lt=number).order_by("-number").first()
        text = release.text
        earlier, document = narrowed(before.text, text) if before else (EMPTY, EMPTY)
        changes = diff_releases(earlier, document)
        context = page_context(self.admin_site, request, Release, f"Release {number}")
        context |= {
            "release": release,
            "before": before,
            "next": Release.objects.filter(number__gt=number).order_by("number").only("number").first(),
            "chip": CHIPS[release.kind],
            "state_chip": STATE_CHIPS[release.state],
            "reach": services.reach(changes, document, earlier),
            "contents": contents_of(release_pieces(text)),
            "approvals": [(said, VERDICT_CHIPS[said.verdict]) for said in release.approvals.all()],
        }
        context |= difference(changes, earlier, document, request.GET.get("p"))
        context |= findings(map(Entry.read, release.findings))
        context |= {"meaning": MEANINGS[ChangeClass(release.kind)], "query": ""}
        context |= doings(request, release)
        return TemplateResponse(request, "admin/releases/release.html", context)

    def say_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Approve it, ask for changes, or reject it."""
        person = require(request, "releases.add_approval")
        release = get_object_or_404(Release, number=number)
        verdict = request.POST.get("verdict", "")
        back = reverse("admin:releases_release_change", args=[number])
        if verdict not in Approval.Verdict.values:
            messages.error(request, "Choose whether you approve it, ask for changes, or reject it.")
            return HttpResponseRedirect(back)
        try:
            said = services.say(
                release=release, person=person, verdict=verdict, note=request.POST.get("note", "")
            )
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            told = {
                "approved": "You approved",
                "changes": "You asked for changes to",
                "rejected": "You rejected",
            }
            messages.success(request, f"{told[said.verdict]} release {number}.")
        return HttpResponseRedirect(back)

    def document_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """The canonical document, byte for byte what the digest is of."""
        require(request, "releases.view_release")
        release = get_object_or_404(Release, number=number)
        response = HttpResponse(release.text.encode(), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="release-{number}.json"'
        return response


def doings(request: HttpRequest, release: Release) -> dict[str, Any]:
    """What this person may do with a release: say something, have channels go there, bring it back."""
    user = request.user
    moves = [
        (
            channel,
            services.may_go(release, channel),
            bool(channel.release and release.number < channel.release.number),
        )
        for channel in Channel.objects.select_related("release")
        if channel.release_id != release.pk
    ]
    open_ones = (Release.State.PROPOSED, Release.State.REJECTED)
    return {
        "moves": moves if user.has_perm("releases.change_channel") else [],
        "asks": asks(release, is_open=release.state in open_ones) and user.has_perm("releases.add_approval"),
        "is_author": user.pk in services.makers(release),
        "needed": services.approvals_needed(release),
        "is_open": release.state in open_ones,
        "may_restore": user.has_perms(services.RESTORING),
        "verdicts": [
            ("approved", "Approve it", "It may go to any channel."),
            ("changes", "Ask for changes", "It waits until they are made; say which ones."),
            ("rejected", "Reject it", "It must not go out; say why."),
        ],
    }


def asks(release: Release, *, is_open: bool) -> bool:
    """Whether anybody's word on it matters: it waits, or agents get it and nobody else stands for it."""
    guarded = services.approval_required() or Channel.objects.filter(is_protected=True).exists()
    return is_open or (guarded and not services.is_approved(release))


def contents_of(pieces: ReleasePieces) -> dict[str, Any]:
    """What is in a release, for the page that lists it: the first of everything, and how many there are."""
    return {
        "kpis": [(name, pieces.kpis[name].title) for name in islice(pieces.kpis, MOST_KPIS)],
        "kpi_count": len(pieces.kpis),
        "agents": [
            (
                name,
                entry.role,
                pieces.keys.get(name, ())[:MOST_WATCHED],
                len(pieces.keys.get(name, ())[MOST_WATCHED:]),
            )
            for name, entry in islice(pieces.roster.agents.items(), MOST_AGENTS)
        ],
        "agent_count": len(pieces.roster.agents),
    }
