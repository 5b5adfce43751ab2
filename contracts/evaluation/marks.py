"""What becomes of one trigger's mark when a value comes, when time passes and when nothing comes."""

from __future__ import annotations

from contracts.evaluation.memory import Mark
from contracts.evaluation.regions import Mask
from contracts.evaluation.rules import Past, Rule


def after_value(rule: Rule, mark: Mark | None, now: int, mask: Mask, past: Past | None) -> Mark | None:
    """The mark after a value; None for a trigger of which there is nothing to remember."""
    if mask & rule.bit or (past is not None and past.holds(rule.condition)):
        if mark is None:
            return Mark(rule.key, now, None if rule.for_ else now)
        if mark.fired is None:
            return mark._replace(fired=now) if now - mark.begun >= rule.for_ else mark
        return _still_acting(mark)
    if mark is None or mark.fired is None:
        return None
    recovery = rule.recovery
    if recovery is not None and not (mask & rule.recovery_bit or (past is not None and past.holds(recovery))):
        return _still_acting(mark)
    quiet = now if mark.quiet is None else mark.quiet
    return None if now - quiet >= rule.keep else mark._replace(quiet=quiet)


def ends_at(rule: Rule, mark: Mark) -> int | None:
    """When the length of time that a mark counts is over; None where it counts none."""
    if mark.fired is None:
        return mark.begun + rule.for_
    return None if mark.quiet is None else mark.quiet + rule.keep


def after_time(rule: Rule, mark: Mark, moment: int, now: int) -> Mark | None:
    """The mark at a moment; ``now`` is when what happens then is said to have happened."""
    ends = ends_at(rule, mark)
    if ends is None or ends > moment:
        return mark
    return mark._replace(fired=now) if mark.fired is None else None


def after_silence(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """What is left when no value says how it went on: what is acted on, and no length of time."""
    return tuple(_still_acting(mark) for mark in marks if mark.fired is not None)


def _still_acting(mark: Mark) -> Mark:
    return mark if mark.quiet is None else mark._replace(quiet=None)
