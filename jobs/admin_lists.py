"""Lists in the admin that are filtered by what stands beside them, and by nothing else an address may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from jobs.kinds import routine_kinds
from jobs.models import Job

ENDINGS: Final = frozenset({"", "exact", "id__exact", "isnull"})
"""What Django's own filters write behind a field's name."""


class OfferedFilters:
    """Of a ModelAdmin: Django would look into any column that an address names, also one that no page shows, and who
    asks for ``digest__startswith`` often enough reads it letter by letter."""

    list_filter: ClassVar[Any]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Whether it is one of the filters that the list offers."""
        own = {one.parameter_name for one in self.list_filter if hasattr(one, "parameter_name")}
        return lookup in own or any(
            isinstance(name, str)
            and (lookup + "__").startswith(name + "__")
            and lookup[len(name) :].removeprefix("__") in ENDINGS
            for name in self.list_filter
        )


class Housekeeping(admin.SimpleListFilter):
    """Folds away what ran by itself and was done, every minute or hour, so that what people asked for can be seen.

    What failed or waits is always shown, and so is everything where somebody searches or chooses a kind.
    """

    title = "housekeeping"
    parameter_name = "housekeeping"
    SHOWN = "shown"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Beside the usual view there is one with everything."""
        return [(self.SHOWN, "Shown")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Django calls the usual view "All", which it is not."""
        usual, *others = super().choices(changelist)
        yield {**usual, "display": "Folded away where done"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The jobs to list."""
        if not folds_away(request):
            return queryset
        routine = Q(kind__in=routine_kinds(), state=Job.State.DONE, author__isnull=True)
        return queryset.exclude(routine)


def folds_away(request: HttpRequest) -> bool:
    """Whether the list leaves housekeeping out: not where somebody asked for something certain, or for all."""
    asked = request.GET
    return not (asked.get("q") or asked.get("kind") or asked.get("kind__exact") or asked.get("housekeeping"))
