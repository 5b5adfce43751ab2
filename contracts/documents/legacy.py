"""The older registry format, turned into today's shape before anything else reads it.

The tree that comes out has the shape of format 1.1 and the places of the file that went in, so that every
finding points
at the line that was written. What cannot be turned stays under the key it had.

Older files are mappings keyed by KPI name, at the top or under `kpis`, some with the KPIs of each category below it;
`name` there is the title, `range` the absolute range, `thresholds` holds `optimal` (the normal range), `caution`
(warning) and `risk` (critical). Others are lists that name their KPIs by `id` or `key`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.documents.legacy_kpi import DEFAULT_PREFIX, OLDER_KEYS, Reading, is_modern, modern_kpi
from contracts.documents.registry import KpiDocument, RegistryDocument
from contracts.findings import Finding
from contracts.naming import NAME
from contracts.units import UnitSpec, find_unit
from contracts.yamlnodes import Node, Plain, YamlMapping, YamlSequence, YamlSource

_HEADER = frozenset(RegistryDocument.model_fields)
_KPI_KEYS = (
    frozenset(KpiDocument.model_fields) - {"name", "title", "description", "owner", "status"} | OLDER_KEYS
)
_READ = "It is read as format 1.1."
_EXPORT = "Export it once to get today's shape."


def is_older_registry(root: Node) -> bool:
    """Whether the tree is a registry that is a mapping by KPI name instead of a list."""
    if not isinstance(root, YamlMapping):
        return False
    kpis = root.get("kpis")
    if kpis is not None:
        return isinstance(kpis, YamlMapping)
    return any(_looks_like_kpi(key, value) or _is_group(key, value) for key, value in root.items())


def _looks_like_kpi(key: str, value: Node) -> bool:
    return key not in _HEADER and isinstance(value, YamlMapping) and not _KPI_KEYS.isdisjoint(value)


def _is_group(key: str, value: Node) -> bool:
    """Whether an entry is a category with its KPIs below it."""
    if key in _HEADER or not isinstance(value, YamlMapping) or not value:
        return False
    return all(_looks_like_kpi(name, entry) for name, entry in value.items())


def _entries_of(entries: YamlMapping, *, is_root: bool) -> Iterator[tuple[YamlMapping, str, str]]:
    """Every KPI: the mapping that it stands in, its name there, and its category where that is a mapping's."""
    for name, entry in entries.items():
        if isinstance(entry, YamlMapping) and _is_group(name, entry):
            yield from ((entry, inner, name) for inner in entry)
        elif not is_root or _looks_like_kpi(name, entry):
            yield entries, name, ""


def modernise(source: YamlSource) -> tuple[YamlSource, list[Finding]]:
    """The registry in the shape of format 1.1, and what is worth saying about the way there."""
    root = source.root
    reading = Reading(source)
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
    return prefix if isinstance(prefix, str) else DEFAULT_PREFIX


def _modernise_items(kpis: YamlSequence, reading: Reading) -> None:
    """Turn, in place, the KPIs of a list that use something of the older format."""
    for index, kpi in enumerate(kpis):
        key = _name_key(kpi)
        if isinstance(kpi, YamlMapping) and key:
            name, mark = str(kpi[key]), kpi.mark(key)[0]
            if all(found.code != "older_format" for found in reading.findings):
                reading.report(
                    "older_format", ("kpis",), f"Its KPIs are named by `{key}`. {_READ}", _EXPORT, mark
                )
            rest = YamlMapping()
            for part in [part for part in kpi if part != key]:
                rest.put(part, kpi[part], *kpi.mark(part))
            kpis[index] = _named_kpi(name, rest, mark, index, reading)
        elif isinstance(kpi, YamlMapping) and not is_modern(kpi):
            written = kpi.get("name")
            kpis[index] = modern_kpi(
                kpi, str(written) if isinstance(written, str) else "", ("kpis", index), reading
            )


def _name_key(kpi: Node) -> str:
    """The key that a KPI of a list is named by, where that is not `name`."""
    if not isinstance(kpi, YamlMapping) or (
        isinstance(kpi.get("name"), str) and NAME.fullmatch(str(kpi["name"]))
    ):
        return ""
    return next((key for key in ("id", "key") if NAME.fullmatch(str(kpi.get(key) or ""))), "")


def _listed(root: YamlMapping, reading: Reading) -> YamlMapping:
    """The root with its KPIs as a list."""
    under = root.get("kpis")
    entries = under if isinstance(under, YamlMapping) else root
    start = root.mark("kpis")[0] if entries is under else reading.source.start
    message = f"The registry has an older shape: a mapping instead of a list. {_READ}"
    reading.report("older_format", ("kpis",), message, _EXPORT, start)
    listed, taken = (
        YamlSequence(),
        {"kpis", "version"},
    )  # its version is that of the older format, which this no longer is
    for mapping, name, category in _entries_of(entries, is_root=entries is root):
        key_mark, mark = mapping.mark(name)
        kpi = _named_kpi(name, mapping[name], key_mark, len(listed), reading)
        if category and isinstance(kpi, YamlMapping) and "category" not in kpi:
            kpi.put("category", Plain(category), key_mark, key_mark)
        listed.put(kpi, mark)
        if entries is root:
            taken.add(category or name)
    modern = YamlMapping()
    for key, value in root.items():
        if key not in taken:
            modern.put(key, value, *root.mark(key))
    modern.put("kpis", listed, start, start)
    return modern


def _named_kpi(name: str, entry: Node, key_mark: int, index: int, reading: Reading) -> Node:
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
    kpi = modern_kpi(renamed, name, ("kpis", index), reading, is_older=True)
    if "prometheus_metric" not in kpi:
        kpi.put("prometheus_metric", metric_name(name, kpi.get("unit"), reading.prefix), key_mark, key_mark)
    return kpi


def metric_name(name: str, unit: Node, prefix: str = DEFAULT_PREFIX) -> str:
    """The Prometheus metric of a KPI that names none: prefix, name, and unit unless the name ends with it."""
    word = re.sub(r"[^a-z0-9_]", "_", name.lower())
    spec = find_unit(unit) if isinstance(unit, str) else None
    suffix = spec.prometheus_suffix if spec else ""
    if suffix and not _says_unit(word, suffix, spec):
        word = f"{word}_{suffix}"
    return word if word.startswith(prefix) else prefix + word


def _says_unit(word: str, suffix: str, unit: UnitSpec | None) -> bool:
    return word == suffix or word.endswith("_" + suffix) or find_unit(word.rpartition("_")[2]) is unit
