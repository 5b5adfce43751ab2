"""One answer to Prometheus: pieces of text that are never changed, so that the next scrape need not wait for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.registry import Collector

from rest.patience import holding
from telemetry import contracts_now
from telemetry.contracts_now import Released
from telemetry.exposition.aggregates import aggregate_families
from telemetry.exposition.clock import clock_family
from telemetry.exposition.families import contract_families, live_families
from telemetry.exposition.held import Held, held
from telemetry.exposition.lines import encoded, header, prefix
from telemetry.exposition.process import process_families
from telemetry.exposition.samples import LAST_OBSERVATION, OPEN, OPENS, STAMPS, STATE, STATES, VALUES
from telemetry.exposition.served_snapshot import snapshot_families

END = b"# EOF\n"
SENT_AT_ONCE = 1024 * 1024
"""Bytes that are joined and handed to the server at a time: one large piece would be copied several times."""
GZIP_LEVEL = 1
"""The text is so alike that more effort hardly makes it smaller."""
OVER_BUDGET = "auren_series_over_budget"
NOTHING_OVER = "Series and states of a KPI that are left out because it has more than AUREN_SERIES_BUDGET."


@dataclass(frozen=True, slots=True)
class Scrape:
    """A whole answer."""

    pieces: Sequence[bytes]

    @property
    def length(self) -> int:
        """In bytes."""
        return sum(map(len, self.pieces))

    def __iter__(self) -> Iterator[bytes]:
        some: list[bytes] = []
        size = 0
        for piece in self.pieces:
            some.append(piece)
            size += len(piece)
            if size >= SENT_AT_ONCE:
                yield b"".join(some)
                some, size = [], 0
        if some:
            yield b"".join(some)

    def packed(self) -> Iterator[bytes]:
        """The same as one gzip stream."""
        packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        for part in self:
            if packed := packer.compress(part):
                yield packed
        yield packer.flush()


def scrape(now: int, *, is_open: bool, kpis: bool = True, process: bool = True) -> Scrape:
    """All there is by now, in microseconds: as OpenMetrics if ``is_open``, else as text 0.0.4."""
    pieces: list[bytes] = []
    if kpis:
        pieces += _kpis(now, is_open=is_open)
    if process:
        pieces.append(rendered([*process_families(), clock_family(), *snapshot_families()], is_open=is_open))
    return Scrape([*pieces, END] if is_open else pieces)


def _kpis(now: int, *, is_open: bool) -> Iterator[bytes]:
    released = contracts_now.current()
    yield _contract(released, is_open=is_open)
    if settings.SUBJECT_LABEL == "off":
        yield rendered(aggregate_families(now, released), is_open=is_open)
    else:
        with holding(held.lock):
            held.bring_up_to(now, released)
            people = _people(held, released, is_open=is_open)
        yield from people
    yield rendered(live_families(released), is_open=is_open)


_contracts: dict[bool, tuple[Released, bytes]] = {}
"""What was rendered last of a contract, by format."""


def _contract(released: Released, *, is_open: bool) -> bytes:
    known = _contracts.get(is_open)
    if known is None or known[0] is not released:
        known = _contracts[is_open] = released, rendered(contract_families(released), is_open=is_open)
    return known[1]


def _people(known: Held, released: Released, *, is_open: bool) -> list[bytes]:
    pieces: list[bytes] = []
    for kpi, shown in sorted(known.shown.items(), key=lambda item: item[1].metric):
        stack = known.series.get(kpi)
        texts = stack.texts(VALUES) if stack and shown.metric else []
        if any(texts):
            pieces.append(header(shown.metric, shown.about, is_open=is_open))
            pieces += texts
    pieces.append(header(LAST_OBSERVATION, "When a series was measured last.", is_open=is_open))
    for _, stack in sorted(known.series.items()):
        pieces += stack.texts(STAMPS)
    about = "Where a binding stands for a person: 0 normal, 1 info, 2 warning, 3 critical, -1 unknown."
    over = {kpi: stack.over_budget for kpi, stack in known.series.items()}
    evaluated = [
        (kpi, stack)
        for (kpi, agent), stack in sorted(known.states.items())
        if (watched := released.binding(agent, kpi)) and watched.evaluator
    ]
    pieces.append(header(STATE, about, is_open=is_open))
    for kpi, stack in evaluated:
        pieces += stack.texts(STATES)
        over[kpi] = over.get(kpi, 0) + stack.over_budget
    about = "The severity of a binding's open episode for a person, through silence: 1 info to 3 critical, 0 none."
    pieces.append(header(OPEN, about, is_open=is_open))
    for _, stack in evaluated:
        pieces += stack.texts(OPENS)
    pieces.append(header(OVER_BUDGET, NOTHING_OVER, is_open=is_open))
    pieces += [encoded(f"{prefix(OVER_BUDGET, kpi=kpi)}{count:.1f}\n") for kpi, count in sorted(over.items())]
    return pieces


class _Listed(Collector):
    """Families as something that is collected."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """They themselves."""
        return self._families


def rendered(families: Iterable[Metric], *, is_open: bool) -> bytes:
    """By `prometheus_client`, without the end of the answer."""
    write: Callable[[CollectorRegistry], bytes] = generate_open if is_open else generate_latest
    return write(_Listed(families)).removesuffix(END)  # type: ignore[arg-type]  # it only collects
