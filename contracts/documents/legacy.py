"""The older registry format, turned into today's shape before anything else reads it.

The tree that comes out has the shape of format 1.1 and the places of the file that went in, so that every
finding points
at the line that was written. What cannot be turned stays under the key it had.

Older files are mappings keyed by KPI name, at the top or under `kpis`; `name` there is the title, `range` the
absolute
range, `thresholds` holds `optimal` (the normal range), `caution` (warning) and `risk` (critical).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.documents.commas import split_keys
from contracts.documents.problems import finding
from contracts.documents.ranges import range_node
from contracts.documents.registry import KpiDocument, RegistryDocument
from contracts.documents.shapes import decimals_hint
from contracts.findings import Finding, Path
from contracts.severity import REGISTRY_WORD, REGISTRY_WORDS
from contracts.units import UnitSpec, find_unit
from contracts.yamlnodes import Node, YamlMapping, YamlSequence, YamlSource

_HEADER = frozenset(RegistryDocument.model_fields)
_OLDER_KEYS = frozenset({"range", "thresholds"})
_KPI_KEYS = (
    frozenset(KpiDocument.model_fields) - {"name", "title", "description", "owner", "status"} | _OLDER_KEYS
)
_RANGES = ("absolute_range", "normal_range")
_WORDS = frozenset(REGISTRY_WORD.values())
_DEFAULT_PREFIX = "auren_"
_HINTS = dict.fromkeys(
    ("optimal", "normal"), "Write the healthy range with its ends, such as [5, 20] or `>= 40`."
)


@dataclass(slots=True)
class _Reading:
    """One file being turned."""

    source: YamlSource
    prefix: str = _DEFAULT_PREFIX
    findings: list[Finding] = field(default_factory=list)

    def report(self, code: str, path: Path, message: str, hint: str, mark: int, subject: str = "") -> None:
        place = self.source.place(mark)
        self.findings.append(
            finding(code, path, message, hint, place=place, file=self.source.file, subject=subject)
        )


def is_older_registry(root: Node) -> bool:
    """Whether the tree is a registry that is a mapping by KPI name instead of a list."""
    if not isinstance(root, YamlMapping):
        return False
    kpis = root.get("kpis")
    if kpis is not None:
        return isinstance(kpis, YamlMapping)
    return any(_looks_like_kpi(key, value) for key, value in root.items())


def _looks_like_kpi(key: str, value: Node) -> bool:
    return key not in _HEADER and isinstance(value, YamlMapping) and not _KPI_KEYS.isdisjoint(value)


def modernise(source: YamlSource) -> tuple[YamlSource, list[Finding]]:
    """The registry in the shape of format 1.1, and what is worth saying about the way there."""
    root = source.root
    reading = _Reading(source)
    if isinstance(root, YamlMapping):
        reading.prefix = _prefix(source)
        if is_older_registry(root):
            return source.with_root(_listed(root, reading)), reading.findings
        kpis = root.get("kpis")
        if isinstance(kpis, YamlSequence):
            _modernise_items(kpis, reading)
    return source, reading.findings


def _prefix(source: YamlSource) -> str:
    prefix = source.node(("export_config", "prometheus", "prefix"))
    return prefix if isinstance(prefix, str) else _DEFAULT_PREFIX


def _modernise_items(kpis: YamlSequence, reading: _Reading) -> None:
    """Turn, in place, the KPIs of a list that use something of the older format."""
    for index, kpi in enumerate(kpis):
        if isinstance(kpi, YamlMapping) and not _is_modern(kpi):
            name = kpi.get("name")
            kpis[index] = _modern_kpi(
                kpi, str(name) if isinstance(name, str) else "", ("kpis", index), reading
            )


def _is_modern(kpi: YamlMapping) -> bool:
    if not _OLDER_KEYS.isdisjoint(kpi):
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


def _listed(root: YamlMapping, reading: _Reading) -> YamlMapping:
    """The root with its KPIs as a list."""
    under = root.get("kpis")
    entries = under if isinstance(under, YamlMapping) else root
    start = root.mark("kpis")[0] if entries is under else reading.source.start
    message = "The registry has an older shape: a mapping instead of a list. It is read as format 1.1."
    reading.report("older_format", ("kpis",), message, "Export it once to get today's shape.", start)
    listed = YamlSequence()
    for name, entry in entries.items():
        if entries is root and not _looks_like_kpi(name, entry):
            continue
        key_mark, mark = entries.mark(name)
        listed.put(_named_kpi(name, entry, key_mark, len(listed), reading), mark)
    modern = YamlMapping()
    for key, value in root.items():
        # Its version is that of the older format, which this no longer is.
        if key not in ("kpis", "version") and not (entries is root and _looks_like_kpi(key, value)):
            modern.put(key, value, *root.mark(key))
    modern.put("kpis", listed, start, start)
    return modern


def _named_kpi(name: str, entry: Node, key_mark: int, index: int, reading: _Reading) -> Node:
    """An entry of the mapping as an item of the list: its key becomes the name, its name the title."""
    if not isinstance(entry, YamlMapping):
        return entry
    renamed = YamlMapping()
    renamed.put("name", name, key_mark, key_mark)
    title = "title" if "title" not in entry else "x-name"
    for key, value in entry.items():
        if key != "name":
            renamed.put(key, value, *entry.mark(key))
        elif value != name:
            renamed.put(title, value, *entry.mark(key))
    kpi = _modern_kpi(renamed, name, ("kpis", index), reading)
    if "prometheus_metric" not in kpi:
        kpi.put("prometheus_metric", metric_name(name, kpi.get("unit"), reading.prefix), key_mark, key_mark)
    return kpi


def _modern_kpi(old: YamlMapping, name: str, path: Path, reading: _Reading) -> YamlMapping:
    """A KPI with today's keys. What has no place in them stays where it was."""
    kpi = YamlMapping()
    for key, value in old.items():
        if key == "risk_thresholds" and isinstance(value, YamlMapping):
            value = _modern_thresholds(value)
        elif key in _RANGES and (turned := range_node(value, old.mark(key)[1])):
            value = turned
        if key not in _OLDER_KEYS:
            kpi.put(key, value, *old.mark(key))
    if "range" in old:
        _take_range(old, kpi, name, path, reading)
    if "thresholds" in old:
        _take_thresholds(old, kpi, name, path, reading)
    return kpi


def _take_range(old: YamlMapping, kpi: YamlMapping, name: str, path: Path, reading: _Reading) -> None:
    marks = old.mark("range")
    turned = range_node(old["range"], marks[1])
    if turned is not None and "absolute_range" not in kpi:
        kpi.put("absolute_range", turned, *marks)
        return
    kpi.put("range", old["range"], *marks)
    hint = decimals_hint(old["range"]) or "Write `absolute_range: {min: 0, max: 100}`."
    _report_kept("range", (*path, "range"), hint, marks[0], name, reading)


def _take_thresholds(old: YamlMapping, kpi: YamlMapping, name: str, path: Path, reading: _Reading) -> None:
    """Share out `thresholds`: `optimal` to the normal range, the rest to the severities."""
    whole, marks = old["thresholds"], old.mark("thresholds")
    left = YamlMapping()
    known = kpi.get("risk_thresholds")
    taken = known if isinstance(known, YamlMapping) else YamlMapping()
    if isinstance(whole, YamlMapping):
        for key, value in whole.items():
            if not _take_one(key, value, whole.mark(key), kpi, taken):
                left.put(key, value, *whole.mark(key))
    if taken and "risk_thresholds" not in kpi:
        kpi.put("risk_thresholds", taken, *marks)
    rest: Node = left if isinstance(whole, YamlMapping) else whole
    if rest:
        kpi.put("thresholds", rest, *marks)
        for key, mark in _kept_parts(rest, marks[0]):
            value = rest.get(key) if isinstance(rest, YamlMapping) else rest
            hint = decimals_hint(value) or _HINTS.get(key, 'Write a condition such as "< 25".')
            _report_kept(key, (*path, "thresholds"), hint, mark, name, reading)


def _kept_parts(rest: Node, mark: int) -> Iterator[tuple[str, int]]:
    if isinstance(rest, YamlMapping):
        said = {*split_keys(rest)}
        for key in rest:
            if key not in said:
                yield key, rest.mark(key)[0]
    else:
        yield "thresholds", mark


def _take_one(key: str, value: Node, marks: tuple[int, int], kpi: YamlMapping, taken: YamlMapping) -> bool:
    """Put one part of `thresholds` where it belongs today; False if it has no such place."""
    if key in ("optimal", "normal"):
        turned = range_node(value, marks[1])
        if turned is None or "normal_range" in kpi:
            return False
        kpi.put("normal_range", turned, *marks)
        return True
    severity = REGISTRY_WORDS.get(key)
    word = REGISTRY_WORD[severity] if severity else ""
    threshold = _threshold(value, marks[1])
    if not word or word in taken or threshold is None:
        return False
    taken.put(word, threshold, *marks)
    return True


def _threshold(value: Node, mark: int) -> YamlMapping | None:
    """A threshold from a condition's text, a two-number list, or a mapping with `risk_if`."""
    if isinstance(value, YamlMapping):
        return _threshold_mapping(value)
    is_pair = isinstance(value, YamlSequence) and len(value) == 2
    is_condition = isinstance(value, str) and not _is_bare_number(value)
    if not is_pair and not is_condition:
        return None
    threshold = YamlMapping()
    threshold.put("condition", value, mark, mark)
    return threshold


def _threshold_mapping(value: YamlMapping) -> YamlMapping | None:
    if "condition" in value:
        return value
    conditions = [key for key in value if key in REGISTRY_WORDS and key.endswith("_if")]
    if len(conditions) != 1:
        return None
    threshold = YamlMapping()
    for key, part in value.items():
        threshold.put("condition" if key == conditions[0] else key, part, *value.mark(key))
    return threshold


def _is_bare_number(text: str) -> bool:
    # "30" says where, but not on which side; a condition needs both.
    return re.fullmatch(r"\s*[-+]?[0-9.]+\s*", text) is not None


def _modern_thresholds(thresholds: YamlMapping) -> YamlMapping:
    """Today's words for the severities, and a mapping for each; repeated ones are left for the check."""
    modern = YamlMapping()
    for word, value in thresholds.items():
        severity = REGISTRY_WORDS.get(word)
        today = REGISTRY_WORD[severity] if severity else word
        key = word if today != word and (today in thresholds or today in modern) else today
        marks = thresholds.mark(word)
        modern.put(key, _threshold(value, marks[1]) or value, *marks)
    return modern


def _report_kept(key: str, path: Path, hint: str, mark: int, name: str, reading: _Reading) -> None:
    message = f"`{key[:40]}` could not be turned into today's format. It is kept as it is."
    reading.report("older_value_kept", path, message, hint, mark, name)


def metric_name(name: str, unit: Node, prefix: str = _DEFAULT_PREFIX) -> str:
    """The Prometheus metric of a KPI that names none: prefix, name, and unit unless the name ends with it."""
    word = re.sub(r"[^a-z0-9_]", "_", name.lower())
    spec = find_unit(unit) if isinstance(unit, str) else None
    suffix = spec.prometheus_suffix if spec else ""
    if suffix and not _says_unit(word, suffix, spec):
        word = f"{word}_{suffix}"
    return word if word.startswith(prefix) else prefix + word


def _says_unit(word: str, suffix: str, unit: UnitSpec | None) -> bool:
    return word == suffix or word.endswith("_" + suffix) or find_unit(word.rpartition("_")[2]) is unit
