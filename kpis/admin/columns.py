"""Columns of the list of KPIs that apps above this one add; none is known here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kpis.models import KPI


@dataclass(frozen=True, slots=True)
class Column:
    """``prepare`` is given a whole page of the list at once, ``show`` each of its KPIs after that."""

    may_see: Callable[[HttpRequest], bool]
    prepare: Callable[[Sequence[KPI]], None]
    show: Callable[[KPI], SafeString]


COLUMNS: list[Column] = []
"""They stand behind the picture of the bands."""
