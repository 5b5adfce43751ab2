"""What lists of runs and pauses may be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from protocols.api.callers import person_called
from protocols.lifecycle import ENDED, OPEN, RunState
from protocols.models import Deviation, ProtocolRun
from rest.parameters import line, meant
from rest.problems import bad_parameter
from telemetry.ingest import clock
from telemetry.models.series import NAME
from telemetry.parsing import Refused, micros_of
from telemetry.user_id_policy import can_be_kept

if TYPE_CHECKING:
    from rest_framework.views import APIView

STATES: Final = {str(state): (state,) for state in RunState} | {"open": tuple(OPEN), "ended": tuple(ENDED)}
SEVERITIES: Final = {one.label: one.value for one in ProtocolRun.Severity}
DIGITS: Final = 18
"""Of a number in an address: whatever a column holds, and no more."""


class RunFilters(BaseFilterBackend):
    """By whose they are, where they stand, when they were opened, and what changed."""

    said: Final = {
        "agent": "Whose they are.",
        "kpi": "What they are about.",
        "state": f"One of {', '.join(STATES)}.",
        "severity": "The worst so far: info, warning or critical.",
        "user_id": "Whom they are about, by what `user_id` of a run says.",
        "root": "The run that all hand-offs began with; those that came of it.",
        "deviation": "The id of a rule, such as RUN003, that found something.",
        "opened_after": "A time with its zone: opened then or later.",
        "opened_before": "A time with its zone: opened before then.",
        "since": "A cursor of `Auren-Cursor`: what changed since then.",
    }

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The runs that fit. Raises Problem."""
        for name in ("agent", "kpi"):
            if text := line(request, name, NAME):
                queryset = queryset.filter(**{name: text})
        if state := one_of(request, "state", STATES):
            queryset = queryset.filter(state__in=STATES[state])
        if severity := one_of(request, "severity", SEVERITIES):
            queryset = queryset.filter(severity=SEVERITIES[severity])
        if whom := request.query_params.get("user_id"):
            found = person_called(request, whom) if can_be_kept(whom) else None
            queryset = queryset.none() if found is None else queryset.filter(subject=found)
        if (root := number(request, "root")) is not None:
            queryset = queryset.filter(root=root)
        if rule := line(request, "deviation", 10):
            found_by = Deviation.objects.filter(run=OuterRef("pk"), rule=rule)
            queryset = queryset.filter(Exists(found_by))
        if (after := moment(request, "opened_after")) is not None:
            queryset = queryset.filter(opened__gte=after)
        if (before := moment(request, "opened_before")) is not None:
            queryset = queryset.filter(opened__lt=before)
        if (since := number(request, "since")) is not None:
            queryset = queryset.filter(changed__gte=since)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters as OpenAPI has them."""
        return described(self.said)


class PauseFilters(BaseFilterBackend):
    """By whose they are, and whether they hold."""

    said: Final = {"agent": "Who is paused.", "kpi": "About what.", "state": "Either holding or over."}

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The pauses that fit. Raises Problem."""
        for name in ("agent", "kpi"):
            if text := line(request, name, NAME):
                queryset = queryset.filter(**{name: text})
        now = clock()
        holding = Q(since__lte=now, until__gt=now) & (Q(lifted__isnull=True) | Q(lifted__gt=now))
        chosen = one_of(request, "state", ("holding", "over"))
        return queryset.filter(holding if chosen == "holding" else ~holding) if chosen else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters as OpenAPI has them."""
        return described(self.said)


def described(said: dict[str, str]) -> list[dict[str, Any]]:
    """Parameters that are texts."""
    return [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in said.items()
    ]


def one_of(request: Request, name: str, known: Iterable[str]) -> str:
    """A word of a few; "" where it is not given. Raises Problem."""
    word = request.query_params.get(name, "")
    names = list(known)
    if word and word not in names:
        raise bad_parameter(name, f"{name} is one of a few words.", hint=meant(word, names))
    return word


def number(request: Request, name: str) -> int | None:
    """A whole number; None where it is not given. Raises Problem."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise bad_parameter(name, f"{name} is a whole number.")
    return int(text)


def moment(request: Request, name: str) -> int | None:
    """A time in microseconds; None where it is not given. Raises Problem."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        return micros_of(text)
    except (Refused, OverflowError) as error:
        said = error.message if isinstance(error, Refused) else "This is no time that there is."
        hint = error.hint if isinstance(error, Refused) else ""
        raise bad_parameter(name, said, hint=hint) from None
