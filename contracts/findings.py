"""What a rule says about a contract, and the report that gathers it.

A finding is plain data: which rule, how bad, where, and two or three sentences for a person. It knows
nothing of YAML, Django or output formats; those take findings and show them in their own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Path = tuple[str | int, ...]
"""Where in a document: keys and list positions from the root, e.g. ``("kpis", 3, "unit")``."""

EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, EXIT_NOT_RUN = 0, 1, 2, 3
"""Exit codes of every command that reports findings."""

_codes: dict[str, str] = {}


class Level(StrEnum):
    """How bad a finding is. Only errors stop a save, an import or a release."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note, 1 for a warning, 2 for an error."""
        return _RANKS[self]


_RANKS = {Level.NOTE: 0, Level.WARNING: 1, Level.ERROR: 2}


def register_code(rule: str, code: str) -> None:
    """Give the rule id its stable slug; every rule of every catalogue does this once.

    Raises ValueError when the id already has another slug.
    """
    if _codes.setdefault(rule, code) != code:
        raise ValueError(f"rule {rule} is already called {_codes[rule]}, not {code}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule says about one place of a contract.

    ``message`` starts with a short sentence anyone understands; details with numbers follow. ``hint`` is
    the way out. ``line`` and ``column`` count from 1; 0 means that the place is not known (no file).
    """

    rule: str
    level: Level
    path: Path
    message: str
    hint: str = ""
    subject: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    @property
    def code(self) -> str:
        """The rule's stable slug, such as ``name_pattern``: what an API answers and a test names."""
        return _codes.get(self.rule, "")

    @property
    def summary(self) -> str:
        """The first sentence of the message."""
        head, stop, _ = self.message.partition(". ")
        return head + "." if stop else head

    def at(self, file: str, line: int, column: int) -> Finding:
        """The same finding with its place in a file."""
        return replace(self, file=file, line=line, column=column)


def by_place(finding: Finding) -> tuple[str, int, int, int, str, str]:
    """The order findings are shown in: file, line, column, then the worst first, then the rule."""
    return (finding.file, finding.line, finding.column, -finding.level.rank, finding.rule, finding.message)


@dataclass(frozen=True, slots=True)
class Report:
    """Findings over a number of files, in the order they are shown.

    ``texts`` holds the files' own text where it was read, for formats that quote a line. ``remark`` is a
    sentence for the summary, such as what was left out and why. ``left_out`` are findings that were there, and are
    counted, but are not shown.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()
    remark: str = ""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    left_out: Mapping[Level, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        files: Iterable[str] = (),
        *,
        remark: str = "",
        texts: Mapping[str, str] | None = None,
    ) -> Report:
        """A report with its findings sorted by place."""
        return cls(tuple(sorted(findings, key=by_place)), tuple(files), remark, texts or {})

    @property
    def counts(self) -> dict[Level, int]:
        """How many findings of each level, worst level first; levels without findings count 0."""
        counts = dict.fromkeys(sorted(Level, key=lambda level: -level.rank), 0)
        for finding in self.findings:
            counts[finding.level] += 1
        for level, count in self.left_out.items():
            counts[level] += count
        return counts

    def cut(self, most: int) -> Report:
        """The report with at most so many findings, the worst of them, and a word about the others."""
        if len(self.findings) <= most:
            return self
        worst_first = sorted(
            self.findings, key=lambda finding: -finding.level.rank
        )  # as they stand, otherwise
        others = Counter(finding.level for finding in worst_first[most:])
        said = f"{others.total():,} of them are left out here, the least grave."
        return replace(
            self,
            findings=tuple(sorted(worst_first[:most], key=by_place)),
            remark=f"{self.remark} {said}".strip(),
            left_out=Counter(self.left_out) + others,
        )

    def at_least(self, level: Level) -> Report:
        """The report without findings below a level; they count all the same, and it says that they are not shown."""
        shown = tuple(finding for finding in self.findings if finding.level.rank >= level.rank)
        hidden = Counter(finding.level for finding in self.findings if finding.level.rank < level.rank)
        if not hidden:
            return self
        told = " and ".join(
            f"{count:,} {each}" if count == 1 else f"{count:,} {each}s" for each, count in hidden.items()
        )
        said = f"{told} {'is' if hidden.total() == 1 else 'are'} not shown."
        left_out = Counter(self.left_out) + hidden
        return replace(self, findings=shown, remark=f"{self.remark} {said}".strip(), left_out=left_out)

    @property
    def worst(self) -> Level | None:
        """The worst level that occurs, or None without findings."""
        return next((level for level, count in self.counts.items() if count), None)

    def exit_code(self, fail_on: Level = Level.ERROR) -> int:
        """0 clean, 1 a finding at or above ``fail_on``, 3 when no file was looked at at all."""
        if not self.files:
            return EXIT_NOT_RUN
        worst = self.worst
        return EXIT_FINDINGS if worst and worst.rank >= fail_on.rank else EXIT_CLEAN
