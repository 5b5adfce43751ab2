"""The colours of states: those of the admin's light theme, which keep 3 to 1 on Grafana's dark ground as well.

Grafana does not change a colour of one's own with the theme, so one has to do for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.severity import Severity

NORMAL: Final = "#2f9e6e"
NO_DATA: Final = "#8b92a0"
NEUTRAL: Final = "#6478e8"
"""Of what says no state: values of a KPI without bands, counts, times. Between the admin's accents of day and night."""

SEVERITY_COLOURS: Final[Mapping[Severity, str]] = MappingProxyType(
    {Severity.INFO: "#3b82c4", Severity.WARNING: "#c27a0a", Severity.CRITICAL: "#c8352b"}
)
