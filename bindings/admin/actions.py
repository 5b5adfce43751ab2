"""The catalogue of actions in the admin: what a step is in plain words, who can take it, whether it can be undone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bindings import action_catalogue as catalogue
from bindings.admin.action_history import ACTIONS
from bindings.models import Action, ActionKind, Agent
from bindings.models.action_kind import ACTION_KIND_FIELDS
from bindings.models.context import known_roster
from contracts.agents import AgentContext
from jobs.admin_lists import OfferedFilters
from kpis.admin import history
from kpis.admin.kpi import counted, level_counts
from kpis.admin.optimistic import OptimisticAdmin
from kpis.form_fields import LinesField, ProseField, ReasonField
from kpis.models import KPI, Revision, Threshold

MOST_BOXES = 60
"""Of more agents than this the form asks for names, one a line."""
MOST_TAKERS = 50
"""Bindings and KPIs of one action that its page names."""
UNDONE = {True: ("normal", "yes"), False: ("warning", "no"), None: ("unknown", "nobody has said")}


class ActionKindForm(forms.ModelForm[ActionKind]):
    """One action as people edit it; the agents are ticked where there are few enough to be listed."""

    reason = ReasonField()

    class Meta:
        model = ActionKind
        fields = ("name", "title", "description", "agents", "reversible", "owner")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        field_classes = {"description": ProseField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "agents" in self.fields:
            self.fields["agents"] = self._agents_field()
        name = self.fields.get("name")
        if isinstance(name, forms.CharField):
            name.strip = False  # a blank at its end is the person's to see, not ours to hide

    def _agents_field(self) -> forms.Field:
        said = ActionKind._meta.get_field("agents").help_text
        names = dict.fromkeys([*Agent.objects.values_list("name", flat=True), *self.instance.agents])
        if len(names) > MOST_BOXES:
            return LinesField(
                required=False,
                help_text=f"{said} Their names, one per line.",
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        return forms.MultipleChoiceField(
            required=False,
            help_text=said,
            choices=[(name, name) for name in names],
            widget=forms.CheckboxSelectMultiple,
        )

    def clean_agents(self) -> list[str]:
        """Those that were there in their order, then the new ones: a tick elsewhere moves none."""
        chosen: list[str] = self.cleaned_data["agents"]
        return list(dict.fromkeys([*(name for name in self.instance.agents if name in chosen), *chosen]))


@admin.register(ActionKind)
class ActionKindAdmin(OfferedFilters, OptimisticAdmin[ActionKind]):
    """Actions of the catalogue. Bindings call them by their name, so nothing goes with one that is deleted."""

    is_whole = True
    form = ActionKindForm
    list_display = ("name", "title", "implemented_by", "can_be_undone", "taken_by", "findings")
    list_filter = ("reversible",)
    list_per_page = 50
    search_fields = ("name", "title", "description", "owner")
    ordering = ("name",)

    def get_urls(self) -> list[URLPattern]:
        """The pages around the form."""
        restore = self.admin_site.admin_view(history.restore_view(ACTIONS, self))
        return [
            path("<row:pk>/history/<row:number>/", restore, name="bindings_actionkind_restore"),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: ActionKind | None = None) -> Any:
        """Why it changes is asked of those who may change it."""
        said = ("name", *ACTION_KIND_FIELDS, *self.get_readonly_fields(request, obj))
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        asked = (("This change", {"fields": ("reason",)}),) if may else ()
        return ((None, {"fields": said}), *asked)

    def get_readonly_fields(self, request: HttpRequest, obj: ActionKind | None = None) -> tuple[str, ...]:
        """Which bindings take it, and which KPIs recommend it, is theirs to say."""
        return ("bindings", "recommenders") if obj else ()

    def save_model(self, request: HttpRequest, obj: ActionKind, form: Any, change: bool) -> None:
        """Save, and keep it as its next revision where anything was changed."""
        super().save_model(request, obj, form, change)
        if form.has_changed():
            catalogue.record(
                actions=[obj], author=request.user, source=Revision.Source.ADMIN, reason=form.cleaned_data["reason"]
            )  # fmt: skip

    def delete_model(self, request: HttpRequest, obj: ActionKind) -> None:
        """Delete, and keep a mark of it in the history."""
        catalogue.delete_actions(ids=[obj.pk], author=request.user, source=Revision.Source.ADMIN)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ActionKind]) -> None:
        """Delete the selected actions, and keep a mark of each in the history."""
        ids = set(queryset.values_list("pk", flat=True))
        catalogue.delete_actions(ids=ids, author=request.user, source=Revision.Source.BULK)

    history_view = history.history_view(ACTIONS)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Judge the page's actions and count who takes them, by two queries for all of them."""
        changelist = super().get_changelist_instance(request)
        rows: list[Any] = list(changelist.result_list)
        context = AgentContext.of(kpis=None, agents=known_roster())
        takers = Action.objects.filter(name__in=[row.name for row in rows]).order_by()
        counts = Counter(name for name, _ in takers.values_list("name", "binding").distinct())
        for row in rows:
            row.told, row.takers = row.judge(context)[1], counts[row.name]
        changelist.result_list = rows
        return changelist

    @admin.display(description="implemented by")
    def implemented_by(self, action: ActionKind) -> str:
        """The agents that can take it."""
        names = action.agents
        return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "") or "nobody"

    @admin.display(description="can be undone", ordering="reversible")
    def can_be_undone(self, action: ActionKind) -> SafeString:
        """A word, not only a sign."""
        return format_html('<span class="chip {}">{}</span>', *UNDONE[action.reversible])

    @admin.display(description="taken by")
    def taken_by(self, action: Any) -> str:
        """How many bindings take it."""
        return counted(action.takers, "binding") if action.takers else "nothing"

    @admin.display(description="findings")
    def findings(self, action: Any) -> SafeString:
        """How many errors, warnings and notes the rules have about it."""
        chips = format_html_join(" ", '<span class="chip level-{}">{}</span>', level_counts(action.told))
        return chips or format_html('<span class="muted">{}</span>', "none")

    @admin.display(description="taken by")
    def bindings(self, action: ActionKind) -> SafeString:
        """The bindings that take it, each a way to its agent's page."""
        found = Action.objects.filter(name=action.name).order_by(
            "binding__agent__position", "binding__position"
        )
        pairs = found.values_list("binding__agent", "binding__agent__name", "binding__kpi__name").distinct()
        rows = list(dict.fromkeys(pairs[: MOST_TAKERS + 1]))
        links = format_html_join(
            ", ",
            '<a href="{}">{}</a> on {}',
            (
                (reverse("admin:bindings_agent_change", args=[pk]), agent, kpi)
                for pk, agent, kpi in rows[:MOST_TAKERS]
            ),
        )
        more = " and more" if len(rows) > MOST_TAKERS else ""
        return format_html("{}{}", links, more) if rows else format_html("{}", "No binding takes it.")

    @admin.display(description="recommended by")
    def recommenders(self, action: ActionKind) -> SafeString:
        """The KPIs whose thresholds recommend it, each a way to its page."""
        found = KPI.objects.filter(pk__in=Threshold.objects.filter(action=action.name).values("kpi"))
        rows = list(found.order_by("position").values_list("pk", "name")[: MOST_TAKERS + 1])
        links = format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            ((reverse("admin:kpis_kpi_change", args=[pk]), name) for pk, name in rows[:MOST_TAKERS]),
        )
        more = " and more" if len(rows) > MOST_TAKERS else ""
        return format_html("{}{}", links, more) if rows else format_html("{}", "No KPI recommends it.")
