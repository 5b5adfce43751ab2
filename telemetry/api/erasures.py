"""`POST erasures`: everything that was measured of a person is deleted, and a proof comes back."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from releases.api.callers import author_of, name_of
from rest.bodies import Body
from rest.problems import ErrorItem, Invalid
from rest.views import Guarded
from telemetry.erasure import NobodysId, erase, told
from telemetry.models.series import NAME
from telemetry.user_id_policy import PROBLEMS


class UserIdField(serializers.CharField):
    """An id to the byte: :mod:`telemetry.user_id_policy` says what may be one."""

    default_error_messages = {"text_expected": PROBLEMS["text_expected"], "missing_key": "Say whom to erase."}  # noqa: RUF012

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text as it is."""
        if data is serializers.empty or data is None:
            self.fail("missing_key")
        if not isinstance(data, str):
            self.fail("text_expected")
        return data


class ErasureBody(Body):
    """Whom to erase. In the body, because addresses are written to logs."""

    user_id = UserIdField(min_length=1, max_length=NAME, help_text="The person's id, as agents send it.")


class ErasureProof(serializers.Serializer[Any]):
    """What was deleted, where was looked, and what is left."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    known = serializers.BooleanField(help_text="Whether anything was stored of this person.")
    deleted = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows of what.")
    searched = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many tables, columns, files."
    )
    left = serializers.ListField(
        child=serializers.CharField(), help_text="Where the id still is, or could not be looked for; empty."
    )
    not_searched = serializers.ListField(
        child=serializers.CharField(), help_text="Where a person can be, and no search comes."
    )


class Erasures(Guarded):
    """Erasing people."""

    is_personal = True
    write_scope = "people:erase"
    needs: ClassVar[dict[str, list[str]]] = {"*": ["telemetry.add_erasure"]}

    @extend_schema(
        tags=["observations"],
        operation_id="erase_person",
        request=ErasureBody,
        responses={200: OpenApiResponse(ErasureProof)},
    )
    def post(self, request: Request) -> Response:
        """Delete everything that was measured of a person, and look for their id everywhere afterwards."""
        body = ErasureBody.read(request)
        try:
            done = erase(body["user_id"], author=author_of(request), author_name=name_of(request))
        except NobodysId as error:
            raise Invalid([ErrorItem(error.code, error.message, ("user_id",), error.hint)]) from None
        return Response(told(done))
