"""Who asks about runs, whose they may see, and what people are called for them."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request

from bindings.models import Scope
from protocols.inbox.run_data import Called, as_sent
from protocols.models import ProtocolRun
from rest.permissions import Token
from telemetry.pages.finding import find, may_by_id
from telemetry.subjects import label


def agent_of(request: Request) -> str:
    """The agent whose token asks; "" for a service and for a person."""
    return request.auth.agent_name if isinstance(request.auth, Token) else ""


def sends_ids(request: Request) -> bool:
    """Whether the caller has people's ids from where they come from: agents, and services that report for them."""
    return isinstance(request.auth, Token) and (
        bool(request.auth.agent_name) or Scope.OBSERVATIONS_WRITE in request.auth.scopes
    )


def called_for(request: Request) -> Called:
    """What people are called: by their ids for who sends them, else as in metrics and on pages."""
    return as_sent if sends_ids(request) else label


def person_called(request: Request, name: str) -> int | None:
    """The number of the person whom the caller calls so; None for nobody, and for whom they may not find so."""
    is_person = not isinstance(request.auth, Token)
    return find(name, by_id=sends_ids(request) or (is_person and may_by_id(request.user)))


def own_runs(request: Request) -> QuerySet[ProtocolRun]:
    """The runs that the caller may see: an agent its own, everybody else all."""
    agent = agent_of(request)
    return ProtocolRun.objects.filter(agent=agent) if agent else ProtocolRun.objects.all()
