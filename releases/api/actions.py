"""What else a release has an address for: its document, a comparison, verdicts, and bringing it back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from contracts.diffformats import changes_data
from releases.api.callers import author_of, name_of
from releases.api.refusals import refusals
from releases.api.serializers import (
    ApprovalSerializer,
    DifferenceSerializer,
    RestoreBody,
    RestoredSerializer,
    VerdictBody,
)
from releases.models import Release
from releases.services import RESTORING, compare, restore, say
from rest.parameters import REASON_LENGTH, flag, line
from rest.permissions import Token
from rest.preconditions import etag
from rest.problems import Problem
from rest.views import Guarded

SEEING = ["releases.view_release"]
MOST_CHANGES = 2_000
"""Changes that an answer lists."""
NUMBER = OpenApiParameter("number", int, "path", description="The release's number.")


def numbered(number: str) -> Release:
    """The release of this number. Raises Problem."""
    found = Release.objects.filter(number=int(number)).first()
    if found is None:
        raise Problem(404, "not_found", f"There is no release {int(number)}.")
    return found


class DocumentView(Guarded):
    """The document of a release: its canonical JSON, byte for byte what `digest` is the hash of."""

    read_scope = "registry:read"
    needs: ClassVar[dict[str, list[str]]] = {"*": SEEING}

    @extend_schema(
        tags=["releases"],
        operation_id="release_document",
        parameters=[NUMBER, OpenApiParameter("If-None-Match", str, "header", description="An ETag.")],
        responses={200: OpenApiTypes.OBJECT, 304: None},
    )
    def get(self, request: Request, number: str) -> Any:
        """The document; 304 for who has it."""
        release = numbered(number)
        answer = HttpResponse(release.text.encode(), content_type="application/json")
        answer["ETag"] = etag(release.digest)
        return get_conditional_response(request._request, etag=answer["ETag"], response=answer)


class DifferenceView(Guarded):
    """What is different in one release, seen from another."""

    read_scope = "registry:read"
    needs: ClassVar[dict[str, list[str]]] = {"*": SEEING}
    expensive_methods = frozenset({"GET"})

    @extend_schema(
        tags=["releases"],
        operation_id="release_diff",
        parameters=[NUMBER, OpenApiParameter("other", int, "path", description="The release it becomes.")],
        responses=DifferenceSerializer,
    )
    def get(self, request: Request, number: str, other: str) -> Response:
        """Every change in words, and how much it matters."""
        before, after = numbered(number), numbered(other)
        data = changes_data(compare(before, after), MOST_CHANGES)
        return Response(
            {
                "before": before.number,
                "after": after.number,
                "summary": data["summary"],
                "changes": data["changes"],
                "left_out": data["left_out"],
            }
        )


class ApprovalView(Guarded):
    """What people say of a release."""

    needs: ClassVar[dict[str, list[str]]] = {"*": ["releases.add_approval"]}
    may_conflict = True

    @extend_schema(
        tags=["releases"],
        operation_id="release_approve",
        parameters=[NUMBER],
        request=VerdictBody,
        responses={201: ApprovalSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        """Approve it, ask for changes or reject it. Only people do, and never its author."""
        if isinstance(request.auth, Token):
            raise PermissionDenied("Only a person can say this.")
        body = VerdictBody.read(request)
        with refusals():
            said = say(
                release=numbered(number),
                person=author_of(request),
                verdict=body["verdict"],
                note=body["note"],
            )
        return Response(ApprovalSerializer(said).data, status=201)


class RestoreView(Guarded):
    """Bringing a release back into the working copy."""

    write_scope = "registry:write"
    may_conflict = True
    expensive_methods = frozenset({"POST"})
    parameters = ("dry_run", "change_reason")
    needs: ClassVar[dict[str, list[str]]] = {"*": [*RESTORING]}
    """Beside what the release would change, which the service asks for: see `releases.services.restore_plan`."""

    @extend_schema(
        tags=["releases"],
        operation_id="release_restore",
        parameters=[
            NUMBER,
            OpenApiParameter("dry_run", bool, description="Do everything but keep it."),
            OpenApiParameter("change_reason", str, description="Why; kept in the history."),
        ],
        request=RestoreBody,
        responses=RestoredSerializer,
    )
    def post(self, request: Request, number: str) -> Response:
        """Write it into the working copy exactly, deleted things too: all of it or nothing."""
        body = RestoreBody.read(request)
        reason = body["change_reason"] or line(request, "change_reason", REASON_LENGTH)
        if name := name_of(request):
            by = f"(by {name})"
            reason = f"{reason[: REASON_LENGTH - len(by) - 1]} {by}".strip()
        is_dry_run = flag(request, "dry_run")
        with transaction.atomic(), refusals():
            done = restore(release=numbered(number), author=author_of(request), reason=reason)
            if is_dry_run:
                transaction.set_rollback(True)
        return Response(RestoredSerializer(done).data)
