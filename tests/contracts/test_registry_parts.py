"""A registry in several files is read as one, and each finding stands in its own file."""

from pathlib import Path

import pytest

from contracts.documents import RegistryDocument, read_registry, write_registry
from contracts.loading import load_tree
from contracts.releasefiles import REGISTRY_PATH, Splitting, registry_files
from contracts.tree import validate_tree

HEAD = 'version: "1.1"\nunits: [{code: furlongs, symbol: fur}]\nkpis: []\n'
FOLDER = "agents/shared_modules/kpi_registry"


def kpi(name: str, **more: str) -> str:
    told = {"name": name, "unit": "milliseconds", "prometheus_metric": f"auren_{name}_ms"} | more
    return f"  - {{{', '.join(f'{key}: {value}' for key, value in told.items())}}}\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path, heart="kpis:\n" + kpi("pulse"), sleep="kpis:\n" + kpi("rem") + kpi("deep"))


def write(root: Path, head: str = HEAD, **parts: str) -> Path:
    files = {f"{FOLDER}.yaml": head} | {f"{FOLDER}/{name}.yaml": text for name, text in parts.items()}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def registry_of(text: str) -> RegistryDocument:
    document = read_registry(text).document
    assert document is not None
    return document


def errors(root: Path) -> list[tuple[str, str, int]]:
    report = validate_tree([root])
    return [(f.code, Path(f.file).name, f.line) for f in report.findings if f.level == "error"]


def test_the_files_are_one_registry_in_the_order_of_their_names(tree: Path) -> None:
    (registry,) = load_tree([tree]).registries
    assert registry.document is not None
    assert [one.name for one in registry.document.kpis] == ["pulse", "rem", "deep"]
    assert [unit.code for unit in registry.document.units] == ["furlongs"]
    assert errors(tree) == []
    assert len(validate_tree([tree]).files) == 3


def test_a_finding_stands_in_the_file_that_it_is_about(tree: Path) -> None:
    write(tree, sleep="kpis:\n" + kpi("rem") + kpi("deep", unit="furlong"))
    assert errors(tree) == [("unit_unknown", "sleep.yaml", 3)]


def test_a_part_may_have_a_unit_of_the_whole_by_its_symbol(tree: Path) -> None:
    write(tree, sleep="kpis:\n" + kpi("way", unit="fur"))
    (registry,) = load_tree([tree]).registries
    assert registry.document is not None
    assert registry.document.kpis[-1].unit == "furlongs"


def test_a_kpi_in_two_files_is_an_error_that_names_both_places(tree: Path) -> None:
    write(tree, sleep="kpis:\n" + kpi("rem") + kpi("pulse", prometheus_metric="auren_other_ms"))
    found = [f for f in validate_tree([tree]).findings if f.code == "duplicate_name"]
    assert [(Path(f.file).name, f.line) for f in found] == [("heart.yaml", 2), ("sleep.yaml", 3)]
    assert f"{FOLDER}/sleep.yaml:3" in found[0].hint
    assert f"{FOLDER}/heart.yaml:2" in found[1].hint


def test_what_is_true_of_the_whole_is_said_in_one_file(tree: Path) -> None:
    write(tree, sleep='kpis: []\nversion: "1.1"\n')
    assert errors(tree) == [("not_a_part", "sleep.yaml", 2)]


def test_too_many_together_are_too_many(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.registry_parts._MOST", 2)
    assert errors(tree)[0][0] == "too_many"


def test_two_whole_registries_are_not_put_together(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text('version: "1.1"\nkpis:\n' + kpi("pulse"))
    assert len(load_tree([tmp_path / "a.yaml", tmp_path / "b.yaml"]).registries) == 2


@pytest.mark.parametrize("splitting", [Splitting(1500), Splitting(kpis=3)])
def test_what_is_written_in_several_files_is_read_as_it_was(splitting: Splitting, tmp_path: Path) -> None:
    registry = registry_of("kpis:\n" + "".join(kpi(f"kpi_{n}", title=f"Title {n}") for n in range(20)))
    texts = registry_files(registry, splitting)
    assert len(texts) > 3
    assert all(len(text.encode()) <= splitting.max_bytes for text in texts.values())
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (read,) = load_tree([tmp_path]).registries
    assert read.document == registry


def test_a_small_registry_stays_one_file() -> None:
    registry = registry_of("kpis:\n" + kpi("pulse"))
    assert registry_files(registry) == {REGISTRY_PATH: write_registry(registry)}
