"""What is read from memory beside releases: of whom the front asks knows nothing but this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from releases.serving.pages import Page
from releases.serving.shelf import Grant


class Aside(Protocol):
    """Each caller's own, by address."""

    def is_about(self, path: str) -> bool:
        """Whether it has anything to do with an address."""

    def page(self, grant: Grant, path: str, now: float) -> Page | None:
        """What a caller reads there at a moment, by `time.monotonic()`; None where Django is to answer."""

    def learning(self, start_response: Callable[..., Any]) -> Callable[..., Any]:
        """What Django answers passes through here, so that the same can be answered."""
