"""A release's document: the registry, the roster, every agent's bindings and the catalogue of actions at one time.

Its canonical bytes are JSON with sorted keys and nothing that goes without saying, so the same contract has
the same bytes, and the same digest, wherever and whenever it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from contracts.diff import REGISTRY, Change, ChangeClass, diff_registries
from contracts.diffactions import diff_actions
from contracts.diffagents import diff_agents, diff_rosters
from contracts.documents import (
    NO_ACTIONS,
    ActionsDocument,
    BindingsDocument,
    Document,
    KpiDocument,
    RegistryDocument,
    RosterDocument,
    UnitDocument,
)
from contracts.documents.base import KEPT
from contracts.units import STANDARD_UNITS
from contracts.yamltree import paused_gc

SAME_OTHERWISE = "The same, in another order or written otherwise"
FORMAT = 1
"""Of the canonical JSON; a reader refuses any other."""


class ReleaseError(ValueError):
    """The bytes are no release's document; the message says why."""


@dataclass(frozen=True, slots=True)
class ReleaseDocument:
    """All that is released together. ``bindings`` and ``codes`` are by agent's name, in the roster's order.

    ``codes`` name the agents' folders; ``units`` of the registry hold every unit that differs from the
    standard ones, used or not. ``actions`` is a catalogue for people: no agent is served anything of it.
    """

    registry: RegistryDocument
    roster: RosterDocument
    bindings: Mapping[str, BindingsDocument] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    actions: ActionsDocument = NO_ACTIONS

    def canonical(self) -> bytes:
        """The document as canonical JSON, UTF-8."""
        data = {
            "format": FORMAT,
            "registry": plain_data(self.registry),
            "roster": plain_data(self.roster),
            "bindings": {name: plain_data(document) for name, document in self.bindings.items()},
            "codes": dict(self.codes),
            "order": self.order,
        }
        if not self.actions.is_empty:  # releases from before there was a catalogue keep their digest
            data["actions"] = plain_data(self.actions)
        return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def order(self) -> list[str]:
        """The agents' names in the roster's order; one that only has bindings comes last."""
        return list(dict.fromkeys([*self.roster.agents, *self.bindings, *self.codes]))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hex."""
        return sha256(self.canonical()).hexdigest()

    @property
    def symbols(self) -> dict[str, str]:
        """Each KPI's unit as it is written behind a number."""
        return unit_symbols(self.registry.units, {kpi.name: kpi.unit for kpi in self.registry.kpis})

    @property
    def keys(self) -> dict[str, list[str]]:
        """The KPIs that each agent watches."""
        return {name: [row.key for row in file.kpis_used] for name, file in self.bindings.items()}

    @property
    def kpis(self) -> dict[str, KpiDocument]:
        """The registry's KPIs by name."""
        return {kpi.name: kpi for kpi in self.registry.kpis}


EMPTY = ReleaseDocument(
    RegistryDocument.model_validate({"kpis": []}), RosterDocument.model_validate({"agents": {}})
)
"""What was released before anything was."""


def unit_symbols(own: Iterable[UnitDocument], units: Mapping[str, str]) -> dict[str, str]:
    """Of each KPI, by name, the symbol of its unit; ``own`` are the units beside the standard ones."""
    known = dict(STANDARD_UNITS) | {unit.code: unit.as_spec() for unit in own}
    return {name: known[unit].symbol for name, unit in units.items() if unit in known}


def plain_data(document: Document) -> dict[str, Any]:
    """The document as JSON without what goes without saying; numbers are exact, as 15 digits are."""
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def read_release(data: bytes | str) -> ReleaseDocument:
    """The inverse of :meth:`ReleaseDocument.canonical`. Raises ReleaseError."""
    with paused_gc():
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise ReleaseError(f"this is no release's document: {error}") from error
        return read_data(found)


def read_data(found: Any) -> ReleaseDocument:
    """The same of a document's data, which :meth:`ReleaseDocument.canonical` writes. Raises ReleaseError."""
    try:
        if found["format"] != FORMAT:
            raise ReleaseError(f"format {found['format']} is not {FORMAT}, the only one this version reads")
        order, bindings, codes = found["order"], found["bindings"], found["codes"]
        registry, roster = ({"kpis": []} | found["registry"], {"agents": {}} | found["roster"])
        roster["agents"] = {name: roster["agents"][name] for name in order if name in roster["agents"]}
        with paused_gc():
            return ReleaseDocument(
                RegistryDocument.model_validate(registry, context=KEPT),
                RosterDocument.model_validate(roster, context=KEPT),
                {
                    name: BindingsDocument.model_validate(bindings[name], context=KEPT)
                    for name in order
                    if name in bindings
                },
                {name: str(codes[name]) for name in order if name in codes},
                actions_in(found),
            )
    except ReleaseError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseError(f"this is no release's document: {error}") from error


def read_actions_of(data: bytes | str) -> ActionsDocument:
    """Only the catalogue of actions of a release's document: nothing else of it is checked. Raises ReleaseError."""
    try:
        return actions_in(json.loads(data))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseError(f"this is no release's document: {error}") from error


def actions_in(found: Mapping[str, Any]) -> ActionsDocument:
    """The catalogue of actions in a release's data; an empty one where there was none yet."""
    part = found.get("actions")
    return (
        NO_ACTIONS if part is None else ActionsDocument.model_validate({"actions": {}} | part, context=KEPT)
    )


def diff_releases(before: ReleaseDocument, after: ReleaseDocument) -> list[Change]:
    """Everything that differs, in words: registry, roster, what agents watch and do, then the catalogue of actions.

    Without any of that, two documents of different digests still have one change: their order or spelling.
    """
    changes = [
        *diff_registries(before.registry, after.registry),
        *diff_rosters(before.roster, after.roster),
        *_folders(before.codes, after.codes),
        *diff_agents(before.bindings, after.bindings, after.symbols | before.symbols | after.symbols),
        *diff_actions(before.actions, after.actions),
    ]
    if not changes and before.canonical() != after.canonical():
        changes.append(Change(REGISTRY, (), ChangeClass.COSMETIC, None, None, SAME_OTHERWISE))
    return changes


def _folders(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Agents whose files move to another folder."""
    return [
        Change(
            name,
            ("folder",),
            ChangeClass.COSMETIC,
            before[name],
            code,
            f"{name}'s folder is called {code} (was {before[name]})",
        )
        for name, code in sorted(after.items())
        if before.get(name, code) != code
    ]
