"""What an observation means, said on the spot: by the very code that the server runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from auren_client.bindings import Bindings
from auren_client.errors import NotBound, UnreadableBinding
from auren_client.past import Past, longest_window
from auren_client.tracking import NOTHING, Known, Source
from contracts.evaluation import (
    SECOND,
    Evaluator,
    Observed,
    State,
    Transitions,
    combine,
    evaluator,
    explain,
    impossible,
    out_of_time,
)
from contracts.watched import BodyError, WatchedAction, WatchedBinding, WatchedHandOff

K = TypeVar("K")
V = TypeVar("V")
DAY = 24 * 60 * 60 * SECOND
REMEMBERED = 100_000
"""For how many users and KPIs what came before is remembered; those asked about longest ago are forgotten."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is so after an observation, and what the agent is to do about it.

    ``actions`` and ``hand_offs`` are those of the state, whether or not it is new: see :attr:`changed`.
    ``transitions`` are the changes of state on the way to it. ``refused`` is why the observation was not judged,
    "" where it was: nothing is to be done then, and nothing was remembered. ``measurement_source`` is the source
    that speaks: each is judged by itself, and the state is the worst of them.
    """

    kpi: str
    user_id: str
    state: State
    previous: State
    reason: str
    actions: tuple[WatchedAction, ...]
    hand_offs: tuple[WatchedHandOff, ...]
    transitions: Transitions
    release: int | None
    refused: str = ""
    measurement_source: str = ""

    @property
    def changed(self) -> bool:
        """Whether the state is another one than before."""
        return self.state is not self.previous


class Judge:
    """Remembers, in this process, what came before each observation. Safe to use from several threads."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()
        self._pasts: OrderedDict[tuple[str, str, str], Past] = OrderedDict()

    def evaluate(
        self, bindings: Bindings, kpi: str, user_id: str, observed: Observed, now: int | None = None
    ) -> Verdict:
        """Judge an observation; without ``now`` whatever its time. Raises NotBound and UnreadableBinding."""
        binding, judge = _bound(bindings, kpi)
        with self._lock:
            known = self._known.get((kpi, user_id)) or Known.nothing(judge)
            before = known.state
            refused = (
                _not_in_use(binding)
                or ("" if now is None else out_of_time(observed.at, now, _oldest(bindings, now)))
                or impossible(binding.definition, observed.value)
            )
            disabled = _disabled(bindings, binding)
            if refused or disabled:
                if not refused:  # it is stored all the same, and what changes over time is told from it
                    observed = _as_sent(observed)
                    self._past(judge, user_id, observed, known.sources.get(observed.source, Source()))
                    self._follow(known, None, kpi, user_id, observed.at - 1)
                return _refused(bindings, binding, user_id, before, refused or disabled)
            observed = _as_sent(observed)
            known, changed = self._follow(known, judge, kpi, user_id, observed.at - 1)
            source = known.sources.get(observed.source, Source())
            past = self._past(judge, user_id, observed, source)
            known, transitions = known.observe(observed, past)
            _keep(self._known, (kpi, user_id), known, self._most)
        return _verdict(bindings, binding, user_id, before, known, changed + transitions)

    def state(self, bindings: Bindings, kpi: str, user_id: str, now: int) -> Verdict:
        """What is so at a moment without a new observation. Raises NotBound and UnreadableBinding."""
        binding, judge = _bound(bindings, kpi)
        with self._lock:
            known = self._known.get((kpi, user_id)) or Known.nothing(judge)
            before = known.state
            if disabled := _disabled(bindings, binding):
                self._follow(known, None, kpi, user_id, now)
                return _refused(bindings, binding, user_id, before, disabled)
            known, changed = self._follow(known, judge, kpi, user_id, now)
            known, transitions = known.let_pass(now)
            if known.sources:
                _keep(self._known, (kpi, user_id), known, self._most)
        return _verdict(bindings, binding, user_id, before, known, changed + transitions)

    def _follow(
        self, known: Known, judge: Evaluator | None, kpi: str, user_id: str, at: int
    ) -> tuple[Known, Transitions]:
        """Have the contract in force, None where there is none, judge the values in force from a moment on."""
        if known.contracts[-1].evaluator is judge:
            return known, ()
        pasts = {name: past for name in known.sources if (past := self._pasts.get((kpi, user_id, name)))}
        known, found = known.follow(judge, at, pasts)
        if known.sources:
            _keep(self._known, (kpi, user_id), known, self._most)
        return known, found

    def _past(self, judge: Evaluator, user_id: str, observed: Observed, source: Source) -> Past:
        """What came before in its series, and the value itself."""
        window = longest_window(judge)
        if not window:
            return NOTHING
        key = (judge.binding.kpi, user_id, observed.source)
        past = self._pasts.get(key) or Past()
        oldest = source.oldest()
        past.remember(
            observed.at,
            observed.value,
            (observed.at if oldest is None else min(oldest, observed.at)) - window * SECOND,
        )
        _keep(self._pasts, key, past, self._most)
        return past


def _as_sent(observed: Observed) -> Observed:
    """With the number that JSON has room for: the server has no other."""
    return observed._replace(value=float(observed.value) + 0.0)  # of the two zeros the positive one


def _bound(bindings: Bindings, kpi: str) -> tuple[WatchedBinding, Evaluator]:
    binding = bindings.get(kpi)
    if binding is None:
        names = {name.casefold(): name for name in bindings}
        meant = get_close_matches(kpi[:120].casefold(), names, 1)
        hint = f"; did you mean {names[meant[0]]}?" if meant else ""
        raise NotBound(f"{bindings.agent} has no binding to {kpi[:60]} in its release{hint}")
    try:
        return binding, evaluator(binding)
    except BodyError as error:
        raise UnreadableBinding(str(error)) from error


def _not_in_use(binding: WatchedBinding) -> str:
    """The server stores no value of such a KPI; what it stands at goes on."""
    status = binding.definition.status
    return "" if status == "active" else f"{binding.kpi} is {status}"


def _oldest(bindings: Bindings, now: int) -> int | None:
    """The first moment that the server keeps, if it said so."""
    return now - bindings.served.kept * DAY if bindings.served.kept else None


def _disabled(bindings: Bindings, binding: WatchedBinding) -> str:
    if not bindings.enabled:
        return f"{bindings.agent} is disabled"
    return "" if binding.enabled else f"{bindings.agent}'s binding to {binding.kpi} is disabled"


def _refused(
    bindings: Bindings, binding: WatchedBinding, user_id: str, state: State, refused: str
) -> Verdict:
    return Verdict(binding.kpi, user_id, state, state, refused, (), (), (), bindings.release, refused)


def _verdict(
    bindings: Bindings,
    binding: WatchedBinding,
    user_id: str,
    previous: State,
    known: Known,
    transitions: Transitions,
) -> Verdict:
    memories = known.memories
    combined = combine(known.judge, memories)
    memory = combined.memory
    told = explain(binding, memory)
    is_said = bool(transitions) and len(memories) == 1
    return Verdict(
        kpi=binding.kpi,
        user_id=user_id,
        state=memory.state,
        previous=previous,
        reason=transitions[-1].reason if is_said else told.reason,
        actions=told.actions,
        hand_offs=told.hand_offs,
        transitions=transitions,
        release=bindings.release,
        measurement_source=combined.source,
    )


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
