"""Addresses on the web that links are made of: checked once, so that no link leads to anything but a page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 500
"""The most characters that an address may have."""
_UNFIT: Final = re.compile(r"[^\x21-\x7e]|[\"'<>\\^`{|}]")
"""What RFC 3986 has no place for, and the sign that ends a string."""


def web_address(text: str) -> str:
    """The address without a slash at its end. Raises ValueError with a sentence that does not repeat it."""
    if not text:
        return ""
    if len(text) > LONGEST or _UNFIT.search(text):
        raise ValueError(f"An address has at most {LONGEST} characters, none of them blank or outside ASCII.")
    parts = urlsplit(text)  # ValueError for a bad IPv6 address
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("An address begins with http:// or https://, then a host.")
    if "@" in parts.netloc:
        raise ValueError("An address that people are given holds no user name and no password.")
    if parts.query or parts.fragment:
        raise ValueError("An address that others are made of ends before any ? or #.")
    return text.rstrip("/")
