"""The strict YAML reader: what it reads, where things are, and what it refuses."""

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.yamltree import (
    MAX_BYTES,
    MAX_DEPTH,
    Plain,
    YamlError,
    YamlMapping,
    YamlSequence,
    read_yaml,
    resolve,
)

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)

REFUSED = [
    ("too_deep", "[" * 60_000),
    ("too_deep", "- " * 500 + "x"),
    ("too_deep", "".join(" " * n + "a:\n" for n in range(100))),
    ("too_deep", "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40),
    ("too_large", "a: " + "x" * MAX_BYTES),
    ("too_large", b"#" * (10 * 1024 * 1024)),
    ("too_large", "ä" * (MAX_BYTES // 2 + 1)),
    ("too_many_aliases", BOMB),
    ("too_many_aliases", "a: &a x\nb: [" + ", ".join(["*a"] * 1_001) + "]"),
    ("tag_not_allowed", "a: !!python/object/apply:os.system ['true']"),
    ("tag_not_allowed", "a: !!python/name:os.system"),
    ("tag_not_allowed", "!!set {a, b}"),
    ("tag_not_allowed", "a: !own 1"),
    ("tag_not_allowed", "!!python/name:os.system k: 1"),
    ("tag_not_allowed", "a: !!binary aGk="),
    ("tag_not_allowed", "a: !!map []"),
    ("duplicate_key", "a: 1\nb: 2\na: 3"),
    ("duplicate_key", "a: 1\n'a': 3"),
    ("duplicate_key", "a: {b: 1, b: 2}"),
    ("not_yaml", "a: [1, 2"),
    ("not_yaml", "a: b: c"),
    ("not_yaml", "\ta: 1"),
    ("not_yaml", "a: *nowhere"),
    ("not_yaml", "a: &a [*a]"),
    ("not_yaml", "[a]: 1"),
    ("not_yaml", "? {a: 1}\n: 1"),
    ("not_yaml", "a: > 8"),
    ("not_yaml", 'a: "\\d"'),
    ("not_yaml", "a: @b"),
    ("not_yaml", "<<: 3"),
    ("not_yaml", 'a: "\\ud800"'),
    ("wrong_encoding", "a: ü".encode("latin-1")),
    ("wrong_encoding", "a: 1".encode("utf-16")),
    ("wrong_encoding", "a: 1".encode("utf-16-le")),
    ("wrong_encoding", "a: 1".encode("utf-32")),
    ("empty", ""),
    ("empty", b""),
    ("empty", "# nothing but a remark\n"),
    ("empty", "---\n...\n"),
    ("empty", "null"),
    ("invalid_text", "a: x\0y"),
    ("invalid_text", "a: \x07"),
    ("invalid_text", "a: \ud800"),
    ("invalid_text", 'a: "\\0"'),
    ("invalid_text", '"\\x07": 1'),
    ("several_documents", "a: 1\n---\nb: 2"),
]


@pytest.mark.parametrize(("code", "data"), REFUSED)
def test_what_no_contract_needs_is_refused_at_once(code: str, data: str | bytes) -> None:
    begin = time.process_time()  # what else this machine does is not the reader's
    with pytest.raises(YamlError) as caught:
        read_yaml(data)
    assert time.process_time() - begin < 0.5
    assert caught.value.code == code
    assert caught.value.hint


def test_a_small_file_of_very_many_values_is_refused() -> None:
    with pytest.raises(YamlError, match="values are read") as caught:
        read_yaml("[" + "a," * 2_000 + "]", max_bytes=8_000)
    assert caught.value.code == "too_large"


def test_an_error_names_its_place() -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml("a: 1\nb: [1, 2\nc: 3\n")
    assert (caught.value.line, caught.value.column) == (3, 2)
    assert (
        str(caught.value) == "line 3, column 2: This is not YAML. A `,` or the closing `]` was expected here."
    )


def test_a_repeated_key_names_both_lines() -> None:
    with pytest.raises(YamlError, match="`a` is here twice: on line 2 and on line 4") as caught:
        read_yaml("x:\n  a: 1\n  b: 2\n  a: 3\n")
    assert (caught.value.line, caught.value.column) == (4, 3)


def test_bytes_that_are_no_text_are_named_with_their_place() -> None:
    with pytest.raises(YamlError, match="Byte 0xE4") as caught:
        read_yaml(b"a: 1\nb: \xe4")
    assert (caught.value.line, caught.value.column) == (2, 4)


def test_a_bare_scalar_is_told_from_a_quoted_one() -> None:
    root = read_yaml("a: 012\nb: '012'\nc: yes\nd: 1:30\ne: ~\nf:\ng: |\n  x\n").root
    assert root == {"a": "012", "b": "012", "c": "yes", "d": "1:30", "e": None, "f": None, "g": "x\n"}
    assert isinstance(root, YamlMapping)
    assert [type(root[key]) for key in "abcg"] == [Plain, str, Plain, str]


def test_core_tags_are_read() -> None:
    root = read_yaml("!!map {a: !!str 1, b: !!int '2', c: !!seq [! x]}").root
    assert root == {"a": "1", "b": "2", "c": ["x"]}
    assert isinstance(root, YamlMapping)
    assert [type(root["a"]), type(root["b"])] == [str, Plain]


PLACES = [
    ((), (2, 1)),
    (("kpis",), (3, 3)),
    (("kpis", 0), (3, 5)),
    (("kpis", 0, "unit"), (4, 11)),
    (("kpis", 1, "range", "max"), (6, 27)),
    (("kpis", 1, "range", "optimal"), (6, 12)),
    (("kpis", 7), (3, 3)),
    (("nothing",), (2, 1)),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_every_value_has_its_place(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    text = '# remark\nkpis:\n  - name: "ä"\n    unit: "h"\n  - name: b\n    range: {min: 1, max:  2}\n'
    assert read_yaml(text).locate(path) == place


def test_every_key_has_its_place() -> None:
    source = read_yaml("a: 1\r\nb:\r\n  c: 2\r\n")
    assert source.locate(("b", "c"), key=True) == (3, 3)
    assert source.locate(("b", "c")) == (3, 6)


def test_a_byte_order_mark_moves_nothing() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1").locate(("a",), key=True) == (1, 1)


def test_aliases_stand_for_what_they_name() -> None:
    source = read_yaml("a: &range {min: 1}\nb: *range\nc: &name x\n*name : 2\n")
    assert source.root == {"a": {"min": "1"}, "b": {"min": "1"}, "c": "x", "x": "2"}
    assert source.locate(("b", "min")) == (1, 17)


def test_merged_keys_give_way_to_a_mapping_s_own() -> None:
    source = read_yaml("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: {<<: [*a, {z: 4}]}")
    assert resolve(source.root) == {
        "a": {"x": 1, "y": 2},
        "b": {"y": 3, "x": 1},
        "c": {"x": 1, "y": 2, "z": 4},
    }
    assert source.locate(("b", "x")) == (1, 11)


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert read_yaml("'<<': {a: 1}").root == {"<<": {"a": "1"}}


UNMODELLED = [
    ("true", True),
    ("False", False),
    ("~", None),
    ("30", 30),
    ("-0.50", -0.5),
    ("0x1F", 31),
    ("1.0e+3", 1000.0),
    ("yes", "yes"),
    ("012", "012"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("1e3", "1e3"),
    (".nan", ".nan"),
    ("1.0e+999", "1.0e+999"),
    ("2025-07-31", "2025-07-31"),
    ("'30'", "30"),
    ("9" * 5000, "9" * 5000),
]


@pytest.mark.parametrize(("text", "value"), UNMODELLED)
def test_values_that_no_model_describes_become_what_every_reader_takes_them_for(
    text: str, value: object
) -> None:
    data = resolve(read_yaml(f"a: {text}").root)
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text("abc ä🙂'\"\\:#-\n", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abcdef", min_size=1), values, min_size=1))
def test_it_reads_what_other_readers_read(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    assert resolve(read_yaml(text).root) == data


def read_or_refused(data: str | bytes) -> object:
    try:
        return read_yaml(data).root
    except YamlError as error:
        return error.message


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused_in_words(data: str | bytes) -> None:
    assert isinstance(read_or_refused(data), (str, YamlMapping, YamlSequence))


def test_sixty_four_levels_are_read() -> None:
    assert read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH).root is not None
