"""The condition language: what is read, how it is written, told and decided, how a mistake is explained."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.conditions import Between, Comparison, Condition, ConditionError, parse, parse_drop
from contracts.durations import Duration
from contracts.terms import Change
from contracts.units import STANDARD_UNITS, UnitSpec
from tests.contracts.strategies import betweens, changes, comparisons, conditions, near, numbers, probes, read

WEEK = Duration.parse("7d")

READ = [
    # comparisons
    ("< 20", "< 20"),
    ("<20", "< 20"),
    ("  <=   20.50  ", "<= 20.5"),
    ("≤ 20", "<= 20"),
    ("≥20", ">= 20"),
    ("≠ 0", "!= 0"),
    ("!= 5", "!= 5"),
    ("== 5", "== 5"),
    ("> -5", "> -5"),
    ("> − 5", "> -5"),
    (">\u00a0–5", "> -5"),
    ("< -0", "< 0"),
    ("< -0.000", "< 0"),
    ("< .5", "< 0.5"),
    ("< 007", "< 7"),
    ("< 1e2", "< 100"),
    ("< 25e-1", "< 2.5"),
    ("< 999999999.999999", "< 999999999.999999"),
    ("< 1.00000000000", "< 1"),
    # intervals
    ("80..89", "80..89"),
    ("80 .. 89", "80..89"),
    ("25-39", "25..39"),
    ("25 – 39", "25..39"),
    ("25−39", "25..39"),
    ("[0.8, 1.5]", "0.8..1.5"),
    ("[ -5,5 ]", "-5..5"),
    ("-5..5", "-5..5"),
    ("-150--50", "-150..-50"),
    ("-150 - -50", "-150..-50"),
    ("−150–−50", "-150..-50"),
    ("5..5", "5..5"),
    # changes
    ("drop >= 10% over 7d", "drop >= 10% over 7d"),
    ("DROP ≥ 10 % Over 7 d", "drop >= 10% over 7d"),
    ("rise>5%over1w", "rise > 5% over 7d"),
    ("drop > 2.50% over 24h", "drop > 2.5% over 1d"),
    ("drop 10% over 7d", "drop >= 10% over 7d"),
    ("drop 10% over 7 days", "drop >= 10% over 7d"),
    ("a drop of at least 10 % over 7 days", "drop >= 10% over 7d"),
    ("A rise of more than 2.5 per cent over the last 2 weeks", "rise > 2.5% over 14d"),
    ("fall by 10 percent within 12 hours", "drop >= 10% over 12h"),
    ("an increase of 5% in 30 min", "rise >= 5% over 30m"),
    # words
    ("above 45", "> 45"),
    ("over 45", "> 45"),
    ("more than 45", "> 45"),
    ("Higher than 45", "> 45"),
    ("greater  than 45", "> 45"),
    ("at least 45", ">= 45"),
    ("AT MOST 45", "<= 45"),
    ("below 20", "< 20"),
    ("under -20", "< -20"),
    ("less than 20", "< 20"),
    ("exactly 5", "== 5"),
    ("anything but 5", "!= 5"),
    ("between 20 and 30", "20..30"),
    ("from 20 to 30", "20..30"),
    ("20 to 30", "20..30"),
    ("below 20 or above 100", "< 20 or > 100"),
    ("below 20, 30 to 40 or above 100", "< 20 or 30..40 or > 100"),
    # several terms
    ("< 20 or > 100", "< 20 or > 100"),
    ("<20OR>100 Or 50..60", "< 20 or > 100 or 50..60"),
    ("<= 40 or drop >= 10% over 7d", "<= 40 or drop >= 10% over 7d"),
]

WRONG = [
    ("", 1, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("   ", 4, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("high", 1, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("\x00", 1, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("\n< 20", 1, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("< abc", 3, "a number"),
    ("<", 2, "a number"),
    ("< -", 3, "a number"),
    ("< --5", 3, "a number"),
    ("< +5", 3, "a number"),
    ("< nan", 3, "a number"),
    ("< inf", 3, "a number"),
    ("< ٣", 3, "a number"),
    ("< １２", 3, "a number"),
    ("< ½", 3, "a number"),
    ("< true", 3, "a number"),
    ("0...5", 4, "a number"),
    ("25..", 5, "a number"),
    ("< 1e400", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 1e-7", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 1e999999999999", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 1e1000000000000000000", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 0e1000000000000000000", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 1e-999999999999999999", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("0..1e1000000000000000000", 4, "a number with at most 9 digits before the point and 6 after it"),
    ("[1e-1000000000000000000, 2]", 2, "a number with at most 9 digits before the point and 6 after it"),
    (
        "drop > 1e1000000000000000000% over 7d",
        8,
        "a number with at most 9 digits before the point and 6 after it",
    ),
    ("drop > 1% over 99999999999999999999999999d", 16, "at most 3650 days"),
    ("< 1000000000", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 0.0000001", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("< 1." + "0" * 40 + "1", 3, "a number with at most 9 digits before the point and 6 after it"),
    ("= 5", 1, '"=="'),
    ("=> 5", 1, '">="'),
    ("=< 5", 1, '"<="'),
    ("<> 5", 1, '"!="'),
    ("20", 3, '".." and a second number'),
    ("1_000..2_000", 2, '".." and a second number'),
    ("20 <", 4, '".." and a second number'),
    ("39..25", 5, "at least 39, since an interval may not be reversed,"),
    ("10 - -5", 6, "at least 10, since an interval may not be reversed,"),
    ("[2, 1]", 5, "at least 2, since an interval may not be reversed,"),
    ("[1; 2]", 3, '","'),
    ("[1, 2", 6, '"]"'),
    ("< 20 ms", 6, '"or" or the end of the condition'),
    ("< 20 %", 6, '"or" or the end of the condition'),
    ("< 1_000", 4, '"or" or the end of the condition'),
    ("< 1,5", 4, "a number with a decimal point"),
    ("< 20\n", 5, '"or" or the end of the condition'),
    ("1..2..3", 5, '"or" or the end of the condition'),
    ("< 20 and > 5", 6, '"or" or the end of the condition'),
    ("< 20 or", 8, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("< 20 or or > 5", 9, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("drop <= 10% over 7d", 6, '">" or ">="'),
    ("drop at most 10% over 7d", 14, '">" or ">="'),
    ("above", 6, "a number"),
    ("above 45,5", 9, "a number with a decimal point"),
    ("20..30,5", 7, "a number with a decimal point"),
    ("above 1,000", 8, "a number with a decimal point"),
    ("more 45", 1, 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'),
    ("between 20 or 30", 12, '"and" and a second number'),
    ("between 30 and 20", 16, "at least 30, since an interval may not be reversed,"),
    ("above 20 and below 30", 10, '"or" or the end of the condition'),
    ("< 20, > 100", 5, '"or"'),
    ("drop < 10% over 7d", 6, '">" or ">="'),
    ("drop => 10% over 7d", 6, '">="'),
    ("drop >= -10% over 7d", 9, "a percentage of at least 0"),
    ("drop >= 10 over 7d", 12, '"%"'),
    ("drop >= 10%", 12, '"over" and a length of time such as "7d"'),
    ("drop >= 10% over", 17, 'a length of time such as "7d"'),
    ("drop >= 10% over d", 18, 'a length of time such as "7d"'),
    ("drop >= 10% over 1.5d", 18, 'a length of time such as "7d"'),
    ("drop >= 10% over 7", 19, "a unit of time: s, m, h, d or w"),
    ("drop >= 10% over 7 years", 20, "a unit of time: s, m, h, d or w"),
    ("drop >= 10% over 0d", 18, "a window longer than 0"),
    ("drop >= 10% over 4000d", 18, "at most 3650 days"),
    ("< 1 or " * 40, 201, "at most 200 characters"),
]


@pytest.mark.parametrize(("text", "canonical"), READ)
def test_reading_is_liberal_and_writing_canonical(text, canonical):
    assert str(parse(text)) == canonical
    assert str(parse(canonical)) == canonical


@pytest.mark.parametrize(("text", "column", "expected"), WRONG)
def test_an_error_says_where_and_what_was_expected(text, column, expected):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert (caught.value.column, caught.value.expected) == (column, expected)
    assert caught.value.text == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<", 'A number is missing after "<"'),
        ("< abc", 'A number is expected after "<", not "abc"'),
        ("above 45,5", "Numbers have a decimal point, not a comma: write 45.5"),
        ("above 1,000", "Leave out the comma: write 1000, or 1.000 with a decimal point"),
        ("30..20", "The lower number comes first: write 20..30"),
        ("20", '20 alone is no condition: write "above 20", "below 20" or an interval such as "20 to …"'),
        ("above 20 and below 30", 'There is no "and": an interval such as "20 to 30" has both limits'),
        ("> 45 min", 'The unit is not known here: leave out "min"'),
        (
            "high",
            '"high" is not understood: say "above", "below", "at least", "at most", or give two numbers',
        ),
    ],
)
def test_an_error_is_a_sentence_for_people(text, sentence):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert str(caught.value) == sentence


MINUTES, MS = STANDARD_UNITS["minutes"], STANDARD_UNITS["milliseconds"]


@pytest.mark.parametrize(
    ("text", "unit", "canonical"),
    [
        ("> 45 min", "minutes", "> 45"),
        ("above 45 minutes", "minutes", "> 45"),
        ("over 45minutes or below 1 minute", "minutes", "> 45 or < 1"),
        ("at least 2 h", "minutes", ">= 120"),
        ("above 90 seconds", "minutes", "> 1.5"),
        ("20 to 30 min", "minutes", "20..30"),
        ("20 min - 1 h", "minutes", "20..60"),
        ("between 1 and 2 hours", "minutes", "60..120"),
        ("[1, 2 h]", "minutes", "60..120"),
        ("below 90 %", "percentage", "< 90"),
        ("below 90 per cent", "percentage", "< 90"),
        ("below 0.9", "ratio", "< 0.9"),
        ("below 90%", "ratio", "< 0.9"),
        ("above 250 mg", "grams", "> 0.25"),
        ("above 100 beats per minute", "bpm", "> 100"),
        ("below 35 mL/kg/min", "ml_per_kg_per_minute", "< 35"),
        ("below 3 ln(ms)", "ln_milliseconds", "< 3"),
        ("above 38.5 °C or drop 10% over 2 days", "celsius", "> 38.5 or drop >= 10% over 2d"),
    ],
)
def test_a_unit_behind_a_number_is_read_in_the_kpis(text, unit, canonical):
    assert str(parse(text, STANDARD_UNITS[unit])) == canonical


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        (
            "> 45 ms",
            "bpm",
            '"ms" stands for milliseconds, and this KPI is in beats per minute: write the number in beats per minute',
        ),
        (
            "> 5 mmol/L",
            "mg_per_dl",
            '"mmol/L" stands for millimoles per litre, and this KPI is in milligrams per decilitre: '
            "write the number in milligrams per decilitre",
        ),
        (
            "> 45 m",
            "minutes",
            '"m" stands for metres, and this KPI is in minutes: write the number in minutes',
        ),
        ("> 20 min", "hours", "20 min cannot be written exactly in hours: write the number in hours"),
        (
            "> 5 furlongs",
            "meters",
            '"furlongs" is no unit that is known: write the number in metres, without a unit',
        ),
        ("drop 5 ms over 7d", "milliseconds", "How much a value changes is said in per cent: write 5%"),
    ],
)
def test_a_unit_that_is_none_of_the_kpis_is_refused_by_name(text, unit, sentence):
    with pytest.raises(ConditionError) as caught:
        parse(text, STANDARD_UNITS[unit])
    assert str(caught.value) == sentence


def test_a_unit_of_ones_own_is_known_by_its_names():
    unit = UnitSpec("borg", "points on Borg's scale", "RPE")
    assert str(parse("above 14 RPE or exactly 3 borg", unit)) == "> 14 or == 3"


@given(conditions(), st.sampled_from([MS, MINUTES, STANDARD_UNITS["percentage"], STANDARD_UNITS["score"]]))
def test_what_is_said_in_words_reads_back_as_the_same(condition, unit):
    again = parse(condition.explain(unit.symbol), unit)
    assert again.values == condition.values
    assert again.changes == condition.changes


def test_an_error_repeats_long_or_unprintable_text_harmlessly():
    with pytest.raises(ConditionError) as caught:
        parse("\u202e\x00\ud800\n" + "x" * 150)
    message = str(caught.value)
    assert message.startswith('"\\u202e\\x00\\ud800\\nxxx')
    assert "…" in message
    assert message.isprintable()


@given(conditions())
def test_what_is_written_reads_back_as_itself(condition):
    again = parse(str(condition))
    assert again == condition
    assert hash(again) == hash(condition)


@given(st.text(max_size=250) | st.text("<>=!≤≥≠0123456789.-–−[], %eordropiseovrsmhdw\n", max_size=30))
@example("drop >= 9" + "9" * 190)
def test_any_text_is_a_condition_or_a_clear_error(text):
    condition, error = read(parse, text)
    if error:
        assert 1 <= error.column <= len(text) + 1
        assert str(error).isprintable()
    else:
        assert parse(str(condition)) == condition


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ([0.8, 1.5], "0.8..1.5"),
        ((Decimal("0.80"), 3), "0.8..3"),
        ([5, 5], "5..5"),
        ([-0.0, 0], "0..0"),
    ],
)
def test_a_list_of_two_numbers_is_the_interval_between_them(source, canonical):
    assert str(parse(source)) == canonical


@pytest.mark.parametrize(
    "source",
    [
        [],
        [1],
        [1, 2, 3],
        [2, 1],
        [True, 2],
        ["1", "2"],
        [None, 1],
        [float("nan"), 1],
        [1, float("inf")],
        None,
        5,
        {1: "a", 2: "b"},
        b"12",
    ],
)
def test_any_other_list_is_refused(source):
    with pytest.raises(ConditionError, match="a list of two numbers, the lower one first") as caught:
        parse(source)
    assert caught.value.text == str(source)


def test_a_list_of_numbers_too_long_to_be_stored_is_refused():
    with pytest.raises(ConditionError, match="at most 9 digits"):
        parse([1, 1e300])


@pytest.mark.parametrize("text", [">= 10 over 7d", "≥10 over 1w", ">= 10 % over 7d", "drop >= 10% over 7d"])
def test_the_older_key_for_a_drop_is_read(text):
    assert str(parse_drop(text)) == "drop >= 10% over 7d"


@pytest.mark.parametrize(
    "text", ["", "10 over 7d", "< 10 over 7d", "rise >= 10 over 7d", ">= 10 over 7d or < 5"]
)
def test_the_older_key_for_a_drop_takes_nothing_else(text):
    with pytest.raises(ConditionError):
        parse_drop(text)


@given(conditions(comparisons(near), betweens(near)))
def test_without_changes_a_condition_is_its_set_of_values(condition):
    assert not condition.changes
    for probe in probes:
        assert condition.holds(probe) is (probe in condition.values)
        assert condition.holds(probe) is any(means(term, probe) for term in condition.terms)


def means(term, value):
    """A second, plain reading of a term, without sets."""
    if isinstance(term, Between):
        return term.low <= value <= term.high
    return {
        "<": value < term.number,
        "<=": value <= term.number,
        ">": value > term.number,
        ">=": value >= term.number,
        "==": value == term.number,
        "!=": value != term.number,
    }[term.operator]


@pytest.mark.parametrize(
    ("condition", "mean", "value", "holds"),
    [
        ("drop >= 10% over 7d", "50", "45", True),
        ("drop >= 10% over 7d", "50", "45.000001", False),
        ("drop > 10% over 7d", "50", "45", False),
        ("drop > 10% over 7d", "50", "44.999999", True),
        ("drop >= 10% over 7d", "50", "60", False),
        ("rise >= 10% over 7d", "50", "55", True),
        ("rise > 10% over 7d", "50", "55", False),
        ("drop >= 10% over 7d", "-50", "-55", True),
        ("rise >= 10% over 7d", "-50", "-45", True),
        ("drop >= 0% over 7d", "50", "50", True),
        ("drop >= 10% over 7d", "0", "-5", False),
        ("drop >= 150% over 7d", "10", "-5", True),
        ("drop >= 33.333333% over 7d", "3", "2", True),
        ("< 20 or drop >= 10% over 7d", "10", "19", True),
    ],
)
def test_a_change_is_measured_from_the_size_of_the_mean(condition, mean, value, holds):
    assert parse(condition).holds(Decimal(value), {WEEK: Decimal(mean)}) is holds


@given(changes, numbers, numbers.filter(bool))
def test_a_change_agrees_with_fractions(change, value, mean):
    down = (Fraction(mean) - Fraction(value)) / abs(Fraction(mean)) * 100
    moved = down if change.direction == "drop" else -down
    limit = Fraction(change.percent)
    assert change.holds(value, mean) is (moved >= limit if change.operator == ">=" else moved > limit)


@pytest.mark.parametrize("known", [None, {}, {Duration.parse("1d"): Decimal(50)}])
def test_without_its_mean_a_change_does_not_hold(known):
    assert not parse("drop >= 0% over 7d").holds(1, known)


def test_a_float_counts_as_the_number_it_shows():
    assert parse("<= 0.1").holds(0.1)
    assert parse("== 0.3").holds(0.3)
    assert parse("== 3").holds(3)
    assert not parse("<= 0.1").holds(Decimal(0.1))  # its binary neighbour is larger


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("Infinity")])
def test_a_value_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        parse("!= 5").holds(value)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("< 20", "ms", "below 20 ms"),
        ("< 20", "", "below 20"),
        ("<= 20", "ms", "at most 20 ms"),
        ("> 100", "ms", "above 100 ms"),
        (">= 60", "", "at least 60"),
        ("== 5", "h", "exactly 5 h"),
        ("!= 5", "h", "anything but 5 h"),
        ("80..89", "%", "80 to 89 %"),
        ("5..5", "%", "exactly 5 %"),
        ("-5..5", "", "-5 to 5"),
        ("< 20 or > 100", "", "below 20 or above 100"),
        ("< 20 or > 100 or == 50", "ms", "below 20 ms, above 100 ms or exactly 50 ms"),
        ("drop >= 10% over 7d", "ms", "a drop of at least 10 % over 7 days"),
        ("rise > 2.5% over 1h", "", "a rise of more than 2.5 % over 1 hour"),
        ("< 3 or drop > 10% over 1d", "kg", "below 3 kg or a drop of more than 10 % over 1 day"),
    ],
)
def test_a_condition_is_told_in_words(text, unit, words):
    assert parse(text).explain(unit) == words


def test_conditions_are_equal_by_their_terms():
    assert parse("<20") == parse("< 20.0")
    assert parse("< 20 or > 100") != parse("> 100 or < 20")
    assert parse("< 20 or > 100").values == parse("> 100 or < 20").values
    assert len({parse("25-39"), parse("25..39"), parse([25, 39])}) == 1


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Condition, [()]),
        (Comparison, ["=", Decimal(5)]),
        (Comparison, ["<", Decimal("NaN")]),
        (Between, [Decimal(2), Decimal(1)]),
        (Change, ["drop", "<", Decimal(1), WEEK]),
        (Change, ["fall", ">", Decimal(1), WEEK]),
        (Change, ["drop", ">", Decimal(-1), WEEK]),
        (Change, ["drop", ">", Decimal(1), Duration(0)]),
    ],
)
def test_terms_that_cannot_be_written_cannot_be_made(kind, parts):
    with pytest.raises(ValueError, match=r"."):
        kind(*parts)
