"""Tokens in the admin: made, rotated and revoked; a secret is shown once, on the page that made it."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bindings.identities import identity_of
from bindings.models import Agent, AgentIdentity, ApiToken, Binding, Scope
from jobs.admin_lists import OfferedFilters
from jobs.database_clock import database_clock
from kpis.admin.choosing import FindingAdmin
from kpis.admin.locked import named
from kpis.admin.optimistic import OptimisticAdmin
from kpis.locking import transaction_alone

OVERLAPS = {"1": "1 hour", "24": "1 day", "168": "1 week"}


class TokenForm(forms.ModelForm[ApiToken]):
    """A token as it is made. Afterwards only its name and its end may change."""

    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,  # the model says that one is needed; both would say it twice
        help_text="What it may be used for.",
    )

    agent = forms.ModelChoiceField(
        Agent.objects.all(),
        required=False,
        help_text="The agent it speaks for; empty for a service.",
        # The search is that of any field that leads to the roster: a token itself leads to who the agent is.
        widget=AutocompleteSelect(Binding._meta.get_field("agent"), admin.site),
    )

    class Meta:
        model = ApiToken
        fields = ("name", "agent", "scopes", "expires")

    person: Any = None
    """Who fills it in: the form's class is made anew for every request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # settled: a field that the page does not show would be missed
            self.fields.pop("scopes", None)
            self.fields.pop("agent", None)

    def clean(self) -> dict[str, Any]:
        """Nobody gives what they may not do themselves, nor lets it count for longer."""
        data = super().clean() or self.cleaned_data
        if not self.instance.pk and data.get("scopes"):
            ApiToken(scopes=data["scopes"], agent=data.get("agent")).require_giver(self.person)
        elif self.instance.pk and self._counts_longer(data.get("expires")):
            try:
                self.instance.require_giver(self.person)
            except forms.ValidationError as refused:
                self.add_error("expires", forms.ValidationError(refused.messages, code="not_yours_to_give"))
        return data

    def clean_agent(self) -> AgentIdentity | None:
        """Who the agent is to programs: a token outlives what becomes of the roster's row."""
        row: Agent | None = self.cleaned_data["agent"]
        return identity_of(row) if row else None

    def _counts_longer(self, end: Any) -> bool:
        before = self.instance.expires
        return "expires" in self.changed_data and before is not None and (end is None or end > before)

    def clean_expires(self) -> Any:
        """An end in the past would make a token nobody can use."""
        expires = self.cleaned_data["expires"]
        if "expires" in self.changed_data and expires and expires <= database_clock.moment():
            raise forms.ValidationError("This is in the past.", code="in_the_past")
        return expires


@admin.register(ApiToken)
class TokenAdmin(OfferedFilters, FindingAdmin[ApiToken], OptimisticAdmin[ApiToken]):
    """Tokens of agents and services."""

    lock = staticmethod(transaction_alone)
    is_whole = True
    form = TokenForm
    list_display = ("name", "agent", "listed_scopes", "state", "author_name", "last_used", "expires")
    list_filter = ("agent",)
    list_select_related = ("agent",)
    search_fields = ("name", "key", "agent__name", "author_name")
    fields = ("name", "agent", "scopes", "expires")
    actions = ("revoke_all",)
    change_form_template = "admin/bindings/token/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        """Whom it speaks for and what it may do is settled when it is made."""
        return ("agent", "listed_scopes", "key", "created", "holder", "last_used", "state") if obj else ()

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        """A token that is there shows what became of it."""
        return ("name", "expires", *self.get_readonly_fields(request, obj)) if obj else self.fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that knows who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.person = request.user  # type: ignore[attr-defined]  # it is a subclass of TokenForm, made just now
        return form

    def get_urls(self) -> list[URLPattern]:
        """The two buttons of its page."""
        view = self.admin_site.admin_view
        return [
            path("<row:pk>/rotate/", view(self.rotate_view), name="bindings_apitoken_rotate"),
            path("<row:pk>/revoke/", view(self.revoke_view), name="bindings_apitoken_revoke"),
            *super().get_urls(),
        ]

    @admin.display(description="scopes")
    def listed_scopes(self, token: ApiToken) -> str:
        """Its scopes in a row."""
        return ", ".join(token.scopes)

    @admin.display(description="held by")
    def holder(self, token: ApiToken) -> str:
        """Who was shown its secret and answers for it, and what of it does nothing now because of that."""
        if not token.author_name:
            return "the system"
        told = token.author_name if token.author_id else f"{token.author_name}, whose account is gone"
        if resting := token.resting_scopes():
            told += f". May not (any more): {', '.join(resting)}. Ask someone who may to make a replacement."
        return told

    @admin.display(description="state")
    def state(self, token: ApiToken) -> SafeString:
        """Whether it still opens anything."""
        kind = "" if token.state == "usable" else "level-error"
        return format_html('<span class="chip {}">{}</span>', kind, token.state)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """Give a new token its secret, which only :meth:`response_add` will see."""
        if not change:
            obj.held_by(request.user)
            form.secret = obj.new_secret()
            request.new_secret = form.secret  # type: ignore[attr-defined]  # for the answer to this request only
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: Any = None
    ) -> HttpResponse:
        """Show the secret, this once."""
        return self.secret_page(request, obj, request.new_secret)  # type: ignore[attr-defined]  # set in save_model

    def secret_page(self, request: HttpRequest, token: ApiToken, secret: str) -> HttpResponse:
        """The page with the secret; no browser or proxy may keep it."""
        context = self.admin_site.each_context(request) | {
            "title": f"Token {token.name}", "opts": self.opts, "token": token, "secret": secret,
        }  # fmt: skip
        response = TemplateResponse(request, "admin/bindings/token/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def rotate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the next token and let this one end a little later."""
        token = self._to_change(request, pk)
        hours = request.POST.get("overlap", "")
        if request.method != "POST" or hours not in OVERLAPS or token.state != "usable":
            return HttpResponseRedirect(reverse("admin:bindings_apitoken_change", args=[pk]))
        try:
            new, secret = token.rotate(overlap=timedelta(hours=int(hours)), author=request.user)
        except ValidationError as refused:
            if hasattr(refused, "error_dict"):  # a scope that is not theirs to give
                raise PermissionDenied(" ".join(refused.messages)) from None
            next_one = token.replaced_by.first()
            messages.error(request, f"{refused.messages[0]} If its secret was not seen, rotate the new one.")
            return HttpResponseRedirect(
                reverse("admin:bindings_apitoken_change", args=[next_one.pk if next_one else pk])
            )
        self.log_addition(request, new, f"Replaces token {token.key}; held by {new.author_name}.")
        self.log_change(request, token, f"Replaced by token {new.key}, held by {new.author_name}.")
        return self.secret_page(request, new, secret)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End this token now."""
        token = self._to_change(request, pk)
        if request.method == "POST":
            token.revoke()
            self.log_change(request, token, "Revoked.")
            messages.success(request, f"{token.name} is revoked: it is no longer accepted anywhere.")
        return HttpResponseRedirect(reverse("admin:bindings_apitoken_change", args=[pk]))

    def _to_change(self, request: HttpRequest, pk: int) -> ApiToken:
        token = get_object_or_404(ApiToken, pk=pk)
        if not self.has_change_permission(request, token):
            raise PermissionDenied
        return token

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the choices of how long both tokens count."""
        token: ApiToken | None = kwargs.get("obj")
        context |= {"overlaps": OVERLAPS.items(), "heading": token.name if token else ""}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke_all(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """End every token of the selection."""
        ending = queryset.filter(revoked=None).order_by("pk")
        with transaction.atomic():
            tokens = list(ending)
            ApiToken.objects.filter(pk__in=ending.values("pk")).update(revoked=database_clock.moment())
            LogEntry.objects.log_actions(cast(int, request.user.pk), tokens, CHANGE, "Revoked.")
        names = named([token.name for token in tokens]) or "none, they were already"
        messages.success(request, f"Revoked: {names}.")
