"""The page to publish from: what would change for agents, whom it reaches, what the rules say; then do it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from releases import services
from releases.admin.consequences import panels
from releases.admin.pages import View, difference, findings, page_context, require, wait_page
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services import Published, PublishPlan, Refused


class PublishForm(forms.Form):
    """What a person says when publishing."""

    message = forms.CharField(
        max_length=500,
        label="What changed, and why",
        help_text="Read by everyone who follows these definitions.",
        error_messages={"required": "Say in a sentence what changed and why."},
    )
    accept = forms.BooleanField(required=False, label="Publish despite the rules’ warnings")
    accepted = forms.CharField(
        max_length=500, required=False, label="Why the warnings may stay", help_text="Kept with the release."
    )

    def clean(self) -> dict[str, Any]:
        """A tick needs its reason. Whether there are warnings to accept, publishing itself finds out."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("accept") and not data.get("accepted"):
            self.add_error("accepted", "Say why the warnings may stay.")
        return data


def publish_view(model_admin: ModelAdmin[Release]) -> View:
    """Show what publishing would do; do it on POST."""

    def view(request: HttpRequest) -> HttpResponse:
        require(request, "releases.view_release")
        name = request.POST.get("channel") or request.GET.get("channel") or PRODUCTION
        channels = list(Channel.objects.all())
        channel = next((channel for channel in channels if channel.name == name), None)
        if channel is None:
            raise Http404(f"There is no channel {name}.")
        if request.method == "GET" and (waiting := wait_page(model_admin.admin_site, request, "Publish")):
            return waiting
        form, refusal = PublishForm(request.POST or None), ""
        if request.method == "POST":
            done, refusal = publish(request, name, form)
            if done:
                return done
        try:
            plan = services.plan_publish(channel=name)
        except Refused as refused:  # people keep saving
            messages.error(request, refused.message)
            return HttpResponseRedirect(reverse("admin:releases_release_changelist"))
        context = page_context(model_admin.admin_site, request, Release, "Publish")
        context |= plan_context(plan, request) | {
            "form": form,
            "refusal": refusal,
            "channel": channel,
            "channels": channels,
            "waits": services.needs_approval(channel),
            "same": same_and_waiting(plan),
            "may_publish": request.user.has_perms(services.PUBLISHING),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/releases/publish.html", context, status=status)

    return view


def plan_context(plan: PublishPlan, request: HttpRequest) -> dict[str, Any]:
    """The difference, whom it reaches, and the findings of a plan."""
    return {
        "plan": plan,
        "next": next_number(),
        "reach": services.reach(plan.changes, plan.document, plan.before_document),
        "panels": panels(request, plan),
        "query": "" if plan.channel == PRODUCTION else f"channel={plan.channel}&",
        **difference(plan.changes, plan.before_document, plan.document, request.GET.get("p")),
        **findings(plan.entries),
    }


def publish(request: HttpRequest, name: str, form: PublishForm) -> tuple[HttpResponse | None, str]:
    """Publish what was on the screen: where to go on, or what stands in the way."""
    author = require(request, *services.PUBLISHING)
    if not form.is_valid():
        return None, ""
    data = form.cleaned_data
    try:
        done = services.publish(
            author=author,
            message=data["message"],
            channel=name,
            accepted=data["accepted"] if data["accept"] else "",
            digest=request.POST.get("digest", ""),
        )
    except Refused as refused:
        if refused.code == "warnings_not_accepted":
            form.add_error(
                "accept", "The rules give warnings. Fix them, or tick this and say why they may stay."
            )
            return None, ""
        return None, f"{refused.message} Nothing was published."
    tell(request, done, name)
    return HttpResponseRedirect(reverse("admin:releases_release_change", args=[done.release.number])), ""


def tell(request: HttpRequest, done: Published, name: str) -> None:
    """Say what became of it."""
    number = done.release.number
    if done.moved:
        messages.success(request, f"Release {number} is published: {name} follows it from now on.")
    elif done.created:
        messages.success(request, f"Release {number} is proposed. Someone else has to approve it.")
    elif done.waits:
        messages.warning(request, f"Release {number} already says exactly this, and is waiting: {done.waits}")
    else:
        messages.info(request, f"Release {number} already says exactly this. Nothing was published again.")


def same_and_waiting(plan: PublishPlan) -> Release | None:
    """The release that says this already and only waits for someone's word."""
    newest = Release.objects.light().first()
    waits = newest and newest.state == Release.State.PROPOSED and newest.digest == plan.content_digest
    return newest if waits else None


def next_number() -> int:
    """The number the next release will most likely have."""
    return (Release.objects.values_list("number", flat=True).first() or 0) + 1
