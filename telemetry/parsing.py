"""Observations as they were sent: read strictly, each judged on its own, before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from contracts.evaluation import AHEAD, LARGEST, SECOND, Observed
from contracts.naming import NearNames
from contracts.texts import unfit_character
from rest.problems import Problem
from telemetry.bodies import KEYS, shown
from telemetry.contracts_now import Released, Watched
from telemetry.models.series import NAME
from telemetry.user_id_policy import HINTS, PROBLEMS, problem_with

_KNOWN: Final = frozenset(KEYS)
# Date and time as RFC 3339 has them, so that what Python would read besides (weeks, dates alone) is refused.
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_TIME_HINT: Final = "Write it as 2026-11-24T07:30:00Z."
_SECONDS: Final = {f"{second:02}": second * SECOND for second in range(60)}
_PLAIN_KEYS: Final = frozenset({"kpi", "value", "at", "user_id", "measurement_source"})
_make: Final = tuple.__new__
_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


class Item(NamedTuple):
    """One observation that may be stored; ``place`` is where it stands in the batch."""

    place: int
    watched: Watched
    user: str
    observed: Observed


class Rejection(NamedTuple):
    """Why one observation is not stored; ``place`` is where it stands in the batch."""

    place: int
    code: str
    message: str
    key: str = ""
    hint: str = ""


class Refused(Exception):
    """One value of an observation is not what it should be."""

    def __init__(self, code: str, message: str, key: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.key, self.hint = code, message, key, hint


class Reader:
    """Reads the observations of one batch. ``agent`` is whose they are; "" where each says it itself."""

    def __init__(self, released: Released, agent: str, now: int, oldest: int) -> None:
        self._released = released
        self._near_agents = NearNames(sorted(released.agents))
        self._agent = agent
        self._latest = now + AHEAD
        self._oldest = oldest
        self._seen: dict[tuple[Any, Any], Watched] = {}

    def read(self, items: Sequence[Any]) -> tuple[list[Item], list[Rejection]]:
        """Those that may be stored, and why the others may not. Raises Problem for another agent's name."""
        good: list[Item] = []
        bad: list[Rejection] = []
        read = self._item
        for index, item in enumerate(items):
            try:
                good.append(read(index, item))
            except Refused as refused:
                bad.append(Rejection(index, refused.code, refused.message, refused.key, refused.hint))
        return good, bad

    def _item(self, index: int, item: Any) -> Item:
        if type(item) is not dict:
            raise Refused("wrong_shape", "An observation should be an object.")
        is_plain = _PLAIN_KEYS.issuperset(item)
        if not is_plain and not _KNOWN.issuperset(item):
            raise _unknown(item)
        get = item.get
        try:
            watched = self._seen[get("kpi"), get("agent")]
        except (KeyError, TypeError):  # the first of its kind, or no text
            watched = self._watched(get("kpi"), get("agent"))
        user, source = get("user_id"), get("measurement_source")
        if type(user) is not str or problem_with(user):
            raise _bad_user(user)
        if source is None:
            source = ""
        elif type(source) is not str or _text_problem(source):
            raise _bad_text("measurement_source", source)
        context = None if is_plain else _rest_of(item, watched)
        text, value = get("at"), get("value")
        at = _usual_time(text) if type(text) is str else None
        if at is None:
            at = self._unusual_time(text)
        if at > self._latest:
            raise Refused(
                "from_the_future", "This is more than 5 minutes in the future.", "at", "Set the clock."
            )
        if at < self._oldest:
            raise Refused("too_old", "This is older than what is kept.", "at")
        observed = _make(Observed, (_number(value, watched), at, context, source))
        return _make(Item, (index, watched, user, observed))

    def _watched(self, kpi: Any, agent: Any) -> Watched:
        owner = self._whose(agent)
        found = self._released.watched.get((owner, kpi)) if type(kpi) is str else None
        if found is None:
            raise self._not_watched(kpi, owner)
        if found.definition.status != "active":
            message = f"{found.definition.name} is {found.definition.status}."
            raise Refused("kpi_not_active", message, "kpi", "Report only KPIs that are active.")
        self._seen[kpi, agent] = found
        return found

    def _whose(self, agent: Any) -> str:
        if self._agent:
            if agent is not None and agent != self._agent:
                raise Problem(
                    403, "permission_denied", f"This token speaks for {self._agent}, not for another agent."
                )
            return self._agent
        if type(agent) is not str or not agent:
            raise Refused("missing_key", "Say which agent reports this.", "agent")
        return agent

    def _not_watched(self, kpi: Any, agent: str) -> Refused:
        if type(kpi) is not str or not kpi:
            return Refused("missing_key", "Say which KPI was measured.", "kpi")
        if agent not in self._released.agents:
            near = self._near_agents.question(agent) if len(agent) <= NAME else ""
            return Refused("unknown_agent", "No released agent has this name.", "agent", near)
        if kpi not in self._released.kpis:
            near = self._released.near_kpis.question(kpi) if len(kpi) <= NAME else ""
            return Refused("unknown_kpi", "No released KPI has this name.", "kpi", near)
        return Refused("not_bound", f"{agent} does not watch {kpi}.", "kpi", "Bind it, and publish, first.")

    def _unusual_time(self, text: Any) -> int:
        if type(text) is not str:
            code = "missing_key" if text is None else "invalid_time"
            raise Refused(code, "Say when it was measured.", "at", _TIME_HINT)
        return micros_of(text)


def _usual_time(text: str) -> int | None:
    """A time like 2026-11-24T07:30:00Z or 2026-11-24T07:30:00.125Z; None for any other."""
    begin, second, rest = _minute(text[:17]), _SECONDS.get(text[17:19]), text[19:]
    if rest[-6:] == "+00:00":
        rest = rest[:-6] + "Z"
    if begin is None or second is None:
        return None
    if rest == "Z":
        return begin + second
    digits = rest[1:-1]
    if rest[:1] == "." and rest[-1:] == "Z" and digits.isascii() and digits.isdigit() and len(digits) <= 6:
        return begin + second + int(digits.ljust(6, "0"))
    return None


@lru_cache(maxsize=16_384)
def _minute(text: str) -> int | None:
    """The microseconds of the beginning of a minute, in UTC."""
    try:
        return micros_of(f"{text}00Z")
    except Refused:
        return None


def micros_of(text: str) -> int:
    """A time of RFC 3339 in microseconds; what is finer is cut off. Raises Refused."""
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _lower_case(text)
    if moment is None or (_TIME.fullmatch(text) or _TIME.fullmatch(text.upper())) is None:
        raise Refused("invalid_time", "This is no time that there is.", "at", _TIME_HINT)
    if moment.tzinfo is None:
        raise Refused(
            "timezone_required", "A time needs its zone.", "at", "End it with Z for UTC, or with +01:00."
        )
    # A double holds the microseconds of any date to a quarter of one: rounding gives them exactly.
    return round(moment.timestamp() * SECOND)


def _lower_case(text: str) -> datetime | None:
    """RFC 3339 allows a small t and z."""
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _number(value: Any, watched: Watched) -> float:
    kind = type(value)
    if kind is not float and kind is not int:
        raise _no_number(value)
    if watched.low <= value <= watched.high and -LARGEST <= value <= LARGEST:
        return float(value) + 0.0  # of the two zeros the positive one
    raise _out_of_range(watched)


def _no_number(value: Any) -> Refused:
    if value is None:
        return Refused("missing_key", "Say what was measured.", "value")
    if type(value) is str and value.strip().lower().lstrip("+-") in _NOT_FINITE:
        return Refused("not_finite", "A value is a finite number.", "value")
    return Refused("number_expected", "A value is a number, without quotes.", "value")


def _out_of_range(watched: Watched) -> Refused:
    low, high = max(watched.low, -LARGEST), min(watched.high, LARGEST)
    symbol = watched.definition.symbol
    span = f"{low:.15g} to {high:.15g} {symbol}".rstrip()
    return Refused("out_of_range", f"{watched.definition.name} can only be {span}.", "value")


def _check_unit(unit: Any, watched: Watched) -> None:
    definition = watched.definition
    if unit not in (definition.unit, definition.symbol):
        message = f"{definition.name} is measured in {definition.unit}."
        raise Refused("unit_mismatch", message, "unit", "Convert the value, or leave the unit out.")


def _rest_of(item: dict[str, Any], watched: Watched) -> dict[str, Any] | None:
    """The context, after a look at whatever else an observation says. Raises Refused."""
    if "id" in item:
        _check_id(item["id"])
    if "unit" in item:
        _check_unit(item["unit"], watched)
    context = item.get("context")
    if context is not None:
        _check_context(context)
    found: dict[str, Any] | None = context
    return found


def _check_id(text: Any) -> None:
    if type(text) is not str or len(text) > NAME or unfit_character(text):
        raise _bad_text("id", text)


def _check_context(context: Any) -> None:
    if type(context) is not dict or len(context) > 50:
        raise Refused("wrong_shape", "The context should be an object of at most 50 names.", "context")
    for name, value in context.items():
        if type(value) not in _PLAIN or (type(value) is int and abs(value) >= 2**63):
            raise Refused(
                "wrong_shape", "What the context says is a text, a number, true or false.", "context"
            )
        if _text_problem(name) or (type(value) is str and _text_problem(value)):
            raise Refused(
                "invalid_text", "A text holds a character that cannot be kept, or is too long.", "context"
            )


def _bad_user(user: Any) -> Refused:
    """Never repeats the name."""
    code = problem_with(user) if type(user) is str else ("missing_key" if user is None else "text_expected")
    return Refused(code, PROBLEMS[code], "user_id", HINTS.get(code, ""))


@lru_cache(maxsize=4096)
def _text_problem(text: str) -> bool:
    return len(text) > NAME or bool(unfit_character(text))


def _bad_text(key: str, text: Any) -> Refused:
    if type(text) is not str:
        return Refused("text_expected", "This should be a text.", key)
    if len(text) > NAME:
        return Refused("too_long", f"This has at most {NAME} characters.", key)
    return Refused("invalid_text", "This holds a character that cannot be kept.", key)


def _unknown(item: dict[Any, Any]) -> Refused:
    name = next(key for key in item if key not in _KNOWN)
    near = NearNames(KEYS).question(name) if len(name) < 60 and name.isprintable() else ""
    return Refused("unknown_field", f"`{shown(name)}` is not known here.", "", near)
