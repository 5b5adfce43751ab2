"""Agents as a kind of thing with a history: compared, merged and brought back as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import ValidationError as ShapeError

from bindings import services
from bindings.admin.sheet import Sheet
from bindings.documents import Contract
from bindings.models import Agent
from contracts.diff import Change
from contracts.diffagents import diff_bindings, diff_entries
from kpis.admin.kinds import Data, MergedKind, register
from kpis.models import KPI, Revision

ORDER = "order"


class AgentKind(MergedKind[Agent]):
    """An agent with its bindings, their triggers and actions, and its hand-offs."""

    name = services.KIND_AGENT
    noun, plural = "agent", "agents"
    urls = "bindings_agent"
    permission = "bindings.view_agent"

    def whole(self) -> QuerySet[Agent]:
        """With everything a contract consists of."""
        return Agent.objects.whole()

    def revision(self, thing: Agent) -> int:
        """The number of its latest revision."""
        return thing.revision

    def data(self, thing: Agent) -> Data:
        """Its bindings file and its entry on the roster."""
        return Contract.of(thing).as_stored()

    def posted(
        self, model_admin: ModelAdmin[Agent], request: HttpRequest, thing: Agent, base: Data | None
    ) -> Data:
        """The form as a contract; what is not sent of it is as it was when the form was opened."""
        began = Contract.from_stored(base) if base else Contract.of(thing)
        try:
            return Sheet.of_post(request.POST, began).contract().as_stored()
        except ShapeError as error:
            raise BadRequest("A text in the form cannot be stored.") from error

    def changes(self, before: Data, after: Data) -> list[Change]:
        """The roster's entry, then the bindings, then the hand-offs."""
        old, new = Contract.from_stored(before), Contract.from_stored(after)
        used = {row.key for contract in (old, new) for row in contract.bindings.kpis_used}
        symbols = dict(KPI.objects.filter(name__in=used).values_list("name", "unit__symbol"))
        return [
            *diff_entries(new.bindings.agent, old.entry, new.entry),
            *diff_bindings(old.bindings, new.bindings, symbols),
        ]

    def restore(self, request: HttpRequest, thing: Agent, data: Data, *, seen: int, reason: str) -> None:
        """Replace the agent and all its rows."""
        services.lock(agent=thing, revision=seen)
        contract = Contract.from_stored(data)
        services.replace_agent(
            agent=thing,
            document=contract.bindings,
            roster_entry=contract.entry,
            author=request.user,
            source=Revision.Source.RESTORE,
            reason=reason,
        )

    def pictures(self, thing: Agent, data: Data) -> dict[str, Any]:
        """None: an agent has as many pictures as bindings."""
        return {}

    def spread(self, data: Data) -> Data:
        """With bindings by KPI, actions and hand-offs by name, and their order beside them."""
        head = dict(data["bindings"])
        used, asked = head.pop("kpis_used", []), head.pop("collaboration", {})
        return {
            "head": head,
            "roster": data["roster"],
            "bindings": named(used, "key", spread_binding),
            "hand-offs": {
                key: named(rows, "agent", also="kpi") if isinstance(rows, list) else rows
                for key, rows in asked.items()
            },
        }

    def gathered(self, data: Data) -> Data:
        """The document of spread rows; a row whose name one side took away is no row."""
        asked = {
            key: listed(rows, "agent") if key.startswith("on_") else rows
            for key, rows in data.get("hand-offs", {}).items()
        }
        used = [gathered_binding(row) for row in listed(data.get("bindings", {}), "key")]
        return {
            "bindings": {**data.get("head", {}), "kpis_used": used, "collaboration": asked},
            "roster": data.get("roster", {}),
        }


AGENTS = AgentKind()
register(AGENTS)


def spread_binding(row: Mapping[str, Any]) -> dict[str, Any]:
    """A binding with its actions by name."""
    alerting = dict(row.get("alerting", {}))
    actions = alerting.pop("actions", [])
    return {**row, "alerting": alerting, "actions": named(actions, "name")}


def gathered_binding(row: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of :func:`spread_binding`."""
    data = dict(row)
    actions = listed(data.pop("actions", {}), "name")
    return data | {"alerting": {**data.get("alerting", {}), "actions": actions}}


def named(rows: Iterable[Mapping[str, Any]], key: str, inner: Any = dict, also: str = "") -> dict[str, Any]:
    """Rows by their name, with their order; a name that comes again is counted.

    ``also`` is a second key, which is part of the name where a row has it.
    """
    found: dict[str, Any] = {}
    for row in rows:
        name = " ".join(str(row[part]) for part in (key, also) if row.get(part))
        while name in found or name == ORDER:
            name += "+"
        found[name] = inner(row)
    return {**found, ORDER: list(found)} if found else {}


def listed(rows: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows in their order, those that it does not name last, without those that have lost their name."""
    return [
        dict(rows[name]) for name in in_order(rows) if isinstance(rows[name], dict) and rows[name].get(key)
    ]


def in_order(rows: Mapping[str, Any]) -> Iterator[str]:
    """Names of the rows, in the order that is kept beside them and then those that it lacks."""
    order = [name for name in rows.get(ORDER, []) if name in rows]
    yield from order
    yield from (name for name in rows if name != ORDER and name not in order)
