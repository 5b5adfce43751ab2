"""Addresses on the web that links are made of: checked once, so that no link leads to anything but a page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST: Final = 500
"""The most characters that an address may have."""
LONGEST_TEMPLATE: Final = 2000
"""The same where the page is found by what stands behind the host: some tools write all they show into it."""
_UNFIT: Final = re.compile(r"[^\x21-\x7e]|[\"'<>\\^`{|}]")
"""What RFC 3986 has no place for, and the sign that ends a string."""


def web_address(text: str) -> str:
    """The address without a slash at its end. Raises ValueError with a sentence that does not repeat it."""
    if not text:
        return ""
    if len(text) > LONGEST or _UNFIT.search(text):
        raise ValueError(f"An address has at most {LONGEST} characters, none of them blank or outside ASCII.")
    parts = _parts(text)
    if parts.query or parts.fragment:
        raise ValueError("An address that others are made of ends before any ? or #.")
    return text.rstrip("/")


def web_template(text: str, place: str) -> str:
    """An address in which ``place`` stands for what differs from page to page, somewhere behind the host.

    Raises ValueError with a sentence that does not repeat the address.
    """
    if not text:
        return ""
    if place not in text:
        raise ValueError(f"It holds {place} where each page has its own.")
    if len(text) > LONGEST_TEMPLATE or _UNFIT.search(text.replace(place, "")):
        raise ValueError(
            f"It has at most {LONGEST_TEMPLATE} characters, none of them blank or outside ASCII; other braces are"
            " written %7B and %7D."
        )
    if place in _parts(text).netloc:
        raise ValueError(f"The host is the same for all pages: {place} comes behind it.")
    return text


def _parts(text: str) -> SplitResult:
    """Of an address that leads to a page. Raises ValueError."""
    try:
        parts = urlsplit(text)
        has_place = bool(parts.hostname) and parts.port != 0  # reading the port is what checks it
    except ValueError:  # what Python says of a port repeats it, and it may be the beginning of a password
        raise ValueError("An address has a host, and its port is a number from 1 to 65535.") from None
    if parts.scheme not in ("http", "https") or not has_place:
        raise ValueError("An address begins with http:// or https://, then a host.")
    if "@" in parts.netloc:
        raise ValueError("An address that people are given holds no user name and no password.")
    return parts
