"""Channels in the admin: where each is, who follows it, moving it with the difference in sight, and all moves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from contracts.release import EMPTY, diff_releases
from jobs.admin_lists import OfferedFilters
from kpis.admin.optimistic import OptimisticAdmin
from releases import services
from releases.admin.channel_form import ChannelForm
from releases.admin.pages import difference, page_context, require
from releases.models import Channel, ChannelMove, Release, ServingRevision, Unprotection
from releases.models.channel import PRODUCTION
from releases.services import Refused

PER_PAGE = 30
FOLLOWING = tuple(f"releases.{verb}_following" for verb in ("add", "change", "delete"))
"""To say which agents follow a channel."""
Kind = ChannelMove.Kind
KIND_CHIPS = {
    "publish": "normal", "rollback": "warning", "promote": "info", "protect": "normal", "require": "normal",
    "ask": "warning", "unprotect": "critical", "relax": "critical",
}  # fmt: skip


@admin.register(Channel)
class ChannelAdmin(OfferedFilters, OptimisticAdmin[Channel]):
    """Channels are moved on pages of their own; the form is for what they are called and who follows them."""

    lock = staticmethod(ServingRevision.turn)
    form = ChannelForm
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """The overview stands where Django's list would be."""
        view, name = self.admin_site.admin_view, "releases_channel"
        return [
            path("", view(self.overview), name=f"{name}_changelist"),
            path("moves/", view(self.moves_view), name=f"{name}_moves"),
            path("<slug:name>/move/", view(self.move_view), name=f"{name}_move"),
            path("<slug:name>/unprotect/", view(require_POST(self.unprotect_view)), name=f"{name}_unprotect"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Channel | None = None) -> tuple[str, ...]:
        """Everybody follows production unless told otherwise: there is nobody to choose."""
        fields = ("name", "is_protected")
        return (*fields, "reason") if obj and obj.name == PRODUCTION else (*fields, "agents", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> tuple[str, ...]:
        """Agents and programs know a channel by its name."""
        return ("name",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        """What ever moved has a history, production is what everyone follows, and protection takes two to lose."""
        if obj and (
            obj.name == PRODUCTION or obj.is_protected or obj.moves.exists() or obj.followers.exists()
        ):
            return False
        return super().has_delete_permission(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What changed between the form's check and its turn is said, and nothing is saved."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            messages.error(request, f"{refused.message} Nothing was saved.")
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """With those who follow it, which every server process has to see."""
        assert isinstance(request.user, User)  # noqa: S101 - nobody else has permissions
        by, reason = request.user, form.cleaned_data.get("reason", "")
        with transaction.atomic():
            services.take_turn()
            moved = form.coming_and_going(form.cleaned_data)
            if moved and not request.user.has_perms(FOLLOWING):
                raise PermissionDenied("You may not say which agents follow a channel.")
            if not change:
                obj.save()
            elif obj.is_protected:
                services.protect(channel=obj, by=by, reason=reason)
            elif "is_protected" in form.changed_data:
                services.ask_unprotect(channel=obj, by=by, reason=reason)
                obj.is_protected = True
                messages.warning(
                    request, f"{obj.name} stays protected until someone else confirms, under Channels."
                )
            services.follow_all(moved, by=by, reason=reason)
            ServingRevision.bump()

    def unprotect_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Confirm that a channel is to be no longer protected, or have it stay so."""
        person = require(request, "releases.change_channel", "releases.add_approval")
        is_confirmed = request.POST.get("answer") == "confirm"
        try:
            services.settle_unprotect(channel=name, by=person, is_confirmed=is_confirmed)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            now = "no longer protected" if is_confirmed else "still protected"
            messages.success(request, f"{name} is {now}.")
        return HttpResponseRedirect(reverse("admin:releases_channel_changelist"))

    def overview(self, request: HttpRequest) -> HttpResponse:
        """Every channel: where it is, who follows it, where it may be promoted to; and the latest moves."""
        require(request, "releases.view_channel")
        channels = list(
            Channel.objects.select_related("release").defer("release__document_parts", "release__findings_parts")
            .prefetch_related("followers__agent", open_unprotections())
        )  # fmt: skip
        moves = ChannelMove.objects.select_related("channel", "before", "after").defer(*_HEAVY)
        context = page_context(self.admin_site, request, Channel, "Channels") | {
            "rows": [
                (
                    channel,
                    sorted(each.agent.name for each in channel.followers.all()),
                    [
                        other.name
                        for other in channels
                        if other != channel and channel.release and other.release_id != channel.release_id
                    ],
                )
                for channel in channels
            ],
            "moves": [(move, KIND_CHIPS.get(move.kind, "")) for move in moves[:10]],
            "more": moves.count() > 10,
            "may_add": self.has_add_permission(request),
            "may_change": self.has_change_permission(request),
            "may_confirm": request.user.has_perms(["releases.change_channel", "releases.add_approval"]),
            "approval_required": services.approval_required(),
            "PRODUCTION": PRODUCTION,
        }
        return TemplateResponse(request, "admin/releases/channels.html", context)

    def moves_view(self, request: HttpRequest) -> HttpResponse:
        """Every move there was, newest first, of all channels or of one."""
        require(request, "releases.view_channel")
        moves = ChannelMove.objects.select_related("channel", "before", "after").defer(*_HEAVY)
        name = request.GET.get("channel", "")
        if name:
            moves = moves.filter(channel__name=name)
        page = Paginator(moves, PER_PAGE).get_page(request.GET.get("p"))
        context = page_context(self.admin_site, request, Channel, "Moves") | {
            "page": page,
            "name": name,
            "query": f"channel={name}&" if name else "",
            "names": list(Channel.objects.values_list("name", flat=True)),
            "moves": [(move, KIND_CHIPS.get(move.kind, "")) for move in page],
        }
        return TemplateResponse(request, "admin/releases/moves.html", context)

    def move_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """What moving a channel would change for whoever follows it; move it on POST."""
        person = require(request, "releases.view_channel", "releases.change_channel")
        channel = get_object_or_404(Channel.objects.select_related("release"), name=name)
        release = asked_release(request)
        refusal = ""
        if request.method == "POST":
            seen = request.POST.get("revision", "")
            try:
                services.move(
                    channel=channel,
                    release=release,
                    by=person,
                    reason=request.POST.get("reason", ""),
                    kind=kind_of(request, channel, release),
                    expected_revision=int(seen) if seen.isdecimal() and len(seen) < 10 else -1,
                )
            except Refused as refused:
                refusal = refused.message
                channel = get_object_or_404(Channel.objects.select_related("release"), name=name)
            else:
                messages.success(
                    request, f"{name} is on release {release.number} now, for everyone who follows it."
                )
                return HttpResponseRedirect(reverse("admin:releases_release_change", args=[release.number]))
        context = self.move_context(request, channel, release) | {"refusal": refusal}
        return TemplateResponse(request, "admin/releases/move.html", context, status=422 if refusal else 200)

    def move_context(self, request: HttpRequest, channel: Channel, release: Release) -> dict[str, Any]:
        """What the page shows."""
        before = channel.release.as_document() if channel.release else EMPTY
        document = release.as_document()
        changes = diff_releases(before, document)
        kind, source = kind_of(request, channel, release), request.GET.get("from", "")
        titles = {
            Kind.ROLLBACK: f"Roll {channel.name} back to release {release.number}?",
            Kind.PROMOTE: f"Promote {source} to {channel.name}?",
            Kind.PUBLISH: f"Move {channel.name} to release {release.number}?",
        }
        asked = f"release={release.number}&" + (f"from={source}&" if kind == Kind.PROMOTE else "")
        return (
            page_context(self.admin_site, request, Channel, titles[kind])
            | {
                "channel": channel,
                "release": release,
                "move_kind": str(kind),
                "source": source,
                "goes_back": services.goes_back(channel, release),
                "same": channel.release_id == release.pk,
                "objection": services.may_go(release, channel),
                "verb": {"rollback": "Roll back", "promote": "Promote", "publish": "Move"}[kind],
                "reach": services.reach(changes, document, before),
                "query": asked,
            }
            | difference(changes, before, document, request.GET.get("p"))
        )


def open_unprotections() -> Prefetch[Any]:
    """What somebody asked, and somebody else has to confirm, as ``asked`` of each channel."""
    return Prefetch(
        "unprotections", Unprotection.objects.filter(state=Unprotection.State.OPEN), to_attr="asked"
    )


_HEAVY = tuple(f"{side}__{parts}_parts" for side in ("before", "after") for parts in ("document", "findings"))


def asked_release(request: HttpRequest) -> Release:
    """The release that the address names. Raises Http404."""
    number = request.POST.get("release") or request.GET.get("release", "")
    if not number.isdecimal() or len(number) > 9:
        raise Http404("Name a release by its number.")
    return get_object_or_404(Release, number=int(number))


def kind_of(request: HttpRequest, channel: Channel, release: Release) -> Kind:
    """Promoted where it comes from another channel that is there, else back or on by its number."""
    source = request.POST.get("from") or request.GET.get("from", "")
    if source and Channel.objects.filter(name=source[:40], release=release).exists():
        return Kind.PROMOTE
    return Kind.ROLLBACK if services.goes_back(channel, release) else Kind.PUBLISH
