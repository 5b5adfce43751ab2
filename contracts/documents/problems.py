"""What can be wrong with a file before any rule looks at it: the rules, and how a finding is made of each.

One table for the whole of reading. :mod:`contracts.catalogue` takes it in, so that these stand in
`docs/rules.md` too.
"""

from __future__ import annotations

from contracts.documents.problem_table import READING_PROBLEMS, ReadingProblem
from contracts.findings import Finding, Level, Path, register_code
from contracts.yamlnodes import YamlError, YamlSource

__all__ = [
    "READING_PROBLEMS",
    "ReadingProblem",
    "file_not_read",
    "finding",
    "unknown_document",
    "yaml_finding",
]


_BY_CODE = {problem.code: problem for problem in READING_PROBLEMS}

for _problem in READING_PROBLEMS:
    register_code(_problem.id, _problem.code)


def finding(
    code: str,
    path: Path,
    message: str,
    hint: str = "",
    *,
    place: tuple[int, int] = (0, 0),
    file: str = "",
    subject: str = "",
    level: Level | None = None,
) -> Finding:
    """A finding of the table's rule with this code, at its usual level unless another is given."""
    problem = _BY_CODE[code]
    return Finding(problem.id, level or problem.level, path, message, hint, subject, file, *place)


def yaml_finding(error: YamlError, file: str = "") -> Finding:
    """The finding that says what a YamlError says."""
    return finding(error.code, (), error.message, error.hint, place=(error.line, error.column), file=file)


def file_not_read(file: str, message: str) -> Finding:
    """The finding for a file of which nothing was read."""
    return finding("file_not_read", (), message, "Put the file itself there.", file=file)


def unknown_document(source: YamlSource) -> Finding:
    """The finding for a file that is none of the documents we know."""
    message = "This is no registry, bindings, roster or catalogue of actions."
    hint = (
        "A registry has `kpis`, bindings have `agent` and `kpis_used`, a roster has `agents`, a catalogue has "
        "`actions`."
    )
    return finding("unknown_document", (), message, hint, place=source.locate(()), file=source.file)
