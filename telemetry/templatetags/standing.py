"""What the pages of measurements need beside Django's own tags."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html

from telemetry import contracts_now
from telemetry.pages.access import may_see
from telemetry.pages.grid import Asked, Overview
from telemetry.pages.overview import latest_look
from telemetry.pages.words import WORDS, kind_of

register = template.Library()


@register.simple_tag(takes_context=True)
def standing_now(context: Context) -> Overview | None:
    """How everybody stands as the address asks for it, for whoever may see it."""
    request = context["request"]
    return Overview(latest_look(), Asked.of(request.GET)) if may_see(request.user) else None


@register.simple_tag(takes_context=True)
def states_link(context: Context, agent: str, kpi: str) -> str:
    """To everybody's states by one agent's contract; "" where there is none in force, or not for this user."""
    if not (may_see(context["request"].user) and contracts_now.current().binding(agent, kpi)):
        return ""
    address = reverse("admin:telemetry_standing_binding", args=[agent, kpi])
    return format_html('<a class="small" href="{}">Who is in which state</a>', address)


@register.filter
def state_word(kind: str) -> str:
    """A state as people call it."""
    return WORDS.get(kind, kind)


@register.filter
def as_words(name: Any) -> str:
    """``reduce_training_intensity`` as it is read."""
    return str(name).replace("_", " ")


@register.filter
def action_title(name: str) -> str:
    """An action as the catalogue in force calls it."""
    return contracts_now.current().action(name)


@register.filter
def state_kind(state: int) -> str:
    """The class of a stored state."""
    return kind_of(state)


@register.filter
def number(value: float) -> str:
    """A value without digits that nobody measured."""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
