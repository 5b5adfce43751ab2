"""The one gate between the rules and Django: findings become the errors of a form's fields."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from contracts.findings import Finding, Level, Path


def errors_only(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stop a save; warnings and notes are shown and do not."""
    return [finding for finding in findings if finding.level is Level.ERROR]


def field_of(path: Path, fields: Mapping[tuple[str, ...], str]) -> str:
    """The field whose place in the document ends ``path``, or begins it, else the form as a whole.

    Thresholds are rows of their own: a path into one is matched behind its severity.
    """
    keys = tuple(str(part) for part in path)
    if keys[:1] in (("risk_thresholds",), ("validation_rules",)):
        keys = keys[2:]
    while keys:
        if keys in fields:
            return fields[keys]
        keys = keys[:-1]
    return NON_FIELD_ERRORS


def as_error(finding: Finding) -> ValidationError:
    """One finding as Django says it: the message with its way out, and the rule's code."""
    return ValidationError(f"{finding.message} {finding.hint}".strip(), code=finding.code)


def raise_on_errors(findings: Iterable[Finding], fields: Mapping[tuple[str, ...], str]) -> None:
    """Raise every finding of level error on its field; return where there is none.

    ``fields`` maps places in the document to field names. Raises ValidationError.
    """
    by_field: defaultdict[str, list[ValidationError]] = defaultdict(list)
    for finding in errors_only(findings):
        by_field[field_of(finding.path, fields)].append(as_error(finding))
    if by_field:
        raise ValidationError(dict(by_field))
