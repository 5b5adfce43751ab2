"""Resources: lists and rows to read, and rows to write under a condition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.cache import patch_vary_headers
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from contracts.texts import unfit_character
from rest.concurrency import expensive
from rest.filtering import Ordering, Search
from rest.parameters import REASON_LENGTH, flag, line, refuse_unknown, words
from rest.permissions import Token
from rest.preconditions import etag, require_match
from rest.problems import Problem, bad_body
from rest.serializers import ContractSerializer, merged
from rest.throttling import AddressThrottle, CallerThrottle

WRITE_PARAMETERS = ("dry_run", "change_reason")


class Guarded(APIView):
    """What holds for every address of the API."""

    parameters: ClassVar[tuple[str, ...]] = ()
    """The query parameters this view knows."""
    is_personal = False
    """Whether an answer tells of somebody who was measured: nobody may keep that, not even the caller's own cache."""
    may_conflict = False
    """Whether a write that is none of a row may find something in its way: 409 and 412, for the description."""
    expensive_methods: ClassVar[frozenset[str]] = frozenset()
    """Methods that take long to answer: one caller has only so many of these at a time."""
    http_method_names = ("get", "post", "put", "patch", "delete", "head")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer; what `initial` takes for it is given back whatever happens."""
        with ExitStack() as self._taken:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Slow down whoever asks too often, before anything else; then see who it is and what was asked."""
        self._throttle(request, AddressThrottle())
        if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise Problem(415, "unsupported_media_type", "Send the body as it is, not compressed.")
        super().initial(request, *args, **kwargs)
        refuse_unknown(request, self.known_parameters(request))
        if request.method in self.expensive_methods:
            self._taken.enter_context(expensive(caller_of(request)))

    def check_throttles(self, request: Request) -> None:
        """The caller's own limit; the address has been asked about."""
        self._throttle(request, CallerThrottle())

    def _throttle(self, request: Request, throttle: BaseThrottle) -> None:
        if not throttle.allow_request(request, self):
            self.throttled(request, throttle.wait() or 1)

    def known_parameters(self, request: Request) -> set[str]:
        """The parameters this request may have."""
        return set(self.parameters)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody may keep an answer for someone else."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "no-store" if self.is_personal else "private, no-cache")
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response


class ForPrograms(Guarded):
    """What programs ask for as often as there is something to say, thousands of times from one address."""

    def _throttle(self, request: Request, throttle: BaseThrottle) -> None:
        """Whoever has a token is not slowed down. Everybody else is, also whoever guesses tokens."""
        try:
            is_known = isinstance(request.auth, Token)
        except AuthenticationFailed:
            super()._throttle(request, throttle)
            raise
        if not is_known:
            super()._throttle(request, throttle)


def caller_of(request: Request) -> str:
    """Who asks: a token, or a person."""
    if isinstance(request.auth, Token):
        return f"token {request.auth.pk}"  # type: ignore[attr-defined]  # a token is a row
    return f"person {request.user.pk}"


class Resource(Guarded, GenericViewSet[Any]):
    """A list with filters, search, order and pages, and single rows by their name."""

    read_scope: ClassVar[str]
    write_scope: ClassVar[str]
    agents_write_their_own = False
    search_fields: ClassVar[tuple[str, ...]] = ()
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    ordering: ClassVar[tuple[str, ...]]
    filter_backends: Any = (DjangoFilterBackend, Search, Ordering)

    def known_parameters(self, request: Request) -> set[str]:
        """Those of a list, of a row, or of a write."""
        if request.method not in SAFE_METHODS:
            return set(WRITE_PARAMETERS)
        filters = getattr(self, "filterset_class", None)
        listed = {"search", "ordering", "cursor", "page_size", *(filters.base_filters if filters else ())}
        return {"fields", *(listed if self.action == "list" else ())}

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer; only with the fields that were asked for."""
        serializer: Any = super().get_serializer(*args, **kwargs)
        if self.request is not None and self.request.method in SAFE_METHODS:
            shown = getattr(serializer, "child", serializer).fields
            wanted = words(self.request, "fields", shown)
            for name in [name for name in shown if wanted and name not in wanted]:
                shown.pop(name)
        return serializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of the rows that fit."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row."""
        return self.answer(self.row())

    def row(self, *, locked: bool = False) -> Model:
        """The row of the address; held for this transaction if ``locked``. Raises Http404."""
        rows: QuerySet[Any] = self.get_queryset()
        if locked:
            rows = rows.select_for_update(of=("self",))
        found: Model | None = rows.filter(**self.lookup(self.kwargs)).first()
        if found is None:
            raise Problem(404, "not_found", "There is nothing by this name.")
        return found

    def lookup(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The row's columns that its address names."""
        return {self.lookup_field: kwargs[self.lookup_url_kwarg or self.lookup_field]}

    def version(self, row: Any) -> str:
        """What changes whenever the row does."""
        raise NotImplementedError

    def answer(self, row: Any, *, status: int = 200) -> Response:
        """The row, and its version to write it under."""
        return Response(
            self.get_serializer(row).data, status=status, headers={"ETag": etag(self.version(row))}
        )


class WritableResource(Resource):
    """A resource whose rows are created, replaced, changed in part and deleted."""

    def writing(self) -> AbstractContextManager[None]:
        """The transaction of a write; with the lock of what the rows belong to, taken before anything is read."""
        return transaction.atomic()

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Store a new row."""
        with self.attempt():
            row = self.saved(request.data)
            answer = self.answer(row, status=200 if self.dry_run else 201)
        if not self.dry_run:
            answer["Location"] = f"{request.path.rstrip('/')}/{self.address(row)}"
        return answer

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a row."""
        with self.attempt():
            row = self.expected_row()
            return self.answer(self.saved(request.data, row))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a row in part: what is not named stays."""
        with self.attempt():
            row = self.expected_row()
            if not isinstance(request.data, dict):
                raise bad_body("wrong_shape", "The body should be an object.")
            return self.answer(self.saved(merged(self.get_serializer(row).data, request.data), row))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a row that nothing uses."""
        with self.attempt():
            row = self.expected_row()
            self.remove(row, author=self.author, reason=self.reason({}))
        return Response(status=204)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All or nothing; nothing in any case on a dry run."""
        with self.writing():
            yield
            if self.dry_run:
                transaction.set_rollback(True)

    def expected_row(self) -> Model:
        """The row, held, if it still is what the caller saw. Raises Problem."""
        row = self.row(locked=True)
        self.check_object_permissions(self.request, row)
        require_match(self.request, self.version(row))
        return row

    def saved(self, data: Any, row: Model | None = None) -> Any:
        """The row as stored, read anew: what the next reader will see."""
        data = dict(data) if isinstance(data, dict) else data
        reason = self.reason(data)
        serializer: ContractSerializer = self.get_serializer(row, data=data)
        serializer.is_valid(raise_exception=True)
        stored = serializer.save(author=self.author, reason=reason)
        return self.fresh(stored)

    def fresh(self, row: Any) -> Any:
        """The stored row, read anew."""
        return self.get_queryset().get(pk=row.pk)

    def remove(self, row: Any, *, author: Any, reason: str) -> None:
        """Delete the row."""
        row.delete()

    def address(self, row: Any) -> str:
        """The row's address below the list's."""
        return f"{getattr(row, self.lookup_field)}/"

    @property
    def dry_run(self) -> bool:
        """Whether everything is to be done but kept."""
        return flag(self.request, "dry_run")

    @property
    def author(self) -> Any:
        """The person who writes; nobody where a token does."""
        return None if isinstance(self.request.auth, Token) else self.request.user

    def reason(self, data: Any) -> str:
        """Why, with the token's name, which the history has no column for."""
        told = self.given_reason(data)
        if isinstance(self.request.auth, Token):
            by = f"(by {self.request.auth})"
            told = f"{told[: REASON_LENGTH - len(by) - 1]} {by}".strip()
        return told

    def given_reason(self, data: Any) -> str:
        """Why, as the body or the address says it; "" where neither does."""
        told = data.pop("change_reason", None) if isinstance(data, dict) else None
        if told is None or told == "":  # as strict bodies say that it was left out
            told = line(self.request, "change_reason", REASON_LENGTH)
        if not isinstance(told, str):
            raise bad_body("text_expected", "The reason should be text.", path=("change_reason",))
        if len(told) > REASON_LENGTH or unfit_character(told):
            message = f"The reason is one text of at most {REASON_LENGTH} characters."
            raise bad_body("too_long", message, path=("change_reason",))
        return told
