"""Rows of the list of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin import ModelAdmin, display
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.admin_lists import OfferedFilters
from kpis.templatetags.registry import when
from protocols.lifecycle import RunState
from protocols.models import Deviation, ProtocolRun
from protocols.pages.filters import FILTERS
from protocols.pages.run_list import PER_PAGE, RunChangeList, searched
from protocols.pages.words import RUN_STATES, lasting
from telemetry import contracts_now
from telemetry.pages.words import WORDS, called, kind_of, when_of


class RunList(OfferedFilters, ModelAdmin[ProtocolRun]):
    """Of the admin of runs: the list."""

    list_display = ("what", "agent", "severity_chip", "state_chip", "began", "took", "who")
    list_filter = FILTERS
    list_per_page = PER_PAGE
    list_select_related = ("subject",)
    search_fields = ("pk",)
    show_full_result_count = False
    sortable_by = ()
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Pages that no table is too long for."""
        return RunChangeList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With how much was not done as declared, for the rows of the page; one query."""
        found = super().get_changelist_instance(request)
        with_deviations(found.result_list)
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProtocolRun]:
        """Without what no row shows."""
        return super().get_queryset(request).defer("inputs")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By number or KPI."""
        return (searched(queryset, search_term), False) if search_term.strip() else (queryset, False)

    @display(description="what happened")
    def what(self, run: ProtocolRun) -> SafeString:
        """The reason in words, else the KPI; the number and the person beneath."""
        title = contracts_now.current().definition(run.kpi).title or run.kpi
        reason = f": {run.reason}" if run.reason else ""
        person = called(run.subject_id, run.subject.user_id)
        return format_html(
            '{}{} <span class="small muted about">run {} · <code>{}</code></span>',
            title,
            reason,
            run.pk,
            person,
        )

    @display(description="severity")
    def severity_chip(self, run: ProtocolRun) -> SafeString:
        """The worst so far."""
        kind = kind_of(run.severity)
        return chip(kind, WORDS[kind])

    @display(description="state")
    def state_chip(self, run: ProtocolRun) -> SafeString:
        """How it stands or ended, and how much of it was not done as declared."""
        word, kind = RUN_STATES[RunState(run.state)]
        count = getattr(run, DEVIATIONS, 0)
        deviating = chip("warning", f"{count} not as declared") if count else ""
        return format_html("{} {}", chip(kind, word), deviating)

    @display(description="began")
    def began(self, run: ProtocolRun) -> SafeString:
        """When it was opened."""
        at = when_of(run.opened)
        return when(at) if at else format_html("{}", "–")

    @display(description="took")
    def took(self, run: ProtocolRun) -> SafeString | str:
        """From the beginning to the end."""
        if run.ended is None:
            return format_html('<span class="muted">{}</span>', "–")
        return lasting(run.ended - run.opened)

    @display(description="looked after by")
    def who(self, run: ProtocolRun) -> str:
        """The person in charge."""
        return run.assignee_name or "nobody"


DEVIATIONS = "deviations_found"


def with_deviations(runs: Sequence[ProtocolRun]) -> None:
    """Note of each how much of it was not as declared; one query."""
    rows = Deviation.objects.filter(run__in=[run.pk for run in runs]).order_by()
    counts = dict(rows.values_list("run").annotate(n=Count("pk"))) if runs else {}
    for run in runs:
        setattr(run, DEVIATIONS, counts.get(run.pk, 0))


def chip(kind: str, word: str) -> SafeString:
    """A word on the colour of its state."""
    return format_html('<span class="chip {}">{}</span>', kind, word)
