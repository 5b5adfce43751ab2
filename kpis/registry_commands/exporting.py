"""``registry export``: the registry's file, and below a directory what other apps write beside it."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand
from contracts.commands.export_parts import EXPORT_PARTS
from contracts.commands.sides import DATABASE, PLACES, WORDS, Found, side_of
from contracts.documents import write_registry
from contracts.export_folder import FileDifference, FileState, WantedPart, Written, differences, write_parts
from contracts.export_manifest import NAME, Manifest, ManifestError, read_manifest
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE
from contracts.formats.printable import printable
from contracts.loading import AGENTS, TreeError
from contracts.release import ReleaseDocument
from contracts.releasefiles import (
    PARTS_PATH,
    REGISTRY_PATH,
    Splitting,
    registry_files,
    release_files,
    with_units_in_use,
)
from contracts.yamltree import TOO_LARGE, paused_gc
from kpis.importing import JOINED
from kpis.importing.joined import working_copy_stamp
from kpis.importing.seen import remember_export
from kpis.services import registry_document

STDOUT = "-"
REGISTRY = "registry"
IN_WORDS = {
    FileState.MISSING: "is missing.",
    FileState.OUTDATED: "is out of date: it is as an earlier export wrote it.",
    FileState.EDITED: "was edited by hand since it was exported.",
    FileState.UNKNOWN: "differs, and no export wrote it as it is.",
    FileState.FOREIGN: "was written by no export, and its KPIs would be there twice.",
    FileState.LEFT_OVER: "is left over from an earlier export.",
    FileState.LEFT_OVER_EDITED: "is left over from an earlier export, and was edited by hand.",
}


@subcommand
class Export(Subcommand):
    """Writes the same bytes for the same registry, whenever and wherever."""

    name = "export"
    help = (
        "Write the registry in the database as YAML, to standard output, or to a directory with the roster, every "
        "agent's bindings, the catalogue of actions, and the alerts and dashboards beside it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument(
            "--out",
            metavar="DIR",
            default=STDOUT,
            help=f"The directory to write {REGISTRY_PATH} into, or - for standard output, the default.",
        )
        where.add_argument(
            "to_stdout", nargs="?", choices=(STDOUT,), metavar="-", help="The same as --out -, for short."
        )
        what = parser.add_mutually_exclusive_group()
        for place in PLACES.values():
            said = f"Not the working copy, but {place.help}."
            what.add_argument(f"--{place.word}", metavar=place.metavar, help=said)
        parser.add_argument(
            "--only",
            choices=(REGISTRY, *(part.name for part in EXPORT_PARTS)),
            help="Only this part of what is written into a directory.",
        )
        parser.add_argument(
            "--split",
            metavar="KPIS",
            type=int,
            default=0,
            help=f"Write the KPIs into files of so many each, in {PARTS_PATH}. Without it, that is done where one file "
            "would be too large to import.",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing: name each file in the directory that is not as it would be written.",
        )
        for part in EXPORT_PARTS:
            part.add_arguments(parser)

    def handle(self, command: Console, **options: Any) -> int:
        if options["out"] == STDOUT:
            return self._to_stdout(command, options)
        root, stamp = Path(options["out"]), working_copy_stamp()
        with paused_gc():
            count, parts, remarks = parts_of(options)
        try:
            if options["check"]:
                return self._check(command, root, parts)
            done = write_parts(root, parts)
        except ManifestError as error:
            raise CannotRun(str(error)) from error
        own = next((part for part in parts if part.name == REGISTRY), None)
        if own and not own.release:
            remember_export(root, own.texts, stamp)
        for line in (*told(root, count, parts), *warned(root, done), *remarks):
            command.stdout.write(printable(line))
        return EXIT_CLEAN

    def _to_stdout(self, command: Console, options: Mapping[str, Any]) -> int:
        if options["check"] or options["only"] or options["split"]:
            raise TreeError(
                "--check, --only and --split are about a directory: name one by --out.", EXIT_USAGE
            )
        found = found_of(options)
        text = write_registry(with_units_in_use(found.document.registry) if found else registry_document())
        if len(text.encode()) > settings.FILE_MAX_BYTES:
            command.stderr.write(
                f"This is too large for commands to read. --out writes several files. {TOO_LARGE}"
            )
        command.stdout.write(text, ending="")
        return EXIT_CLEAN

    def _check(self, command: Console, root: Path, parts: list[WantedPart]) -> int:
        manifest = read_manifest(root)
        found = [(part, one) for part in parts for one in differences(root, part, manifest)]
        for _, one in found:
            command.stdout.write(printable(f"{root / one.path} {IN_WORDS[one.state]}"))
        for line in reasons(parts, manifest, found):
            command.stdout.write(printable(line))
        files = sum(len(part.texts) for part in parts)
        if not found:
            command.stdout.write(printable(f"All {files:,} files in {root} are as they would be written."))
        return EXIT_FINDINGS if found else EXIT_CLEAN


def found_of(options: Mapping[str, Any]) -> Found | None:
    """The release that was chosen; None for the working copy."""
    for place in PLACES.values():
        if (name := options.get(place.word)) is not None:
            return place.read(name)
    return None


def registry_texts(document: ReleaseDocument | None, splitting: Splitting) -> dict[str, str]:
    """The registry's files by path, the registry first; of the working copy where no document is given."""
    if document:
        files = release_files(document, splitting)
    else:
        files = registry_files(registry_document(), splitting)
        for part in JOINED:
            files |= part.files()
    return {path.as_posix(): text for path, text in files.items()}


def splitting_of(options: Mapping[str, Any]) -> Splitting:
    """How the registry is to be split: so that every door takes what we write. Raises TreeError."""
    if options["split"] < 0:
        raise TreeError("--split takes how many KPIs a file is to have.", EXIT_USAGE)
    return Splitting(min(settings.IMPORT_MAX_BYTES, settings.FILE_MAX_BYTES), options["split"])


def parts_of(options: Mapping[str, Any]) -> tuple[int, list[WantedPart], list[str]]:
    """How many KPIs there are in what was chosen, the parts to write, and what else is to be said."""
    found = found_of(options)
    side = side_of(found.document) if found else WORDS[DATABASE]()
    document, release = side.whole, found.release if found else 0
    digest = document.digest if document else ""
    parts, remarks = [], list[str]()
    only = options["only"]
    if only in (None, REGISTRY):
        parts.append(registry_part(document, splitting_of(options), release, digest))
    for part in EXPORT_PARTS:
        if document and only in (None, part.name):
            made = part.make(document, release, options)
            parts.append(WantedPart(part.name, part.folders, made.texts, release, digest, made.options))
            remarks += made.remarks
    return len(side.registry.kpis), parts, remarks


def registry_part(
    document: ReleaseDocument | None, splitting: Splitting, release: int, digest: str
) -> WantedPart:
    """The registry's own files. What else lies in the folder of a split registry would be read as part of it."""
    texts = registry_texts(document, splitting)
    return WantedPart(REGISTRY, (AGENTS,), texts, release, digest, own=f"{PARTS_PATH.as_posix()}/*.yaml")


def told(root: Path, count: int, parts: list[WantedPart]) -> Iterator[str]:
    """What was written: the registry's files each, the others by folder."""
    for part in parts:
        if part.name == REGISTRY:
            for path in part.texts:
                if path == REGISTRY_PATH.as_posix():
                    parts_there = sum(Path(other).parent == PARTS_PATH for other in part.texts)
                    more = f" and {parts_there:,} files in {root / PARTS_PATH}" if parts_there else ""
                    yield f"Wrote {count:,} KPIs to {root / path}{more}."
                elif Path(path).parent != PARTS_PATH:
                    yield f"Wrote {root / path}."
            continue
        for folder in dict.fromkeys(path.partition("/")[0] for path in part.texts):
            files = sum(path.startswith(f"{folder}/") for path in part.texts)
            yield f"Wrote {files:,} file{'' if files == 1 else 's'} below {root / folder}."
    yield f"Wrote {root / NAME}."


def warned(root: Path, done: Written) -> Iterator[str]:
    """What became of files that somebody edited, and of those that are not needed any more."""
    for path in done.overwritten:
        yield f"Overwrote {root / path}, which was edited by hand since it was exported."
    for path in done.removed:
        yield f"Removed {root / path}: it was left over from an earlier export."
    for path in done.kept:
        yield f"Kept {root / path}: it is left over, but was edited by hand. Delete it if nobody needs it."


def reasons(
    parts: list[WantedPart], manifest: Manifest, found: list[tuple[WantedPart, FileDifference]]
) -> Iterator[str]:
    """Where a directory was exported with other options, or of something else, what: that explains every file."""
    differing = {part.name for part, _ in found}
    for part in parts:
        was = manifest.get(part.name)
        if part.name not in differing or was is None:
            continue
        now = part.as_exported()
        if was.digest != now.digest:
            yield f"The {part.name} files were exported from {was.source}; this is {now.source}."
        for name in sorted({*was.options, *now.options}):
            before, after = was.options.get(name, ""), now.options.get(name, "")
            if before != after:
                yield f"They were exported with --{name} {before or '(none)'}; this is {after or '(none)'}."
