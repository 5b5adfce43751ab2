"""Rules about what a KPI is called and what is written about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import MANY, RegistryContext
from contracts.findings import Path
from contracts.limits import KPI_LIMITS, THRESHOLD_LIMITS
from contracts.naming import NAME, RESERVED_NAMES, fold
from contracts.rules.words import listed, quoted
from contracts.spec import KpiSpec
from contracts.texts import described, unfit_character, unfit_in_line, walk

# Conditions and lengths of time are limited where they are read, and a successor is another KPI's name.
_KPI_LIMITS = tuple(
    (field, KPI_LIMITS[field]) for field in KPI_LIMITS if field not in ("successor", "missing_data")
)
_ACTION_LIMIT = THRESHOLD_LIMITS["action"]


@kpi_rule(
    "KPI001", "name_pattern", "error", title="Name is not a plain identifier", example="name: HRV rmssd"
)
def name_is_an_identifier(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A name ends up in files, metrics, addresses and code: only small letters, digits and underscores mean
    the same in all of them, and only there can nobody mistake a look-alike letter for another."""
    if not NAME.fullmatch(kpi.name):
        if not kpi.name:
            yield Problem(("name",), "The KPI has no name.", "Give it one such as hrv_rmssd.")
            return
        plain = "_".join(fold(kpi.name).replace("-", " ").replace(".", " ").split())
        hint = (
            f"Did you mean {plain}?"
            if NAME.fullmatch(plain)
            else "Begin with a small letter, as in hrv_rmssd."
        )
        odd = next((c for c in kpi.name if not c.isascii() or not c.isprintable()), "")
        detail = f" It holds {described(odd)}." if odd else ""
        yield Problem(
            ("name",),
            f"The name {quoted(kpi.name)} is not a plain identifier.{detail} Only the small letters a to z, "
            "digits "
            "and underscores can be used.",
            hint,
        )


@kpi_rule("KPI002", "reserved", "error", title="Name is reserved", example="name: timestamp")
def name_is_free(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Prometheus and its formats give some names a meaning of their own. A KPI of that name could not be told
    from it in queries and exports."""
    if kpi.folded in RESERVED_NAMES or kpi.folded.startswith("__"):
        yield Problem(
            ("name",),
            f"The name {quoted(kpi.name)} is reserved. It already means something else to Prometheus.",
            "Say what is measured, as in hrv_rmssd.",
        )


@kpi_rule(
    "KPI003",
    "duplicate_name",
    "error",
    title="Name used twice",
    example="""
        kpis:
          - {name: resting_hr, unit: bpm, prometheus_metric: auren_resting_hr_bpm, title: Resting heart rate}
          - {name: resting_hr, unit: bpm, prometheus_metric: auren_night_hr_bpm, title: Heart rate at night}
        """,
)
def name_is_unique(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Agents find a KPI by its name. Two of one name, or two that differ only in capitals, width or invisible
    characters, would be mistaken for each other."""
    same = context.names.get(kpi.folded, ())
    if len(same) > 1 and kpi.folded:
        names = list(dict.fromkeys(known.name for known in same[:MANY]))
        told = f"{quoted(kpi.name)} is defined {len(same)} times."
        if len(names) > 1:
            told = f"{listed(map(quoted, names), 'and')} cannot be told apart."
        yield Problem(("name",), f"Another KPI has this name. {told}", "Rename one of them, or remove it.")


@kpi_rule(
    "KPI004",
    "invalid_text",
    "error",
    title="Text with a character that cannot be shown",
    example=r'description: "Read from \u202Ethe right"',
)
def texts_can_be_shown(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Control characters, halves of characters and characters that turn the writing direction break exports
    and databases, and can make a text look like another one. In a text of one line so do tabs, line ends
    and spaces that do not break."""
    document = kpi.document
    # Names, units, metrics, conditions and actions have patterns of their own, which let none of these pass.
    texts = document.title + document.description + document.category + document.owner
    if (
        not texts.isprintable()
        or document.references
        or document.__pydantic_extra__
        or any(trigger.document.__pydantic_extra__ for trigger in kpi.triggers)
    ):
        yield from unfit_texts(document.model_dump(by_alias=True))
        yield from unfit_lines(((key,), getattr(document, key)) for key in ("title", "category", "owner"))


def unfit_texts(data: object) -> Iterator[Problem]:
    """A problem for every place of plain data where a text holds a character that cannot be shown."""
    seen: set[Path] = set()
    for path, text in walk(data):
        if path not in seen and (character := unfit_character(text)):
            seen.add(path)
            yield Problem(
                path, f"The text holds a character that cannot be shown: {character}.", "Remove it."
            )


def unfit_lines(lines: Iterable[tuple[Path, object]]) -> Iterator[Problem]:
    """A problem for every text of one line with a character that can be shown and does not belong there."""
    for path, text in lines:
        if isinstance(text, str) and not unfit_character(text) and (character := unfit_in_line(text)):
            yield Problem(
                path, f"This is one line of text, and holds {character}.", "Put a space in its place."
            )


@kpi_rule("KPI005", "too_long", "error", title="Text too long", example=f"owner: {'cardiology ' * 12}")
def texts_are_short_enough(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The database keeps texts of a limited length. A longer one would pass here and be refused there."""
    values = (
        kpi.document.__dict__
    )  # a model's own attribute access costs twice as much, and this is for every KPI
    for field, limit in _KPI_LIMITS:
        if len(values[field]) > limit:
            yield _too_long((field,), limit)
    for trigger in kpi.triggers:
        if len(trigger.document.action) > _ACTION_LIMIT:
            yield _too_long((*trigger.row, "action"), _ACTION_LIMIT)


def _too_long(path: Path, limit: int) -> Problem:
    return Problem(path, f"The text is too long. At most {limit:,} characters can be kept.", "Shorten it.")


@kpi_rule(
    "KPI006",
    "undescribed",
    "note",
    title="Nothing says what it is",
    example="{title: '', description: ''}",
)
def says_what_it_is(kpi: KpiSpec, context: RegistryContext) -> Iterable[Problem]:
    """Without a title or a description, only its author knows what a KPI tells about a person."""
    if not kpi.document.title and not kpi.document.description:
        return [Problem((), "Nothing says what this measures.", "Give it a title or a description.")]
    return ()
