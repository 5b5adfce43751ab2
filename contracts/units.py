"""Units of measurement: how people, Prometheus and Grafana each write them.

UCUM codes: https://ucum.org/ucum. Base units and suffixes:
https://prometheus.io/docs/practices/naming/#base-units.
Grafana unit ids:
https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from unicodedata import normalize

from contracts.limits import UNIT_LIMITS


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
    "pct": "percentage",
    "per cent": "percentage",
    "msec": "milliseconds",
    "msecs": "milliseconds",
    "millis": "milliseconds",
    "millisecond": "milliseconds",
    "sec": "seconds",
    "secs": "seconds",
    "second": "seconds",
    "minute": "minutes",
    "mins": "minutes",
    "hour": "hours",
    "hrs": "hours",
    "hr": "hours",
    "day": "days",
    "ln ms": "ln_milliseconds",
    "lnms": "ln_milliseconds",
    "ln(milliseconds)": "ln_milliseconds",
    "beats/min": "bpm",
    "brpm": "breaths_per_minute",
    "0-100": "score",
    "score (0-100)": "score",
    "pts": "points",
    "rep": "repetitions",
    "set": "sets",
    "step": "steps",
    "kgs": "kilograms",
    "kilogram": "kilograms",
    "kilogrammes": "kilograms",
    "gram": "grams",
    "grammes": "grams",
    "milligram": "milligrams",
    "meter": "meters",
    "metre": "meters",
    "kilometre": "kilometers",
    "centimetre": "centimeters",
    "millimetre": "millimeters",
    "ml/min/kg": "ml_per_kg_per_minute",
    "ml/(kg·min)": "ml_per_kg_per_minute",
    "ml/(kg*min)": "ml_per_kg_per_minute",
    "ml·kg-1·min-1": "ml_per_kg_per_minute",
    "watt": "watts",
    "joule": "joules",
    "degree": "degrees",
    "degc": "celsius",
    "C": "celsius",
    "mm hg": "mmhg",
}
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_PER = re.compile(r"\s*(?:/|\bper\b)\s*")
_MINUTE = re.compile(r"/minutes?\b")


def _key(text: str) -> str:
    """A spelling without what makes no difference: case, signs that look alike, `per` for a stroke, blanks."""
    folded = normalize("NFKC", text).translate(_DASHES).casefold().replace("_", " ")
    return " ".join(_MINUTE.sub("/min", _PER.sub("/", folded)).split())


class UnitWords:
    """What people may write for each unit: its code, symbol, UCUM code, metric suffix, title, or another usual word.

    A word that two units share, such as UCUM's `/min`, is none of theirs, and a single letter counts in its own case
    only: `M` is no metre.
    """

    def __init__(self, units: Iterable[UnitSpec]) -> None:
        self._codes = {unit.code for unit in units}
        self._words: dict[str, str] = {}
        shared: set[str] = set()
        for unit in units:
            for word in {unit.symbol, unit.ucum, unit.prometheus_suffix, unit.title, unit.code} - {""}:
                if self._words.setdefault(_own_case(word), unit.code) != unit.code:
                    shared.add(_own_case(word))
        for word in shared - self._codes:
            del self._words[word]
        self._words |= {_key(unit.code): unit.code for unit in units}
        for word, code in _OTHER_WORDS.items():
            if code in self._codes:
                self._words.setdefault(_own_case(word), code)

    def code_of(self, text: str) -> str | None:
        """The code of the unit that a word surely means, or None."""
        return text if text in self._codes else self._words.get(_own_case(text))


def _own_case(word: str) -> str:
    stripped = word.strip()
    return stripped if len(stripped) == 1 and stripped.isascii() else _key(stripped)


STANDARD_WORDS = UnitWords(_UNITS)


def find_unit(text: str) -> UnitSpec | None:
    """The standard unit that a word, symbol or title most likely means (`ms`, `%`, `Hours`), or None."""
    code = STANDARD_WORDS.code_of(text) or STANDARD_WORDS.code_of(text.strip().casefold())
    return STANDARD_UNITS[code] if code else None


def proposed_unit(word: str) -> UnitSpec:
    """A unit for a word that nobody knows, under a code that can stand anywhere."""
    text = " ".join(word.split())
    code = re.sub(r"[^a-z0-9]+", "_", _key(text).replace("%", " percent ").replace("/", " per ")).strip("_")
    if not code[:1].isalpha():
        code = f"unit_{code}".rstrip("_")
    symbol = text if len(text) <= UNIT_LIMITS["symbol"] else ""
    return UnitSpec(code[: UNIT_LIMITS["code"]], text[: UNIT_LIMITS["title"]], symbol)
