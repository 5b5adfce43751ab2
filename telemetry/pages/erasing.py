"""Erasing a person by hand: who it is, twice; then what was deleted, and the proof that nothing is left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from jobs.admin_lists import OfferedFilters
from telemetry.erasure import NobodysId, erase, refuse_what_is_nobodys
from telemetry.models import Erasure
from telemetry.models.series import NAME


class EraseForm(forms.Form):
    """Whom to erase."""

    user_id = forms.CharField(
        max_length=NAME,
        strip=False,
        label="User id",
        help_text="As agents send it. It is neither stored nor logged.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter whose data to erase."},
    )
    again = forms.CharField(
        max_length=NAME,
        strip=False,
        label="The same again",
        help_text="Erased data cannot be brought back.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the id again."},
    )

    def clean_user_id(self) -> str:
        """One that can be anybody's."""
        user_id: str = self.cleaned_data["user_id"]
        try:
            refuse_what_is_nobodys(user_id)
        except NobodysId as error:
            raise forms.ValidationError(error.message, code=error.code) from None
        return user_id

    def clean(self) -> dict[str, Any]:
        """Refuse two ids that do not match."""
        data: dict[str, Any] = super().clean() or {}
        if {"user_id", "again"} <= data.keys() and data["user_id"] != data["again"]:
            self.add_error("again", "The two do not match. Nothing was erased.")
        return data


class ErasureAdmin(OfferedFilters, admin.ModelAdmin[Erasure]):
    """Who was erased when is a list without names: only numbers, and what the search afterwards found."""

    list_display = ("at", "who", "rows", "looked_at", "nothing_left")
    list_select_related = ("author",)
    fields = readonly_fields = (
        "at",
        "who",
        "known",
        "rows_of_what",
        "looked_at",
        "nothing_left",
        "places",
        "beyond",
    )
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Erasure | None = None) -> bool:
        """A proof stays as it is."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Erasure | None = None) -> bool:
        """A proof stays where it is."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask whom; erase them on POST."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EraseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = erase(form.cleaned_data["user_id"], author=request.user)  # type: ignore[arg-type]  # signed in
            if done.left:
                messages.error(
                    request,
                    "The id is still present somewhere, or some places could not be searched: see below.",
                )
            elif not done.known:
                messages.warning(request, "Nothing was stored for this id, and nothing is.")
            else:
                messages.success(request, "Erased. Nothing is left of this person’s data.")
            return HttpResponseRedirect(reverse("admin:telemetry_erasure_change", args=[done.pk]))
        context = self.admin_site.each_context(request) | {
            "title": "Erase a person",
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/telemetry/erase.html", context, status=status)

    @admin.display(description="By")
    def who(self, erasure: Erasure) -> str:
        """The person, or the token or command."""
        return erasure.by

    @admin.display(description="Rows deleted")
    def rows(self, erasure: Erasure) -> int:
        """Rows of all kinds together."""
        return sum(erasure.deleted.values())

    @admin.display(description="Deleted")
    def rows_of_what(self, erasure: Erasure) -> str:
        """Rows deleted, by kind."""
        return ", ".join(f"{count:,} {name}" for name, count in erasure.deleted.items()) or "nothing"

    @admin.display(description="Looked at")
    def looked_at(self, erasure: Erasure) -> str:
        """How much was searched."""
        return erasure.looked_at

    @admin.display(boolean=True, description="Nothing is left")
    def nothing_left(self, erasure: Erasure) -> bool:
        """The proof."""
        return erasure.nothing_left

    @admin.display(description="Where something is left")
    def places(self, erasure: Erasure) -> str:
        """The tables and files that were looked through, in words."""
        return "; ".join(erasure.left) or "nowhere"

    @admin.display(description="Not searched")
    def beyond(self, erasure: Erasure) -> str:
        """Where a person can be, and no search comes."""
        return "; ".join(erasure.not_searched)
