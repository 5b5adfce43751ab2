"""The resource `reports/`: what the rules said of everything there was."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bindings.api.filters import ReportFilter
from bindings.background import ask_for_report
from bindings.models import ValidationReport
from jobs.models import Job
from rest.permissions import Token
from rest.views import Resource


class ReportSerializer(serializers.Serializer[ValidationReport]):
    """A validation report without its findings; `json`, `sarif` and the like are downloads of its page."""

    id = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    trigger = serializers.ChoiceField(choices=ValidationReport.Trigger.choices, read_only=True)
    digest = serializers.CharField(read_only=True, help_text="SHA-256 of all that was looked at.")
    counts = serializers.DictField(read_only=True, help_text="How many findings and things there were.")
    took = serializers.FloatField(read_only=True, help_text="Seconds.")


class AskedSerializer(serializers.Serializer[Job]):
    """The job that will make a report."""

    job = serializers.IntegerField(source="pk", read_only=True)
    state = serializers.CharField(read_only=True)


@extend_schema(tags=["reports"])
class ReportResource(Resource):
    """Validation reports, newest first."""

    queryset = ValidationReport.objects.light()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    read_scope = "registry:read"
    write_scope = "registry:write"
    needs = {  # noqa: RUF012
        "*": ["bindings.add_validationreport"],
        "GET": ["bindings.view_validationreport"],
        "HEAD": ["bindings.view_validationreport"],
    }
    lookup_field = "pk"
    ordering_fields = ("at",)
    ordering = ("-at",)

    def version(self, row: ValidationReport) -> str:
        """A report never changes."""
        return f"report-{row.pk}"

    @extend_schema(request=None, responses={202: AskedSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask for a new report; a job makes it."""
        author = None if isinstance(request.auth, Token) else request.user
        job = ask_for_report(trigger=ValidationReport.Trigger.API, author=author)
        return Response(AskedSerializer(job).data, status=202)

    def known_parameters(self, request: Request) -> set[str]:
        """A report is asked for without any."""
        return set() if request.method == "POST" else super().known_parameters(request)
