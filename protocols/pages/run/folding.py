"""Whether the parts of the page that explain are open: for somebody new to it they are, until they say otherwise."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

COOKIE: Final = "auren_run_folds"
LASTS: Final = 400 * 24 * 3600
"""Seconds: as long as browsers keep one."""


def folds(request: HttpRequest) -> bool:
    """Whether this person opens themselves what they want to see."""
    return request.COOKIES.get(COOKIE) == "yes"
