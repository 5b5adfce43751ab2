"""The history of what has no revisions: the admin's log, and what is kept of people whose account is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page
from django.db.models import F, Model, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import HttpRequest

from kpis.models import KeptLogEntry

PER_PAGE = 100
_FULL_NAME = Trim(Concat("user__first_name", Value(" "), "user__last_name"))


class Line(NamedTuple):
    """One line of the log: who did what, and when."""

    action_time: datetime
    action_flag: int
    change_message: str
    who: str

    def get_change_message(self) -> str:
        """What was done, in words."""
        return LogEntry(action_flag=self.action_flag, change_message=self.change_message).get_change_message()


def log_context(
    model_admin: ModelAdmin[Any], request: HttpRequest, model: type[Model], key: str
) -> dict[str, Any]:
    """The lines about one thing, a page of them, the oldest first; two queries."""
    of_it = {"content_type": ContentType.objects.get_for_model(model), "object_id": key}
    columns = ("action_time", "action_flag", "change_message", "who")
    living = LogEntry.objects.filter(**of_it).annotate(
        who=Coalesce(NullIf(_FULL_NAME, Value("")), "user__username")
    )
    gone = KeptLogEntry.objects.filter(**of_it).annotate(who=F("user_name"))
    lines = living.order_by().values_list(*columns).union(gone.order_by().values_list(*columns), all=True)
    paginator = model_admin.get_paginator(request, lines.order_by("action_time"), PER_PAGE)
    page: Page[Any] = paginator.get_page(request.GET.get(PAGE_VAR, 1))
    page.object_list = list(_lines(page))
    return {
        "action_list": page,
        "page_range": paginator.get_elided_page_range(page.number),
        "page_var": PAGE_VAR,
        "pagination_required": paginator.count > PER_PAGE,
    }


def _lines(page: Page[Any]) -> Iterator[Line]:
    return (Line(*row) for row in page.object_list)
