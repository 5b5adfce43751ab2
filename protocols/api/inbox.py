"""`agents/{agent}/inbox`: what is an agent's to do, asked of the database each time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from protocols.api.answers import CURSOR, tagged
from protocols.api.callers import agent_of, called_for
from protocols.api.filters import number
from protocols.api.serializers import InboxSerializer
from protocols.inbox.body import as_bytes, inbox_of
from releases.api.polling import why_nothing
from rest.patience import at_most_since
from rest.problems import Problem
from rest.views import ForPrograms
from telemetry import contracts_now, cursors
from telemetry.ingest import clock


class Inbox(ForPrograms):
    """One agent's inbox."""

    is_personal = True
    read_scope = "metrics:read"
    agents_read_scope = "runs:write"
    needs: ClassVar[dict[str, list[str]]] = {"*": ["protocols.view_protocolrun"]}
    parameters = ("since",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The answer, within two or three seconds: who asks has others to answer to."""
        with at_most_since(request.META):
            return super().dispatch(request, *args, **kwargs)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """An address has one form, whatever `Accept` says, as with all that agents poll."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        tags=["runs"],
        operation_id="inbox",
        parameters=[
            OpenApiParameter(
                "since", int, description=f"A cursor of `{CURSOR}`: only what changed since then."
            ),
            OpenApiParameter("If-None-Match", str, "header", description="The ETag of what the caller has."),
        ],
        responses={200: InboxSerializer, 304: OpenApiResponse(description="The caller has it.")},
    )
    def get(self, request: Request, agent: str) -> HttpResponse:
        """What is to be done, the most severe first, then the oldest; at most 100 runs."""
        own = agent_of(request)
        if own and own != agent:
            raise PermissionDenied(f"This token speaks for {own}, not for another agent.")
        since = number(request, "since")
        cursor = cursors.now()  # before anything is read: what comes meanwhile is told again
        inbox = inbox_of(agent, clock(), since=since, called=called_for(request))
        if not (own or inbox["total"] or inbox["paused"]):
            agents = contracts_now.current().agents
            if agent not in agents:
                raise Problem(404, "not_found", why_nothing(sorted(agents), agent))
        return tagged(request, as_bytes(inbox), cursor)
