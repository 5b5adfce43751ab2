"""A registry in several files: one says what is true of it as a whole, the others hold KPIs and nothing else.

The files are told by what is in them, not by their name, so that an upload without its folders is read as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, groupby
from pathlib import PurePath
from typing import Final

from contracts.documents import Loaded, RegistryDocument
from contracts.documents.problems import finding
from contracts.findings import Finding, Path
from contracts.limits import LISTS
from contracts.naming import fold
from contracts.yamlnodes import YamlSource

FOLDER: Final = "kpi_registry"
"""What the folder is called that the files with the KPIs lie in, beside the one that says the rest."""
_MOST: Final = LISTS["a registry"]["kpis"].items


def is_part(document: RegistryDocument) -> bool:
    """Whether a file says nothing but KPIs."""
    return document.model_fields_set == {"kpis"} and not document.__pydantic_extra__


def has_settings(document: RegistryDocument) -> bool:
    """Whether a file says anything about the registry beside its KPIs and their units."""
    return bool(document.model_fields_set - {"kpis", "units"} or document.__pydantic_extra__)


class SplitSource(YamlSource):
    """Several files that are read as one registry: places in it are places in one of them."""

    def __init__(self, parts: Sequence[tuple[YamlSource, int]]) -> None:
        """``parts`` are the files, each with how many KPIs it has."""
        first = parts[0][0]
        super().__init__(first.root, text=first.text, start=first.start, file=first.file)
        self._parts = [source for source, _ in parts]
        self._starts = [0, *accumulate(count for _, count in parts)][:-1]

    @property
    def files(self) -> list[YamlSource]:
        """Each file."""
        return self._parts

    def part_at(self, path: Path) -> tuple[YamlSource, Path]:
        """The file that a place of the registry is in, and what the place is called there."""
        if len(path) < 2 or path[0] != "kpis" or not isinstance(path[1], int):
            return self._parts[0], path
        index = bisect_right(self._starts, path[1]) - 1
        return self._parts[index], ("kpis", path[1] - self._starts[index], *path[2:])


def joined(registries: list[Loaded[RegistryDocument]]) -> list[Loaded[RegistryDocument]]:
    """The registries of one tree with the files of a split one put together, in the order of the files.

    Where several files say something about the registry as a whole, they are several registries, and nobody knows to
    which of them the others belong: all stay as they are. In a split registry's own folder that is an error of theirs.
    """
    usable = [one for one in registries if one.document]
    heads = [one for one in usable if one.document and not is_part(one.document)]
    strays = [one for one in heads if PurePath(one.source.file).parent.name == FOLDER]
    head = [one for one in heads if one not in strays]
    if len(usable) < 2 or len(head) > 1:
        return registries
    ordered = head + [one for one in usable if one not in head]
    findings = [*(found for one in registries for found in one.findings), *map(_not_a_part, strays)]
    return [*_one_of(ordered, findings), *(one for one in registries if not one.document)]


def _one_of(
    ordered: list[Loaded[RegistryDocument]], findings: list[Finding]
) -> Iterable[Loaded[RegistryDocument]]:
    documents = [one.document for one in ordered if one.document]
    kpis = [kpi for document in documents for kpi in document.kpis]
    if len(kpis) > _MOST:
        said = f"The files hold {len(kpis):,} KPIs together. A registry holds at most {_MOST:,}."
        findings.append(finding("too_many", ("kpis",), said, "Take some out.", file=ordered[0].source.file))
    source = SplitSource([(one.source, len(one.document.kpis)) for one in ordered if one.document])
    yield Loaded(documents[0].model_copy(update={"kpis": kpis}), source, findings)


def _not_a_part(stray: Loaded[RegistryDocument]) -> Finding:
    root = stray.source.root
    key = next((key for key in root if key != "kpis"), "") if isinstance(root, dict) else ""
    return finding(
        "not_a_part",
        (key,),
        f"A file in {FOLDER}/ holds `kpis` and nothing else; this one also says `{key}`.",
        f"Move it to {FOLDER}.yaml.",
        place=stray.source.locate((key,), key=True),
        file=stray.source.file,
    )


def naming_others(findings: list[Finding]) -> list[Finding]:
    """The findings, those of one name in several files with the places of the others."""
    twice = [found for found in findings if found.code == "duplicate_name"]
    if len({found.file for found in twice}) < 2:
        return findings
    told: dict[int, Finding] = {}
    by_name = sorted(twice, key=_folded_subject)
    for _, same in groupby(by_name, key=_folded_subject):
        group = list(same)
        for found in group:
            others = [f"{one.file}:{one.line}" for one in group if one is not found][:5]
            told[id(found)] = replace(found, hint=f"It is also in {', '.join(others)}. {found.hint}")
    return [told.get(id(found), found) for found in findings]


def _folded_subject(found: Finding) -> str:
    return fold(found.subject)
