"""KPIs to draw."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from contracts.documents import KpiDocument
from contracts.spec import KpiSpec, compile_kpi
from tests.contracts.strategies import betweens, changes, comparisons, conditions


def kpi(absolute: Any = (), normal: Any = (), **thresholds: str) -> KpiSpec:
    """A KPI with these ranges (lowest, highest, best; None leaves one out) and conditions by severity."""
    return compile_kpi(
        KpiDocument.model_validate(
            {
                "name": "a_kpi",
                "unit": "milliseconds",
                "prometheus_metric": "auren_a_kpi_ms",
                "absolute_range": _range(absolute),
                "normal_range": _range(normal),
                "risk_thresholds": {word: {"condition": text} for word, text in thresholds.items()},
            }
        )
    )


def _range(numbers: Any) -> dict[str, Any] | None:
    named = zip(("min", "max", "optimal"), numbers, strict=False)
    return {name: number for name, number in named if number is not None} or None


HRV = kpi((1, 250), (30, 100, 50), critical="< 20", warning="< 30", elevated="> 100")
WRONG_HRV = kpi((1, 250), (30, 100, 50), critical="< 120", warning="< 30", elevated="> 100")
CORTISOL = kpi((-50, 150), (38, 75), warning="< 20 or > 100")

_numbers = st.integers(-20, 120).map(Decimal) | st.decimals(-1000, 60_000, places=3)
_texts = conditions(comparisons(_numbers), betweens(_numbers), changes).map(str) | st.sampled_from(
    ["", "< abc"]
)
#: Any KPI, sensible or not.
kpis = st.builds(
    lambda absolute, normal, thresholds: kpi(absolute, normal, **thresholds),
    st.just(()) | st.tuples(st.none() | _numbers, st.none() | _numbers),
    st.just(()) | st.tuples(st.none() | _numbers, st.none() | _numbers, st.none() | _numbers),
    st.dictionaries(st.sampled_from(["critical", "warning", "elevated"]), _texts, max_size=3),
)
