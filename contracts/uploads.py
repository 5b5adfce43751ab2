"""Files as a browser sends them: without their folders, so that several have one name, or as a zip of a whole tree."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

from contracts.yamlnodes import YamlError, YamlMapping
from contracts.yamltree import MAX_BYTES, read_yaml

MAX_ENTRIES = 10_000
"""How many entries an archive may have."""
UNPACKED = 4
"""How many times the bytes of one file its contract files may have together."""
YAML_SUFFIXES = (".yaml", ".yml")
_ZIP = b"PK\x03\x04", b"PK\x05\x06"
# Where contract files lie in a tree: below the folder that the first group names.
_KNOWN = re.compile(
    r"(?:(.*)/)?(shared_modules/kpi_registry(?:/[^/]+)?|[^/]+_modules/kpi_bindings|roster|actions)\.ya?ml"
)
_AGENT = 60  # characters of an agent's name that are shown
# What zipfile raises for archives that are damaged, protected by a password or packed in a way that it does not know.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OSError,
)


class UploadError(Exception):
    """The files cannot be told apart or unpacked. The message says why, and what to do."""


def is_zip(data: bytes) -> bool:
    """Whether these bytes are a zip archive."""
    return data.startswith(_ZIP)


def files_of(uploaded: Iterable[tuple[str, bytes]], *, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """Every file by a name of its own, archives unpacked.

    The same file twice counts once. Others of one name are told by the agent named inside. ``max_bytes`` is how large
    one file may be: of a larger one in a zip no more than a byte more comes out. Raises UploadError.
    """
    same_name: defaultdict[str, dict[bytes, None]] = defaultdict(dict)
    for name, data in uploaded:
        for path, content in (unpacked(data, name, max_bytes) if is_zip(data) else {name: data}).items():
            same_name[path][content] = None
    named: dict[str, bytes] = {}
    for name, contents in same_name.items():
        for content in contents:
            named[_own_name(name, content[: max_bytes + 1], named) if len(contents) > 1 else name] = content
    return named


def yaml_files(uploaded: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """What of a folder may be a contract file, by its name; a folder holds much else."""
    return [(name, data) for name, data in uploaded if name.lower().endswith(YAML_SUFFIXES)]


def unpacked(data: bytes, name: str, max_bytes: int = MAX_BYTES) -> dict[str, bytes]:
    """The contract files of a zip of a tree, by their path in it; nothing is written anywhere.

    Where no file lies in the place of one, all that end like YAML count. Raises UploadError.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_ENTRIES:
                raise UploadError(f"{name} holds too much. At most {MAX_ENTRIES:,} entries are looked at.")
            sizes = {info.filename: info.file_size for info in archive.infolist() if not info.is_dir()}
            chosen = contract_paths(sizes, name)
            found: dict[str, bytes] = {}
            for path in chosen:
                with archive.open(path) as member:
                    found[path] = member.read(max_bytes + 1)  # the reader then calls it too large
                if sum(map(len, found.values())) > UNPACKED * max_bytes:
                    limit = UNPACKED * max_bytes // 1024 // 1024
                    raise UploadError(f"{name} is too large. At most {limit} MiB are unpacked.")
    except _UNREADABLE:
        raise UploadError(
            f"{name} cannot be unpacked. Make a new zip of the folder, without a password."
        ) from None
    if not found:
        raise UploadError(f"{name} holds no YAML file.")
    return found


def zipped(texts: Mapping[Path, str]) -> bytes:
    """A zip of files by their path, the same bytes for the same texts: the inverse of :func:`unpacked`."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in texts.items():
            archive.writestr(zipfile.ZipInfo(path.as_posix()), text, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def contract_paths(paths: Iterable[str], archive: str) -> list[str]:
    """Which paths of a tree are contract files: those below its one folder of agents. Raises UploadError."""
    candidates = [path for path in paths if _is_plain(path)]
    below: defaultdict[str, list[str]] = defaultdict(list)
    for path in candidates:
        if known := _KNOWN.fullmatch(path):
            below[known[1] or ""].append(path)
    trees = {base: found for base, found in below.items() if any("_modules/" in path for path in found)}
    if not trees:
        return sorted(candidates)
    depth = min(len(PurePosixPath(base).parts) for base in trees)
    highest = sorted(base for base in trees if len(PurePosixPath(base).parts) == depth)
    if len(highest) > 1:
        listed = ", ".join(base or "the top" for base in highest[:5])
        raise UploadError(f"{archive} holds several trees of agents: {listed}. Make a zip of one of them.")
    return sorted(trees[highest[0]])


def _is_plain(path: str) -> bool:
    """Whether an entry may be a file that somebody wrote: no side file of a system, and YAML by its name."""
    parts = PurePosixPath(path).parts
    return path.lower().endswith(YAML_SUFFIXES) and not any(
        part.startswith((".", "__MACOSX")) for part in parts
    )


def _own_name(name: str, content: bytes, taken: Mapping[str, bytes]) -> str:
    """The name with the agent in brackets, and a number where that is taken too."""
    agent = _agent_in(content)
    for number in range(1, len(taken) + 2):
        told = ", ".join([*([agent] if agent else []), *([str(number)] if number > 1 or not agent else [])])
        own = f"{name} ({told})"
        if own not in taken:
            return own
    return name


def _agent_in(content: bytes) -> str:
    try:
        root = read_yaml(content, max_bytes=max(MAX_BYTES, len(content))).root
    except YamlError:
        return ""
    agent = root.get("agent") if isinstance(root, YamlMapping) else None
    return str(agent)[:_AGENT] if isinstance(agent, str) and agent.isprintable() else ""
