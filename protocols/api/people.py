"""What people say and do about runs, and the kill switch; a service may for the person who answers for it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from kpis.rights import lacking
from protocols.api.bodies import InterventionBody, JudgementBody, NothingBody, PauseBody
from protocols.api.filters import PauseFilters
from protocols.api.refusals import refusals
from protocols.api.runs import NUMBER, whole
from protocols.api.serializers import JudgedSerializer, PauseSerializer, WholeRunSerializer, proposal_data
from protocols.models import Deviation, Intervention, Pause
from protocols.services.deciding import Decision, decide
from protocols.services.pausing import USUAL, lift, pause
from protocols.services.proposing import proposal_of
from protocols.services.verdicts import Verdict, judge_deviation
from releases.api.callers import author_of, name_of
from rest.filtering import Ordering
from rest.permissions import NOT_ANY_MORE, Token, needed
from rest.problems import ErrorItem, Invalid
from rest.views import Guarded, Resource
from telemetry.ingest import clock

Kind = Intervention.Kind
OF_A_STEP = frozenset({Kind.COMMENT, Kind.AGREE, Kind.OVERRIDE})
"""What may be about one step; the others are about the run."""
SEEING = "protocols.view_protocolrun"
RULE = OpenApiParameter("rule", str, "path", description="The deviation's `rule`, such as RUN003.")


class Decided(Guarded):
    """What is a person's to decide: never an agent's, and a service's only as long as its holder may."""

    is_personal = True
    write_scope = "runs:write"
    may_conflict = True

    def check_permissions(self, request: Request) -> None:
        """Also whether whoever holds a service's token may do this now. Raises PermissionDenied."""
        super().check_permissions(request)
        token = request.auth
        held = isinstance(token, Token) and bool(getattr(token, "author_name", ""))
        if held and request.method == "POST" and lacking(author_of(request), needed(self, "POST")):
            raise PermissionDenied(NOT_ANY_MORE.format(scope=self.write_scope))


class Interventions(Decided):
    """What people do about one run."""

    needs: ClassVar[dict[str, list[str]]] = {"*": ["protocols.add_intervention"]}

    @extend_schema(
        tags=["runs"],
        operation_id="intervene",
        parameters=[NUMBER],
        request=InterventionBody,
        responses={201: WholeRunSerializer},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Acknowledge, assign, comment, agree, override or take over: it is on the record, and the run follows."""
        decision = decision_of(InterventionBody.read(request), request)
        with refusals(reason_missing="reason_code"):
            decide(int(pk), decision, user=author_of(request), author_name=name_of(request), now=clock())
        return Response(whole(request, pk), status=201)


def decision_of(body: dict[str, Any], request: Request) -> Decision:
    """What a body asks for. Raises Invalid."""
    kind, wrong = Kind(body["kind"]), []
    if body["step"] and kind not in OF_A_STEP:
        wrong.append(ErrorItem("value_not_allowed", "This is about the run. Leave `step` out.", ("step",)))
    if body["assignee"] is not None and kind is not Kind.ASSIGN:
        message = "`assignee` goes with assign. Leave it out."
        wrong.append(ErrorItem("value_not_allowed", message, ("assignee",)))
    if wrong:
        raise Invalid(wrong)
    assignee = _assignee(body["assignee"], request) if kind is Kind.ASSIGN else None
    return Decision(kind, body["step"] or 0, body["reason_code"], body["words"], assignee)


def _assignee(name: str | None, request: Request) -> User | None:
    if name is None:
        found: User | None = author_of(request)
        return found
    if not name:
        return None
    person = User.objects.filter(username=name, is_active=True).first()
    if person is None or not person.has_perm(SEEING):
        message = "Nobody who may see runs has this user name."
        raise Invalid([ErrorItem("unknown_person", message, ("assignee",))])
    return person


class Judgements(Decided):
    """What people think of where a run was not as declared."""

    needs: ClassVar[dict[str, list[str]]] = {"*": ["protocols.change_deviation"]}

    @extend_schema(
        tags=["runs"],
        operation_id="judge_deviation",
        parameters=[NUMBER, RULE],
        request=JudgementBody,
        responses={200: JudgedSerializer},
    )
    def post(self, request: Request, pk: str, rule: str) -> Response:
        """Find a deviation harmful, acceptable or better, and say why. The same again changes nothing; another verdict
        replaces it, and both are on the record."""
        body = JudgementBody.read(request)
        verdict = Verdict(body["step"] or 0, rule, body["judgement"], body["words"])
        with refusals(reason_missing="words"):
            one = judge_deviation(
                int(pk), verdict, user=author_of(request), author_name=name_of(request), now=clock()
            )
        is_better = one.judgement == Deviation.Judgement.BETTER
        proposal = proposal_of(one) if is_better else None
        return Response(whole(request, pk) | {"proposal": proposal_data(proposal)})


@extend_schema(tags=["pauses"])
class Pauses(Decided, Resource):
    """Pauses of agents, the newest first."""

    queryset = Pause.objects.all()
    serializer_class = PauseSerializer
    filter_backends = (PauseFilters, Ordering)
    read_scope = "metrics:read"
    agents_read_scope = None
    """An agent's inbox tells it of its own."""
    ordering_fields = ("since",)
    ordering = ("-since", "-pk")
    http_method_names: Any = ("get", "post", "head")

    def known_parameters(self, request: Request) -> set[str]:
        """What pauses are chosen by, and how they are told."""
        listed = {"fields", "ordering", "cursor", "page_size", *PauseFilters.said}
        return listed if request.method != "POST" else set()

    @extend_schema(operation_id="pauses_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Pauses, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(operation_id="pause", request=PauseBody, responses={201: PauseSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have an agent do nothing, at all or about one KPI, until it ends by itself or is lifted."""
        body = PauseBody.read(request)
        with refusals(unknown_agent="agent"):
            made = pause(
                body["agent"],
                kpi=body["kpi"],
                reason_code=body["reason_code"],
                words=body["words"],
                minutes=body["minutes"] or USUAL,
                user=author_of(request),
                author_name=name_of(request),
                now=clock(),
            )
        return Response(PauseSerializer(made).data, status=201)


class Lifted(Decided):
    """A pause that somebody ends."""

    needs: ClassVar[dict[str, list[str]]] = {"*": ["protocols.change_pause"]}

    @extend_schema(
        tags=["pauses"],
        operation_id="lift_pause",
        parameters=[OpenApiParameter("id", int, "path", description="The pause's `id`.")],
        request=NothingBody,
        responses={200: PauseSerializer},
    )
    def post(self, request: Request, pk: str) -> Response:
        """End a pause before its time. One that is over stays as it is."""
        NothingBody.read(request)
        with refusals():
            done = lift(int(pk), user=author_of(request), author_name=name_of(request), now=clock())
        return Response(PauseSerializer(done).data)
