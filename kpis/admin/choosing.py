"""Fields in which another row is found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest

from kpis.admin.rows import M, number_in


class FoundRow(AutocompleteSelect):
    """Django's own, which asks the database for whatever was sent to show it again: an error where that is no
    number, or one that no column holds. The field itself says what is wrong with it."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        """The options that are chosen, as far as they can be rows."""
        return super().optgroups(
            name, [one for one in value if not one or number_in(str(one)) is not None], attr
        )


class FindingAdmin(admin.ModelAdmin[M]):
    """An admin of things that refer to others by its ``autocomplete_fields``."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """The field, with a widget that shows anything again."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", FoundRow(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
