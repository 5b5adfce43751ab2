"""Units of measurement: how people, Prometheus and Grafana each write them.

UCUM codes: https://ucum.org/ucum. Base units and suffixes:
https://prometheus.io/docs/practices/naming/#base-units.
Grafana unit ids:
https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """One unit.

    ``code`` is the word the YAML uses; ``base`` is that of the base unit, or empty if this is one.
    """

    code: str
    title: str
    symbol: str = ""
    ucum: str = ""
    prometheus_suffix: str = ""
    grafana: str = "short"
    base: str = ""


_UNITS = (
    UnitSpec("milliseconds", "milliseconds", "ms", "ms", "ms", "ms", "seconds"),
    UnitSpec("seconds", "seconds", "s", "s", "seconds", "s"),
    UnitSpec("minutes", "minutes", "min", "min", "minutes", "m", "seconds"),
    UnitSpec("hours", "hours", "h", "h", "hours", "h", "seconds"),
    UnitSpec("days", "days", "d", "d", "days", "d", "seconds"),
    UnitSpec("ln_milliseconds", "natural logarithm of milliseconds", "ln(ms)", "", "", "short"),
    UnitSpec("bpm", "beats per minute", "bpm", "/min", "bpm", "short"),
    UnitSpec(
        "breaths_per_minute", "breaths per minute", "breaths/min", "/min", "breaths_per_minute", "short"
    ),
    UnitSpec("percentage", "per cent", "%", "%", "percent", "percent", "ratio"),
    UnitSpec("ratio", "ratio", "", "1", "ratio", "percentunit"),
    UnitSpec("score", "score", "", "{score}", "", "short"),
    UnitSpec("index", "index", "", "{index}", "", "short"),
    UnitSpec("points", "points", "points", "{points}", "points", "short"),
    UnitSpec("count", "count", "", "{count}", "", "short"),
    UnitSpec("sets", "training sets", "sets", "{sets}", "sets", "short"),
    UnitSpec("repetitions", "repetitions", "reps", "{repetitions}", "repetitions", "short"),
    UnitSpec("steps", "steps", "steps", "{steps}", "steps", "short"),
    UnitSpec("kilograms", "kilograms", "kg", "kg", "kg", "masskg", "grams"),
    UnitSpec("grams", "grams", "g", "g", "grams", "massg"),
    UnitSpec("milligrams", "milligrams", "mg", "mg", "mg", "massmg", "grams"),
    UnitSpec("grams_per_kilogram", "grams per kilogram of body weight", "g/kg", "g/kg", "g_per_kg", "short"),
    UnitSpec("meters", "metres", "m", "m", "meters", "lengthm"),
    UnitSpec("kilometers", "kilometres", "km", "km", "km", "lengthkm", "meters"),
    UnitSpec("centimeters", "centimetres", "cm", "cm", "cm", "lengthcm", "meters"),
    UnitSpec("millimeters", "millimetres", "mm", "mm", "mm", "lengthmm", "meters"),
    UnitSpec("degrees", "degrees of angle", "°", "deg", "degrees", "degree"),
    UnitSpec("celsius", "degrees Celsius", "°C", "Cel", "celsius", "celsius"),
    UnitSpec("kilocalories", "kilocalories", "kcal", "kcal", "kcal", "short", "joules"),
    UnitSpec("joules", "joules", "J", "J", "joules", "joule"),
    UnitSpec("watts", "watts", "W", "W", "watts", "watt"),
    UnitSpec(
        "ml_per_kg_per_minute",
        "millilitres of oxygen per kilogram and minute",
        "mL/kg/min",
        "mL/kg/min",
        "ml_per_kg_per_min",
        "short",
    ),
    UnitSpec("milliliters", "millilitres", "mL", "mL", "ml", "mlitre"),
    UnitSpec("mg_per_dl", "milligrams per decilitre", "mg/dL", "mg/dL", "mg_per_dl", "conmgdL"),
    UnitSpec("mmol_per_l", "millimoles per litre", "mmol/L", "mmol/L", "mmol_per_l", "conmmolL"),
    UnitSpec("ug_per_dl", "micrograms per decilitre", "µg/dL", "ug/dL", "ug_per_dl", "short"),
    UnitSpec("ng_per_ml", "nanograms per millilitre", "ng/mL", "ng/mL", "ng_per_ml", "short"),
    UnitSpec("mmhg", "millimetres of mercury", "mmHg", "mm[Hg]", "mmhg", "short"),
)

#: The usual units by their code.
STANDARD_UNITS: Mapping[str, UnitSpec] = MappingProxyType({unit.code: unit for unit in _UNITS})

_OTHER_WORDS = {
    "percent": "percentage",
    "pct": "percentage",
    "msec": "milliseconds",
    "millisecond": "milliseconds",
    "sec": "seconds",
    "second": "seconds",
    "minute": "minutes",
    "mins": "minutes",
    "hour": "hours",
    "hrs": "hours",
    "hr": "hours",
    "day": "days",
    "beats/min": "bpm",
    "beats per minute": "bpm",
    "0-100": "score",
    "reps": "repetitions",
    "kilogram": "kilograms",
    "ml/kg/min": "ml_per_kg_per_minute",
    "ug/dl": "ug_per_dl",
    "μg/dl": "ug_per_dl",
    "degree": "degrees",
    "c": "celsius",
}


def _spellings() -> dict[str, UnitSpec]:
    """Every spelling we recognise, folded: codes first, then symbols, titles and other words."""
    known: dict[str, UnitSpec] = {}
    for spelling_of in ("code", "symbol", "title"):
        for unit in _UNITS:
            if word := getattr(unit, spelling_of):
                known.setdefault(word.casefold(), unit)
    for word, code in _OTHER_WORDS.items():
        known.setdefault(word.casefold(), STANDARD_UNITS[code])
    return known


_SPELLINGS = _spellings()


def find_unit(text: str) -> UnitSpec | None:
    """The standard unit that a word, symbol or title most likely means (`ms`, `%`, `Hours`), or None.

    For suggestions and for deriving names: a document's own ``unit`` is never silently replaced by it.
    """
    return _SPELLINGS.get(text.strip().casefold())
