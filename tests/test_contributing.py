"""CONTRIBUTING.md against the code: layers are those that are checked, a new field goes where the last one went."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PROJECT["tool"]["importlinter"]
EXAMPLE = "missing_data"
"""A field of a KPI that has gone everywhere a field can go."""
BESIDE = {"category", "owner", "prometheus_metric", "references", "successor"}
"""Fields of a KPI that nothing else has: a module that names one of them beside the example lists a KPI's fields."""
WHERE_IT_APPLIES = {"contracts/documents/writer.py", "kpis/api/filters.py"}


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def layers() -> list[str]:
    return next(one["layers"] for one in LINTER["contracts"] if one["id"] == "layers")


def test_the_diagram_is_what_import_linter_checks():
    assert f"```\n{' → '.join(layers())}\n```" in section("How it is laid out")


def test_every_package_is_told_in_its_own_words():
    table = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section("How it is laid out"), re.MULTILINE))
    assert list(table) == [*" ".join(layers()).replace("|", " ").split(), "auren_client"]
    for package, told in table.items():
        text = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
        assert (ast.get_docstring(ast.parse(text)) or "").startswith(f"{told}."), package


def test_no_package_is_left_out():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(re.findall(r"`(\w+)`", section("How it is laid out")))


def names_in(path: Path) -> Iterator[str]:
    """Every name, attribute, keyword and word in quotes of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(name)):
                yield name


def test_a_field_of_a_kpi_goes_where_the_example_went():
    listed = set(re.findall(r"`([\w/]+\.py)`", section("To add a field to a KPI")))
    modules = [path for package in ("contracts", "kpis") for path in (ROOT / package).rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in modules
        if "migrations" not in path.parts
        and EXAMPLE in path.read_text(encoding="utf-8")
        and BESIDE & set(names_in(path))
    }
    assert found == listed - WHERE_IT_APPLIES


def test_the_documents_that_tell_of_the_example_are_in_the_list():
    told = section("To add a field to a KPI")
    for name in (
        "docs/schemas/kpi_registry.schema.json",
        "docs/openapi.json",
        "docs/formats.md",
        "docs/limits.md",
    ):
        assert EXAMPLE in (ROOT / name).read_text(encoding="utf-8")
        assert f"`{name.replace('kpi_registry.schema.json', '')}`" in told


# The workflow that runs our own tests.


def workflow() -> str:
    return (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")


def test_the_workflow_runs_all_that_must_hold_and_installs_what_that_needs():
    scripts = [
        step.get("run", "") for job in yaml.safe_load(workflow())["jobs"].values() for step in job["steps"]
    ]
    commands = "\n".join(scripts)
    assert "bash .ci/run" in commands
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (?:\w+=\S+ )*([\w-]+)", commands, re.MULTILINE):
        assert f"\n{target}:" in makefile
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    needed = set(
        " ".join(re.findall(r"install_packages ([a-z][\w -]*?)(?: &&|;|$)", ci, re.MULTILINE)).split()
    )
    assert needed >= {"postgresql", "redis-server", "prometheus"}
    # Chromium is on GitHub's machines, and the image is built there by Docker.
    assert needed - {"chromium", "buildah", "debootstrap"} <= set(commands.split())


def test_the_workflow_runs_on_the_oldest_and_the_newest_python():
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert {oldest, "3.13"} <= set(re.findall(r"\d\.\d\d", workflow()))


def test_every_action_of_every_workflow_is_pinned_to_a_commit():
    files = [
        *ROOT.glob(".github/workflows/*.yml"),
        *ROOT.glob("examples/*/.github/workflows/*.yml"),
        ROOT / "action.yml",
    ]
    for file in files:
        for used in re.findall(r"uses: (\S+)", file.read_text(encoding="utf-8")):
            assert used == "./" or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), f"{file.name}: {used}"
