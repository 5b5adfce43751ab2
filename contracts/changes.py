"""Which files changed since a revision, asked of git: the only program run, without a shell, arguments as a list."""

from __future__ import annotations

import shutil
import subprocess  # nosec B404
from collections.abc import Iterable
from pathlib import Path as FilePath

SECONDS = 30
"""How long git may take for one answer."""


class ChangesError(Exception):
    """Git could not say what changed."""


def changed_files(revision: str, files: Iterable[FilePath]) -> set[FilePath]:
    """Those of the files that differ from a revision, are not in it, or are not under git's control yet.

    Raises ChangesError for a file outside a git repository and for an unknown revision.
    """
    changed: dict[FilePath, set[FilePath]] = {}
    found = set()
    for file in files:
        top = _top(file)
        if top not in changed:
            changed[top] = _changed_below(top, revision)
        if file.resolve() in changed[top]:
            found.add(file)
    return found


def _top(file: FilePath) -> FilePath:
    answer = _git(file.resolve().parent, "rev-parse", "--show-toplevel")
    if answer is None:
        raise ChangesError(f"{file} is not in a git repository.")
    return FilePath(answer.rstrip("\n")).resolve()


def _changed_below(top: FilePath, revision: str) -> set[FilePath]:
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not revision or commit is None:
        raise ChangesError(f"Git does not know the revision “{revision}”.")
    differing = _git(top, "diff", "--no-ext-diff", "--name-only", "-z", commit.strip(), "--")
    untracked = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    if differing is None or untracked is None:
        raise ChangesError(f"Git cannot compare with the revision “{revision}”.")
    return {(top / name).resolve() for name in (differing + untracked).split("\0") if name}


def _git(directory: FilePath, *arguments: str) -> str | None:
    """What git answers, or None when it refuses."""
    program = shutil.which("git")
    if not program:
        raise ChangesError("Git is not installed.")
    try:
        answer = subprocess.run(  # noqa: S603  # nosec B603
            [program, "-C", str(directory), *arguments],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ChangesError(f"Git did not answer: {error}.") from None
    return answer.stdout if answer.returncode == 0 else None
