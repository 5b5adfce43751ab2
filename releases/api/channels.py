"""The resource `channels/`: names that agents follow, and moving them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from releases.api.callers import author_of, name_of
from releases.api.polling import PolledChannel
from releases.api.refusals import refusals
from releases.api.serializers import ChannelSerializer, MoveBody, NewChannelBody
from releases.models import Channel
from releases.services import create_channel, move
from releases.serving.bodies import channel_body
from rest.preconditions import require_match
from rest.views import WritableResource


@extend_schema(tags=["channels"])
class ChannelResource(PolledChannel, WritableResource):
    """Channels, each on the release that its followers get."""

    queryset = Channel.objects.select_related("release").defer(
        "release__document_parts", "release__findings_parts"
    )
    serializer_class = ChannelSerializer
    read_scope = "bindings:read"
    write_scope = "releases:write"
    needs: ClassVar[dict[str, list[str]]] = {
        "*": ["releases.view_channel"],
        "POST": ["releases.add_channel", "releases.change_channel"],  # it may point somewhere at once
        "PUT": ["releases.change_channel"],
    }
    lookup_field = "name"
    ordering_fields = ("name",)
    ordering = ("name",)

    def version(self, row: Channel) -> str:
        """The tag of the bytes that who follows channels reads: see `releases.serving.bodies`."""
        return channel_body(row).plain.etag.strip('"')

    @extend_schema(request=NewChannelBody)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new channel, on a release if one is named."""
        body = NewChannelBody.read(request)
        with self.attempt(), refusals():
            channel = create_channel(name=body["name"], is_protected=body["protected"])
            if body.get("release"):
                self.go(channel, body, expected=channel.revision)
            answer = self.answer(self.fresh(channel), status=200 if self.dry_run else 201)
        if not self.dry_run:
            answer["Location"] = f"{request.path.rstrip('/')}/{channel.name}/"
        return answer

    @extend_schema(request=MoveBody)
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move a channel to a release: forward, or back to an earlier one."""
        body = MoveBody.read(request)
        with self.attempt(), refusals():
            channel: Any = self.expected_row()
            if channel.release is None or channel.release.number != body["release"]:
                self.go(channel, body, expected=channel.revision)
            return self.answer(self.fresh(channel))

    def expected_row(self) -> Any:
        """The row, if it still is what the caller saw; the move itself takes the lock. Raises Problem."""
        row: Any = self.row()
        require_match(self.request, self.version(row))
        return row

    def go(self, channel: Channel, body: dict[str, Any], *, expected: int) -> None:
        """Move the channel where the body says."""
        move(
            channel=channel.name,
            release=body["release"],
            by=author_of(self.request),
            by_name=name_of(self.request),
            reason=self.given_reason(body),
            expected_revision=expected,
        )
