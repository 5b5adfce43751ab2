"""What is told of a file while it is read, before any rule looks at it, as entries of the catalogue."""

from __future__ import annotations

from contracts.catalogue import Rule, Scope, declare
from contracts.documents.problems import READING_PROBLEMS

for _problem in READING_PROBLEMS:
    declare(
        Rule(
            _problem.id,
            _problem.code,
            _problem.level,
            _problem.title,
            _problem.rationale,
            _problem.example,
            Scope.FILE,
        )
    )
