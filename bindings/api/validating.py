"""`POST validate/`: a contract file in, findings out; nothing is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from contracts.context import RegistryContext
from contracts.findings import Report
from contracts.formats import FORMATS, render
from contracts.loading import tree_of
from contracts.tree import check_tree
from kpis.importing import JOINED
from kpis.importing.planning import context_for
from rest.parameters import words
from rest.parsing import RawJSON, RawYAML
from rest.problems import bad_parameter
from rest.views import Guarded

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


class Validate(Guarded):
    """Judge a registry, an agent's bindings or a roster by every rule."""

    read_scope = write_scope = "registry:read"
    only_reads = True
    needs = {"*": ["kpis.view_kpi"]}  # noqa: RUF012
    parameters = ("format",)
    parser_classes = (RawYAML, RawJSON)
    content_negotiation_class = AnyType

    @extend_schema(
        tags=["validate"],
        operation_id="validate",
        request={("application/yaml"): OpenApiTypes.OBJECT, "application/json": OpenApiTypes.OBJECT},
        parameters=[
            OpenApiParameter(
                "format", str, enum=sorted(FORMATS), description="Of the answer; json if absent."
            )
        ],
        responses={
            (200, kind.split(";")[0]): OpenApiTypes.OBJECT if "json" in kind else OpenApiTypes.STR
            for kind in TYPES.values()
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Findings with line and column; 200 whatever they say, because judging worked."""
        chosen = words(request, "format", FORMATS) or ["json"]
        if len(chosen) > 1:
            raise bad_parameter("format", "Choose one format.")
        body: Any = request.data or b""
        is_json = (request.content_type or "").startswith("application/json")
        report = report_on(body, "request.json" if is_json else "request.yaml")
        return HttpResponse(render(report, chosen[0]), content_type=TYPES[chosen[0]])


def report_on(body: bytes, name: str) -> Report:
    """What reading and every rule say of one file; the file is judged among what there is here."""
    tree = tree_of({name: body})
    registry = next((one.document for one in tree.registries if one.document), None)
    around: RegistryContext | None = context_for(registry, prune=False) if registry else None
    texts = {one.source.file: one.source.text for one in tree.loaded}
    beside = JOINED[0].beside(tree, prune=False) if JOINED else None
    return Report.of(check_tree(tree, around, beside), [name], texts=texts)
