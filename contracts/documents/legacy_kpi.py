"""One KPI of the older format, turned into today's keys. What has no place in them stays where it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from contracts.documents.legacy_thresholds import (
    HEALTHY,
    kept_parts,
    modern_thresholds,
    take_one,
    without_unit,
)
from contracts.documents.problems import finding
from contracts.documents.ranges import range_node
from contracts.documents.shapes import decimals_hint
from contracts.findings import Finding, Path
from contracts.severity import REGISTRY_WORD, REGISTRY_WORDS
from contracts.yamlnodes import Node, YamlMapping, YamlSource

OLDER_KEYS = frozenset({"range", "thresholds"})
DEFAULT_PREFIX = "auren_"
_RANGES = ("absolute_range", "normal_range")
_WORDS = frozenset(REGISTRY_WORD.values())
# Parts of `thresholds` that older files also write right beside the range.
_LOOSE = frozenset({*HEALTHY, "caution", "risk", "risk_if", "caution_if", "elevated_if"})


@dataclass(slots=True)
class Reading:
    """One file being turned."""

    source: YamlSource
    prefix: str = DEFAULT_PREFIX
    findings: list[Finding] = field(default_factory=list)

    def report(self, code: str, path: Path, message: str, hint: str, mark: int, subject: str = "") -> None:
        """Say something about the place of a character of the file."""
        place = self.source.place(mark)
        self.findings.append(
            finding(code, path, message, hint, place=place, file=self.source.file, subject=subject)
        )


def is_modern(kpi: YamlMapping) -> bool:
    """Whether a KPI of a list uses nothing of the older format."""
    if not OLDER_KEYS.isdisjoint(kpi):
        return False
    for key in _RANGES:
        if key in kpi and not isinstance(kpi[key], YamlMapping):
            return False
    thresholds = kpi.get("risk_thresholds")
    if not isinstance(thresholds, YamlMapping):
        return True
    for part in thresholds.values():
        if not isinstance(part, YamlMapping):
            return False
    return _WORDS.issuperset(thresholds)


def modern_kpi(
    old: YamlMapping, name: str, path: Path, reading: Reading, *, is_older: bool = False
) -> YamlMapping:
    """A KPI with today's keys. What has no place in them stays where it was.

    ``is_older`` are those that are wholly of the older format, such as the entries of a mapping.
    """
    if is_older:
        old = _gathered(old)
    kpi = YamlMapping()
    unit = old.get("unit")
    for key, value in old.items():
        if key == "risk_thresholds" and isinstance(value, YamlMapping):
            value = modern_thresholds(value)
        elif key in _RANGES and (turned := range_node(without_unit(value, unit), old.mark(key)[1])):
            value = turned
        if key not in OLDER_KEYS:
            kpi.put(key, value, *old.mark(key))
    if "range" in old:
        _take_range(old, kpi, name, path, reading)
    if "thresholds" in old:
        _take_thresholds(old, kpi, name, path, reading)
    return kpi


def _gathered(old: YamlMapping) -> YamlMapping:
    """The KPI with everything that belongs to `thresholds` in there: what stands beside it, and levels of its own."""
    thresholds = old.get("thresholds", YamlMapping())
    if not isinstance(thresholds, YamlMapping):
        return old
    levels = old.get("risk_thresholds")
    own = [word for word in levels if _is_own(word)] if isinstance(levels, YamlMapping) else []
    loose = [key for key in old if key in _LOOSE and key not in thresholds]
    if not own and not loose:
        return old
    gathered, whole = YamlMapping(), YamlMapping()
    for source, keys in ((thresholds, [*thresholds]), (old, loose), (levels, own)):
        for key in keys:
            if isinstance(source, YamlMapping) and key not in whole:
                whole.put(key, source[key], *source.mark(key))
    for key, value in old.items():
        if key == "risk_thresholds" and own and isinstance(value, YamlMapping):
            value = _without(value, own)
        if key not in loose and key != "thresholds":
            gathered.put(key, value, *old.mark(key))
    first = next(iter(whole))
    marks = old.mark("thresholds") if "thresholds" in old else whole.mark(first)
    gathered.put("thresholds", whole, *marks)
    return gathered


def _without(mapping: YamlMapping, keys: list[str]) -> YamlMapping:
    """A mapping without some of its keys; the one in the file may stand elsewhere too, by an alias."""
    rest = YamlMapping()
    for key in [key for key in mapping if key not in keys]:
        rest.put(key, mapping[key], *mapping.mark(key))
    return rest


def _is_own(word: str) -> bool:
    """Whether a level is none of ours, and no slip of the pen either."""
    return word not in REGISTRY_WORDS and not get_close_matches(
        word.lower(), [*REGISTRY_WORDS], n=1, cutoff=0.7
    )


def _take_range(old: YamlMapping, kpi: YamlMapping, name: str, path: Path, reading: Reading) -> None:
    marks = old.mark("range")
    turned = range_node(without_unit(old["range"], old.get("unit")), marks[1])
    if turned is not None and "absolute_range" not in kpi:
        kpi.put("absolute_range", turned, *marks)
        return
    kpi.put("range", old["range"], *marks)
    hint = decimals_hint(old["range"]) or "Write `absolute_range: {min: 0, max: 100}`."
    _report_kept("range", (*path, "range"), "", hint, marks[0], name, reading)


def _take_thresholds(old: YamlMapping, kpi: YamlMapping, name: str, path: Path, reading: Reading) -> None:
    """Share out `thresholds`: `optimal` to the normal range, the rest to the severities."""
    whole, marks = old["thresholds"], old.mark("thresholds")
    left = YamlMapping()
    known = kpi.get("risk_thresholds")
    taken = known if isinstance(known, YamlMapping) else YamlMapping()
    if isinstance(whole, YamlMapping):
        whole = without_unit(whole, old.get("unit"))
    if isinstance(whole, YamlMapping):
        for key, value in whole.items():
            if not take_one(key, value, whole.mark(key), kpi, taken):
                left.put(key, value, *whole.mark(key))
    if taken and "risk_thresholds" not in kpi:
        kpi.put("risk_thresholds", taken, *marks)
    rest: Node = left if isinstance(whole, YamlMapping) else whole
    if rest:
        kpi.put("thresholds", rest, *marks)
        for key, mark, message, hint in kept_parts(rest, marks[0]):
            _report_kept(key, (*path, "thresholds"), message, hint, mark, name, reading)


def _report_kept(
    key: str, path: Path, message: str, hint: str, mark: int, name: str, reading: Reading
) -> None:
    message = message or f"`{key[:40]}` could not be turned into today's format. It is kept as it is."
    reading.report("older_value_kept", path, message, hint, mark, name)
