"""Writes docs/rules.md from the rule catalogue: `python -m scripts.rules_doc [--check]`.

With `--check` nothing is written, and the exit code is 1 when the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.catalogue import RULES, Rule
from contracts.formats.markdown import plain
from contracts.rules.examples import ACTIONS, BINDINGS, REGISTRY, ROSTER, findings_of_example

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
GROUPS = {
    "YAML": "Reading a file",
    "DOC": "The shape of a document",
    "KPI": "KPIs",
    "REG": "Settings of a registry",
    "BND": "Bindings",
    "AGT": "An agent's bindings as a whole",
    "COL": "Hand-offs between agents",
    "RST": "The roster",
    "ACT": "The catalogue of actions",
    "COV": "Coverage",
    "WAV": "Waivers",
    "HIS": "What is stored of people",
}
HEAD = """\
# Rules

<!-- Written by `python -m scripts.rules_doc` from the catalogue; a test fails when it is stale. -->

Each rule has an id that never changes, a code that the API answers, and a level. An **error** stops a save, an import
and a release; a **warning** and a **note** are shown and stop nothing. `registry validate` fails on errors, or on
what `--fail-on` says.

Every example shows only what matters: its keys replace those of the healthy contracts at the end of this page.
"""


def page() -> str:
    """The page's text."""
    sections = [HEAD, _index()]
    for prefix, title in GROUPS.items():
        rules = [rule for rule in RULES.values() if _prefix(rule) == prefix]
        sections += [f"## {title}\n", *map(_section, sorted(rules, key=lambda rule: rule.id))]
    healthy = "\n".join(_block(text.strip()) for text in (REGISTRY, BINDINGS, ROSTER, ACTIONS))
    return "\n".join([*sections, f"## The healthy contracts\n\n{healthy}"]).rstrip() + "\n"


def _index() -> str:
    ordered = sorted(RULES.values(), key=lambda rule: (list(GROUPS).index(_prefix(rule)), rule.id))
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | `{rule.code}` | {rule.level} | {rule.title} |"
        for rule in ordered
    ]
    return "\n".join(["| rule | code | level | what it finds |", "|---|---|---|---|", *rows, ""])


def _section(rule: Rule) -> str:
    told = "" if rule.function is None else "".join(_told(rule))
    anchor = f'<a id="{rule.id.lower()}"></a>'
    rationale = " ".join(rule.rationale.split())
    said = f"`{rule.code}`, {rule.level}. {rationale}"
    return f"{anchor}\n\n### {rule.id} {rule.title}\n\n{said}\n\n{_block(rule.example)}{told}"


def _told(rule: Rule) -> Iterator[str]:
    for finding in findings_of_example(rule)[:1]:
        yield f"\n> {plain(f'{finding.message} {finding.hint}'.strip())}\n"


def _block(text: str) -> str:
    return f"```yaml\n{text}\n```\n"


def _prefix(rule: Rule) -> str:
    return rule.id.rstrip("0123456789")


def main(arguments: Sequence[str]) -> int:
    """Write the page, or tell whether it is as it should be."""
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
