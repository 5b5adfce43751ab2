"""The resource `releases/`: what was published, and publishing."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.diffformats import changes_data
from releases.api.actions import MOST_CHANGES
from releases.api.callers import author_of, name_of
from releases.api.filters import ReleaseFilter
from releases.api.refusals import refusals
from releases.api.serializers import (
    FindingSerializer,
    PublishBody,
    PublishedSerializer,
    ReleaseSerializer,
    RenamingSerializer,
)
from releases.models import Release
from releases.services import PUBLISHING, PublishPlan, plan_publish, publish
from rest.parameters import flag
from rest.views import Resource

MOST_FINDINGS = 1_000
"""Findings that an answer lists; a validation report has them all."""
RELEASES = Release.objects.light().prefetch_related("channels", "approvals")
"""Releases as the API shows them."""


@extend_schema(tags=["releases"])
class ReleaseResource(Resource):
    """Releases, newest first. Nothing in one ever changes but its state."""

    queryset = RELEASES
    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilter
    read_scope = "registry:read"
    write_scope = "releases:write"
    needs: ClassVar[dict[str, list[str]]] = {"*": ["releases.view_release"], "POST": [*PUBLISHING]}
    may_conflict = True
    expensive_methods = frozenset({"POST"})
    lookup_field = "number"
    search_fields = ("message", "author_name")
    ordering_fields = ("number",)
    ordering = ("-number",)

    def version(self, row: Release) -> str:
        """What is released stays; who follows it and what is said of it does not."""
        channels = ".".join(sorted(channel.name for channel in row.channels.all()))
        return f"release-{row.number}-{row.state}-{len(row.approvals.all())}-{channels}"

    def known_parameters(self, request: Request) -> set[str]:
        """Publishing may be tried out."""
        return {"dry_run"} if request.method == "POST" else super().known_parameters(request)

    @extend_schema(
        operation_id="publish",
        parameters=[OpenApiParameter("dry_run", bool, description="Only tell what would be published.")],
        request=PublishBody,
        responses={200: PublishedSerializer, 201: PublishedSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Publish the working copy. 201 for a new release, 200 where there was nothing to do."""
        body = PublishBody.read(request)
        with refusals():
            if flag(request, "dry_run"):
                return Response(foretold(plan_publish(channel=body["channel"])))
            done = publish(
                author=author_of(request),
                author_name=name_of(request),
                message=body["message"],
                channel=body["channel"],
                accepted=body["accepted"],
                digest=body["digest"] or None,
            )
        row = RELEASES.get(pk=done.release.pk)
        told = {
            "created": done.created,
            "moved": done.moved,
            "waits": done.waits,
            "channel": body["channel"],
            "release": ReleaseSerializer(row).data,
        }
        if not done.created:
            return Response(told)
        return Response(
            told, status=201, headers={"Location": f"{request.path.rstrip('/')}/{done.release.number}/"}
        )


def foretold(plan: PublishPlan) -> dict[str, Any]:
    """What publishing would do."""
    newest = RELEASES.first()
    same = newest if newest and newest.digest == plan.content_digest else None
    return {
        "created": same is None and not plan.is_empty,
        "moved": not plan.is_empty,
        "waits": "",
        "channel": plan.channel,
        "release": ReleaseSerializer(same).data if same else None,
        "digest": plan.digest,
        "changes": changes_data(plan.changes, MOST_CHANGES)["changes"],
        "renamings": RenamingSerializer(plan.renamings, many=True).data,
        "findings": FindingSerializer(plan.entries[:MOST_FINDINGS], many=True).data,
    }
