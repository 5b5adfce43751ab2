"""Pausing an agent or one binding, lifting that, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateformat import format as date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from contracts.evaluation import moment
from jobs.admin_lists import OfferedFilters
from jobs.database_clock import database_clock
from kpis.models.fields import printable
from kpis.templatetags.registry import when
from protocols.models import NOTE, Pause, ProtocolRun, ReasonCode
from protocols.pages.access import may_see
from protocols.pages.filters import AgentFilter
from protocols.pages.run_rows import chip
from protocols.services.pausing import LONGEST, SHORTEST, USUAL, lift, pause
from telemetry import contracts_now
from telemetry.pages.words import when_of

LENGTHS: Final = (
    (15, "15 minutes"), (60, "1 hour"), (240, "4 hours"), (1440, "1 day"), (7 * 1440, "1 week"),
)  # fmt: skip
WHY_PAUSE: Final = tuple(
    (one.value, one.label) for one in ReasonCode if one not in (ReasonCode.RIGHT, ReasonCode.TOO_LITTLE)
)
USUAL_REASON: Final = ReasonCode.AGENT_FAULTY


class PauseForm(forms.Form):
    """What is to be paused, why, and for how long."""

    agent = forms.CharField(max_length=120, label="Agent", widget=forms.Select)
    kpi = forms.CharField(max_length=120, required=False, label="What of it", widget=forms.Select)
    reason_code = forms.ChoiceField(choices=WHY_PAUSE, label="Why", initial=USUAL_REASON)
    words = forms.CharField(
        max_length=NOTE, required=False, label="In words, if there is more to say", validators=[printable],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    minutes = forms.IntegerField(
        min_value=SHORTEST, max_value=LONGEST, initial=USUAL, label="For how long",
        widget=forms.Select(choices=LENGTHS),
    )  # fmt: skip

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        released = contracts_now.current()
        asked = str((self.data or self.initial).get("agent") or "")
        names = sorted({*released.agents, *([asked] if asked else [])})
        watched = sorted({kpi for agent, kpi in released.watched if asked in ("", agent)})
        self.fields["agent"].widget = forms.Select(choices=[(name, name) for name in names])
        titles = [(kpi, f"Only {released.definition(kpi).title or kpi}") for kpi in watched]
        self.fields["kpi"].widget = forms.Select(choices=[("", "Everything it does"), *titles])

    def clean_agent(self) -> str:
        """One that there is, or that has runs."""
        agent: str = self.cleaned_data["agent"]
        if (
            agent not in contracts_now.current().agents
            and not ProtocolRun.objects.filter(agent=agent).exists()
        ):
            raise forms.ValidationError(
                "There is no such agent. Choose one of the list.", code="unknown_agent"
            )
        return agent

    def clean(self) -> dict[str, Any]:
        """Refuse a KPI that the agent does not watch."""
        data: dict[str, Any] = super().clean() or {}
        agent, kpi = data.get("agent"), data.get("kpi")
        if agent and kpi and contracts_now.current().binding(agent, kpi) is None:
            self.add_error("kpi", f"{agent} does not watch this. Choose one that it watches, or everything.")
        return data


class WhyFilter(admin.SimpleListFilter):
    """The pauses of one coded reason."""

    title = parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Those that a form offers."""
        return list(WHY_PAUSE)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Pause]) -> QuerySet[Pause]:
        """The pauses that were made for this reason."""
        return queryset.filter(reason_code=self.value()) if self.value() else queryset


class PauseAdmin(OfferedFilters, admin.ModelAdmin[Pause]):
    """Pauses are begun and lifted, never edited: the list is the record."""

    list_display = ("agent", "about", "state", "since_when", "until_when", "why", "words", "by")
    list_display_links = ("agent",)
    list_filter = (AgentFilter, WhyFilter)
    list_per_page = 50
    sortable_by = ()
    show_full_result_count = False
    actions = None
    fields = readonly_fields = (
        "agent", "about", "state", "since_when", "until_when", "why", "words", "by",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """With the button that lifts one."""
        view = self.admin_site.admin_view
        return [
            path("<row:pk>/lift/", view(self.lift_view), name="protocols_pause_lift"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        """Whoever sees runs sees why nothing is done."""
        return may_see(request.user) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may see pauses sees that there are some."""
        return may_see(request.user) or super().has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        """What is on record stays."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        """A pause stays on record when it is over."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask what and why; pause it on POST."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = {name: request.GET[name] for name in ("agent", "kpi") if name in request.GET}
        form = PauseForm(request.POST) if request.method == "POST" else PauseForm(initial=asked)
        if request.method == "POST" and form.is_valid():
            person: User = request.user  # type: ignore[assignment]  # signed in
            made = pause(**form.cleaned_data, user=person, now=database_clock.micros())
            messages.success(
                request, f"{subject_of(made)} is paused, and goes on by itself at {clock_words(made.until)}."
            )
            return HttpResponseRedirect(back_to(request, made.agent))
        title = f"Pause {asked['agent']}" if asked.get("agent") else "Pause an agent"
        context = self.admin_site.each_context(request) | {
            "title": title, "opts": self.opts, "form": form, "next": next_of(request),
        }  # fmt: skip
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/protocols/pause/add.html", context, status=status)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **named: Any
    ) -> Any:
        """With the button that lifts it, for those who may and while it holds."""
        one = named.get("obj")
        may = request.user.has_perm("protocols.change_pause")
        context |= {"may_lift": may and one is not None and is_on(one)}
        return super().render_change_form(request, context, *args, **named)

    def lift_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a pause now."""
        return _lift(request, pk)

    @admin.display(description="about")
    def about(self, one: Pause) -> str:
        """What the agent is not to do: all of it, or one KPI."""
        return (
            contracts_now.current().definition(one.kpi).title or one.kpi if one.kpi else "everything it does"
        )

    @admin.display(description="state")
    def state(self, one: Pause) -> SafeString:
        """Whether the pause holds, and who lifted it."""
        if is_on(one):
            return chip("warning", "paused now")
        return chip("", f"lifted by {one.lifted_name}" if one.lifted else "over")

    @admin.display(description="why")
    def why(self, one: Pause) -> str:
        """The reason of the list."""
        return one.get_reason_code_display()

    @admin.display(description="by")
    def by(self, one: Pause) -> str:
        """Who paused it."""
        return one.author_name or "a program"

    @admin.display(description="since")
    def since_when(self, one: Pause) -> SafeString:
        """When it began."""
        return when(moment(one.since))

    @admin.display(description="until")
    def until_when(self, one: Pause) -> SafeString:
        """When it ends, or ended."""
        return when(moment(one.until if one.lifted is None else one.lifted))


@dataclass(frozen=True, slots=True)
class Told:
    """A pause that holds, as pages say it."""

    pk: int
    agent: str
    kpi: str
    reason: str
    words: str
    by: str
    since: datetime | None
    until: datetime | None
    ends: str
    """The same as a person here reads a clock."""

    @classmethod
    def of(cls, one: Pause) -> Told:
        """With the KPI as people call it."""
        about = contracts_now.current().definition(one.kpi).title or one.kpi
        reason = one.get_reason_code_display()
        by = one.author_name or "a program"
        since, until = when_of(one.since), when_of(one.until)
        return cls(one.pk, one.agent, about, reason, one.words, by, since, until, clock_words(one.until))


@require_POST
def _lift(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("protocols.change_pause"):
        raise PermissionDenied
    get_object_or_404(Pause, pk=pk)
    person: User = request.user  # type: ignore[assignment]  # signed in
    done = lift(pk, user=person, now=database_clock.micros())
    if done.lifted is None:
        messages.warning(request, f"The pause of {done.agent} was over already.")
    else:
        messages.success(
            request, f"{subject_of(done)} is paused no longer. Its program is told within a second."
        )
    return HttpResponseRedirect(back_to(request, done.agent))


def is_on(one: Pause) -> bool:
    """Whether it holds now."""
    now = database_clock.micros()
    return one.since <= now < one.until and (one.lifted is None or one.lifted > now)


def clock_words(at: int) -> str:
    """A moment as a person here reads a clock; with the day where that is another one."""
    end, today = localtime(moment(at)), localtime(moment(database_clock.micros())).date()
    return date_format(end, "H:i" if end.date() == today else "j F, H:i")


def subject_of(one: Pause) -> str:
    """What is paused, as a sentence begins."""
    about = contracts_now.current().definition(one.kpi).title or one.kpi
    return f"{one.agent}, about {about}," if one.kpi else one.agent


def next_of(request: HttpRequest) -> str:
    """Where a form or a link says that the person came from."""
    return request.POST.get("next") or request.GET.get("next") or ""


def back_to(request: HttpRequest, agent: str) -> str:
    """Where the person came from, if that is a page of ours; else the agent's page."""
    asked = next_of(request)
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, {request.get_host()}):
        return asked
    return reverse("admin:protocols_protocolrun_agent", args=[agent])
