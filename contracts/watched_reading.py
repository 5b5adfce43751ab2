"""Reads what an agent is served back into value objects.

Keys that it does not know are passed over, so that an agent goes on with a newer server. A key that is missing
or of another kind is an error: an agent must not act on half a contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from contracts.decimals import exact
from contracts.severity import Severity
from contracts.watched import (
    BodyError,
    Definition,
    WatchedAction,
    WatchedAgent,
    WatchedBinding,
    WatchedHandOff,
    WatchedRange,
    WatchedThreshold,
    WatchedTrigger,
    about,
)

T = TypeVar("T")


class _Node:
    """One mapping of the body, and its place for messages."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, Mapping):
            raise BodyError(f"{place}: expected a mapping")
        self._data, self._place = data, place

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self._place}.{key}"

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._data

    def get(self, key: str) -> Any:
        """The value; raises BodyError where it is missing."""
        if key not in self._data:
            raise BodyError(f"{self.at(key)}: missing")
        return self._data[key]

    def text(self, key: str) -> str:
        """A text."""
        value = self.get(key)
        if not isinstance(value, str):
            raise BodyError(f"{self.at(key)}: expected a text")
        return value

    def truth(self, key: str) -> bool:
        """True or false."""
        value = self.get(key)
        if not isinstance(value, bool):
            raise BodyError(f"{self.at(key)}: expected true or false")
        return value

    def severity(self) -> Severity:
        """One of the three severities."""
        try:
            return Severity(self.text("severity"))
        except ValueError:
            raise BodyError(f"{self.at('severity')}: expected info, warning or critical") from None

    def number(self, key: str) -> Decimal | None:
        """A number, or null."""
        value = self.get(key)
        try:
            return None if value is None else exact(value)
        except (TypeError, ValueError):
            raise BodyError(f"{self.at(key)}: expected a number or null") from None

    def node(self, key: str) -> _Node:
        """A mapping inside this one."""
        return _Node(self.get(key), self.at(key))

    def nodes(self, key: str, read: Callable[[_Node], T]) -> tuple[T, ...]:
        """Every mapping of a list, read."""
        items = self.get(key)
        if not isinstance(items, (list, tuple)):
            raise BodyError(f"{self.at(key)}: expected a list")
        return tuple(read(_Node(item, f"{self.at(key)}[{index}]")) for index, item in enumerate(items))


def read_agent(data: object) -> WatchedAgent:
    """Read the body of ``GET agents/{agent}/bindings``. Raises BodyError."""
    node = _Node(data, "body")
    name = node.text("agent")
    hand_offs = node.nodes("hand_offs", _hand_off)
    return WatchedAgent(
        name=name,
        enabled=node.truth("enabled"),
        status=node.text("status"),
        version=node.text("version"),
        role=node.text("role"),
        bindings=node.nodes("bindings", lambda item: _binding(item, name, hand_offs)),
        hand_offs=hand_offs,
    )


def read_body(data: object) -> list[WatchedBinding]:
    """The bindings of a body. Raises BodyError."""
    return list(read_agent(data).bindings)


def _hand_off(node: _Node) -> WatchedHandOff:
    # A server from before hand-offs named a KPI says none: they are about all of the agent's.
    kpi = node.text("kpi") if node.has("kpi") else ""
    return WatchedHandOff(node.severity(), node.text("agent"), node.text("reason"), kpi)


def _binding(node: _Node, agent: str, hand_offs: Sequence[WatchedHandOff]) -> WatchedBinding:
    kpi = node.text("kpi")
    return WatchedBinding(
        agent=agent,
        kpi=kpi,
        role=node.text("role"),
        enabled=node.truth("enabled"),
        guard=node.text("guard"),
        triggers=node.nodes("triggers", _trigger),
        actions=node.nodes("actions", _action),
        definition=_definition(node.node("definition")),
        hand_offs=about(kpi, hand_offs),
    )


def _trigger(node: _Node) -> WatchedTrigger:
    return WatchedTrigger(
        severity=node.severity(),
        condition=node.text("condition"),
        for_=node.text("for"),
        keep_firing_for=node.text("keep_firing_for"),
        recover_if=node.text("recover_if"),
        inherited=node.truth("inherited"),
    )


def _action(node: _Node) -> WatchedAction:
    return WatchedAction(node.text("name"), node.text("on"), node.text("description"), node.text("deadline"))


def _threshold(node: _Node) -> WatchedThreshold:
    return WatchedThreshold(
        severity=node.severity(),
        condition=node.text("condition"),
        action=node.text("action"),
        for_=node.text("for"),
        keep_firing_for=node.text("keep_firing_for"),
        recover_if=node.text("recover_if"),
    )


def _definition(node: _Node) -> Definition:
    return Definition(
        name=node.text("name"),
        title=node.text("title"),
        description=node.text("description"),
        unit=node.text("unit"),
        symbol=node.text("symbol"),
        prometheus_metric=node.text("prometheus_metric"),
        absolute_range=_range(node, "absolute_range"),
        normal_range=_range(node, "normal_range"),
        missing_data=node.text("missing_data"),
        status=node.text("status"),
        thresholds=node.nodes("thresholds", _threshold),
    )


def _range(node: _Node, key: str) -> WatchedRange | None:
    if node.get(key) is None:
        return None
    ends = node.node(key)
    optimal = ends.number("optimal") if key == "normal_range" else None
    return WatchedRange(ends.number("min"), ends.number("max"), optimal)
