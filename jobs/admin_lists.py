"""Lists in the admin that are filtered by what stands beside them, and by nothing else an address may say."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.http import HttpRequest

ENDINGS: Final = frozenset({"", "exact", "id__exact", "isnull"})
"""What Django's own filters write behind a field's name."""


class OfferedFilters:
    """Of a ModelAdmin: Django would look into any column that an address names, also one that no page shows, and who
    asks for ``digest__startswith`` often enough reads it letter by letter."""

    list_filter: ClassVar[Any]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Whether it is one of the filters that the list offers."""
        return any(
            isinstance(name, str)
            and (lookup + "__").startswith(name + "__")
            and lookup[len(name) :].removeprefix("__") in ENDINGS
            for name in self.list_filter
        )
