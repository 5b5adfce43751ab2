"""What an observation means, said on the spot: by the very code that the server runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from auren_client.bindings import Bindings
from auren_client.errors import NotBound, UnreadableBinding
from auren_client.past import Past, longest_window
from contracts.evaluation import (
    START,
    Evaluator,
    Memory,
    Observed,
    State,
    Transitions,
    combine,
    evaluator,
    explain,
    impossible,
    within_limit,
)
from contracts.watched import BodyError, WatchedAction, WatchedBinding, WatchedHandOff

K = TypeVar("K")
V = TypeVar("V")
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


class Known(NamedTuple):
    """What is remembered of one user: by which contract, and of each source."""

    judge: Evaluator
    memories: dict[str, Memory]

    @property
    def state(self) -> State:
        """The worst of the sources that count."""
        return combine(self.judge, self.memories).state


class Judge:
    """Remembers, in this process, what came before each observation. Safe to use from several threads."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()
        self._pasts: OrderedDict[tuple[str, str, str], Past] = OrderedDict()

    def evaluate(self, bindings: Bindings, kpi: str, user_id: str, observed: Observed) -> Verdict:
        """Judge an observation. Raises NotBound and UnreadableBinding."""
        binding, judge = _bound(bindings, kpi)
        with self._lock:
            known = self._known.get((kpi, user_id)) or Known(judge, {})
            before = known.state
            refused = _refusal(bindings, binding) or impossible(binding.definition, observed.value)
            if refused:
                return _refused(bindings, binding, user_id, before, refused)
            known, changed = self._by_release(known, judge, user_id, observed.at - 1)
            memory = known.memories.get(observed.source, START)
            memory, transitions = self._judged(judge, memory, user_id, observed)
            known = Known(judge, within_limit(known.memories | {observed.source: memory}))
            _keep(self._known, (kpi, user_id), known, self._most)
        return _verdict(bindings, binding, user_id, before, known, changed + transitions)

    def state(self, bindings: Bindings, kpi: str, user_id: str, now: int) -> Verdict:
        """What is so at a moment without a new observation. Raises NotBound and UnreadableBinding."""
        binding, judge = _bound(bindings, kpi)
        with self._lock:
            known = self._known.get((kpi, user_id)) or Known(judge, {})
            before = known.state
            if refused := _refusal(bindings, binding):
                return _refused(bindings, binding, user_id, before, refused)
            known, transitions = self._by_release(known, judge, user_id, now)
            memories: dict[str, Memory] = {}
            for source, memory in known.memories.items():
                memories[source], more = judge.tick(memory, now)
                transitions += more
            if memories:
                known = Known(judge, memories)
                _keep(self._known, (kpi, user_id), known, self._most)
        return _verdict(bindings, binding, user_id, before, known, transitions)

    def _by_release(self, known: Known, judge: Evaluator, user_id: str, at: int) -> tuple[Known, Transitions]:
        """The same by another contract, if there is one by now: it judges the values in force."""
        if known.judge is judge or not known.memories:
            return known, ()
        at = max([at, *(one.at for one in known.memories.values() if one.at is not None)])
        memories: dict[str, Memory] = {}
        found: Transitions = ()
        for source, memory in known.memories.items():
            past = self._pasts.get((judge.binding.kpi, user_id, source)) or Past()
            before = past.before(at if memory.heard is None else memory.heard)
            memories[source], more = judge.adopt(memory, at, known.judge, before)
            found += more
        return Known(judge, memories), found

    def _judged(
        self, judge: Evaluator, before: Memory, user_id: str, observed: Observed
    ) -> tuple[Memory, Transitions]:
        window = longest_window(judge)
        if not window:
            return judge.evaluate(before, observed)
        key = (judge.binding.kpi, user_id, observed.source)
        past = self._pasts.get(key) or Past()
        found = judge.evaluate(before, observed, past.before(observed.at))
        past.add(observed.at, observed.value, window)
        _keep(self._pasts, key, past, self._most)
        return found


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


def _refusal(bindings: Bindings, binding: WatchedBinding) -> str:
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
    combined = combine(known.judge, known.memories)
    memory = combined.memory
    told = explain(binding, memory)
    is_said = bool(transitions) and len(known.memories) == 1
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
