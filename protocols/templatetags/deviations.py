"""Where a run differs from its contract, as a part of its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context

from protocols.models import Deviation, ProtocolRun
from protocols.pages.run import judging
from protocols.pages.run.deciding import MAY
from protocols.services.verdicts import MOST_WORDS

register = template.Library()


@register.inclusion_tag("admin/protocols/run/deviations.html", takes_context=True)
def deviations(context: Context, run: ProtocolRun, found: Sequence[Deviation]) -> dict[str, Any]:
    """A section with each deviation, what people think of it, and a panel to say so."""
    user = context["request"].user
    return {
        "run": run,
        "rows": judging.rows(run, found),
        "choices": judging.CHOICES,
        "most_words": MOST_WORDS,
        "may_judge": user.has_perm(MAY),
        "may_edit": user.has_perm("bindings.change_agent"),
        "csrf_token": context.get("csrf_token"),
    }
