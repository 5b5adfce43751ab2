"""The evaluator written a second time, as plainly as can be: a clock that ticks every second. Slow, and to be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from contracts.conditions import parse
from contracts.durations import Duration
from contracts.guards import parse_guard
from contracts.watched import WatchedBinding, WatchedTrigger

RANKS = {"critical": 3, "warning": 2, "info": 1}


@lru_cache
def seconds(text):
    return Duration.parse(text).seconds if text else 0


@dataclass
class Lamp:
    """One trigger: lit while the agent acts on it."""

    trigger: WatchedTrigger
    length: Callable[[str], int]
    is_lit: bool = False
    holds_since: int | None = None
    over_since: int | None = None

    def take(self, now, value):
        if parse(self.trigger.condition).holds(value):
            self.over_since = None
            if self.holds_since is None:
                self.holds_since = now
        else:
            self.holds_since = None
            recover = self.trigger.recover_if
            if self.is_lit and (not recover or parse(recover).holds(value)):
                self.over_since = now if self.over_since is None else self.over_since
            else:
                self.over_since = None
        self.pass_time(now)

    def pass_time(self, now):
        if not self.is_lit and self.holds_since is not None:
            self.is_lit = now - self.holds_since >= self.length(self.trigger.for_)
        elif self.over_since is not None and now - self.over_since >= self.length(
            self.trigger.keep_firing_for
        ):
            self.is_lit, self.over_since = False, None

    def lose(self):
        self.holds_since = self.over_since = None


@dataclass
class Reference:
    """A binding for one user."""

    binding: WatchedBinding
    length: Callable[[str], int] = seconds
    heard: int | None = None
    is_known: bool = False
    lamps: list[Lamp] = field(default_factory=list)

    def __post_init__(self):
        self.lamps = [Lamp(trigger, self.length) for trigger in self.binding.triggers]

    def second(self, now, observations):
        """One second of the clock, with what was observed in it."""
        missing = self.length(self.binding.definition.missing_data)
        judged = [value for value, context in observations if self._applies(context)]
        if self.is_known and missing and now - self.heard >= missing and not judged:
            self.is_known = False
            self._lose()
        for value, context in observations:
            if self._applies(context):
                self.is_known, self.heard = True, now
                for lamp in self.lamps:
                    lamp.take(now, Decimal(str(value)))
            else:
                self._lose()
        if self.is_known and not observations:
            for lamp in self.lamps:
                lamp.pass_time(now)

    @property
    def state(self):
        if not self.is_known:
            return "unknown"
        lit = [lamp.trigger.severity.value for lamp in self.lamps if lamp.is_lit]
        return max(lit, key=RANKS.__getitem__, default="normal")

    def _applies(self, context):
        guard = self.binding.guard
        return not guard or bool(parse_guard(guard).evaluate(context or {}))

    def _lose(self):
        for lamp in self.lamps:
            lamp.lose()
