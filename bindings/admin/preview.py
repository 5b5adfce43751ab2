"""What an agent's form asks the server for while somebody works on it: a binding to open, and what a save would say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from bindings.admin.agent_kind import AGENTS
from bindings.admin.card import Card, inputs_of
from bindings.admin.page import try_out
from bindings.admin.placing import error_texts, judge
from bindings.admin.sheet import Sheet
from bindings.admin.shown import TEMPLATES, meaning, shown_cards
from bindings.documents import Contract
from bindings.forms import ActionForm
from bindings.models import Agent
from bindings.models.context import agent_context
from contracts.agents import compile_agent
from contracts.documents import BindingDocument, BindingsDocument
from contracts.yamltree import paused_gc
from kpis import understood
from kpis.admin import conflict


def card_view(model_admin: ModelAdmin[Agent]) -> Callable[..., HttpResponse]:
    """One binding with its inputs, as it was at the ``revision`` that the form was opened at; without one, as it is."""

    def view(request: HttpRequest, pk: int, number: int) -> HttpResponse:
        agent = get_object_or_404(Agent, pk=pk)
        may_change = model_admin.has_change_permission(request, agent)
        if not may_change and not model_admin.has_view_permission(request, agent):
            raise PermissionDenied
        document = binding_at(agent, number, request.GET.get("revision", str(agent.revision)))
        card = Card(number, number, document)
        card.inputs = inputs_of(card.prefix, document, number)
        alone = BindingsDocument(agent=agent.name, kpis_used=[document])
        (shown,) = shown_cards([card], compile_agent(alone, agent_context(alone, {}, ())).bindings)
        context = {"at": shown, "card": card, "uid": card.prefix, "original": agent}
        name = "binding" if may_change else "fact"
        return TemplateResponse(request, f"{TEMPLATES}/{name}.html", context)

    return view


def binding_at(agent: Agent, number: int, revision: str) -> BindingDocument:
    """A binding by its number, as it was then. Raises Http404 where there was none, or nobody knows any more."""
    if revision == str(agent.revision):
        rows = agent.bindings.select_related("kpi").prefetch_related("triggers", "actions")
        found = [row.as_document() for row in rows[number : number + 1]]
    else:
        data = conflict.base_data(AGENTS, agent, revision)
        found = Contract.from_stored(data).bindings.kpis_used[number : number + 1] if data else []
    if not found:
        raise Http404
    return found[0]


def preview_view(model_admin: ModelAdmin[Agent]) -> Callable[..., HttpResponse]:
    """The endpoint that the form asks while one types: the verdict a save would get, and nothing saved."""

    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        agent = get_object_or_404(Agent.objects.whole(), pk=pk) if pk else Agent()
        allowed = (
            model_admin.has_change_permission(request, agent)
            if pk
            else model_admin.has_add_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        with paused_gc():
            return JsonResponse(verdict(request, agent))

    return view


def verdict(request: HttpRequest, agent: Agent) -> dict[str, Any]:
    """What a save of the form would say, for the script to put into the page."""
    stored = Contract.of(agent) if agent.pk else None
    sheet = Sheet.of_post(request.POST, stored)
    judged = judge(agent, sheet)
    context = meaning(agent, sheet, judged)
    parts = parts_of(request, context["cards"])
    # A save compares versions first, once the form can be read at all.
    stale = bool(stored and judged.contract) and request.POST.get("started_from") != str(agent.revision)
    saveable = try_out(agent, sheet, judged, stored) and not stale
    told = {
        at["card"].prefix: {"chips": at["chips"], "marks": at["marks"]}
        for at in context["cards"]
        if at["chips"]
    }
    return {
        "aside": render_to_string(f"{TEMPLATES}/aside.html", context, request=request),
        "errors": error_texts(sheet),
        "saveable": saveable,
        "stale": stale,
        "parts": parts,
        "told": told,
    }


def parts_of(request: HttpRequest, cards: list[dict[str, Any]]) -> dict[str, str]:
    """What changes within the bindings that were sent, by the ids of the elements that show it."""
    found = {}
    for at in cards:
        inputs = at["card"].inputs
        if inputs is None:
            continue
        found[f"{at['card'].prefix}-says"] = says(request, at)
        found |= {f"{step.prefix}-words": words_line(request, step) for step in inputs.actions}
        found |= {
            understood.place_of(trigger[name]): understood.understood_field(trigger[name])
            for trigger in inputs.triggers
            for name in understood.CONDITIONS
        }
    return found


def words_line(request: HttpRequest, step: ActionForm) -> str:
    """What the catalogue says of one step."""
    return render_to_string(f"{TEMPLATES}/action_words.html", {"words": step.words}, request=request).strip()


def says(request: HttpRequest, at: dict[str, Any]) -> str:
    """The picture of one binding, and whether it inherits."""
    card: Card = at["card"]
    return render_to_string(f"{TEMPLATES}/says.html", at | {"uid": card.prefix}, request=request)
