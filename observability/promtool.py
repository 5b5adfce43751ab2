"""promtool on exported files, and its verdicts as JUnit, which promtool 2.42 does not write itself.

https://prometheus.io/docs/prometheus/latest/command-line/promtool/
"""

from __future__ import annotations

import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree  # nosec B405
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Final

PROMTOOL: Final = "promtool"
SECONDS: Final = 300
"""The longest that promtool may take for one file."""
LONGEST_OUTPUT: Final = 100_000
"""Characters of one failure that are kept."""
_ALERTS: Final = re.compile(r'\balertname(?::\s+|=\\?")"?([A-Za-z0-9_]+)')
_FAILURE: Final = re.compile(r"^ {4}(?=alertname:|expr:)", re.MULTILINE)
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PromtoolError(Exception):
    """promtool cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One alert of a file of tests, or a file as a whole. ``failure`` is "" where promtool is content."""

    name: str
    failure: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What promtool says of one file."""

    file: str
    seconds: float
    cases: Sequence[Case]

    @property
    def is_well(self) -> bool:
        """Whether it is content."""
        return not any(case.failure for case in self.cases)


def try_rules(folder: Path, *, seconds: float = SECONDS, program: str = PROMTOOL) -> list[Verdict]:
    """Check every rule file of an export, and run every test. Raises PromtoolError where there is no promtool."""
    found = which(program)
    if found is None:
        raise PromtoolError(
            f"{program} is not installed. Debian and Ubuntu have it in the package prometheus."
        )
    rules = sorted(folder.glob("prometheus/rules/*.yml"))
    tests = sorted(folder.glob("prometheus/tests/*_test.yml"))
    return [
        *(_verdict(folder, file, [found, "check", "rules"], seconds) for file in rules),
        *(_verdict(folder, file, [found, "test", "rules"], seconds) for file in tests),
    ]


def junit(verdicts: Sequence[Verdict]) -> str:
    """As build servers show test results: https://github.com/testmoapp/junitxml"""
    root = ElementTree.Element("testsuites", _counts("promtool", verdicts))
    for verdict in verdicts:
        suite = ElementTree.SubElement(root, "testsuite", _counts(verdict.file, [verdict]))
        for case in verdict.cases:
            element = ElementTree.SubElement(suite, "testcase", name=case.name, classname=verdict.file)
            if case.failure:
                failure = ElementTree.SubElement(
                    element, "failure", message="promtool is not content", type="promtool"
                )
                failure.text = _NOT_XML.sub("\ufffd", case.failure)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _counts(name: str, verdicts: Sequence[Verdict]) -> dict[str, str]:
    cases = [case for verdict in verdicts for case in verdict.cases]
    return {
        "name": name,
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "errors": "0",
        "time": f"{sum(verdict.seconds for verdict in verdicts):.3f}",
    }


def _verdict(folder: Path, file: Path, command: Sequence[str], seconds: float) -> Verdict:
    begun = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - a program that was found, and our own files
            [*command, str(file)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
        said = (
            ""
            if done.returncode == 0
            else (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
        )
    except subprocess.TimeoutExpired:
        said = f"promtool took longer than {seconds:g} seconds"
    except OSError as error:
        raise PromtoolError(f"{command[0]} cannot be run: {error.strerror}") from error
    return Verdict(str(file.relative_to(folder)), time.monotonic() - begun, _cases(file, said, command[1]))


def _cases(file: Path, said: str, action: str) -> list[Case]:
    """One for each alert that a file of tests names; what is about none of them fails the file."""
    names = sorted(set(_ALERTS.findall(file.read_text(encoding="utf-8")))) if action == "test" else []
    failures: dict[str, list[str]] = {}
    first, *parts = _FAILURE.split(said)
    for part in parts:
        name = next((one for one in _ALERTS.findall(part) if one in names), file.name)
        failures.setdefault(name, []).append(part)
    if said and not parts:
        failures[file.name] = [first]
    texts = {name: "\n".join(texts)[:LONGEST_OUTPUT] for name, texts in failures.items()}
    return [Case(name, texts.get(name, "")) for name in (file.name, *names)]
