"""What goes into the container's image, and what its command chooses."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ENTRY = settings.BASE_DIR / "scripts" / "container.sh"
PYTHON = '#!/bin/sh\necho "$@"\n'


@pytest.fixture
def entry(tmp_path):
    """Runs the image's entry with a python that only says what it was asked to run."""
    python = tmp_path / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def run(*words):
        done = subprocess.run([ENTRY, *words], env={"PATH": path}, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return run


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], "manage.py up"),
        (["up"], "manage.py up"),
        (["web"], "manage.py up --web-only"),
        (["web", "--port", "9000"], "manage.py up --web-only --port 9000"),
        (["worker"], "manage.py worker"),
        (["schedule"], "manage.py schedule"),
        (["migrate"], "manage.py migrate --no-input"),
        (["registry", "export", "--out", "a b"], "manage.py registry export --out a b"),
    ],
)
def test_the_command_chooses_what_runs(entry, words, command):
    assert entry(*words) == command


@pytest.mark.skipif(not Path("/proc/1/cmdline").exists(), reason="asks Linux what process 1 is")
def test_a_process_that_does_not_listen_is_healthy_while_it_runs(entry):
    assert entry("health") == ""


def let_in():
    """What .dockerignore lets into the image, though it keeps out everything else."""
    lines = (settings.BASE_DIR / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    return {rule[1:] for rule in rules if rule.startswith("!")}


def test_every_package_of_the_product_goes_into_the_image():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["importlinter"]["root_packages"])
    assert packages - {"faults"} <= let_in()  # that one breaks things on purpose


def test_what_goes_into_the_image_exists():
    for path in let_in():
        assert (settings.BASE_DIR / path).exists(), path


def test_no_data_no_keys_and_no_tests_go_into_the_image():
    assert not let_in() & {".env", ".git", ".venv", "tests", "var"}
