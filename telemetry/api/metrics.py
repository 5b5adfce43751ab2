"""`/metrics`: what Prometheus reads, in the format it asks for; `/metrics/kpis` and `/metrics/process` apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from jobs.database_clock import database_clock
from releases.serving.negotiation import gzip_wanted
from rest.permissions import Token
from rest.views import Guarded
from telemetry.exposition.formats import wants_open_metrics
from telemetry.exposition.scrape import scrape


class AnyFormat(BaseContentNegotiation):
    """Whatever a scraper accepts, it is given one of the two formats; problems are JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """There is no body."""
        return next(iter(parsers), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """For problems only."""
        first = next(iter(renderers))
        return first, first.media_type or ""


class Metrics(Guarded):
    """Everything, from any worker."""

    is_personal = True
    read_scope = "metrics:read"
    needs: ClassVar[dict[str, list[str]]] = {"*": ["telemetry.view_standing"]}
    http_method_names: Any = ("get", "head")
    content_negotiation_class = AnyFormat
    shows_kpis = shows_process = True

    @extend_schema(exclude=True)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All there is at this moment. Raises PermissionDenied for an agent: it is not shown everybody else's."""
        if isinstance(request.auth, Token) and request.auth.agent_name:
            raise PermissionDenied(
                "Metrics are of everybody: they are for a service's token, and this one is an agent's."
            )
        is_open = wants_open_metrics(request.headers.get("Accept", ""))
        found = scrape(
            database_clock.micros(), is_open=is_open, kpis=self.shows_kpis, process=self.shows_process
        )
        content_type = CONTENT_TYPE_LATEST if is_open else CONTENT_TYPE_PLAIN_0_0_4
        if gzip_wanted(request.headers.get("Accept-Encoding", "")):
            response = StreamingHttpResponse(found.packed(), content_type=content_type)
            response["Content-Encoding"] = "gzip"
        else:
            response = StreamingHttpResponse(found, content_type=content_type)
            response["Content-Length"] = str(found.length)
        patch_vary_headers(response, ("Accept", "Accept-Encoding"))
        return response


class KPIMetrics(Metrics):
    """Series, states and counts of KPIs and agents."""

    shows_process = False


class ProcessMetrics(Metrics):
    """How this server answers requests."""

    shows_kpis = False
