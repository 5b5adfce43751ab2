"""The same files again: what was found of them stands while neither they, the rules nor the working copy change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePath

import contracts
from contracts.commands.paths import contents_at
from kpis.importing.joined import working_copy_stamp
from kpis.models.seen_files import SeenFiles

MOST_SAID = 2_000_000
"""Characters of findings that are kept; of files with more to say nothing is, and they are judged again."""
IMPORT, DIFF = SeenFiles.Purpose.IMPORT, SeenFiles.Purpose.DIFF


def digest_of(contents: Mapping[str, bytes]) -> str:
    """The SHA-256 of files, in their order and by their place in the tree, and of what reads and judges them."""
    found = sha256(_language())
    for name, data in contents.items():
        place = "/".join(PurePath(name).parts[-2:])
        found.update(f"\n{place}\n{len(data)}\n".encode())
        found.update(data)
    return found.hexdigest()


@lru_cache(maxsize=1)
def _language() -> bytes:
    """What changes whenever the code does by which files are read, judged and compared."""
    found = sha256()
    for path in sorted(Path(contracts.__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.digest()


def seen_before(purpose: str, contents: Mapping[str, bytes]) -> SeenFiles | None:
    """What was found of these files, where all is as it was then; eight queries."""
    return SeenFiles.objects.filter(
        purpose=purpose, digest=digest_of(contents), stamp=working_copy_stamp()
    ).first()


def remember_import(contents: Mapping[str, bytes], said: str, unchanged: int) -> None:
    """Note that importing these files again would do nothing. Only under the lock that they came in under."""
    if len(said) <= MOST_SAID:
        SeenFiles.remember(IMPORT, digest_of(contents), working_copy_stamp(), said=said, unchanged=unchanged)


def remember_export(root: Path, texts: Mapping[str, str], stamp: str) -> None:
    """Note that files which were just written say what the working copy says, if nothing else lies beside them."""
    found = contents_at(str(root))
    if found == {(root / path).as_posix(): text.encode() for path, text in texts.items()}:
        SeenComparisons().remember(str(root), stamp)


class SeenComparisons:
    """Comparisons of the working copy with files."""

    def is_same(self, place: str) -> bool:
        """Whether the files were found to be the same as the working copy is now."""
        return seen_before(DIFF, contents_at(place)) is not None

    def stamp(self) -> str:
        """That of the working copy, to be asked for before it is read."""
        return working_copy_stamp()

    def remember(self, place: str, stamp: str) -> None:
        """Note that there was no difference, unless the working copy has changed since."""
        if stamp == working_copy_stamp():
            SeenFiles.remember(DIFF, digest_of(contents_at(place)), stamp)
