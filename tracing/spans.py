"""What the product asks of tracing. Until it is switched on nothing is recorded, and no SDK is imported.

Whoever has something to trace asks `spans.tracer()` for a span, at that moment: which tracer there is may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from typing import Final, Protocol

Attributes = Mapping[str, str | int | float | bool]
SAMPLED: Final = 1
"""Of the flags of a `traceparent`: whether its span is recorded."""


class Kind(Enum):
    """What a span stands for; named as OpenTelemetry does."""

    SERVER = "SERVER"
    CONSUMER = "CONSUMER"
    CLIENT = "CLIENT"


class Span(Protocol):
    """What is known of one piece of work."""

    def rename(self, name: str) -> None:
        """Give it another name, once more is known."""

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, error_type: str) -> None:
        """Mark it as failed."""


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, *, parent: str = "", waited: float = 0.0
    ) -> AbstractContextManager[Span]:
        """A span for as long as this is entered, under ``parent`` (W3C's `traceparent`) or what runs here already.

        ``waited`` is for how many seconds it has been going on.
        """

    def traceparent(self) -> str:
        """The span that runs here, as others write down whose child they are; empty where there is none."""

    def has_room(self) -> bool:
        """Whether a span is recorded here that may have one more child; if it may not, that is counted."""

    def prepare(self) -> None:
        """Have the first span not wait for anything to be imported."""

    def stop(self) -> None:
        """Send what is left, within a second."""


class Nothing:
    """The span and the tracer while tracing is off."""

    def rename(self, name: str) -> None:
        """Nothing."""

    def note(self, attributes: Attributes) -> None:
        """Nothing."""

    def fail(self, error_type: str) -> None:
        """Nothing."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, *, parent: str = "", waited: float = 0.0
    ) -> AbstractContextManager[Span]:
        """A span that keeps nothing."""
        return _NO_SPAN

    def traceparent(self) -> str:
        """Nothing to be handed on."""
        return ""

    def has_room(self) -> bool:
        """Never."""
        return False

    def prepare(self) -> None:
        """Nothing is needed."""

    def stop(self) -> None:
        """Nothing is left."""


_NOTHING = Nothing()
_NO_SPAN: AbstractContextManager[Span] = nullcontext(_NOTHING)
_tracer: Tracer = _NOTHING


def tracer() -> Tracer:
    """The one of this process."""
    return _tracer


def sampled_trace() -> str | None:
    """The id of the trace that runs here, in 32 hexadecimal digits; None where there is none, or nobody keeps it.

    https://www.w3.org/TR/trace-context/#traceparent-header-field-values
    """
    parent = _tracer.traceparent()
    if not parent:
        return None
    _, trace, _, flags = parent.split("-")
    return trace if int(flags, 16) & SAMPLED else None


def switch_on(other: Tracer) -> None:
    """Have spans made by this tracer from now on."""
    global _tracer
    _tracer = other


def switch_off() -> None:
    """Have none made any more."""
    switch_on(_NOTHING)
