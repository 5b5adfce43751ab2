"""The files of an export as a page lists them: in groups by folder, with their size in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.template.defaultfilters import filesizeformat

from observability.generated import GeneratedFile

TOOLS: Final = {"prometheus": "Prometheus", "alertmanager": "Alertmanager", "grafana": "Grafana"}
"""In the order that people look for them."""
MOST_SHOWN: Final = 100_000
"""Characters of a file that a page shows; a download has all of it."""
FEW: Final = 12
"""Files of a group that is open from the start."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One exported file as the list shows it."""

    path: str
    name: str
    size: str
    is_chosen: bool


@dataclass(slots=True)
class FileGroup:
    """The files of one folder."""

    title: str
    files: list[ListedFile] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether its files are to be seen at once."""
        return len(self.files) <= FEW or any(one.is_chosen for one in self.files)


def in_order(files: Iterable[GeneratedFile]) -> list[GeneratedFile]:
    """Alert rules first, dashboards last."""
    order = list(TOOLS)

    def place(one: GeneratedFile) -> tuple[int, str]:
        tool = one.path.partition("/")[0]
        return order.index(tool) if tool in order else len(order), one.path

    return sorted(files, key=place)


def groups_of(files: Iterable[GeneratedFile], chosen: str) -> list[FileGroup]:
    """The files by their folder, in the order given."""
    found: dict[str, FileGroup] = {}
    for one in files:
        folder, _, name = one.path.rpartition("/")
        group = found.setdefault(folder, FileGroup(title_of(folder)))
        group.files.append(ListedFile(one.path, name, size_of(one.size), one.path == chosen))
    return list(found.values())


def title_of(folder: str) -> str:
    """``Prometheus: rules`` for ``prometheus/rules``."""
    tool, _, rest = folder.partition("/")
    name = TOOLS.get(tool, tool)
    return f"{name}: {rest.replace('/', ', ').replace('_', ' ')}" if rest else name


def size_of(size: int) -> str:
    """Such as ``12.3 KB``, with a blank where a line may not break."""
    return filesizeformat(size)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page shows of one file."""

    path: str
    text: str
    size: str
    lines: int
    is_cut: bool

    @classmethod
    def of(cls, file: GeneratedFile) -> Preview:
        """The beginning of a file."""
        text = file.data.decode()
        return cls(file.path, text[:MOST_SHOWN], size_of(file.size), text.count("\n"), len(text) > MOST_SHOWN)
