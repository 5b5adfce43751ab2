"""Waivers in the admin: what is silenced, why, by whom, and until when."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bindings.models import Waiver
from jobs.admin_lists import OfferedFilters
from kpis.admin.optimistic import OptimisticAdmin


@admin.register(Waiver)
class WaiverAdmin(OfferedFilters, OptimisticAdmin[Waiver]):
    """Waivers are made beside the finding they silence; here they are found, renewed and taken back."""

    is_whole = True
    list_display = ("rule", "about", "reason", "owner", "expires", "holds", "author_name")
    list_filter = ("owner", "rule")
    search_fields = ("rule", "subject_name", "reason", "owner")
    fields = ("rule", "subject_name", "reason", "owner", "expires")

    @admin.display(description="about", ordering="subject_name")
    def about(self, waiver: Waiver) -> str:
        """What it is about."""
        return waiver.subject_name or "the registry"

    @admin.display(description="state", ordering="expires")
    def holds(self, waiver: Waiver) -> SafeString:
        """Whether it still silences anything."""
        if waiver.expires < timezone.localdate():
            return format_html('<span class="chip level-error">{}</span>', "expired")
        return format_html('<span class="chip">{}</span>', "holds")

    def save_model(self, request: HttpRequest, obj: Waiver, form: Any, change: bool) -> None:
        """Keep who decided."""
        obj.decided_by(request.user)
        super().save_model(request, obj, form, change)
