"""Webhooks in the admin: whom to tell of what, a test, a new secret; its secret is shown once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from jobs.admin_lists import OfferedFilters
from jobs.people import name_of
from kpis.admin.optimistic import OptimisticAdmin
from kpis.locking import transaction_alone
from releases.models import Delivery, WebHook
from releases.models.webhook import Event, usable_url
from releases.webhooks.events import send_test
from releases.webhooks.sending import objection

LATEST = 12
"""Messages that are listed on the page of a webhook."""
CHIPS = {Delivery.State.DELIVERED: "normal", Delivery.State.FAILED: "critical"}
"""The style of a state's chip; waiting is plain."""


class WebHookForm(forms.ModelForm[WebHook]):
    """A webhook as a person enters it."""

    events = forms.MultipleChoiceField(
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,  # the model says that one is needed; both would say it twice
        help_text="The events it is told about.",
    )

    class Meta:
        model = WebHook
        fields = ("name", "url", "events", "is_enabled")

    def clean_url(self) -> str:
        """Say at once what would fail at every message."""
        url: str = self.cleaned_data["url"]
        usable_url(url)
        if trouble := objection(url):
            raise forms.ValidationError(trouble, code="address_refused")
        return url


@admin.register(WebHook)
class WebHookAdmin(OfferedFilters, OptimisticAdmin[WebHook]):
    """Addresses that are told what happened."""

    lock = staticmethod(transaction_alone)
    form = WebHookForm
    list_display = ("name", "goes_to", "told", "on", "latest", "author_name")
    search_fields = ("name",)
    fields = ("name", "url", "events", "is_enabled")
    change_form_template = "admin/releases/webhook/change_form.html"
    change_list_template = "admin/releases/webhook/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """The two buttons of its page."""
        view = self.admin_site.admin_view
        return [
            path("<row:pk>/test/", view(require_POST(self.test_view)), name="releases_webhook_test"),
            path("<row:pk>/secret/", view(require_POST(self.renew_view)), name="releases_webhook_secret"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebHook]:
        """With the state of its latest message."""
        latest = Delivery.objects.filter(hook=OuterRef("pk")).order_by("-pk").values("state")[:1]
        return super().get_queryset(request).annotate(latest_state=Subquery(latest))

    @admin.display(description="goes to")
    def goes_to(self, hook: WebHook) -> str:
        """The host; the rest of an address may be a secret."""
        return hook.host

    @admin.display(description="told of")
    def told(self, hook: WebHook) -> str:
        """Its events in a row."""
        return ", ".join(hook.events)

    @admin.display(description="state", ordering="is_enabled")
    def on(self, hook: WebHook) -> SafeString:
        """Whether it is told anything."""
        return format_html(
            '<span class="chip {}">{}</span>', *(("normal", "on") if hook.is_enabled else ("", "off"))
        )

    @admin.display(description="latest message")
    def latest(self, hook: WebHook) -> SafeString | str:
        """What became of the latest message."""
        state: str | None = getattr(hook, "latest_state", None)
        return state_chip(Delivery.State(state)) if state else "–"

    def save_model(self, request: HttpRequest, obj: WebHook, form: Any, change: bool) -> None:
        """Keep who made it."""
        if not change:
            obj.author, obj.author_name = request.user, name_of(request.user)  # type: ignore[assignment]  # signed in
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: WebHook, post_url_continue: Any = None) -> HttpResponse:
        """Show the secret, this once."""
        return self.secret_page(request, obj, obj.secret)

    def secret_page(self, request: HttpRequest, hook: WebHook, secret: str) -> HttpResponse:
        """The page with the secret; no browser or proxy may keep it."""
        context = self.admin_site.each_context(request) | {
            "title": hook.name,
            "subtitle": "webhook",
            "opts": self.opts,
            "hook": hook,
            "secret": secret,
        }
        response = TemplateResponse(request, "admin/releases/webhook/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def renew_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a new secret and show it; the one before counts for another day."""
        with transaction.atomic():
            list(WebHook.objects.select_for_update().filter(pk=pk).values_list("pk"))
            hook = self._to_change(request, pk)
            try:
                secret = hook.renew_secret(seen=request.POST.get("seen", ""))
            except ValidationError as refused:
                messages.error(request, f"{refused.messages[0]} If you did not see it, make another one.")
                return HttpResponseRedirect(reverse("admin:releases_webhook_change", args=[pk]))
        self.log_change(request, hook, "Made a new secret.")
        return self.secret_page(request, hook, secret)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a test, and follow it on its page."""
        hook = self._to_change(request, pk)
        delivery = send_test(hook, author=request.user)
        return HttpResponseRedirect(reverse("admin:releases_delivery_change", args=[delivery.pk]))

    def _to_change(self, request: HttpRequest, pk: int) -> WebHook:
        hook = get_object_or_404(WebHook, pk=pk)
        if not self.has_change_permission(request, hook):
            raise PermissionDenied
        return hook

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With its latest messages."""
        hook: WebHook | None = kwargs.get("obj")
        if hook and hook.pk:
            rows = hook.deliveries.select_related("hook").defer("body")[: LATEST + 1]
            context |= {"deliveries": with_chips(rows[:LATEST]), "has_more": len(rows) > LATEST}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its messages go with it: nobody needs a permission for each, or their names in a list."""
        _, counts, needed, protected = super().get_deleted_objects(objs, request)
        return [str(hook) for hook in objs], counts, needed - {Delivery._meta.verbose_name}, protected


def state_chip(state: Delivery.State) -> SafeString:
    """A message's state, coloured where someone should look."""
    return format_html('<span class="chip {}">{}</span>', CHIPS.get(state, ""), state.label)


def with_chips(rows: Any) -> list[tuple[Delivery, SafeString]]:
    """Messages, each with its state as it is shown."""
    return [(row, state_chip(Delivery.State(row.state))) for row in rows]


def tell_sent_again(request: HttpRequest, count: int) -> None:
    """Say what was done."""
    messages.success(request, f"{count} {'message is' if count == 1 else 'messages are'} queued again.")
