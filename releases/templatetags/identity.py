"""What an agent is called where it counts, for its page."""

from __future__ import annotations

from django import template

from bindings.models import Agent
from releases.services import published_name

register = template.Library()


@register.filter
def known_as(agent: Agent) -> str:
    """The name that its programs still go by, where its row has another one."""
    return published_name(agent)
