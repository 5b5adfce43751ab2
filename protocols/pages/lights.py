"""The roster map of the release in force, lit by what happens: plain values for the drawing, which knows no runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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


class _Drawn:
    """The map as it was last drawn, and of which release."""

    released: Released | None = None
    drawn: RosterMap | None = None


def lit_map(lanes: Sequence[Lane], pauses: Sequence[Pause], now: int) -> RosterMap:
    """The map as it stands now; one query."""
    released = contracts_now.current()
    if _Drawn.drawn is None or _Drawn.released is not released:
        _Drawn.drawn, _Drawn.released = drawn(released), released
    return lit(_Drawn.drawn, Lights(_agents(lanes, pauses), hand_offs(now)))


def drawn(released: Released) -> RosterMap:
    """The roster of a release; each agent leads to its page."""
    watched: dict[str, list[str]] = {agent: [] for agent in released.agents}
    lines: dict[tuple[str, str, str, str], Line] = {}
    is_on: dict[str, bool] = {}
    for (agent, kpi), one in released.watched.items():
        watched.setdefault(agent, []).append(kpi)
        is_on[agent] = is_on.get(agent, False) or one.evaluator is not None
        for asked in one.binding.hand_offs:
            key = agent, asked.agent, str(asked.severity), asked.kpi
            lines.setdefault(key, Line(agent, asked.agent, asked.severity, asked.reason, asked.kpi))
    members = [
        Member(
            name=agent,
            url=reverse("admin:protocols_protocolrun_agent", args=[agent]),
            status="nothing open",
            enabled=is_on.get(agent, True),
            kpis=tuple(kpis),
        )
        for agent, kpis in sorted(watched.items())
    ]
    return roster_map(members, list(lines.values()))


def _agents(lanes: Sequence[Lane], pauses: Sequence[Pause]) -> dict[str, Mark]:
    found = {lane.agent: _mark(lane) for lane in lanes}
    for pause in pauses:
        about = f" about {pause.kpi}" if pause.kpi else ""
        one = found.get(pause.agent) or Mark("paused", "", "")
        if not pause.kpi:
            one = replace(one, kind="paused", label="paused")
        found[pause.agent] = replace(one, words=f"{one.words} It is paused{about}.".strip())
    return found


def _mark(lane: Lane) -> Mark:
    kind, word, count = lane.counts[0]
    told = ", ".join(f"{count} {word}" for _, word, count in lane.counts)
    return Mark(kind, f"{count} {word}", f"Open runs: {told}.", note=f"{lane.total} open")


def hand_offs(now: int) -> dict[tuple[str, str], Mark]:
    """Who asked whom lately, and what became of it."""
    # An offer is due by the server's clock, and offered by that of the values.
    begun = now - SHOWN_FOR + HAND_OFF_WITHIN
    rows = HandOffOffer.objects.filter(due__gte=begun).order_by("-due")
    counts: dict[tuple[str, str], Counter[str]] = {}
    for source, target, state in rows.values_list("source", "target", "state")[:OFFERS_READ]:
        counts.setdefault((source, target), Counter())[state] += 1
    return {pair: _hand_off(found) for pair, found in counts.items()}


def _hand_off(counts: Mapping[str, int]) -> Mark:
    occurring = [state for state in TOLD_FIRST if counts.get(state)]
    first = occurring[0]
    told = ", ".join(f"{counts[state]} {OFFER_WORDS[state]}" for state in occurring)
    return Mark(str(first), f"{counts[first]} {OFFER_WORDS[first]}", f"In the last hour: {told}.")
