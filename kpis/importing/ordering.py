"""The order of KPIs and agents: that of the file which names them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from contracts.ordering import merged
from kpis.models.rewriting_columns import overwrite


def put_in_order(model: type[Model], wanted: Sequence[str]) -> None:
    """Give rows with a name and a position their places; a query where they have them already."""
    here = list(model._default_manager.order_by("position", "pk").values_list("name", flat=True))
    order = merged(here, wanted)
    if order == here:
        return
    rows: dict[str, Any] = {row.name: row for row in model._default_manager.all()}  # type: ignore[attr-defined]
    misplaced = []
    for place, name in enumerate(name for name in order if name in rows):
        if rows[name].position != place:
            rows[name].position = place
            misplaced.append(rows[name])
    overwrite(model, misplaced, ["position"])
