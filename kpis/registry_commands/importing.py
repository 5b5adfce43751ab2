"""``registry import``: from files to the database, with a plan first."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.commands.base import CannotRun, Console, Subcommand, subcommand, wants_colour
from contracts.commands.paths import contents_at, file_limit
from contracts.findings import EXIT_CLEAN, EXIT_FINDINGS, Level, Report
from contracts.formats import render
from contracts.formats.printable import printable
from contracts.formats.summary import counted
from kpis.importing import (
    Action,
    Conflicts,
    Draft,
    ImportRefused,
    Plan,
    Step,
    apply_import,
    objection,
    read_draft,
    tell_imported,
)
from kpis.importing.seen import IMPORT, remember_import, seen_before
from kpis.locking import working_copy_lock
from kpis.models import SeenFiles

PLANNED = {
    Action.CREATE: "to create",
    Action.CHANGE: "to change",
    Action.CONFLICT: "in conflict",
    Action.DELETE: "to delete",
    Action.UNCHANGED: "unchanged",
}
DONE = {
    Action.CREATE: "created",
    Action.CHANGE: "changed",
    Action.CONFLICT: "left as they are here",
    Action.DELETE: "deleted",
    Action.UNCHANGED: "unchanged",
}

DRY_RUN, NOTHING = "This was a dry run: nothing was written.", "Nothing had to be done."


@subcommand
class Import(Subcommand):
    """Reads, plans, shows the plan, applies it: all of it or nothing."""

    name = "import"
    help = (
        "Bring a registry, agents' bindings, the roster and the actions into the database: show what would change, "
        "then do it in one transaction."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A file, or a directory that holds agents/."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only show the plan; write nothing.")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="Delete what the files do not have: KPIs, with a roster also agents, with a catalogue also actions.",
        )
        parser.add_argument(
            "--conflicts",
            choices=[str(choice) for choice in Conflicts],
            default=str(Conflicts.REFUSE),
            help="For what was edited here since its last import, and is different in the file: refuse the import "
            "(the default), take theirs (the file's) or keep ours.",
        )
        parser.add_argument(
            "--with-errors", action="store_true", help="Import even where the rules find errors in the files."
        )
        parser.add_argument(
            "--add-units",
            action="store_true",
            help="Add units that the files use and nothing here knows yet.",
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="Why, for the history of each.")

    def handle(self, command: Console, **options: Any) -> int:
        contents = contents_at(*options["paths"])
        if not options["prune"] and (seen := seen_before(IMPORT, contents)):
            return tell_seen(command, seen, options)
        try:
            draft = read_draft(
                contents,
                prune=options["prune"],
                add_units=options["add_units"],
                max_bytes=file_limit(),
            )
        except ImportRefused as refused:
            raise CannotRun(f"Nothing was imported. {refused}") from refused
        talk = command.stdout.write if options["verbosity"] else lambda text: None
        if shown := findings_to_show(draft):
            command.stdout.write(render(shown, "text", color=wants_colour(command, options)))
        for line in plan_lines(draft.plan) if draft.plan else ():
            talk(line)
        if refusal := objection(draft, with_errors=options["with_errors"], prune=options["prune"]):
            command.stderr.write(f"Nothing was imported. {refusal}{ways_out(draft, options)}")
            return EXIT_FINDINGS
        if draft.plan is None:
            raise CannotRun(f"Nothing was imported: {', '.join(contents)} holds nothing to import.")
        if options["dry_run"]:
            talk(DRY_RUN)
            return EXIT_FINDINGS if is_blocked(draft.plan, options) else EXIT_CLEAN
        return apply(command, draft, draft.plan, contents, options)


def ways_out(draft: Draft, options: dict[str, Any]) -> str:
    """The options that would let the files in."""
    if not draft.plan or options["with_errors"]:
        return ""
    units = ", ".join(printable(word) for word in [*draft.missing][:5])
    adding = (
        f" --add-units adds the units that are not here yet: {units}."
        if units and not draft.adds_units
        else ""
    )
    return f"{adding} See --with-errors."


def tell_seen(command: Console, seen: SeenFiles, options: dict[str, Any]) -> int:
    """What was told of these very files when they were last looked at: nothing has changed since."""
    if seen.said:
        command.stdout.write(seen.said, ending="")
    if options["verbosity"]:
        command.stdout.write(f"{in_words({Action.UNCHANGED: seen.unchanged}, PLANNED)}.")
        command.stdout.write(DRY_RUN if options["dry_run"] else NOTHING)
    return EXIT_CLEAN


def apply(
    command: Console, draft: Draft, plan: Plan, contents: Mapping[str, bytes], options: dict[str, Any]
) -> int:
    """Do what the plan says and tell how much it was."""
    try:
        with working_copy_lock():
            done = apply_import(plan, reason=options["reason"], conflicts=Conflicts(options["conflicts"]))
            if not (draft.has_errors or plan.left_out or plan.of(Action.CONFLICT)):
                shown = findings_to_show(draft)
                remember_import(
                    contents, render(shown, "text") if shown else "", sum(done.values()) - done[Action.DELETE]
                )
    except ImportRefused as refused:
        command.stderr.write(f"Nothing was imported. {printable(str(refused))}")
        return EXIT_FINDINGS
    if not plan.changes_nothing:
        tell_imported()
    if options["verbosity"]:
        told = NOTHING if plan.changes_nothing else f"Imported: {in_words(done, DONE)}."
        command.stdout.write(told)
    return EXIT_CLEAN


def findings_to_show(draft: Draft) -> Report | None:
    """The report without its notes, which are no reason not to import; None when nothing is left of it."""
    serious = [finding for finding in draft.report.findings if finding.level is not Level.NOTE]
    notes = len(draft.report.findings) - len(serious)
    remark = f"`registry validate` shows {counted(notes, 'note')} more." if notes else ""
    return (
        Report.of(serious, draft.report.files, remark=remark, texts=draft.report.texts) if serious else None
    )


def is_blocked(plan: Plan, options: dict[str, Any]) -> bool:
    """Whether applying would be refused because of conflicts."""
    return bool(plan.of(Action.CONFLICT)) and options["conflicts"] == Conflicts.REFUSE


def plan_lines(plan: Plan) -> Iterator[str]:
    """The plan, a line for each thing that changes and below it what changes, then a summary."""
    for unit in plan.units:
        yield f"unit      {printable(unit.code)}"
    for change in plan.settings:
        yield f"settings  {printable(change.words)}"
    for told in plan.left_out:
        yield f"left out  {printable(told)}"
    for step in plan.steps:
        if step.action is not Action.UNCHANGED:
            yield from step_lines(step)
    yield f"{in_words(plan.counts, PLANNED)}."


def step_lines(step: Step) -> Iterator[str]:
    """What happens to one KPI or agent."""
    kind = "" if step.kind == "kpi" else f"{step.kind} "
    edited = f" (edited here by {printable(step.edited_by)})" if step.edited_by else ""
    yield f"{step.action:<8}  {kind}{printable(step.name)}{edited}"
    for change in step.changes:
        yield f"            {printable(change.words)}"


def in_words(counts: dict[Action, int], words: dict[Action, str]) -> str:
    """``1 created, 2 unchanged``; what did not happen is not told."""
    told = [f"{counts[action]:,} {word}" for action, word in words.items() if counts.get(action)]
    return ", ".join(told) or "nothing"
