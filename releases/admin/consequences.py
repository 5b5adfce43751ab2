"""What other apps have to say on the publish page, such as what the change would have meant so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest

from releases.services import PublishPlan


class Panel(NamedTuple):
    """A part of the page: its template, which is given ``panel``."""

    template: str
    panel: dict[str, Any]


PANELS: list[Callable[[HttpRequest, PublishPlan], Panel | None]] = []
"""Each says something of a plan, or nothing. An app that stands above this one puts its own in."""


def panels(request: HttpRequest, plan: PublishPlan) -> list[Panel]:
    """Everything that is to be said."""
    return [found for make in PANELS if (found := make(request, plan))]
