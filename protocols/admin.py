"""Runs and pauses in the admin; the pages are in :mod:`protocols.pages`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern

from protocols.models import Pause, ProtocolRun
from protocols.pages import board_views
from protocols.pages.pauses import PauseAdmin
from protocols.pages.run import views as run_views
from protocols.pages.run_rows import RunList


@admin.register(ProtocolRun)
class ProtocolRunAdmin(RunList):
    """Runs are written by programs and by what people decide on their pages; no form edits one."""

    def get_urls(self) -> list[URLPattern]:
        """Pages of their own before Django's."""
        own = [*run_views.urls(self.admin_site), *board_views.urls(self.admin_site)]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Episodes open runs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its page has what can be done about it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What happened stays, until its person is erased."""
        return False


admin.site.register(Pause, PauseAdmin)
