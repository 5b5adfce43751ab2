"""What operations refuse, as problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from protocols.errors import NoSuchRun, RunError
from protocols.lifecycle import Unlawful
from rest.problems import ErrorItem, Invalid, Problem

PLACES: Final[Mapping[str, str]] = {
    "before_the_run": "at",
    "before_its_start": "at",
    "from_the_future": "at",
    "note_missing": "note",
    "words_missing": "words",
    "reason_missing": "reason",
    "unknown_reason": "reason_code",
    "unknown_agent": "hand_off",
    "unknown_kpi": "kpi",
    "too_long": "minutes",
}
"""Where in the body that stands which is wrong with the request itself, and not only with where the run is."""


@contextmanager
def refusals(**places: str) -> Iterator[None]:
    """Raise what is refused within as a Problem: 404 for what is not there or is another's, 400 for what the body says,
    409 for what does not go with where the run stands. ``places`` are those that differ from the usual."""
    try:
        yield
    except NoSuchRun as error:
        raise Problem(404, "not_found", error.message) from None
    except RunError as error:
        key = {**PLACES, **places}.get(error.code)
        item = ErrorItem(error.code, error.message, (key,) if key else (), error.hint)
        raise (Invalid([item]) if key else Problem(409, error.code, error.message, errors=[item])) from None
    except Unlawful as error:
        raise Problem(409, "not_possible", f"The run does not allow this: {error}.") from None
