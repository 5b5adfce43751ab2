"""Bringing a release back into the working copy, after showing what that would change."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from contracts.narrowing import narrowed
from contracts.release import ReleaseDocument, diff_releases
from kpis.rights import in_words, lacking
from releases import services
from releases.admin.pages import View, difference, page_context, require, wait_page
from releases.models import Release
from releases.services import Refused
from releases.services.planning import copy_content

UNREADABLE = sha256(b"").hexdigest()
"""Of a working copy that holds something no document can hold."""


def read_now() -> tuple[bytes, str]:
    """The working copy's bytes and their hash."""
    content = copy_content()
    return content, sha256(content).hexdigest()


def words_of_lacking(person: Any, document: ReleaseDocument) -> str:
    """What it would change that this person may not, by the plan that would be carried out."""
    needed = services.RestorePlan.towards(document, held=False).permissions()
    return in_words(lacking(person, needed))


def restore_view(model_admin: ModelAdmin[Release]) -> View:
    """What would change in the working copy; on POST, change it."""

    def view(request: HttpRequest, number: int) -> HttpResponse:
        person = require(request, *services.RESTORING)
        release = get_object_or_404(Release, number=number)
        title = f"Bring back release {number}"
        if request.method == "GET" and (waiting := wait_page(model_admin.admin_site, request, title)):
            return waiting
        refusal: Refused | None = None
        now, seen = read_now()
        if request.method == "POST":
            if request.POST.get("seen") != seen:
                refusal = Refused(
                    "stale", "Something was changed while you were looking. This is how it is now."
                )
            else:
                try:
                    done = services.restore(
                        release=release, author=person, reason=request.POST.get("reason", "").strip()[:400]
                    )
                except Refused as refused:
                    refusal = refused
                    now, seen = read_now()
                else:
                    nothing = "Nothing was changed: everything is already like that."
                    told = f"Everything is as it was in release {number}. Publish it for agents to follow."
                    messages.success(request, nothing if done.changed_nothing else told)
                    return HttpResponseRedirect(reverse("admin:releases_release_change", args=[number]))
        document = release.as_document()
        was, becomes = narrowed(now, release.text)
        changes = diff_releases(was, becomes)
        context = page_context(model_admin.admin_site, request, Release, title) | {
            "release": release,
            "seen": seen,
            "unreadable": seen == UNREADABLE,
            "refusal": refusal,
            "lacking": "" if seen == UNREADABLE else words_of_lacking(person, document),
            "query": "",
        }
        context |= difference(changes, was, becomes, request.GET.get("p"))
        return TemplateResponse(
            request, "admin/releases/restore.html", context, status=422 if refusal else 200
        )

    return view
