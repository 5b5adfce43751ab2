"""Names that alert rules are given: CamelCase, as Prometheus' own, and unique within an agent's group."""

from __future__ import annotations

import re

from contracts.severity import Severity

_WORD = re.compile(r"[A-Za-z0-9]+")


def camel_case(name: str) -> str:
    """``hrv_rmssd`` as ``HrvRmssd``; only ASCII letters and digits are left."""
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(name))


def alert_name(kpi: str, severity: Severity) -> str:
    """The name of a trigger's alert, such as ``AurenHrvRmssdCritical``."""
    return f"Auren{camel_case(kpi)}{severity.capitalize()}"


def missing_data_alert_name(kpi: str) -> str:
    """The name of the alert about missing data, such as ``AurenHrvRmssdMissingData``."""
    return f"Auren{camel_case(kpi)}MissingData"
