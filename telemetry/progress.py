"""How far long work is, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Done, of how many (0: not known), and what is being done; may raise, to end the work."""


def no_progress(done: int, total: int, message: str) -> None:
    """For who does not wait."""
