"""Writes docs/rules.md from the rule catalogue: `python -m scripts.rules_doc [--check]`.

With `--check` nothing is written, and the exit code is 1 when the page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from contracts.catalogue import RULES, Rule
from contracts.formats.markdown import plain
from contracts.rules.examples import ACTIONS, BINDINGS, REGISTRY, ROSTER, findings_of_example

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
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
Below a rule stands the module that finds it.
"""
READERS = (
    "contracts/yaml*.py",
    "contracts/documents/*.py",
    "contracts/tree.py",
    "contracts/registry_parts.py",
)
"""Where it is found, while files are read, that a rule without a function of its own is broken."""
TABLE = "problem_table.py"
"""What only names problems."""
ELSEWHERE = {
    "HIS001": "contracts.rules.alerts",
    "HIS002": "contracts.rules.alerts",
    "WAV001": "contracts.waivers",
}
"""Rules about what no file holds: what is stored of people, and today's date."""


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
    where = ", ".join(f"`{module}`" for module in modules_of(rule))
    return f"{anchor}\n\n### {rule.id} {rule.title}\n\n{said}\n\n{_block(rule.example)}{told}\nIn {where}.\n"


def modules_of(rule: Rule) -> list[str]:
    """The modules that find what this rule is about."""
    if rule.function is not None:
        return [rule.function.__module__]
    if rule.id in ELSEWHERE:
        return [ELSEWHERE[rule.id]]
    return [module for module, text in _sources().items() if f'"{rule.code}"' in text]


@cache
def _sources() -> dict[str, str]:
    """The text of each module that may find something, by the module's name."""
    paths = sorted(path for pattern in READERS for path in ROOT.glob(pattern) if path.name != TABLE)
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text(
            encoding="utf-8"
        )
        for path in paths
    }


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
