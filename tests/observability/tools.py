"""promtool and amtool on what was generated."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from observability.options import ExportOptions, Files
from tests.telemetry.monitoring import program

OPTIONS = ExportOptions(runbook_url="https://auren.example/runbooks", release=3)


def written(folder: Path, *files: Files) -> Path:
    """The folder with these files in it."""
    for path, text in {path: text for some in files for path, text in some.items()}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def ran(name: str, *arguments: str | Path) -> str:
    """What a tool said; fails where it is not content."""
    is_well, said = tried(name, *arguments)
    assert is_well, said
    return said


def tried(name: str, *arguments: str | Path) -> tuple[bool, str]:
    """Whether a tool was content, and what it said."""
    done = subprocess.run([program(name), *arguments], capture_output=True, timeout=120)
    return done.returncode == 0, (done.stdout + done.stderr).decode()


def rules_in(text: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def visible(page: str) -> str:
    """What a person reads of a page, with single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
