"""Fields that say what a text is like, and leave it to the document to read it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TextField(serializers.CharField):
    """A text, kept exactly as it is sent; how long it may be is for the description, the rules judge."""

    def __init__(self, length: int, *, required: bool = False, **options: Any) -> None:
        if "default" not in options:
            options["required"] = required
        super().__init__(max_length=length, allow_blank=not required, trim_whitespace=False, **options)
