"""What tells one version of the code from another: what was judged by one is not what another would say."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

PACKAGES: Final = ("contracts", "kpis", "bindings", "releases")
"""All that reads the working copy, writes it down and judges it."""
ROOT: Final = Path(__file__).parents[2]


@lru_cache(maxsize=1)
def code_mark() -> str:
    """The SHA-256 of the source of those packages, in hex; read once by a process."""
    found = sha256()
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return found.hexdigest()
