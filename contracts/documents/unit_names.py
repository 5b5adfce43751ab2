"""Units by any of their names: `ms`, `%` and `mL/kg/min` are the units they are, and become their codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.documents.problems import finding
from contracts.findings import Finding, Path
from contracts.units import STANDARD_UNITS, UnitSpec, UnitWords
from contracts.yamlnodes import Node, Plain, YamlMapping, YamlSequence, YamlSource

_NAMES = ("code", "title", "symbol", "ucum", "prometheus_suffix")
_SHOWN = 40


def use_unit_codes(source: YamlSource, known: Iterable[UnitSpec]) -> list[Finding]:
    """Write, in the tree, every unit by its code, and say once for each name what it was read as.

    ``known`` are units beside the standard ones and the file's own, such as a database's.
    """
    words = UnitWords(
        {unit.code: unit for unit in (*STANDARD_UNITS.values(), *known, *_own(source))}.values()
    )
    found: dict[str, Finding] = {}
    for mapping, key, path in _units(source):
        written = mapping[key]
        if isinstance(written, str) and (code := words.code_of(written)) and code != written:
            mapping[key] = Plain(code)
            found.setdefault(str(written), _read_as(str(written), code, path, source))
    _use_codes_in_rules(source, words)
    return [*found.values()]


def _own(source: YamlSource) -> Iterator[UnitSpec]:
    for unit in _mappings(source.node(("units",))):
        texts = {name: str(unit[name]) for name in _NAMES if isinstance(unit.get(name), str)}
        if "code" in texts:
            yield UnitSpec(**{"title": texts["code"], **texts})


def _units(source: YamlSource) -> Iterator[tuple[YamlMapping, str, Path]]:
    """Every place of a KPI's unit."""
    for index, kpi in enumerate(_items(source.node(("kpis",)))):
        if isinstance(kpi, YamlMapping) and "unit" in kpi:
            yield kpi, "unit", ("kpis", index, "unit")


def _use_codes_in_rules(source: YamlSource, words: UnitWords) -> None:
    """The registry's own rule about units allows what the same names are read as, each once."""
    for rule in _mappings(source.node(("validation_rules",))):
        allowed = rule.get("allowed_values")
        if rule.get("field") == "unit" and isinstance(allowed, YamlSequence):
            codes = [words.code_of(value) or value if isinstance(value, str) else value for value in allowed]
            allowed[:] = [Plain(code) if isinstance(code, str) else code for code in codes]
            allowed.drop([at for at, code in enumerate(codes) if code in codes[:at]])


def _mappings(node: Node) -> list[YamlMapping]:
    return [item for item in _items(node) if isinstance(item, YamlMapping)]


def _items(node: Node) -> list[Node]:
    return [*node] if isinstance(node, YamlSequence) else []


def _read_as(written: str, code: str, path: Path, source: YamlSource) -> Finding:
    shown = written if len(written) <= _SHOWN else written[:_SHOWN] + "…"
    return finding(
        "unit_name",
        path,
        f"The unit `{shown}` is read as {code}.",
        f"Write {code}, which every program knows.",
        place=source.locate(path),
        file=source.file,
    )
