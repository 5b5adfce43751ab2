"""An observation as it is sent: checked and written as JSON where it is made, so that a mistake shows there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.decimals import Number, exact


def write_observation(
    kpi: str,
    value: Number,
    *,
    agent: str,
    at: datetime,
    user_id: str,
    measurement_source: str,
    unit: str,
    context: Mapping[str, object] | None,
) -> tuple[str, bytes]:
    """Its id, made here once and for all retries, and its JSON. Raises ValueError and TypeError."""
    identity = str(uuid.uuid4())
    item: dict[str, Any] = {
        "id": identity,
        "agent": agent,
        "kpi": kpi,
        "value": json_value(value),
        "at": aware(at).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "user_id": user_id,
        "measurement_source": measurement_source,
    }
    if unit:
        item["unit"] = unit
    if context:
        item["context"] = dict(context)
    return identity, json.dumps(item, ensure_ascii=False, allow_nan=False).encode()


def aware(at: datetime) -> datetime:
    """The time, if it says in which zone. Raises ValueError."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("expected a time with its zone, such as datetime.now(UTC)")
    return at


def json_value(value: Number) -> int | float:
    """The number as JSON has it. Raises ValueError for one that is not finite, TypeError for anything else."""
    number = exact(value)
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else float(number)
