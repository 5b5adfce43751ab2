"""Writes docs/conformance.md from the catalogue of deviations: `python -m scripts.conformance_doc [--check]`.

With `--check` nothing is written, and the exit code is 1 when the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.formats.markdown import plain
from protocols.conformance import RULES, Found, Row, RunRule, aligned, judge
from protocols.conformance.examples import EXAMPLES, LOOKED, OPENED
from protocols.conformance.words import length

PAGE = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"
HEAD = """\
# Conformance

<!-- Written by `python -m scripts.conformance_doc` from the catalogue; a test fails when it is stale. -->

A release is a protocol that a computer can follow: at this severity an agent does these actions in this order, within
these deadlines, and then hands over to those agents. What it really did is compared with that, and each difference is
a **deviation** with one of the ids below, which never change. A deviation is no verdict: a person judges it harmful,
acceptable or better than the contract, on the run's page or [by the API](runs.md#what-people-do). What is better comes
with the change that would make the contract say it.

- What is not yet due is no deviation.
- Time counts from when the agent could know, which is when the server stored the reading; who was faster than that is
  measured from the reading. Time in which the agent or its binding was paused does not count.
- The order is compared by an alignment: the most steps that kept their order are taken as right, and only the others
  are named.
- Deviations follow from what is stored and nothing else. `manage.py registry conformance` computes them anew and
  compares ([the command](cli.md#registry-conformance)).

The constraints' names are those of Declare, the language of process mining for what must and must not happen. In the
examples, times are counted from the opening of the run.
"""


def page() -> str:
    """The page's text."""
    rows = [
        f"| [{one.id}](#{one.id.lower()}) | `{one.code}` | {one.pattern} | {one.title} |"
        for one in RULES.values()
    ]
    index = ["| rule | code | constraint | what it finds |", "|---|---|---|---|", *rows, ""]
    return "\n".join([HEAD, *index, *map(_section, RULES.values())]).rstrip() + "\n"


def _section(rule: RunRule) -> str:
    facts, pauses = EXAMPLES[rule.id]
    found = judge(facts, pauses, LOOKED)
    anchor = f'<a id="{rule.id.lower()}"></a>'
    rationale = " ".join(rule.rationale.split())
    head = f"{anchor}\n\n### {rule.id} {rule.title}\n\n`{rule.code}`. {rationale}\n\nFor example: {rule.example}\n"
    whole = [f"\n> {plain(one.message)}\n" for one in found if not one.place]
    return "".join([head, "\n", *_table(aligned(facts, found)), *whole])


def _table(rows: Sequence[Row[Found]]) -> Iterator[str]:
    yield "| declared | actual | at | what differs |\n|---|---|---|---|\n"
    for row in rows:
        at = "" if row.at is None else length(row.at - OPENED)
        told = " ".join(plain(one.message) for one in row.differs)
        yield f"| {row.declared} | {row.actual} | {at} | {told} |\n"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or tell whether it is as it should be."""
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
