"""What agents read, by way of Django: asked of the database each time, or of the shelf while that is away.

`releases.serving.front` gives the same answers from memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bindings.authentication import TokenAuthentication
from contracts.naming import NearNames
from jobs.database_clock import database_clock
from releases.serving.bodies import Body
from releases.serving.front import SHELF
from releases.serving.negotiation import gzip_wanted, is_known
from releases.serving.pages import AGE, BINDINGS, CHANNEL, REGISTRY, RELEASE, RETENTION
from releases.serving.reading import Database
from releases.serving.shelf import Grant, Shelf, Source, channel_for
from rest.parameters import whole
from rest.permissions import Token
from rest.problems import Problem, bad_parameter
from rest.views import Guarded

LARGEST = 999_999_999
Get = TypeVar("Get", bound=Callable[..., HttpResponse])
NOTHING = "There is nothing by this name."


class ShelfAuthentication(TokenAuthentication):
    """By the tokens that were usable when the database was last seen."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def find(self, header: bytes) -> Grant | None:
        """The token that the header brings, if it counts."""
        return self._shelf.grant(header.decode("latin-1"), database_clock.time())


class Polled(Guarded):
    """What polls have in common: they are not counted, and need no database where a shelf is at hand."""

    def source(self) -> Source:
        """Where the answer comes from."""
        shelf: Shelf | None = self.request.META.get(SHELF)
        return shelf.stock if shelf else Database()

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Tokens and people; from the shelf, which knows no people, tokens alone."""
        shelf = self.request.META.get(SHELF) if self.request else None
        return [ShelfAuthentication(shelf)] if shelf else super().get_authenticators()

    @property
    def is_polled(self) -> bool:
        """Whether this request is a poll; a resource has others too."""
        return getattr(self, "action", "retrieve") == "retrieve"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """An address has one form, whatever `Accept` says (RFC 9110 §12.5.1 leaves that to the server)."""
        return super().perform_content_negotiation(request, force or self.is_polled)

    def _throttle(self, request: Request, throttle: BaseThrottle) -> None:
        """Agents poll as often as they need: it costs next to nothing."""
        if not self.is_polled:
            super()._throttle(request, throttle)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """`Allow` is for who used another method; a poll has headers enough."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code < 400 and AGE in response:
            del response["Allow"]
        return response


class Poll(Polled):
    """One thing of a release, from the channel that counts for the caller, or as the address chooses."""

    parameters = ("channel", "release")
    read_scope: ClassVar[str]
    needs: ClassVar[dict[str, list[str]]]

    def address(self, **kwargs: str) -> str:
        """The address below the API's root."""
        raise NotImplementedError

    def found(self, request: Request, **kwargs: str) -> HttpResponse:
        """The body, or that the caller has it. Raises Problem."""
        source = self.source()
        number, channel = self.chosen(source, request, kwargs.get("agent", ""))
        body = source.body(number, self.address(**kwargs))
        if body is None:
            raise Problem(404, "not_found", why_nothing(source.agents(number), kwargs.get("agent", "")))
        return answer(request, body, number, channel)

    def chosen(self, source: Source, request: Request, agent: str) -> tuple[int, str]:
        """The release to answer from, and the channel that led there. Raises Problem."""
        asked = request.query_params.get("channel", "")
        if "release" in request.query_params:
            if "channel" in request.query_params:
                raise bad_parameter("release", "Choose a release or a channel, not both.")
            number = whole(request, "release", default=0, low=1, high=LARGEST)
            if not source.has(number):
                raise Problem(404, "not_found", f"There is no release {number} to read.")
            return number, ""
        caller = request.auth.agent_name if isinstance(request.auth, Token) else ""
        name = channel_for(source, asked=asked, caller=caller, agent=agent)
        pointer = source.pointer(name)
        if pointer is None:
            raise bad_parameter("channel", "There is no channel of this name.", code="no_channel")
        if pointer.number is None:
            raise Problem(404, "not_released", f"Nothing has been released to {name} yet.")
        return pointer.number, name


def why_nothing(agents: list[str], asked: str) -> str:
    """Why a release has nothing for an agent of this name; a name that is nearly right gets the right one."""
    if asked in agents:
        return NOTHING
    return f"The release has no agent called {asked[:60]}. {NearNames(agents).question(asked)}".rstrip()


def answer(request: Request, body: Body, number: int | None, channel: str) -> HttpResponse:
    """The body in the encoding the caller takes; 304 where it has exactly these bytes."""
    variant = body.variant(packed=gzip_wanted(request.headers.get("Accept-Encoding", "")))
    is_unchanged = is_known(request.headers.get("If-None-Match", ""), variant.etag)
    response = HttpResponse(b"" if is_unchanged else variant.data, status=304 if is_unchanged else 200)
    if is_unchanged:
        del response["Content-Type"]
    else:
        response["Content-Type"] = body.content_type
        response["Content-Length"] = str(len(variant.data))
        if variant.encoding:
            response["Content-Encoding"] = variant.encoding
    response["ETag"] = variant.etag
    if number:
        response[RELEASE] = str(number)
    if channel:
        response[CHANNEL] = channel
    response[AGE] = "0"
    response[RETENTION] = str(settings.RETENTION_DAYS)
    response["Vary"] = "Accept-Encoding"
    return response


def described(body: Any, content_type: str, said: str) -> Callable[[Get], Get]:
    """How a poll is described: what it answers, its conditions, and what its headers say."""
    chosen = [
        OpenApiParameter("channel", str, description="A channel other than the caller's own."),
        OpenApiParameter("release", int, description=f"Exactly this release, 1 to {LARGEST}."),
    ]
    condition = "The ETag of what the caller has: 304 if that is still it."
    decorator: Callable[[Get], Get] = extend_schema(
        parameters=[
            *chosen,
            OpenApiParameter("If-None-Match", str, "header", description=condition),
        ],
        responses={
            (200, content_type): OpenApiResponse(body, description=said),
            304: OpenApiResponse(description="The caller has it."),
        },
    )
    return decorator


class BindingsPoll(Poll):
    """What one agent watches and does, with each KPI's definition."""

    read_scope = BINDINGS
    needs: ClassVar[dict[str, list[str]]] = {"*": ["bindings.view_agent"]}

    def address(self, **kwargs: str) -> str:
        """By the agent's name."""
        return f"agents/{kwargs['agent']}/bindings"

    @described(
        OpenApiTypes.OBJECT, "application/json", "What the agent watches and does, as it was released."
    )
    def get(self, request: Request, agent: str) -> HttpResponse:
        """What an agent watches and does, with each KPI's definition, as it was released."""
        return self.found(request, agent=agent)


class BindingsFilePoll(BindingsPoll):
    """The same as the agent's file."""

    def address(self, **kwargs: str) -> str:
        """By the agent's name."""
        return f"agents/{kwargs['agent']}/bindings.yaml"

    @described(OpenApiTypes.STR, "application/yaml", "The agent's `kpi_bindings.yaml`.")
    def get(self, request: Request, agent: str) -> HttpResponse:
        """An agent's `kpi_bindings.yaml`, as it was released."""
        return self.found(request, agent=agent)


class RegistryPoll(Poll):
    """Every KPI."""

    read_scope = REGISTRY
    needs: ClassVar[dict[str, list[str]]] = {"*": ["kpis.view_kpi"]}

    def address(self, **kwargs: str) -> str:
        """There is one."""
        return "registry"

    @described(OpenApiTypes.OBJECT, "application/json", "The registry, with the keys its file has.")
    def get(self, request: Request) -> HttpResponse:
        """The registry, as it was released."""
        return self.found(request)


class RegistryFilePoll(RegistryPoll):
    """The same as the registry's file."""

    def address(self, **kwargs: str) -> str:
        """There is one."""
        return "registry.yaml"

    @described(OpenApiTypes.STR, "application/yaml", "The registry's `kpi_registry.yaml`.")
    def get(self, request: Request) -> HttpResponse:
        """The registry's `kpi_registry.yaml`, as it was released."""
        return self.found(request)


class PolledChannel(Polled):
    """The part of the resource of channels that agents poll: reading one as a whole."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """One channel, on the release that its followers get."""
        if request.query_params:
            return super().retrieve(request, *args, **kwargs)  # type: ignore[misc]  # of the resource beside it
        pointer = self.source().pointer(kwargs["name"])
        if pointer is None:
            raise Problem(404, "not_found", NOTHING)
        return answer(request, pointer.body, pointer.number, kwargs["name"])
