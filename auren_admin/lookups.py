"""Numbers that no column holds, in a question to the database: nothing is equal to one.

Django answers so itself where a column of numbers is compared with one of them, but not in a list of several nor by
a foreign key: there SQLite ends the request with an error. Filters of lists, ids in addresses and choices of forms
all come to this.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, IntegerField
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

LARGEST = 2**63 - 1


def is_held(value: object) -> bool:
    """Whether a column of the largest kind holds it, as far as it is a number."""
    return not isinstance(value, int) or -LARGEST <= value <= LARGEST


class OneOfNumbers(In[Any]):
    """``number__in=[…]``, without the numbers that no column can hold."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """Without what no column holds."""
        if self.rhs_is_direct_value():
            self.rhs = list(filter(is_held, self.rhs))
        return super().process_rhs(compiler, connection)


class OneOfRows(RelatedIn):
    """``row__in=[…]``, without the keys that no column can hold."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """Without what no row is called."""
        if self.rhs_is_direct_value():
            self.rhs = list(filter(is_held, self.rhs))
        return super().process_rhs(compiler, connection)


class IsRow(RelatedExact):
    """``row=…``, which is true of nothing where no column can hold the key."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """Nothing, where no row is called so."""
        if not is_held(self.rhs):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)


def register() -> None:
    """Have every question asked by these."""
    IntegerField.register_lookup(OneOfNumbers)
    ForeignKey.register_lookup(OneOfRows)
    ForeignKey.register_lookup(IsRow)
