"""Files as a browser sends them: several of one name, and zips of a tree."""

import zipfile
from io import BytesIO

import pytest

from contracts import uploads
from contracts.uploads import UploadError, files_of, unpacked

NEUROS, SOMNOS = b"agent: NEUROS\nkpis_used: []\n", b"agent: SOMNOS\nkpis_used: []\n"


def zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def test_files_of_one_name_are_told_by_their_agent() -> None:
    named = files_of(
        [("kpi_bindings.yaml", NEUROS), ("kpi_bindings.yaml", SOMNOS), ("roster.yaml", b"agents: {}")]
    )
    assert named == {
        "kpi_bindings.yaml (NEUROS)": NEUROS,
        "kpi_bindings.yaml (SOMNOS)": SOMNOS,
        "roster.yaml": b"agents: {}",
    }


def test_the_same_file_twice_counts_once() -> None:
    assert files_of([("a.yaml", NEUROS), ("a.yaml", NEUROS)]) == {"a.yaml": NEUROS}


@pytest.mark.parametrize(
    "contents", [[NEUROS, NEUROS + b"#"], [b"kpis: []", b"kpis: {}"], [b"[", b"{"], [b"", b"x"]]
)
def test_nothing_is_lost_where_nothing_tells_them_apart(contents: list[bytes]) -> None:
    named = files_of([("a.yaml", content) for content in contents])
    assert list(named.values()) == contents


TREE = {
    "repo-main/README.md": b"# read me",
    "repo-main/agents/roster.yaml": b"agents: {}",
    "repo-main/agents/actions.yaml": b"actions: {}",
    "repo-main/agents/neuros_modules/kpi_bindings.yaml": NEUROS,
    "repo-main/agents/shared_modules/kpi_registry.yaml": b"kpis: []",
    "repo-main/agents/shared_modules/other.yaml": b"a: 1",
    "repo-main/roster.yaml": b"agents: {OTHER: {}}",
    "repo-main/tests/data/agents/somnos_modules/kpi_bindings.yaml": SOMNOS,
    "__MACOSX/repo-main/agents/._roster.yaml": b"\0",
}


def test_of_a_tree_the_contract_files_of_its_agents_are_taken() -> None:
    assert [*unpacked(zipped(TREE), "repo.zip")] == [
        "repo-main/agents/actions.yaml",
        "repo-main/agents/neuros_modules/kpi_bindings.yaml",
        "repo-main/agents/roster.yaml",
        "repo-main/agents/shared_modules/kpi_registry.yaml",
    ]


def test_without_such_places_every_yaml_file_counts() -> None:
    tree = {"b.yml": b"kpis: {}", "a/n.yaml": NEUROS, "c.txt": b""}
    assert [*unpacked(zipped(tree), "x.zip")] == ["a/n.yaml", "b.yml"]


def test_two_trees_side_by_side_are_refused_by_name() -> None:
    tree = {f"{side}/agents/neuros_modules/kpi_bindings.yaml": NEUROS for side in ("old", "new")}
    with pytest.raises(UploadError, match="several trees of agents: new/agents, old/agents"):
        unpacked(zipped(tree), "both.zip")


def test_what_cannot_be_unpacked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = zipped({"a.yaml": NEUROS * 50})
    for damaged in (b"PK\x03\x04 no zip", whole[:-8], whole[:20] + b"\xff" * 30 + whole[50:]):
        with pytest.raises(UploadError, match="cannot be unpacked"):
            unpacked(damaged, "broken.zip")
    with pytest.raises(UploadError, match="no YAML file"):
        unpacked(zipped({"a.txt": b"x"}), "x.zip")
    monkeypatch.setattr(uploads, "MAX_ENTRIES", 1)
    with pytest.raises(UploadError, match="At most 1 entries"):
        unpacked(zipped(TREE), "x.zip")


def test_a_bomb_is_cut_off() -> None:
    (content,) = unpacked(zipped({"a.yaml": b"#" * 100_000}), "x.zip", 1000).values()
    assert len(content) == 1001
    with pytest.raises(UploadError, match="too large"):
        unpacked(zipped({f"{n}.yaml": b"#" * 100_000 for n in range(9)}), "x.zip", 1000)


def test_the_parts_of_a_split_registry_are_taken_from_a_tree() -> None:
    parts = {
        "a/shared_modules/kpi_registry/sleep.yaml": b"kpis: []",
        "a/shared_modules/other/x.yaml": b"kpis: []",
    }
    assert list(unpacked(zipped(parts), "x.zip")) == ["a/shared_modules/kpi_registry/sleep.yaml"]
