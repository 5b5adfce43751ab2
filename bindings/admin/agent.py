"""Agents in the admin: the list, the page of each one, the map, and the bulk actions."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bindings import services
from bindings.admin import page, preview, roster_map
from bindings.admin.agent_kind import AGENTS
from bindings.admin.last_report import LastReport
from bindings.models import Agent, Binding
from jobs.admin_lists import OfferedFilters
from kpis.admin import conflict, history
from kpis.admin.bulk import BulkAdmin
from kpis.admin.kpi import counted


@admin.register(Agent)
class AgentAdmin(OfferedFilters, BulkAdmin[Agent]):
    """Agents, each with its whole contract on one page."""

    is_whole = True
    bulk_delete = "agent.delete"
    list_display = ("name", "role", "status", "is_enabled", "watches", "findings")
    list_filter = ("status", "enabled")
    list_per_page = 50
    search_fields = ("name", "role", "bindings__kpi__name")
    actions = ("enable", "disable")
    ordering = ("position", "id")  # the model's own is lost where rows are counted by group

    def get_urls(self) -> list[URLPattern]:
        """The pages around the form."""
        view = self.admin_site.admin_view
        return [
            path("map/", view(roster_map.map_view(self)), name="bindings_agent_map"),
            path("preview/", view(preview.preview_view(self)), name="bindings_agent_preview_add"),
            path("<row:pk>/preview/", view(preview.preview_view(self)), name="bindings_agent_preview"),
            path("<row:pk>/card/<row:number>/", view(preview.card_view(self)), name="bindings_agent_card"),
            path("<row:pk>/merge/", view(conflict.merge_view(AGENTS, self)), name="bindings_agent_merge"),
            path(
                "<row:pk>/history/<row:number>/",
                view(history.restore_view(AGENTS, self)),
                name="bindings_agent_restore",
            ),
            *super().get_urls(),
        ]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """With how many KPIs each one watches."""
        bindings = Binding.objects.filter(agent=OuterRef("pk")).order_by().values("agent")
        count = Coalesce(Subquery(bindings.values(n=Count("pk"))), 0)
        return super().get_queryset(request).annotate(bindings_count=count)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With what the last report says of the page's agents: a list judges nothing."""
        changelist = super().get_changelist_instance(request)
        report = LastReport.of(agent.pk for agent in changelist.result_list)
        setattr(changelist, "last_report", report)  # noqa: B010 - Django's own has no such
        for agent in changelist.result_list:
            agent.told = report.counts_of(agent)
        return changelist

    @admin.display(description="enabled", ordering="enabled")
    def is_enabled(self, agent: Agent) -> SafeString:
        """A word, not only a sign."""
        kind, word = ("normal", "on") if agent.enabled else ("unknown", "off")
        return format_html('<span class="chip {}">{}</span>', kind, word)

    @admin.display(description="watches", ordering="bindings_count")
    def watches(self, agent: Any) -> str:
        """How many KPIs it binds."""
        return counted(agent.bindings_count, "KPI") if agent.bindings_count else "nothing"

    @admin.display(description="findings")
    def findings(self, agent: Any) -> SafeString:
        """How many errors, warnings and notes the last report has about it."""
        if agent.told is None:
            return format_html('<span class="muted">{}</span>', "not checked yet")
        told = [(level, counted(count, level)) for level, count in agent.told]
        chips = format_html_join(" ", '<span class="chip level-{}">{}</span>', told)
        return chips or format_html('<span class="muted">{}</span>', "none")

    # The page

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The whole contract on one page."""
        return page.agent_view(self, request, object_id)

    history_view = history.history_view(AGENTS)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        """Delete, and keep a mark of it in the history."""
        services.record_deletion(agents=[obj], author=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        """Delete the selected agents, and keep a mark of each in the history."""
        services.delete_agents(agents=Agent.objects.filter(pk__in=queryset.values("pk")), author=request.user)

    # Bulk actions

    @admin.action(description="Switch on", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Agent]) -> HttpResponse | None:
        """Let the selection watch."""
        return self._switch(request, queryset, on=True)

    @admin.action(description="Switch off", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Agent]) -> HttpResponse | None:
        """Let the selection watch nothing."""
        return self._switch(request, queryset, on=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Agent], *, on: bool) -> HttpResponse | None:
        if answer := self.in_background(request, f"agent.{'on' if on else 'off'}", queryset):
            return answer
        changed = services.switch(
            agents=Agent.objects.filter(pk__in=queryset.values("pk")), on=on, author=request.user
        )
        self.message_user(
            request, f"{counted(changed, 'agent')} now {'on' if on else 'off'}.", messages.SUCCESS
        )
        return None
