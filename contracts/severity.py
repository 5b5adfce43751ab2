"""The one scale of severity, and the words the YAML formats use for it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How bad a value is. Ordered: ``info < warning < critical``."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return _RANKS[self]

    # StrEnum would compare the words; "critical" < "info" is never what anyone means.
    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


_RANKS = {"info": 0, "warning": 1, "critical": 2}

#: What `risk_thresholds` of the registry is written with.
REGISTRY_WORD: Mapping[Severity, str] = MappingProxyType(
    {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "elevated"}
)
#: Every word a registry may use, older files' words too.
REGISTRY_WORDS: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": Severity.CRITICAL,
        "warning": Severity.WARNING,
        "elevated": Severity.INFO,
        "info": Severity.INFO,
        "caution": Severity.WARNING,
        "risk": Severity.CRITICAL,
        "risk_if": Severity.CRITICAL,
        "caution_if": Severity.WARNING,
        "elevated_if": Severity.INFO,
    }
)
#: Keys of a binding's `alerting` that hold a condition; `caution_if_drop_pct` is the older way for a drop.
TRIGGER_KEYS: Mapping[str, Severity] = MappingProxyType(
    {
        "risk_if": Severity.CRITICAL,
        "caution_if": Severity.WARNING,
        "caution_if_drop_pct": Severity.WARNING,
        "elevated_if": Severity.INFO,
    }
)
#: What a binding's action names in `on`.
BINDING_WORD: Mapping[Severity, str] = MappingProxyType(
    {Severity.CRITICAL: "risk", Severity.WARNING: "caution", Severity.INFO: "elevated"}
)
BINDING_WORDS: Mapping[str, Severity] = MappingProxyType(
    {
        "risk": Severity.CRITICAL,
        "critical": Severity.CRITICAL,
        "caution": Severity.WARNING,
        "warning": Severity.WARNING,
        "elevated": Severity.INFO,
        "info": Severity.INFO,
    }
)
#: Keys of `collaboration`: at which severity another agent is asked.
HANDOFF_KEYS: Mapping[str, Severity] = MappingProxyType(
    {"on_risk": Severity.CRITICAL, "on_caution": Severity.WARNING, "on_elevated": Severity.INFO}
)
