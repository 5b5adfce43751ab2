"""`runs/`: what agents did, each as it is now, and what they and people say of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from protocols.api.answers import CURSOR, tagged
from protocols.api.bodies import AcceptanceBody, ReportBody, UndeclaredBody
from protocols.api.callers import agent_of, called_for, own_runs
from protocols.api.filters import RunFilters
from protocols.api.refusals import refusals
from protocols.api.serializers import RunSerializer, WholeRunSerializer
from protocols.inbox.body import as_bytes
from protocols.inbox.run_data import loaded, run_data, said_of
from protocols.lifecycle import StepState
from protocols.models import ProtocolRun
from protocols.services.reporting import Report, answer_hand_off, report_step, report_undeclared
from rest.filtering import Ordering
from rest.parameters import words
from rest.patience import at_most_since
from rest.problems import Problem
from rest.views import ForPrograms, Resource
from telemetry import cursors
from telemetry.ingest import clock

NO_RUN = "There is no such run."
NUMBER = OpenApiParameter("id", int, "path", description="The run's `id`.")
STEP = OpenApiParameter("number", int, "path", description="The step's `number`.")
SEEING: dict[str, list[str]] = {"*": ["protocols.view_protocolrun"]}
REPORTING: dict[str, list[str]] = {"*": ["protocols.change_step"]}


@extend_schema(tags=["runs"])
class Runs(Resource):
    """Runs, the newest first; each in brief."""

    queryset = ProtocolRun.objects.all()
    serializer_class = RunSerializer
    filter_backends = (RunFilters, Ordering)
    is_personal = True
    read_scope = "metrics:read"
    agents_read_scope = "runs:write"
    needs: ClassVar[dict[str, list[str]]] = SEEING
    ordering_fields = ("opened",)
    ordering = ("-opened", "-pk")

    def known_parameters(self, request: Request) -> set[str]:
        """What runs are chosen by, and how they are told."""
        return {"fields", "ordering", "cursor", "page_size", *RunFilters.said}

    def get_queryset(self) -> QuerySet[ProtocolRun]:
        """Those that the caller may see."""
        return loaded(own_runs(self.request), whole=False)

    def filter_queryset(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """What changed since a cursor comes in the order of the changes, unless another is asked for."""
        found = super().filter_queryset(queryset)
        asked = self.request.query_params
        return found.order_by("changed", "pk") if "since" in asked and not asked.get("ordering") else found

    def get_serializer_context(self) -> dict[str, Any]:
        """With what people are called for this caller."""
        return super().get_serializer_context() | {"called": called_for(self.request)}

    @extend_schema(operation_id="runs_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Runs, the newest first. `Auren-Cursor` says since when to ask for what changes."""
        cursor = cursors.now()
        response = super().list(request, *args, **kwargs)
        response[CURSOR] = str(cursor)
        return response


class OneRun(ForPrograms):
    """A run as a whole, with notes, evidence, and what people did."""

    is_personal = True
    read_scope = "metrics:read"
    agents_read_scope = "runs:write"
    needs: ClassVar[dict[str, list[str]]] = SEEING
    parameters = ("fields",)

    @extend_schema(
        tags=["runs"],
        operation_id="run",
        parameters=[
            NUMBER,
            OpenApiParameter("fields", str, description="Only these fields, separated by commas."),
            OpenApiParameter("If-None-Match", str, "header", description="The ETag of what the caller has."),
        ],
        responses={200: WholeRunSerializer, 304: OpenApiResponse(description="The caller has it.")},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        """One run; an agent is told of its own only."""
        wanted = words(request, "fields", WholeRunSerializer().fields)
        data = whole(request, pk)
        chosen = {name: data[name] for name in data if name in wanted} if wanted else data
        return tagged(request, as_bytes(chosen))


def whole(request: Request, pk: str | int) -> dict[str, Any]:
    """A run as its reader is told of it. Raises Problem."""
    run = loaded(own_runs(request).filter(pk=pk), whole=True).first()
    if run is None:
        raise Problem(404, "not_found", NO_RUN)
    said = said_of(run, names=not agent_of(request))
    return run_data(run, called=called_for(request), whole=True) | {"interventions": said}


class Reporting(ForPrograms):
    """What agents say of their own runs; a service may for any."""

    is_personal = True
    write_scope = "runs:write"
    agents_write_their_own = True
    may_conflict = True
    needs: ClassVar[dict[str, list[str]]] = REPORTING

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The answer, within two or three seconds: who reports has others to answer to."""
        with at_most_since(request.META):
            return super().dispatch(request, *args, **kwargs)


class ReportedStep(Reporting):
    """One step that a contract asks for, or that was reported before."""

    @extend_schema(
        tags=["runs"],
        operation_id="report_step",
        parameters=[NUMBER, STEP],
        request=ReportBody,
        responses={200: WholeRunSerializer},
    )
    def post(self, request: Request, pk: str, number: str) -> Response:
        """Say that a step was started, done, failed or skipped. The same again changes nothing."""
        report = report_of(ReportBody.read(request))
        with refusals():
            report_step(int(pk), int(number), report, agent=agent_of(request), now=clock())
        return Response(whole(request, pk))


class UndeclaredStep(Reporting):
    """Steps that no contract asks for."""

    @extend_schema(
        tags=["runs"],
        operation_id="add_step",
        parameters=[NUMBER],
        request=UndeclaredBody,
        responses={200: WholeRunSerializer},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Say what else was done, or ask another agent. The same again, of the same moment, is the same step."""
        body = UndeclaredBody.read(request)
        hand_off = bool(body["hand_off"])
        report = report_of(body | ({"note": body["reason"]} if hand_off else {}))
        with refusals():
            report_undeclared(
                int(pk), body["hand_off"] or body["action"], report, agent=agent_of(request), now=clock(),
                hand_off=hand_off,
            )  # fmt: skip
        return Response(whole(request, pk))


class Acceptance(Reporting):
    """Whether an agent takes a hand-off on."""

    @extend_schema(
        tags=["runs"],
        operation_id="answer_hand_off",
        parameters=[NUMBER],
        request=AcceptanceBody,
        responses={200: WholeRunSerializer},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Accept a hand-off, or refuse it and say why. The same again changes nothing."""
        body = AcceptanceBody.read(request)
        said = body["note"] if body["accept"] else body["reason"] or body["note"]
        with refusals():
            answer_hand_off(
                int(pk),
                accept=body["accept"],
                words=said,
                agent=agent_of(request),
                now=clock(),
                at=body["at"],
            )
        return Response(whole(request, pk))


def report_of(body: dict[str, Any]) -> Report:
    """What an agent says of a step."""
    return Report(StepState(body["state"] or StepState.DONE), body["at"], body["note"], body["evidence"])
