"""The files that are made of a release: their list, and each by its path, for programs that keep a copy."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from contracts.naming import NearNames
from observability.defaults import default_options
from observability.generated import Generated, cache
from observability.options import RuleFormat
from releases.models import Channel, Release
from releases.serving.pages import RELEASE
from rest.concurrency import expensive
from rest.parameters import words
from rest.preconditions import digest, etag
from rest.problems import Problem, bad_parameter
from rest.views import Guarded, caller_of

FORMATS = [str(one) for one in RuleFormat]
NUMBER = OpenApiParameter("number", int, "path", description="The release's number.")
CHANNEL = OpenApiParameter("name", str, "path", description="The channel's name.")
PATH = OpenApiParameter(
    "path", str, "path", description="As in the list, such as prometheus/rules/kpi-alerts.yml."
)
FORMAT = OpenApiParameter("format", str, enum=FORMATS, description="What rules are wrapped in.")
CONDITION = OpenApiParameter(
    "If-None-Match", str, "header", description="The ETag of what the caller has: 304 if that is still it."
)


class FileSerializer(serializers.Serializer[Any]):
    """One file, without its text."""

    path = serializers.CharField(help_text="Below the list's address, and below the folder of an export.")
    sha256 = serializers.CharField(help_text="Of the file; its ETag is the same.")
    size = serializers.IntegerField(help_text="Bytes.")
    content_type = serializers.CharField()


class LeftOutSerializer(serializers.Serializer[Any]):
    """What could not be made, and why."""

    agent = serializers.CharField()
    kpi = serializers.CharField()
    reason = serializers.CharField()


class FilesSerializer(serializers.Serializer[Any]):
    """All that is made of a release."""

    release = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256 of the release's document.")
    format = serializers.ChoiceField(choices=FORMATS)
    files = FileSerializer(many=True)
    left_out = LeftOutSerializer(many=True)


class Observability(Guarded):
    """What the addresses have in common: whose files they are, and that each is worked out once."""

    read_scope = "registry:read"
    parameters = ("format",)
    needs: ClassVar[dict[str, list[str]]] = {"*": ["releases.view_release"]}

    def release(self, **kwargs: str) -> Release:
        """The release of the address. Raises Problem."""
        found = Release.objects.light().filter(number=int(kwargs["number"])).first()
        if found is None:
            raise Problem(404, "not_found", f"There is no release {int(kwargs['number'])}.")
        return found

    def generated(self, request: Request, release: Release) -> Generated:
        """All files of a release; who asks for one that is not at hand waits for its turn. Raises Problem."""
        options = default_options(release.number, self.rule_format(request))
        found = cache.find(release.digest, options)
        if found is None:
            with expensive(caller_of(request)):
                found = cache.get(release.digest, options, release.as_document)
        return found

    def rule_format(self, request: Request) -> RuleFormat:
        """What rules are to be wrapped in. Raises Problem."""
        found = words(request, "format", FORMATS)
        if len(found) > 1:
            raise bad_parameter("format", "Choose one format.")
        return RuleFormat(found[0]) if found else RuleFormat.PROMETHEUS

    def answer(self, request: Request, release: Release, data: bytes, kind: str, tag: str) -> Any:
        """The bytes, or 304 for who has them."""
        response = HttpResponse(data, content_type=kind)
        response["ETag"] = etag(tag)
        response[RELEASE] = str(release.number)
        return get_conditional_response(request._request, etag=response["ETag"], response=response)

    def listed(self, request: Request, **kwargs: str) -> Any:
        """The list of the files."""
        release = self.release(**kwargs)
        made = self.generated(request, release)
        rows = FilesSerializer(
            {
                "release": release.number,
                "digest": release.digest,
                "format": str(self.rule_format(request)),
                "files": list(made.files.values()),
                "left_out": made.left_out,
            }
        ).data
        data = JSONRenderer().render(rows)
        return self.answer(request, release, data, "application/json", digest(data.decode()))

    def one(self, request: Request, path: str, **kwargs: str) -> Any:
        """One file. Raises Problem."""
        release = self.release(**kwargs)
        files = self.generated(request, release).files
        found = files.get(path.rstrip("/"))
        if found is None:
            hint = NearNames(list(files)).question(path[:200])
            raise Problem(404, "not_found", f"There is no such file. {hint}".rstrip())
        return self.answer(request, release, found.data, found.content_type, found.sha256)


class OfChannel(Observability):
    """The same of the release that a channel points to now."""

    needs: ClassVar[dict[str, list[str]]] = {"*": ["releases.view_release", "releases.view_channel"]}

    def release(self, **kwargs: str) -> Release:
        """The channel's release. Raises Problem."""
        rows = Channel.objects.select_related("release").defer(
            "release__document_parts", "release__findings_parts"
        )
        found = rows.filter(name=kwargs["name"]).first()
        if found is None:
            raise Problem(404, "not_found", "There is no channel of this name.")
        if found.release is None:
            raise Problem(404, "not_released", f"Nothing has been released to {found.name} yet.")
        return found.release


LISTED: Any = {200: FilesSerializer, 304: OpenApiResponse(description="The caller has it.")}
TEXT = OpenApiResponse(OpenApiTypes.STR, description="The file.")
FILE: Any = {
    (200, "application/yaml"): TEXT,
    (200, "application/json"): OpenApiTypes.OBJECT,
    (200, "text/markdown"): TEXT,
    (200, "text/plain"): TEXT,
    304: OpenApiResponse(description="The caller has it."),
}


class ReleaseFiles(Observability):
    """The files of a release."""

    @extend_schema(
        tags=["observability"], operation_id="release_observability",
        parameters=[NUMBER, FORMAT, CONDITION], responses=LISTED,
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Any:
        """What is made of a release: alerts, recording rules, their tests, routes and dashboards."""
        return self.listed(request, number=number)


class ReleaseFile(Observability):
    """One file of a release."""

    @extend_schema(
        tags=["observability"], operation_id="release_observability_file",
        parameters=[NUMBER, PATH, FORMAT, CONDITION], responses=FILE,
    )  # fmt: skip
    def get(self, request: Request, number: str, path: str) -> Any:
        """One of the files, byte for byte as an export writes it."""
        return self.one(request, path, number=number)


class ChannelFiles(OfChannel):
    """The files of a channel's release."""

    @extend_schema(
        tags=["observability"], operation_id="channel_observability",
        parameters=[CHANNEL, FORMAT, CONDITION], responses=LISTED,
    )  # fmt: skip
    def get(self, request: Request, name: str) -> Any:
        """What is made of the release that a channel points to."""
        return self.listed(request, name=name)


class ChannelFile(OfChannel):
    """One file of a channel's release."""

    @extend_schema(
        tags=["observability"], operation_id="channel_observability_file",
        parameters=[CHANNEL, PATH, FORMAT, CONDITION], responses=FILE,
    )  # fmt: skip
    def get(self, request: Request, name: str, path: str) -> Any:
        """One of the files of the release that a channel points to."""
        return self.one(request, path, name=name)
