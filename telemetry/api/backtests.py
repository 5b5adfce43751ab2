"""`backtests/`: how often a contract would have acted, as it is released and as it would be."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobs.services import cancel
from releases.api.callers import author_of
from rest.bodies import Body, Line, Whole
from rest.concurrency import TooManyAtOnce
from rest.permissions import Token
from rest.problems import ErrorItem, Invalid, Problem
from rest.views import Guarded, caller_of
from telemetry.backtest.questions import MOST_DAYS, USUAL_DAYS, Refused, Wish, ask
from telemetry.backtest.running import KIND, TooMany, start
from telemetry.backtest.told import as_data
from telemetry.ingest import clock
from telemetry.models.series import NAME

CONDITION = 200
NUMBER = OpenApiParameter("pk", int, "path", description="What asking answered as `id`.")
_TIMING = {
    "for": "How long it would have to hold; left out, as long as now.",
    "keep_firing_for": "How long it would go on afterwards.",
    "recover_if": "The condition that would end it.",
}


class Optional(Line):
    """A text that may be left out, which is not the same as an empty one."""

    def __init__(self, limit: int, **options: Any) -> None:
        super().__init__(limit, default=None, **options)


class WishBody(Body):
    """What it would be."""

    kpi = Line(NAME, required=True)
    agent = Line(NAME, help_text="Whose contract; left out, the KPI's own thresholds and everybody's values.")
    condition = Line(CONDITION, help_text="What it would be, such as `< 25`; left out, the working copy.")
    severity = Line(
        20, help_text="The severity whose condition it would be: info, warning or critical, the usual one."
    )
    days = Whole(1, MOST_DAYS, required=False, help_text=f"How far back; {USUAL_DAYS} where it is left out.")

    def get_fields(self) -> dict[str, Any]:
        """Also those whose names Python keeps for itself."""
        timing = {name: Optional(CONDITION, help_text=text) for name, text in _TIMING.items()}
        return {**super().get_fields(), **timing}


class BacktestSerializer(serializers.Serializer[Job]):
    """A backtest. ``answers`` is empty until ``state`` is done."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    done = serializers.IntegerField(help_text="Values looked at so far.")
    total = serializers.IntegerField()
    error = serializers.CharField()
    answers = serializers.ListField(
        child=serializers.DictField(), help_text="See docs/backtest.md; people are named as in metrics."
    )


class _Backtest(Guarded):
    """Whoever may see how people stand may ask."""

    is_personal = True
    read_scope = write_scope = "metrics:read"
    needs = {"*": ["telemetry.view_standing"]}  # noqa: RUF012


@extend_schema(tags=["backtests"])
class Backtests(_Backtest):
    """Asking."""

    expensive_methods = frozenset({"POST"})
    only_reads = True  # a token that speaks for an agent may ask, too: it changes nothing

    @extend_schema(
        operation_id="backtest",
        request=WishBody,
        responses={201: OpenApiResponse(BacktestSerializer), 202: OpenApiResponse(BacktestSerializer)},
    )
    def post(self, request: Request) -> Response:
        """Ask how often. 201 with the answer where there is little to look at; else 202, and a job works it out."""
        body = WishBody.read(request)
        if (own := agent_of(request)) and body["agent"] != own:
            raise Problem(
                403, "permission_denied", f"This token is {own}'s: it asks about `agent` {own} only."
            )
        wish = Wish(
            kpi=body["kpi"],
            agent=body["agent"],
            condition=body["condition"],
            severity=body["severity"] or "critical",
            for_=body["for"],
            keep_firing_for=body["keep_firing_for"],
            recover_if=body["recover_if"],
            days=body.get("days") or USUAL_DAYS,
        )
        try:
            question = ask(wish, clock())
        except Refused as refused:
            raise Invalid([ErrorItem(refused.code, refused.message, (refused.key,), refused.hint)]) from None
        try:
            job = start([question], author=author_of(request), caller=caller_of(request))
        except TooMany:
            raise TooManyAtOnce from None
        address = f"{request.path.rstrip('/')}/{job.pk}/"
        return Response(as_data(job), status=201 if job.is_over else 202, headers={"Location": address})


@extend_schema(tags=["backtests"])
class OneBacktest(_Backtest):
    """How far it is, and what it found; or no longer wanted."""

    only_reads = True

    @extend_schema(operation_id="backtest_read", parameters=[NUMBER], responses=BacktestSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """The answer, or how far it is."""
        return Response(as_data(found(pk, agent_of(request))))

    @extend_schema(operation_id="backtest_cancel", parameters=[NUMBER], responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        """Stop it: for whoever asked, and those who may cancel any job."""
        job, author = found(pk), author_of(request)
        if author is None or (job.author_id != author.pk and not author.has_perm("jobs.change_job")):
            raise Problem(403, "permission_denied", "Somebody else asked for this.")
        cancel(jobs=Job.objects.filter(pk=job.pk))
        return Response(status=204)


def agent_of(request: Request) -> str:
    """The agent whose token asks; "" for a service and for a person."""
    return request.auth.agent_name if isinstance(request.auth, Token) else ""


def found(pk: str, agent: str = "") -> Job:
    """The job of a backtest, for an agent only of its own. Raises Problem."""
    job = Job.objects.filter(pk=int(pk), kind=KIND).first()
    if job is None or (agent and any(one["agent"] != agent for one in job.payload.get("questions", ()))):
        raise Problem(404, "not_found", "There is no backtest of this number.")
    return job
