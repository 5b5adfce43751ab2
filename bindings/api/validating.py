"""`POST validate/`: a contract file in, findings out. A large one is judged by a job, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from bindings.reports.files import (
    AT_ONCE_BYTES,
    VALIDATE_FILE,
    TooMany,
    ask_for_report_on,
    of_result,
    report_on,
)
from contracts.findings import Report
from contracts.formats import FORMATS, render
from jobs.models import Job
from rest.concurrency import TooManyAtOnce
from rest.parameters import words
from rest.parsing import RawJSON, RawYAML
from rest.problems import Problem, bad_body, bad_parameter
from rest.views import Guarded, caller_of

TYPES = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
    "github": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


class AnyType(BaseContentNegotiation):
    """The format is chosen by its parameter, not by `Accept`."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the body's type."""
        kind = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first: errors are JSON."""
        return renderers[0], renderers[0].media_type


FORMAT = OpenApiParameter("format", str, enum=sorted(FORMATS), description="Of the answer; json if absent.")
ANSWERS: Any = {
    (200, kind.split(";")[0]): OpenApiTypes.OBJECT if "json" in kind else OpenApiTypes.STR
    for kind in TYPES.values()
}


class ValidationSerializer(serializers.Serializer[Job]):
    """A large file that is being judged."""

    id = serializers.IntegerField(source="pk", read_only=True)
    state = serializers.CharField(read_only=True, help_text="`queued`, `running`, or `failed`: tried again.")


class _Validation(Guarded):
    read_scope = write_scope = "registry:read"
    only_reads = True
    needs = {"*": ["kpis.view_kpi"]}  # noqa: RUF012
    parameters = ("format",)
    content_negotiation_class = AnyType

    @staticmethod
    def format(request: Request) -> str:
        """The format asked for. Raises Problem."""
        chosen = words(request, "format", FORMATS) or ["json"]
        if len(chosen) > 1:
            raise bad_parameter("format", "Choose one format.")
        return chosen[0]


class Validate(_Validation):
    """Judge a registry, an agent's bindings or a roster by every rule."""

    expensive_methods = frozenset({"POST"})
    parser_classes = (RawYAML, RawJSON)

    @extend_schema(
        tags=["validate"],
        operation_id="validate",
        request={("application/yaml"): OpenApiTypes.OBJECT, "application/json": OpenApiTypes.OBJECT},
        parameters=[FORMAT],
        responses=ANSWERS | {(202, "application/json"): ValidationSerializer},
    )
    def post(self, request: Request) -> HttpResponse:
        """Findings with line and column; 200 whatever they say, because judging worked. 202 for a large file, with
        the address at which they will be."""
        chosen = self.format(request)
        body: Any = request.data or b""
        is_json = (request.content_type or "").startswith("application/json")
        name = "request.json" if is_json else "request.yaml"
        if len(body) <= AT_ONCE_BYTES:
            return answered(report_on(body, name), chosen)
        try:
            job = ask_for_report_on(body, name, caller=caller_of(request))
        except TooMany:
            raise TooManyAtOnce from None
        except UnicodeDecodeError:
            raise bad_body("wrong_encoding", "The body is not UTF-8.") from None
        return waiting(job, f"{request.path.rstrip('/')}/{job.pk}/?format={chosen}")


class Validated(_Validation):
    """What came of a large file."""

    @extend_schema(
        tags=["validate"],
        operation_id="validate_read",
        parameters=[FORMAT, OpenApiParameter("pk", int, "path", description="What was answered as `id`.")],
        responses=ANSWERS | {(202, "application/json"): ValidationSerializer},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        """The findings; 202 until they are there. Only for who sent the file."""
        chosen = self.format(request)
        job = Job.objects.filter(pk=int(pk), kind=VALIDATE_FILE, payload__caller=caller_of(request)).first()
        if job is None:
            raise Problem(404, "not_found", "You have sent no file of this number, or it was forgotten.")
        if job.state == Job.State.DONE:
            return answered(of_result(job.result or {}), chosen)
        if job.is_over:
            raise Problem(422, "not_validated", f"The file could not be judged. {job.error}".strip())
        return waiting(job, request.get_full_path())


def answered(report: Report, chosen: str) -> HttpResponse:
    """The answer with the findings, in the format that was asked for."""
    return HttpResponse(render(report, chosen), content_type=TYPES[chosen])


def waiting(job: Job, address: str) -> HttpResponse:
    """202 while a job judges the file, with the address to ask again."""
    headers = {"Location": address, "Retry-After": "1"}
    return JsonResponse(ValidationSerializer(job).data, status=202, headers=headers)
