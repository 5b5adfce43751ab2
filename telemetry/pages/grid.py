"""What the first page shows of a look: the KPIs that were asked for, a page of them, each with its agents.

Few KPIs and agents are a grid in the registry's order. Of many, those come first that need a look, those without
values are folded away, and each KPI lists the agents that watch it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from django.core.paginator import Page, Paginator
from django.utils.http import urlencode

from contracts.watched import Definition
from telemetry.pages.overview import KINDS, Look, Seen, Tally
from telemetry.pages.words import WORDS, when_of

SMALL: Final = 40
"""KPIs that are shown together, where agents have columns."""
PER_PAGE: Final = 20
"""KPIs on a page of more."""
COLUMNS_AT_MOST: Final = 12
"""Agents that have a column each; of more, each KPI lists its own."""
CELLS_AT_MOST: Final = 6
"""Agents that a KPI lists beside others, the worst first."""
ALONE_AT_MOST: Final = 200
"""The same of a KPI that stands alone."""
WITH_VALUES, NEEDING, WITHOUT, ALL = "", "look", "none", "all"
STATE_CHOICES: Final = (
    (WITH_VALUES, "With values"),
    (NEEDING, "Needs a look"),
    *((kind, WORDS[kind].capitalize()) for kind in KINDS),
    (WITHOUT, "No values yet"),
    (ALL, "With and without values"),
)
"""What an address says, and what the page calls it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to show: ``search`` is part of a KPI's name or title; ``kpi`` and ``agent`` are whole names; "" is all."""

    search: str = ""
    kpi: str = ""
    agent: str = ""
    state: str = WITH_VALUES
    page: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Asked:
        """As an address says it; a state that there is not is none."""
        state = data.get("state", "")
        known = state if state in dict(STATE_CHOICES) else WITH_VALUES
        search, kpi, agent = (data.get(name, "").strip() for name in ("q", "kpi", "agent"))
        return cls(search, kpi, agent, known, data.get("p", ""))

    @property
    def is_narrow(self) -> bool:
        """Whether something certain is looked for."""
        return bool(self.search or self.kpi or self.agent or self.state)

    @property
    def is_first(self) -> bool:
        """Whether the page is where everybody begins."""
        return not self.is_narrow and self.page in ("", "1")

    @property
    def query(self) -> str:
        """The same for an address, without the page."""
        parts = {"q": self.search, "kpi": self.kpi, "agent": self.agent, "state": self.state}
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def whole_query(self) -> str:
        """The same with the page."""
        page = urlencode({"p": self.page}) if self.page else ""
        return "&".join(part for part in (self.query, page) if part)


@dataclass(frozen=True, slots=True)
class Cell:
    """One binding: how many people are in each state, the worst first, and how old the newest value is."""

    agent: str
    kpi: str
    is_on: bool
    counts: tuple[Tally, ...] = ()
    last: datetime | None = None

    @property
    def people(self) -> int:
        """Of whom something was reported."""
        return sum(one.count for one in self.counts)

    @property
    def worst(self) -> str:
        """The class of the worst state that somebody is in."""
        return self.counts[0].kind if self.counts else "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """A KPI. In a grid it has a cell for each agent that has a column, None where that does not watch it; else one for
    each that does, the worst first, and ``more`` agents are left out."""

    definition: Definition
    cells: tuple[Cell | None, ...]
    more: int = 0


class Found(NamedTuple):
    """A KPI that was asked for, those of its agents that were, and its place among others: the smallest is first."""

    kpi: str
    agents: Sequence[str]
    urgency: tuple[int, ...]


def urgency(seen: Sequence[Seen]) -> tuple[int, ...]:
    """The smaller, the sooner somebody should look: by how many people are critical, then in warning, then need a look
    for another reason, and so on. What has no values comes last."""
    if not seen:
        return (0,)
    critical, warning, *rest = (-sum(column) for column in zip(*(one.counts for one in seen), strict=True))
    return critical, warning, -sum(one.needing for one in seen), *rest


@dataclass(frozen=True)
class Overview:
    """The first page, as it was asked for."""

    look: Look
    asked: Asked

    @property
    def release(self) -> int:
        """In force for production; 0 where nothing was published."""
        return self.look.released.release

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """States that may be chosen: before there are values, none but all of them."""
        return STATE_CHOICES if self.look.seen else ((WITH_VALUES, "All states"),)

    @property
    def has_columns(self) -> bool:
        """Whether agents have columns."""
        return len(self.look.agents) <= COLUMNS_AT_MOST

    @property
    def is_small(self) -> bool:
        """Whether all of it fits on a page, as a grid."""
        return self.has_columns and len(self.look.watchers) <= SMALL

    @property
    def can_be_narrowed(self) -> bool:
        """Whether the page offers to look for something certain."""
        return not self.is_small or self.asked.is_narrow

    @property
    def folds(self) -> bool:
        """Whether what has no values is left out: where there is much, and something else to be shown."""
        return not self.is_small and self.asked.state == WITH_VALUES and bool(self.look.seen)

    @property
    def silent(self) -> int:
        """How many bindings have no values yet."""
        return self.look.bindings - sum(map(len, self.look.seen.values()))

    @property
    def more(self) -> int:
        """How many states need a look beside those of whoever is named."""
        return max(0, self.look.needing - sum(len(one.reasons) for one in self.look.attention))

    @cached_property
    def page(self) -> Page[Found]:
        """The KPIs on it, each with the agents that are shown."""
        return Paginator(self._found(), SMALL if self.is_small else PER_PAGE).get_page(self.asked.page)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The agents that have one, in the roster's order."""
        shown = {agent for found in self.page for agent in found.agents}
        return tuple(agent for agent in self.look.agents if agent in shown)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The KPIs of the page."""
        return tuple(map(self._across if self.has_columns else self._listed, self.page))

    def _found(self) -> list[Found]:
        found = [one for kpi in self.look.watchers if self._is_wanted(kpi) and (one := self._of(kpi)).agents]
        if not self.is_small or self.asked.is_narrow:
            found.sort(key=lambda one: one.urgency)  # equal ones stay in the registry's order
        return found

    def _is_wanted(self, kpi: str) -> bool:
        asked = self.asked
        if not asked.search:
            return not asked.kpi or kpi == asked.kpi
        title = self.look.released.definition(kpi).title
        return asked.search.casefold() in f"{kpi} {title}".casefold()

    def _of(self, kpi: str) -> Found:
        """A KPI with the agents that were asked for."""
        asked, seen = self.asked, self.look.seen.get(kpi, {})
        if not seen and (self.folds or asked.state in (NEEDING, *KINDS)):
            return Found(kpi, (), ())
        watchers = self.look.watchers[kpi]
        agents = [one for one in watchers if one == asked.agent] if asked.agent else watchers
        chosen = [agent for agent in agents if self._fits(seen.get(agent))]
        return Found(kpi, chosen, urgency([seen[agent] for agent in chosen if agent in seen]))

    def _fits(self, seen: Seen | None) -> bool:
        """Whether a binding is in the state that was asked for."""
        state = self.asked.state
        if state == WITHOUT:
            return seen is None
        if state == ALL or (state == WITH_VALUES and not self.folds):
            return True
        if seen is None:
            return False
        return (
            state == WITH_VALUES
            or (seen.needing if state == NEEDING else seen.counts[KINDS.index(state)]) > 0
        )

    def _across(self, found: Found) -> Row:
        cells = {agent: self._cell(found.kpi, agent) for agent in found.agents}
        return Row(self.look.released.definition(found.kpi), tuple(map(cells.get, self.columns)))

    def _listed(self, found: Found) -> Row:
        seen = self.look.seen.get(found.kpi, {})
        worst = sorted(found.agents, key=lambda agent: urgency([seen[agent]] if agent in seen else []))
        shown = worst[: CELLS_AT_MOST if len(self.page) > 1 else ALONE_AT_MOST]
        cells = tuple(self._cell(found.kpi, agent) for agent in shown)
        return Row(self.look.released.definition(found.kpi), cells, len(worst) - len(shown))

    def _cell(self, kpi: str, agent: str) -> Cell:
        seen = self.look.seen.get(kpi, {}).get(agent)
        return Cell(
            agent=agent,
            kpi=kpi,
            is_on=self.look.released.watched[agent, kpi].evaluator is not None,
            counts=seen.tallies if seen else (),
            last=when_of(seen.last) if seen and seen.last else None,
        )
