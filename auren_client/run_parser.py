"""Reads runs and inboxes as the server sends them.

Keys that it does not know are passed over, so that an agent goes on with a newer server; what an agent cannot do
without is asked for, and raises BodyError where it is missing or of another kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from auren_client.runs import HandOff, Offer, Pause, Run, Step, Take
from contracts.watched import BodyError

T = TypeVar("T")


def read_json(body: bytes) -> Mapping[str, Any]:
    """The mapping of an answer. Raises BodyError."""
    try:
        found: Any = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise BodyError(f"this is not JSON: {error}") from error
    return _mapping(found, "the answer")


def read_run(data: object, take: Take) -> Run:
    """One run; what is said of it goes to ``take``. Raises BodyError."""
    run = _mapping(data, "run")
    number, opened = _get(run, "id", int), _time(run, "opened")
    if opened is None:
        raise BodyError("run.opened: missing")
    parent = run.get("parent")
    asked = _hand_off(_mapping(parent, "run.parent"), number, opened, take) if parent else None
    return Run(
        id=number,
        agent=_get(run, "agent", str),
        kpi=_get(run, "kpi", str),
        user_id=_get(run, "user_id", str),
        severity=_get(run, "severity", str),
        state=(state := _get(run, "state", str)),
        opened=opened,
        ended=_time(run, "ended"),
        reason=_text(run, "reason"),
        value=_number(run, "value"),
        asked_by=asked.agent if asked else "",
        asked=asked if state == "offered" else None,
        steps=tuple(_step(one, number, opened, take) for one in _get(run, "steps", list)),
        cursor=_whole(run, "cursor") or 0,
        data=run,
        _take=take,
    )


def read_pause(data: object) -> Pause | None:
    """Why, and how long; None for no pause. Raises BodyError."""
    if data is None:
        return None
    found = _mapping(data, "paused")
    return Pause(_time(found, "since"), _time(found, "until"), _text(found, "reason"))


def read_pauses(data: object) -> dict[str, Pause]:
    """Read the pauses of single KPIs, by KPI. Raises BodyError."""
    found = {} if data is None else _mapping(data, "paused_kpis")
    pauses = {kpi: read_pause(one) for kpi, one in found.items()}
    return {kpi: pause for kpi, pause in pauses.items() if pause}


def _step(data: object, run: int, opened: datetime, take: Take) -> Step:
    step = _mapping(data, "step")
    offer, evidence = step.get("hand_off"), step.get("evidence")
    return Step(
        run=run,
        number=_get(step, "number", int),
        kind=_get(step, "kind", str),
        name=_get(step, "name", str),
        description=_text(step, "description"),
        severity=_text(step, "severity"),
        declared=step.get("declared") is not False,
        added=_time(step, "added"),
        state=_get(step, "state", str),
        due=_time(step, "due"),
        started=_time(step, "started"),
        finished=_time(step, "finished"),
        note=_text(step, "note"),
        evidence=evidence if isinstance(evidence, dict) else {},
        offer=_offer(_mapping(offer, "step.hand_off")) if offer else None,
        opened=opened,
        _take=take,
    )


def _offer(data: Mapping[str, Any]) -> Offer:
    return Offer(
        _get(data, "agent", str),
        _get(data, "state", str),
        _time(data, "due"),
        _time(data, "answered"),
        _text(data, "answer"),
        _whole(data, "run"),
    )


def _hand_off(data: Mapping[str, Any], child: int, opened: datetime, take: Take) -> HandOff:
    agent, reason = _get(data, "agent", str), _text(data, "reason")
    return HandOff(agent, reason, _time(data, "due"), _whole(data, "run"), child, opened, take)


def _mapping(data: object, place: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BodyError(f"{place}: expected a mapping")
    return data


def _get(data: Mapping[str, Any], key: str, kind: type[T]) -> T:
    found = data.get(key)
    if not isinstance(found, kind) or isinstance(found, bool):
        raise BodyError(f"{key}: expected {kind.__name__}")
    return found


def _text(data: Mapping[str, Any], key: str) -> str:
    found = data.get(key)
    return found if isinstance(found, str) else ""


def _whole(data: Mapping[str, Any], key: str) -> int | None:
    found = data.get(key)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 20:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _number(data: Mapping[str, Any], key: str) -> float | None:
    found = data.get(key)
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _time(data: Mapping[str, Any], key: str) -> datetime | None:
    found = data.get(key)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found)
    except (TypeError, ValueError) as error:
        raise BodyError(f"{key}: expected a time") from error
    if at.tzinfo is None:
        raise BodyError(f"{key}: expected a time with its zone")
    return at
