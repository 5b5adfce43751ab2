"""Makes a report safe to print: whatever cannot be shown is written as its code."""

from __future__ import annotations

from dataclasses import replace

from contracts.findings import Finding, Path, Report


def printable(text: str) -> str:
    """The text on one line, with ``\\u202e`` in place of a character that cannot be shown.

    So no text of a file can end a line, move a terminal's cursor, turn the writing direction, break XML, or
    fail to be encoded.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _code(sign) for sign in text)


def _code(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def printable_report(report: Report) -> Report:
    """The report with all of its texts on one line each and showable."""
    texts = {printable(file): text for file, text in report.texts.items()}
    files = tuple(map(printable, report.files))
    return replace(
        report,
        findings=tuple(map(_printable_finding, report.findings)),
        files=files,
        remark=printable(report.remark),
        texts=texts,
    )


def _printable_finding(finding: Finding) -> Finding:
    texts = (finding.message, finding.hint, finding.subject, finding.file)
    if "".join((*texts, *map(str, finding.path))).isprintable():
        return finding
    message, hint, subject, file = map(printable, texts)
    path: Path = tuple(printable(step) if isinstance(step, str) else step for step in finding.path)
    return replace(finding, message=message, hint=hint, subject=subject, file=file, path=path)
