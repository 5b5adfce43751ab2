"""What a repository with a registry installs and copies: the wheel, the hooks, the action and the jobs."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from tests.kpis.commands import KPI_YAML, REGISTRY, ROOT, write

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COPIED = ROOT / "examples/registry-repository"
PAGE = (ROOT / "docs/registry-repository.md").read_text(encoding="utf-8")
QUICK = {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]


def test_it_asks_for_the_versions_that_the_server_runs():
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    asked = {line.partition("#")[0].strip() for line in lines}
    assert set(PROJECT["project"]["dependencies"]) <= asked


def test_it_asks_for_all_that_is_imported():
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "contracts").rglob("*.py"))
    imported = set(re.findall(r"^(?:from|import) (\w+)", sources, re.MULTILINE))
    foreign = imported - set(sys.stdlib_module_names) - {"contracts"}
    assert foreign == {"pydantic", "pydantic_core", "yaml", "re2"}, "each comes with one of the dependencies"


def test_every_version_that_is_told_is_the_project_s():
    texts = [PAGE, *(path.read_text(encoding="utf-8") for path in COPIED.rglob(".*.y*ml"))]
    told = set(chain(*(re.findall(r"(?:==|_registry-|@v|rev: v)(\d+\.\d+\.\d+)", text) for text in texts)))
    assert told == {PROJECT["project"]["version"]}


def test_the_page_names_every_input_and_every_hook():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for name in [*action["inputs"], *(hook["id"] for hook in hooks)]:
        assert f"| `{name}` |" in PAGE
    copied = yaml.safe_load((COPIED / ".github/workflows/registry.yml").read_text(encoding="utf-8"))
    (used,) = (one for one in copied["jobs"]["registry"]["steps"] if "auren-admin@" in one.get("uses", ""))
    assert used["with"].keys() <= action["inputs"].keys()
    (repo,) = yaml.safe_load((COPIED / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert {hook["id"] for hook in repo["hooks"]} == {hook["id"] for hook in hooks}


# As a user: a wheel in an empty environment, a repository of their own, pip's own package index.


def call(*command: object, cwd: Path, code: int = 0, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """What a command says, which ends with this exit code."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "AUREN", "GIT_"))
    }
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=kept | QUICK | dict(more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    call(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel, what it asks for, and pre-commit."""
    folder = tmp_path_factory.mktemp("venv")
    call(sys.executable, "-m", "venv", folder, cwd=folder)
    call(folder / "bin/python", "-m", "pip", "install", "--quiet", wheel, "pre-commit", cwd=folder)
    return Path(folder, "bin")


@pytest.fixture
def repository(tmp_path) -> Path:
    """A user's repository: a registry of one good KPI, committed, and nothing else."""
    root = write(tmp_path / "registry", KPI_YAML)
    call("git", "init", "--quiet", "--initial-branch=main", cwd=root)
    commit(root)
    return root


def commit(root: Path) -> None:
    call("git", "add", ".", cwd=root)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.hooksPath=/dev/null"]
    call("git", *who, "commit", "--quiet", "--message=x", cwd=root)


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(environment, repository):
    program = environment / "auren-registry"
    assert call(program, "--version", cwd=repository) == f"auren-registry {PROJECT['project']['version']}\n"
    assert "notes in 1 file." in call(program, "validate", ".", cwd=repository)
    assert "nothing to do" in call(program, "fmt", "--check", ".", cwd=repository)
    assert '"$schema"' in call(program, "schema", "roster", cwd=repository)
    write(repository, KPI_YAML.replace("< 20", "< 120"))
    assert f"{REGISTRY}:10:20" in call(
        program, "validate", ".", "--changed-since", "HEAD", cwd=repository, code=1
    )
    assert "Traceback" not in call(program, "validate", "nowhere", cwd=repository, code=2)
    call(environment / "python", "-c", "import django", cwd=repository, code=1)


@pytest.mark.slow
def test_the_hooks_lay_out_and_refuse_a_commit(environment, repository, tmp_path):
    config = (COPIED / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    source = tmp_path / "auren-admin"
    call("git", "init", "--quiet", "--initial-branch=main", source, cwd=tmp_path)
    for name in ("pyproject.toml", "LICENSE", "README.md", ".pre-commit-hooks.yaml", "contracts", "docs"):
        call("cp", "-r", ROOT / name, source, cwd=tmp_path)
    commit(source)
    call("git", "tag", "v0.1.0", cwd=source)
    config = config.replace("https://git.example.org/auren-admin", str(source))
    (repository / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    commit(repository)
    hooks = [environment / "pre-commit", "run", "--all-files"]
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    assert call(*hooks, cwd=repository, more=home).count("Passed") == 2
    write(repository, KPI_YAML.replace('"< 20"', "'<120'"))
    told = call(*hooks, cwd=repository, code=1, more=home)
    assert "laid out anew" in told
    assert "critical_overlaps_normal" in told


def run_action(
    environment: Path | None, repository: Path, scratch: Path, **inputs: str
) -> list[tuple[int, str]]:
    """Each step of the action that has a script, as a runner does it: exit code and output.

    Where a program is there already, it is not installed once more.
    """
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    given = {name: one["default"] for name, one in action["inputs"].items()} | inputs
    scratch.mkdir()
    variables = {
        "PATH": f"{environment}:{os.environ['PATH']}" if environment else os.environ["PATH"],
        "RUNNER_TEMP": str(scratch),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_PATH": str(scratch / "path"),
        "GITHUB_STEP_SUMMARY": str(scratch / "summary"),
    }
    answers = []
    for step in action["runs"]["steps"]:
        wanted = re.search(r"inputs\.([\w-]+) != ''", step.get("if", ""))
        done_before = step.get("id") == "install" and environment is not None
        if "run" not in step or done_before or (wanted and not given[wanted[1]]):
            continue
        if (scratch / "path").exists():
            variables["PATH"] = f"{(scratch / 'path').read_text().strip()}:{os.environ['PATH']}"
        filled = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
            for name, value in step.get("env", {}).items()
        }
        done = subprocess.run(
            [*SHELL, step["run"]],
            cwd=repository,
            env=variables | QUICK | filled,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        answers.append((done.returncode, done.stdout))
    return answers


@pytest.mark.slow
def test_the_action_shows_findings_and_says_what_changed(environment, repository, tmp_path):
    good = run_action(None, repository, tmp_path / "one", **{"compare-with": "HEAD"})
    assert [code for code, _ in good] == [0, 0, 0, 0], good
    assert (tmp_path / "one/summary").read_text() == "**No differences.**\n"
    write(repository, KPI_YAML.replace("min: 30", "min: 10").replace('"< 20"', ' "< 25"'))
    inputs = {"compare-with": "HEAD", "sarif": "registry.sarif", "fail-on-change": "behavioural"}
    bad = run_action(environment, repository, tmp_path / "two", **inputs)
    assert [code for code, _ in bad] == [0, 1, 1, 1], bad
    assert f"::error file={REGISTRY},line=10" in bad[1][1]
    assert "hrv_rmssd critical: &#60; 20 → &#60; 25 ms" in (tmp_path / "two/summary").read_text()
    assert (repository / "registry.sarif").exists()


@pytest.mark.slow
def test_the_action_has_nothing_to_compare_a_first_registry_with(environment, tmp_path):
    root = tmp_path / "new"
    call("git", "init", "--quiet", root, cwd=tmp_path)
    (root / "README.md").write_text("Ours.\n")
    commit(root)
    write(root, KPI_YAML)
    *_, last = run_action(environment, root, tmp_path / "scratch", **{"compare-with": "HEAD"})
    assert last == (0, "There is no registry in HEAD to compare with.\n")


@pytest.mark.slow
def test_the_job_for_gitlab_installs_checks_and_reports(wheel, repository):
    copied = yaml.safe_load((COPIED / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    job, variables = copied["registry"], copied["variables"]
    script = "\n".join([*job["before_script"], *job["script"]])
    given = {"PATH": os.environ["PATH"], **variables, "AUREN_REGISTRY": str(wheel)}
    call(*SHELL, script, cwd=repository, more=given)
    write(repository, KPI_YAML.replace("< 20", "< 120"))
    assert "critical_overlaps_normal" in call(*SHELL, script, cwd=repository, code=1, more=given)
    assert "<failure" in (repository / job["artifacts"]["reports"]["junit"]).read_text()
