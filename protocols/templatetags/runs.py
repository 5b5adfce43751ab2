"""Links to runs from pages about people, bindings and agents, which know no runs themselves."""

from __future__ import annotations

from typing import Any, Final

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html

from protocols.models import ProtocolRun
from protocols.pages.access import may_see
from protocols.pages.board import rows_of
from protocols.pages.run.facts import Facts
from telemetry import contracts_now

register = template.Library()
SHOWN: Final = 5


@register.inclusion_tag("admin/protocols/runs_beside.html", takes_context=True)
def newest_runs(context: Context, agent: str, kpi: str, subject: int | None = None) -> dict[str, Any]:
    """The newest runs of a binding, of one person or of everybody; two queries."""
    if not may_see(context["request"].user):
        return {"may_see": False}
    runs = ProtocolRun.objects.filter(agent=agent, kpi=kpi).defer("inputs").select_related("subject", "offer")
    if subject is not None:
        runs = runs.filter(subject=subject)
    newest = list(runs.order_by("-opened", "-pk")[:SHOWN])
    return {
        "may_see": True,
        "agent": agent,
        "kpi": kpi,
        "subject": subject,
        "rows": rows_of(newest, None),
    }


@register.filter
def in_words(text: str, facts: Facts) -> str:
    """A sentence about a run, with its actions called by their titles."""
    return facts.in_words(text)


@register.simple_tag(takes_context=True)
def runs_of_person(context: Context, subject: int) -> str:
    """A link to all runs about a person; "" for who may not see them."""
    if not may_see(context["request"].user):
        return ""
    address = reverse("admin:protocols_protocolrun_changelist")
    return format_html('<a class="btn" href="{}?person={}">Runs</a>', address, subject)


@register.simple_tag(takes_context=True)
def protocol_link(context: Context, agent: str) -> str:
    """A link to an agent's protocol, as it is called in the release in force; "" where it is in none."""
    if not (may_see(context["request"].user) and agent in contracts_now.current().agents):
        return ""
    address = reverse("admin:protocols_protocolrun_agent", args=[agent])
    return format_html('<a class="btn" href="{}">Protocol and runs</a>', address)
