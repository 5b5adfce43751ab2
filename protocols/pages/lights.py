"""The roster map of the release in force, lit by what happens: plain values for the drawing, which knows no runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.urls import reverse

from bindings.maps import Lights, Line, Mark, Member, RosterMap, lit, roster_map
from protocols.lifecycle import OfferState
from protocols.models import HandOffOffer, Pause
from protocols.pages.board import Lane
from protocols.timing import HAND_OFF_WITHIN, MINUTE
from telemetry import contracts_now
from telemetry.contracts_now import Released

SHOWN_FOR: Final = 60 * MINUTE
"""How long a hand-off stays lit."""
OFFERS_READ: Final = 5_000
DRAWN_AT_MOST: Final = 30
"""Agents on the map: of a larger roster those at work, or asked lately."""
KPIS_AT_MOST: Final = 20
"""KPIs that are named of each agent."""
UNDECLARED: Final = "◇"
"""Stands before what is said of a hand-off that no contract in force declares; the key beneath the map explains it."""
TOLD_FIRST: Final = (
    OfferState.OFFERED, OfferState.IGNORED, OfferState.REFUSED, OfferState.ACCEPTED, OfferState.WITHDRAWN,
)  # fmt: skip
OFFER_WORDS: Final = {
    OfferState.IGNORED: "not answered",
    OfferState.REFUSED: "refused",
    OfferState.OFFERED: "waiting",
    OfferState.ACCEPTED: "accepted",
    OfferState.WITHDRAWN: "withdrawn",
}


KEY: Final = (
    ("l-offered", "asked, no answer yet"),
    ("l-accepted", "accepted"),
    ("l-refused", "refused, or not answered"),
    ("undeclared", f"{UNDECLARED} no contract in force declares it"),
)
"""Classes of lines, and what they say."""
Pair = tuple[str, str]
"""Who asks, and who is asked."""


class _Drawn:
    """The map as it was last drawn. ``key`` has the hand-offs that no contract declares, and the agents."""

    released: Released | None = None
    declared: frozenset[Pair] = frozenset()
    key: tuple[frozenset[Pair], frozenset[str]] | None = None
    drawn: RosterMap | None = None


def lit_map(lanes: Sequence[Lane], pauses: Sequence[Pause], now: int) -> RosterMap:
    """The map as it stands now; one query."""
    released, asked, marks = contracts_now.current(), hand_offs(now), _agents(lanes, pauses)
    if _Drawn.released is not released:
        _Drawn.released, _Drawn.declared, _Drawn.key = released, declared(released), None
    beside = frozenset(asked) - _Drawn.declared
    key = beside, shown_of(released, [*marks, *(agent for pair in asked for agent in pair)])
    if _Drawn.drawn is None or _Drawn.key != key:
        _Drawn.drawn, _Drawn.key = drawn(released, *key), key
    found = {
        pair: replace(mark, label=f"{UNDECLARED} {mark.label}") if pair in beside else mark
        for pair, mark in asked.items()
    }
    return lit(_Drawn.drawn, Lights(marks, found))


def shown_of(released: Released, busy: Iterable[str]) -> frozenset[str]:
    """All agents, where they fit; else the first of those that something happens to."""
    if len(released.agents) <= DRAWN_AT_MOST:
        return released.agents
    return frozenset([agent for agent in dict.fromkeys(busy) if agent in released.agents][:DRAWN_AT_MOST])


def declared(released: Released) -> frozenset[Pair]:
    """Who may ask whom by the contracts in force."""
    return frozenset(
        (agent, asked.agent)
        for (agent, _), one in released.watched.items()
        for asked in one.binding.hand_offs
    )


def drawn(released: Released, beside: Collection[Pair], shown: Collection[str]) -> RosterMap:
    """Agents of a release; each leads to its page. What happens ``beside`` the contracts is drawn, too."""
    watched: dict[str, list[str]] = {agent: [] for agent in shown}
    lines: dict[tuple[str, str, str, str], Line] = {}
    is_on: dict[str, bool] = {}
    for (agent, kpi), one in released.watched.items():
        if agent not in watched:
            continue
        watched[agent].append(kpi)
        is_on[agent] = is_on.get(agent, False) or one.evaluator is not None
        for asked in one.binding.hand_offs:
            key = agent, asked.agent, str(asked.severity), asked.kpi
            lines.setdefault(key, Line(agent, asked.agent, asked.severity, asked.reason, asked.kpi))
    undeclared = [Line(source, target, None) for source, target in sorted(beside)]
    members = [
        Member(
            name=agent,
            url=reverse("admin:protocols_protocolrun_agent", args=[agent]),
            status="nothing open",
            enabled=is_on.get(agent, True),
            kpis=tuple(kpis[:KPIS_AT_MOST]),
            more=max(0, len(kpis) - KPIS_AT_MOST),
        )
        for agent, kpis in sorted(watched.items())
    ]
    return roster_map(members, [*lines.values(), *undeclared])


def _agents(lanes: Sequence[Lane], pauses: Sequence[Pause]) -> dict[str, Mark]:
    released = contracts_now.current()
    found = {lane.agent: _mark(lane) for lane in lanes}
    for pause in pauses:
        about = f" about {released.definition(pause.kpi).title or pause.kpi}" if pause.kpi else ""
        one = found.get(pause.agent) or Mark("paused", "", "")
        if not pause.kpi:
            one = replace(one, kind="paused", label="paused")
        found[pause.agent] = replace(one, words=f"{one.words} It is paused{about}.".strip())
    return found


def _mark(lane: Lane) -> Mark:
    kind, word, count = lane.counts[0]
    told = ", ".join(f"{count} {word}" for _, word, count in lane.counts)
    return Mark(kind, f"{count} {word}", f"Open runs: {told}.", note=f"{lane.total} open")


def hand_offs(now: int) -> dict[Pair, Mark]:
    """Who asked whom lately, and what became of it."""
    # An offer is due by the server's clock, and offered by that of the values.
    begun = now - SHOWN_FOR + HAND_OFF_WITHIN
    rows = HandOffOffer.objects.filter(due__gte=begun).order_by("-due")
    counts: dict[Pair, Counter[str]] = {}
    undeclared: Counter[Pair] = Counter()
    columns = ("source", "target", "state", "step__declared")
    for source, target, state, is_declared in rows.values_list(*columns)[:OFFERS_READ]:
        counts.setdefault((source, target), Counter())[state] += 1
        undeclared[source, target] += not is_declared
    return {pair: _hand_off(found, undeclared[pair]) for pair, found in counts.items()}


def _hand_off(counts: Mapping[str, int], undeclared: int) -> Mark:
    occurring = [state for state in TOLD_FIRST if counts.get(state)]
    first = occurring[0]
    told = ", ".join(f"{counts[state]} {OFFER_WORDS[state]}" for state in occurring)
    beside = f" {undeclared} of them no contract asked for." if undeclared else ""
    return Mark(str(first), f"{counts[first]} {OFFER_WORDS[first]}", f"In the last hour: {told}.{beside}")
