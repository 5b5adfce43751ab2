"""Changes of very many agents at once: see :mod:`kpis.bulk`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bindings import services
from bindings.models import Agent
from kpis.bulk import CHANGES, BulkChange, Change


def _switch(*, on: bool) -> Change:
    def change(ids: Sequence[int], author: Any) -> int:
        return services.switch(agents=Agent.objects.filter(pk__in=ids), on=on, author=author)

    return change


def _delete(ids: Sequence[int], author: Any) -> int:
    return services.delete_agents(agents=Agent.objects.filter(pk__in=ids), author=author)


CHANGES |= {
    "agent.on": BulkChange("bindings.change_agent", "now on", _switch(on=True)),
    "agent.off": BulkChange("bindings.change_agent", "now off", _switch(on=False)),
    "agent.delete": BulkChange("bindings.delete_agent", "deleted", _delete),
}
