"""What can be wrong with a file before any rule looks at it, as a table."""

from __future__ import annotations

from typing import NamedTuple

from contracts.findings import Level


class ReadingProblem(NamedTuple):
    """One entry of the table: what rule catalogue, SARIF and API need to know of it."""

    id: str
    code: str
    level: Level
    title: str
    rationale: str
    example: str


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE

READING_PROBLEMS: tuple[ReadingProblem, ...] = (
    ReadingProblem(
        "YAML001",
        "not_yaml",
        _E,
        "Not YAML",
        "Nothing in the file counts until it can be read.",
        "kpis: [unclosed",
    ),
    ReadingProblem(
        "YAML002",
        "duplicate_key",
        _E,
        "The same key twice",
        "YAML readers take one of the two and say nothing: the other is lost.",
        "unit: hours\nunit: minutes",
    ),
    ReadingProblem(
        "YAML003",
        "too_deep",
        _E,
        "Too many levels",
        "A contract has about ten levels; hundreds only ever serve to crash a reader.",
        "a: [[[[[[…]]]]]]",
    ),
    ReadingProblem(
        "YAML004",
        "too_large",
        _E,
        "File too large",
        "A file beyond the limit is a mistake or an attack, or a registry to split: see docs/formats.md.",
        "kpis: […]",
    ),
    ReadingProblem(
        "YAML005",
        "too_many_aliases",
        _E,
        "Too many aliases",
        "A few lines of aliases of aliases can stand for billions of values.",
        "a: &a [x, x]\nb: &b [*a, *a, *a]",
    ),
    ReadingProblem(
        "YAML006",
        "tag_not_allowed",
        _E,
        "Tag not allowed",
        "A tag tells a reader to build something else than data; no contract needs one.",
        "name: !!python/name:os.system",
    ),
    ReadingProblem(
        "YAML007",
        "wrong_encoding",
        _E,
        "Not UTF-8",
        "Every reader of YAML reads UTF-8; other encodings come out as other characters.",
        "a file saved as UTF-16",
    ),
    ReadingProblem(
        "YAML008",
        "empty",
        _E,
        "Empty file",
        "An empty file says nothing, and a check of nothing must not pass.",
        "# only a comment",
    ),
    ReadingProblem(
        "YAML009",
        "invalid_text",
        _E,
        "Character not allowed",
        "Control characters and halves of characters break databases, metrics and screens.",
        'title: "Sleep\\0"',
    ),
    ReadingProblem(
        "YAML010",
        "several_documents",
        _E,
        "Several documents in one file",
        "Most readers take the first and say nothing of the others.",
        "agent: NEUROS\n---\nagent: NUTROS",
    ),
    ReadingProblem(
        "DOC001",
        "wrong_shape",
        _E,
        "Wrong shape",
        "A list, a mapping or a text was expected here and something else was found.",
        "kpis: hrv_rmssd",
    ),
    ReadingProblem(
        "DOC002",
        "number_expected",
        _E,
        "A number was expected",
        "Text in quotes, `yes` and `012` are not numbers, whatever a lenient reader makes of them.",
        'min: "30"',
    ),
    ReadingProblem(
        "DOC003",
        "not_finite",
        _E,
        "A finite number was expected",
        "No value compares with NaN, and nothing is beyond infinity: such a limit never acts.",
        "max: .inf",
    ),
    ReadingProblem(
        "DOC004",
        "number_too_long",
        _E,
        "Too many digits",
        "Numbers are stored exactly, with nine digits before and six after the point.",
        "max: 1234567890",
    ),
    ReadingProblem(
        "DOC005",
        "missing_key",
        _E,
        "A key is missing",
        "Without it the entry cannot be used.",
        "- title: A KPI without a name",
    ),
    ReadingProblem(
        "DOC006",
        "unknown_field",
        _N,
        "Unknown key",
        "It is kept and exported again, but nothing acts on it; often it is a slip of the pen. "
        "A warning where a known key is close. Keys that begin with `x-` are yours.",
        "categroy: sleep",
    ),
    ReadingProblem(
        "DOC007",
        "severity_unknown",
        _E,
        "Unknown severity",
        "A threshold belongs to one of three severities.",
        "risk_thresholds:\n  terrible: {condition: '< 20'}",
    ),
    ReadingProblem(
        "DOC008",
        "severity_twice",
        _E,
        "A severity twice",
        "Two words for the same severity: only one of the thresholds could be kept.",
        "risk_thresholds:\n  warning: {condition: '< 30'}\n  caution: {condition: '< 40'}",
    ),
    ReadingProblem(
        "DOC009",
        "truth_expected",
        _E,
        "True or false was expected",
        "Something is on or off; text in quotes says neither.",
        'enabled: "true"',
    ),
    ReadingProblem(
        "DOC010",
        "text_expected",
        _E,
        "Text was expected",
        "A number or a yes where a text is due was most likely meant for another key.",
        '{"title": 12}',
    ),
    ReadingProblem(
        "DOC011",
        "value_not_allowed",
        _E,
        "Value not allowed",
        "Only a few words have a meaning here.",
        "status: retired",
    ),
    ReadingProblem(
        "DOC012",
        "older_format",
        _N,
        "Older format",
        "The file is read as it is; the export writes today's format 1.1.",
        "hrv_rmssd:\n  thresholds:\n    risk: '< 25'",
    ),
    ReadingProblem(
        "DOC013",
        "older_value_kept",
        _W,
        "Part of an older file not understood",
        "It is kept as it is and exported again, but nothing acts on it.",
        "thresholds:\n  caution: 30",
    ),
    ReadingProblem(
        "DOC014",
        "unknown_document",
        _E,
        "Unknown kind of file",
        "A file is a registry (`kpis`), an agent's bindings (`agent`, `kpis_used`), a roster (`agents`) or a catalogue "
        "of actions (`actions`).",
        "hello: world",
    ),
    ReadingProblem(
        "DOC015",
        "condition_expected",
        _E,
        "A condition was expected",
        "A condition is a text, or a list of the two numbers it lies between.",
        "condition: [20, 30, 40]",
    ),
    ReadingProblem(
        "DOC016",
        "file_not_read",
        _E,
        "File that is not read",
        "A link that leads out of the tree could show a stranger’s eyes a file of this machine; a pipe has no end.",
        "agents/roster.yaml is a link to /etc/hosts",
    ),
    ReadingProblem(
        "DOC017",
        "too_many",
        _E,
        "Too many of something",
        "Everything is checked, stored and sent again as a whole: each list has a limit, far above what people need.",
        "validation_rules: [… 20,000 of them …]",
    ),
    ReadingProblem(
        "DOC018",
        "too_long",
        _E,
        "Text too long",
        "The database keeps texts of a limited length. A longer one would pass here and be refused there.",
        "missing_data: 000000000000000000000000002d",
    ),
    ReadingProblem(
        "DOC019",
        "decimal_comma",
        _E,
        "A number cut in two by a comma",
        "In braces a comma ends a value: `0,8` is 0 and an empty key `8`, and a limit is halved without a word.",
        "normal_range: {min: 0,8, max: 1,5}",
    ),
    ReadingProblem(
        "DOC020",
        "unit_name",
        _N,
        "Unit under another name",
        "A symbol, a UCUM code or another usual spelling is the unit it stands for; the export writes the unit's code.",
        "unit: mL/kg/min",
    ),
    ReadingProblem(
        "DOC021",
        "not_a_part",
        _E,
        "Part of a registry with more than KPIs",
        "What is true of the registry as a whole is said once, in `kpi_registry.yaml`: two files would say two things.",
        'version: "1.1" in shared_modules/kpi_registry/sleep.yaml',
    ),
)
