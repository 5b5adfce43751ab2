"""A release's document read piece by piece, each when it is asked for: of a large one, most is asked for late or never.

What is held until then is plain data, which takes a twentieth of the time to read that documents do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Generic, TypeVar

from pydantic import ValidationError as ShapeError

from contracts.documents import (
    ActionsDocument,
    BindingsDocument,
    KpiDocument,
    RegistryDocument,
    RosterDocument,
)
from contracts.documents.base import KEPT
from contracts.release import FORMAT, ReleaseError, actions_in, unit_symbols
from contracts.yamltree import paused_gc

Piece = TypeVar("Piece")


class Lazily(Mapping[str, Piece], Generic[Piece]):
    """By name, what ``read`` makes of data; once each. Raises ReleaseError where it cannot."""

    def __init__(self, data: Mapping[str, Any], read: Callable[[Any], Piece]) -> None:
        self._data = data
        self._read = read
        self._found: dict[str, Piece] = {}

    def __getitem__(self, name: str) -> Piece:
        found = self._found.get(name)
        if found is None:
            data = self._data[name]
            try:
                found = self._found[name] = self._read(data)
            except ShapeError as error:
                raise ReleaseError(f"{name} of this release cannot be read: {error}") from error
        return found

    def print_of(self, name: str) -> str:
        """What tells the data of this name from any other, without reading it: its SHA-256; "" where there is none."""
        data = self._data.get(name)
        return "" if data is None else _print(data)

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


@dataclass(frozen=True)
class ReleasePieces:
    """What a :class:`contracts.release.ReleaseDocument` has, under the same names."""

    registry: RegistryDocument
    """Its settings and units, without the KPIs."""
    kpis: Lazily[KpiDocument]
    symbols: Mapping[str, str]
    roster: RosterDocument
    bindings: Lazily[BindingsDocument]
    keys: Mapping[str, list[str]]
    """The KPIs that each agent watches."""
    actions: ActionsDocument

    @property
    def whole_registry(self) -> RegistryDocument:
        """The registry with its KPIs, in their order. Raises ReleaseError."""
        return self.registry.model_copy(update={"kpis": list(self.kpis.values())})

    @cached_property
    def prints(self) -> dict[str, str]:
        """For each agent what tells all it could be served from anything else: a SHA-256 of its entry, its bindings,
        the KPIs that it watches, and what all of them share. Where it is the same in two releases, so is every byte."""
        shared = _print(self.registry.model_dump(mode="json"))
        of_kpis = {name: f"{self.kpis.print_of(name)} {self.symbols.get(name, '')}" for name in self.kpis}
        found = {}
        for name in dict.fromkeys([*self.roster.agents, *self.bindings]):
            entry = self.roster.agents.get(name)
            told = [name, shared, self.bindings.print_of(name), entry and entry.model_dump(mode="json")]
            found[name] = _print([*told, *(of_kpis.get(key, "") for key in self.keys.get(name, ()))])
        return found


def _print(data: Any) -> str:
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def release_pieces(text: str | bytes) -> ReleasePieces:
    """The pieces of canonical JSON. Raises ReleaseError, as each piece does later."""
    try:
        with paused_gc():
            return _pieces(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ReleaseError):
            raise
        raise ReleaseError(f"this is no release's document: {error}") from error


def _pieces(found: Any) -> ReleasePieces:
    if found["format"] != FORMAT:
        raise ReleaseError(f"format {found['format']} is not {FORMAT}, the only one this version reads")
    order, bindings = found["order"], found["bindings"]
    kpis = {kpi["name"]: kpi for kpi in found["registry"].get("kpis", ())}
    rest = RegistryDocument.model_validate(found["registry"] | {"kpis": []}, context=KEPT)
    roster = {"agents": {}} | found["roster"]
    roster["agents"] = {name: roster["agents"][name] for name in order if name in roster["agents"]}
    files = {name: bindings[name] for name in order if name in bindings}
    return ReleasePieces(
        registry=rest,
        kpis=Lazily(kpis, lambda data: KpiDocument.model_validate(data, context=KEPT)),
        symbols=unit_symbols(rest.units, {name: kpi["unit"] for name, kpi in kpis.items()}),
        roster=RosterDocument.model_validate(roster, context=KEPT),
        bindings=Lazily(files, lambda data: BindingsDocument.model_validate(data, context=KEPT)),
        keys={name: [row["key"] for row in file["kpis_used"]] for name, file in files.items()},
        actions=actions_in(found),
    )
