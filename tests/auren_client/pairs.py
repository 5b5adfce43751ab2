"""A client and the server, told the same: one person's time by contracts that change, and what each says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import note
from hypothesis import strategies as st

from auren_client.bindings import Bindings, Served, read_bindings
from auren_client.judging import Judge, Verdict
from auren_client.observing import json_value
from contracts.decimals import Number
from contracts.evaluation import AHEAD, SECOND, Observed
from contracts.severity import Severity
from contracts.watched import (
    Definition,
    WatchedAction,
    WatchedAgent,
    WatchedBinding,
    WatchedHandOff,
    WatchedRange,
    WatchedTrigger,
)
from telemetry import contracts_now, silence
from telemetry.contracts_now import Released
from telemetry.ingest import report
from telemetry.models import Standing
from telemetry.storage.memories import STATES
from tests.telemetry.series_worlds import SOURCES, World, bindings, conditions, triggers

MINUTE = 60 * SECOND
KEPT = 400
"""Days, as AUREN_RETENTION_DAYS has it in tests."""
BEYOND = (AHEAD + 1, 600 * MINUTE, -KEPT * 1440 * MINUTE - 1)
"""How far from now a time is that just does not count any more, or not by far."""
ACTIONS = (WatchedAction("rest"), WatchedAction("call", "critical"))
HAND_OFFS = (
    WatchedHandOff(Severity.CRITICAL, "SOMNOS", "Short nights."),
    WatchedHandOff(Severity.WARNING, "CARDIOS", "The heart.", "hrv"),
    WatchedHandOff(Severity.CRITICAL, "NUTROS", "Late meals.", "sleep_debt"),
)
POSSIBLE = WatchedRange(Decimal("0"), Decimal("69.5"))
DROP = WatchedTrigger(Severity.INFO, "drop >= 10% over 10m")


@dataclass
class Pair(World):
    """One person whose values go to the server and through a client."""

    judge: Judge = field(default_factory=Judge)
    bindings: Bindings | None = None
    newest: dict[str, int] = field(default_factory=dict)
    floor: int = 0
    """When the binding was last switched on or off: what came before is over."""
    is_followed: bool = True
    judged: int = 0
    sent: int = 0

    def publish(self, binding: WatchedBinding) -> None:
        """Release a contract; the client has it at once."""
        binding = replace(binding, actions=ACTIONS, hand_offs=HAND_OFFS[:2])
        super().publish(binding)
        note(f"{binding.definition} {'on' if binding.enabled else 'off'}")
        agent = WatchedAgent("NEUROS", bindings=(binding,), hand_offs=HAND_OFFS)
        body = json.dumps(agent.as_data()).encode()
        self.bindings = read_bindings(body, "NEUROS", Served(release=self.release, kept=KEPT))
        self.is_followed = False

    def released(self) -> Released:
        binding = self.contracts[self.release]
        watched = contracts_now._watched(binding, self.release, is_on=True)
        return Released(
            self.release, {("NEUROS", "hrv"): watched}, {"hrv": binding.definition}, frozenset({"NEUROS"})
        )

    def look(self) -> None:
        """The server's jobs run, and the agent asks how things are."""
        if not Standing.objects.filter(subject__user_id=self.user).exists():
            return
        silence.renew(self.now)
        silence.let_time_pass(self.now)
        found = self._at_client(lambda judge, mine: judge.state(mine, "hrv", self.user, self.now))
        standing = self.standing()
        assert STATES[standing.state] is found.state
        self.is_followed = True

    def publish_drop(self, condition: str) -> None:
        """Release a contract that looks back."""
        drop = WatchedTrigger(Severity.CRITICAL, condition)
        self.publish(WatchedBinding("NEUROS", "hrv", "", True, "", (drop,), (), Definition("hrv")))

    def tell(self, some: list[Observed], *, is_late: bool = False) -> None:
        """Report values in one body, and have the client evaluate them one by one; both must mean the same.

        After one that is late, what follows is compared: what the newest value means is said again only by the server.
        """
        note(f"tell {[(one.value, one.at - self.now, one.source, one.context) for one in some]}")
        items = [self._item(one) for one in some]
        answer = orjson.loads(report(orjson.dumps(items), agent="NEUROS", now=self.now))
        found = [self._evaluated(one) for one in some]
        refused = {one["index"] for one in answer["errors"]} if answer["errors"] else set()
        on = self.contracts[self.release].enabled
        assert [bool(one.refused) for one in found] == [i in refused or not on for i in range(len(some))], (
            answer["errors"],
            [one.refused for one in found],
        )
        self.judged += len(some)
        judged = [one for one in found if not one.refused]
        assert bool(judged) == bool(answer["states"])
        if judged and not is_late:
            self._agree(answer["states"][0], judged[-1])
        if len(refused) < len(some):  # what is refused has nobody look, neither here nor there
            self.is_followed = True

    @staticmethod
    def _agree(answer: dict[str, Any], last: Verdict) -> None:
        mine = (
            str(last.state),
            last.measurement_source,
            [one.name for one in last.actions],
            [(one.agent, one.reason) for one in last.hand_offs],
            last.release,
        )
        assert mine == (
            answer["state"],
            answer["measurement_source"],
            [one["name"] for one in answer["actions"]],
            [(one["agent"], one["reason"]) for one in answer["hand_offs"]],
            answer["release"],
        ), (answer, last)

    def _item(self, one: Observed) -> dict[str, Any]:
        self.sent += 1  # the same body again would be answered as before, whatever came since
        item = {
            "id": str(self.sent),
            "kpi": "hrv",
            "value": json_value(one.value),
            "at": contracts_now.iso(one.at),
            "user_id": self.user,
            "measurement_source": one.source,
        }
        return item | ({"context": one.context} if one.context else {})

    def _evaluated(self, one: Observed) -> Verdict:
        return self._at_client(lambda judge, mine: judge.evaluate(mine, "hrv", self.user, one, self.now))

    def _at_client(self, ask: Callable[[Judge, Bindings], Verdict]) -> Verdict:
        assert self.bindings is not None
        return ask(self.judge, self.bindings)


numbers: st.SearchStrategy[Number] = st.sampled_from(
    [8, 17.5, 18, 20, 22.5, 26, 29, 35, 45, 55, 0.1 + 0.2, 24.999999999999996, -0.0]
    + [
        Decimal("24.99999999999999999999"),
        Decimal("20.00000000000000000001"),
        Decimal("27.999999999999999999"),
    ]
    + [70, 69.5, -1, Decimal("69.50000000000000000001"), 1e300, 2_000_000_000]
)
contexts = st.sampled_from([None, {"rested": True}, {"rested": True}, {"rested": False}])
values = st.tuples(numbers, contexts, st.sampled_from(SOURCES), st.integers(1, 300))
contracts = st.builds(
    lambda binding, status, span, is_on: replace(
        binding,
        enabled=is_on,
        definition=replace(binding.definition, status=status, absolute_range=span),
    ),
    bindings,
    st.sampled_from(["active"] * 7 + ["deprecated"]),
    st.sampled_from([None, POSSIBLE]),
    st.sampled_from([True] * 7 + [False]),
)
"""One may look back over time, and then all that follow it do: no client knows what it was not asked to remember."""
looking_back = contracts.map(lambda one: replace(one, triggers=(*one.triggers, DROP)))
flat = st.lists(
    triggers.map(lambda one: one if "drop" not in one.condition else replace(one, condition="< 25")),
    min_size=1,
    max_size=3,
).map(lambda found: tuple(sorted(found, key=lambda one: -one.severity.rank)))
not_looking_back = st.builds(lambda one, some: replace(one, triggers=some), contracts, flat)
without_memory = contracts.map(lambda one: replace(one, guard="", triggers=(DROP,)))
"""What a value means follows from the values before it alone."""

Drawn = tuple[Number, dict[str, bool] | None, str, int]
"""A value, its context, its source, and how many seconds it is away from the one before."""
Step = Callable[[Pair], object]


def newer(some: list[Drawn]) -> Step:
    """Values that are newer than all of their source, and not of the future."""

    def step(pair: Pair) -> None:
        found = []
        for value, context, source, second in some:
            at = max(pair.newest.get(source, 0), pair.floor, pair.now - 40 * MINUTE) + second * SECOND
            if at > pair.now:
                pair.now = at
            pair.newest[source] = at
            found.append(Observed(value, at, context, source))
        pair.tell(sorted(found, key=lambda one: (one.at, one.source)))

    return step


def corrected(some: Drawn) -> Step:
    """Another value for the newest moment of a source."""

    def step(pair: Pair) -> None:
        value, context, source, _ = some
        if not pair.is_followed:  # when a release takes effect is not told: here, before this
            pair.look()
        if pair.newest.get(source, 0) > pair.floor:
            pair.tell([Observed(value, pair.newest[source], context, source)])

    return step


def late(some: Drawn) -> Step:
    """A value before the newest one of its source: the server judges its history again, the client does not."""

    def step(pair: Pair) -> None:
        value, context, source, second = some
        if source in pair.newest:
            pair.tell([Observed(value, pair.newest[source] - second * SECOND, context, source)], is_late=True)

    return step


def out_of_time(some: Drawn, away: int) -> Step:
    """A value from the future, or from before what is kept: both refuse it, and nothing else changes."""

    def step(pair: Pair) -> None:
        value, context, source, _ = some
        pair.tell([Observed(value, pair.now + away, context, source)])

    return step


def later(seconds: int) -> Step:
    """Time passes, and both look."""

    def step(pair: Pair) -> None:
        pair.now += seconds * SECOND
        note(f"{seconds} s later")
        pair.look()

    return step


def published(binding: WatchedBinding, is_followed: bool) -> Step:
    """Another contract; both follow it now, or with the next value."""

    def step(pair: Pair) -> None:
        before = pair.contracts[pair.release]
        if not pair.is_followed:
            pair.look()
        pair.publish(binding)
        is_switched = binding.enabled is not before.enabled
        if is_switched:
            pair.floor = pair.now = max([pair.now, *pair.newest.values()])
        # With another time until silence it matters when exactly a release takes effect, which no client is told.
        is_other_silence = binding.definition.missing_data != before.definition.missing_data
        if is_followed or is_switched or is_other_silence:
            pair.look()

    return step


def lives(
    contracts: st.SearchStrategy[WatchedBinding], most: int, *, has_late: bool = False
) -> st.SearchStrategy[list[Step]]:
    """What happens to somebody; with late values there is one source, and no moment is looked at."""
    if has_late:
        ours = values.map(lambda one: (*one[:2], "band", one[3]))
        some = st.lists(ours, min_size=1, max_size=4).map(newer)
        return st.lists(st.one_of(some, some, ours.map(late)), min_size=most // 3, max_size=most)
    some = st.lists(values, min_size=1, max_size=5).map(newer)
    steps = st.one_of(
        some,
        some,
        some,
        values.map(corrected),
        st.builds(out_of_time, values, st.sampled_from(BEYOND)),
        st.integers(1, 900).map(later),
        st.builds(published, contracts, st.booleans()),
    )
    return st.lists(steps, min_size=most // 3, max_size=most)


def live(binding: WatchedBinding, steps: list[Step], sources: Sequence[str] = SOURCES) -> int:
    """Let both live through it; how many values were compared."""
    pair = Pair()
    pair.publish(replace(binding, enabled=True, definition=replace(binding.definition, status="active")))
    with pair.in_force():
        for source in sources:  # what was stored while nothing was judged yet is another story
            newer([(50, {"rested": True}, source, 1)])(pair)
        for step in steps:
            step(pair)
    return pair.judged


__all__ = ["HAND_OFFS", "Pair", "conditions", "live", "lives", "looking_back", "not_looking_back"]
