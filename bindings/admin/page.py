"""An agent's page: its whole contract as one form, shown with what it means, and saved by one button."""

from __future__ import annotations

from contextlib import nullcontext

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bindings import services
from bindings.action_words import offered_to
from bindings.admin import moves
from bindings.admin.agent_kind import AGENTS
from bindings.admin.placing import MOST_OPENED, Judged, error_texts, judge, place_errors, place_refusal
from bindings.admin.sheet import Sheet
from bindings.admin.shown import TEMPLATES, meaning, narrowed
from bindings.documents import Contract
from bindings.forms import ActionForm, HandOffForm
from bindings.models import Agent, Binding
from contracts.yamltree import paused_gc
from kpis.admin import conflict
from kpis.admin.rows import number_in, row_or_404
from kpis.locking import working_copy_lock
from kpis.models import KPI, Revision
from kpis.services import StaleRevision

REFUSALS = (ValidationError, KeyError)
"""What the gate says no with, once the rules have been asked: KeyError names what is gone."""


def agent_view(model_admin: ModelAdmin[Agent], request: HttpRequest, object_id: str | None) -> HttpResponse:
    """The page of an agent, or of a new one; what saves it holds the working copy from the beginning."""
    saves = request.method == "POST" and moves.BUTTON not in request.POST
    with paused_gc(), working_copy_lock() if saves else nullcontext():
        return answered(model_admin, request, object_id)


def answered(model_admin: ModelAdmin[Agent], request: HttpRequest, object_id: str | None) -> HttpResponse:
    """The page, the form after a row was moved, or what saving it came to."""
    agent = row_or_404(Agent.objects.whole(), object_id) if object_id else Agent()
    may_change = (
        model_admin.has_change_permission(request, agent)
        if object_id
        else model_admin.has_add_permission(request)
    )
    if not may_change and (not object_id or not model_admin.has_view_permission(request, agent)):
        raise PermissionDenied
    stored = Contract.of(agent) if agent.pk else None
    if request.method != "POST":
        return page(model_admin, request, agent, opened(request, agent, stored), may_change=may_change)
    if not may_change:
        raise PermissionDenied
    if moves.BUTTON in request.POST:
        rows = stored.bindings.kpis_used if stored else ()
        data, row = moves.moved(request.POST, request.POST[moves.BUTTON], rows)
        sheet = Sheet.of_post(data, stored, bound=False)
        return page(model_admin, request, agent, sheet, row=row, unsaved=True)
    return saved(model_admin, request, agent, stored)


def opened(request: HttpRequest, agent: Agent, stored: Contract | None) -> Sheet:
    """The form as it is opened: what is stored, or what this person merged."""
    shown = stored or Contract.of(agent)
    if stored and "merge" in request.GET and (draft := conflict.draft_of(AGENTS, request, agent)):
        shown = Contract.from_stored(draft)
    return Sheet.of_contract(agent, shown, stored, request.GET.getlist("open")[:MOST_OPENED])


def saved(
    model_admin: ModelAdmin[Agent], request: HttpRequest, agent: Agent, stored: Contract | None
) -> HttpResponse:
    """Save the form as a whole, or show what stands in the way."""
    sheet = Sheet.of_post(request.POST, stored)
    judged = judge(agent, sheet)
    is_stale = request.POST.get("started_from") != str(agent.revision)
    stale = (
        is_stale
        and agent.pk
        and judged.contract
        and conflict.answer_if_stale(AGENTS, model_admin, request, str(agent.pk))
    )
    if stale:
        return stale
    place_errors(sheet, judged.errors)
    if judged.contract is None or error_texts(sheet):
        return page(model_admin, request, agent, sheet, judged=judged)
    try:
        store(request, agent, sheet, judged.contract, stored)
    except StaleRevision:  # saved by someone else after the look above
        return conflict.conflict_page(AGENTS, model_admin, request, str(agent.pk))
    except REFUSALS as refused:
        place_refusal(sheet, refused)
        fresh = Agent.objects.whole().get(pk=agent.pk) if stored else Agent()
        return page(model_admin, request, fresh, sheet)
    return model_admin.response_change(request, agent) if stored else model_admin.response_add(request, agent)


def store(
    request: HttpRequest, agent: Agent, sheet: Sheet, contract: Contract, stored: Contract | None
) -> None:
    """Write the contract through the gate, unless it says what is stored already.

    Raises StaleRevision, ValidationError, and KeyError naming what is gone.
    """
    if is_as_stored(agent, sheet, contract, stored):
        return
    if stored:
        services.lock(agent=agent, revision=number_in(request.POST["started_from"]))
    agent.code = sheet.head.text("code")
    services.replace_agent(
        agent=agent,
        document=contract.bindings,
        roster_entry=contract.entry,
        author=request.user,
        source=Revision.Source.ADMIN,
        reason=sheet.head.text("reason"),
    )


def is_as_stored(agent: Agent, sheet: Sheet, contract: Contract, stored: Contract | None) -> bool:
    """Whether the form says what is stored already: then there is nothing to save, nor to refuse."""
    same_code = sheet.head.text("code") == agent.code
    return stored is not None and same_code and contract.as_stored() == stored.as_stored()


def try_out(agent: Agent, sheet: Sheet, judged: Judged, stored: Contract | None) -> bool:
    """Whether a save would go through, with every error put on its field: all that a save does but writing."""
    place_errors(sheet, judged.errors)
    contract = judged.contract
    if contract is None or error_texts(sheet):
        return False
    if is_as_stored(agent, sheet, contract, stored):
        return True
    agent.code = sheet.head.text("code")
    try:
        services.fill(agent=agent, document=contract.bindings, roster_entry=contract.entry)
    except REFUSALS as refused:
        place_refusal(sheet, refused)
        return False
    return True


def page(
    model_admin: ModelAdmin[Agent],
    request: HttpRequest,
    agent: Agent,
    sheet: Sheet,
    *,
    judged: Judged | None = None,
    row: str = "",
    unsaved: bool = False,
    may_change: bool = True,
) -> HttpResponse:
    """The page around a form; ``row`` is the prefix of a row that was just added or moved."""
    chooser = ChooseKpi(model_admin)
    found = meaning(agent, sheet, judged or judge(agent, sheet))
    context = model_admin.admin_site.each_context(request) | found | narrowed(request.GET, found["cards"])
    context |= {
        "opts": model_admin.opts,
        "title": agent.name or "Add agent",
        "original": agent if agent.pk else None,
        "add": agent.pk is None,
        "sheet": sheet,
        "errors": sheet.bound,
        "unsaved": unsaved or sheet.bound or "merge" in request.GET,
        "row": row,
        "may_change": may_change,
        "has_delete_permission": model_admin.has_delete_permission(request, agent),
        "chooser": chooser,
        "media": model_admin.media + chooser.media,
        "agents": Agent.objects.exclude(pk=agent.pk).values_list("name", flat=True),
        "catalogue": offered_to(agent.name),
        "blank_action": ActionForm(prefix="__prefix__"),
        "blank_hand_off": HandOffForm(prefix="__prefix__", initial={"severity": "critical"}),
        "preview_url": AGENTS.url("preview", agent.pk) if agent.pk else AGENTS.url("preview_add"),
        "card_url": AGENTS.url("card", agent.pk, 0) if agent.pk else "",
    }
    return TemplateResponse(request, f"{TEMPLATES}/change_form.html", context)


class ChooseKpi(forms.Form):
    """The KPI of a new binding, looked up as one types."""

    def __init__(self, model_admin: ModelAdmin[Agent]) -> None:
        super().__init__()
        widget = AutocompleteSelect(Binding._meta.get_field("kpi"), model_admin.admin_site)
        self.fields[moves.CHOSEN] = forms.ModelChoiceField(
            KPI.objects.none(), widget=widget, label="KPI", required=False
        )
