"""`POST observations`: what agents measured goes in, what it means comes back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from rest.parameters import flag
from rest.parsing import RawJSON
from rest.patience import at_most_since
from rest.permissions import Token
from rest.views import ForPrograms
from telemetry.api.shapes import ANSWER, OBSERVATIONS
from telemetry.ingest import report


class Observations(ForPrograms):
    """Observations of an agent, one or up to 10,000 at once: a gateway speaks for thousands of people."""

    is_personal = True
    write_scope = "observations:write"
    agents_write_their_own = True
    needs = {"*": ["telemetry.add_observation"]}  # noqa: RUF012
    parser_classes = (RawJSON,)
    parameters = ("strict",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The answer, within two or three seconds: who reports has others to answer to."""
        with at_most_since(request.META):
            return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        tags=["observations"],
        operation_id="report_observations",
        parameters=[OpenApiParameter("strict", bool, description="All or nothing.")],
        request={"application/json": OBSERVATIONS},
        responses={200: ANSWER},
    )
    def post(self, request: Request) -> HttpResponse:
        """Report observations; each is answered by a word, and each state they touch is told with its reason."""
        agent = request.auth.agent_name if isinstance(request.auth, Token) else ""
        sent: object = request.data
        body = sent if isinstance(sent, bytes) else b""  # nothing was sent
        answer = report(body, agent=agent, strict=flag(request, "strict"))
        return HttpResponse(answer, content_type="application/json")
