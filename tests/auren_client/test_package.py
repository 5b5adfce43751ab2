"""What an agent installs: the package and the part of the contract language it runs, without the server."""

import subprocess
import sys
import tomllib
import zipfile

import pytest
from django.conf import settings

from auren_client.wire import VERSION

FOLDER = settings.BASE_DIR / "auren_client"
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
PACKED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
IMPORTED = """
import sys
import auren_client
print(*[module.__file__ for name, module in sys.modules.items() if name.split('.')[0] == 'contracts'])
"""
ALONE = """
import sys
import auren_client
unwanted = {'django', 'pydantic', 'yaml', 're2', 'rest_framework', 'celery', 'bindings', 'kpis', 'releases'}
assert not unwanted & set(sys.modules), unwanted & set(sys.modules)
print(auren_client.__file__)
"""


def python(code, **more):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60, **more
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_taken_along_is_what_is_imported():
    files = python(IMPORTED, cwd=settings.BASE_DIR).split()
    imported = {file.removeprefix(f"{settings.BASE_DIR}/") for file in files}
    assert {source for source in PACKED if source.startswith("../")} == {f"../{file}" for file in imported}


def test_it_asks_for_one_library_only():
    assert [text.split(">")[0] for text in PROJECT["project"]["dependencies"]] == ["httpx"]


def test_its_version_is_said_once_more_in_the_code():
    assert PROJECT["project"]["version"] == VERSION


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the wheel's content, and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_package_its_types_and_nothing_of_the_server(installed):
    found = [path for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    files = {path.relative_to(installed).as_posix() for path in found}
    package = {f"auren_client/{path.name}" for path in [*FOLDER.glob("*.py"), FOLDER / "py.typed"]}
    assert {file for file in files if file.startswith("auren_client/")} == package
    assert {file for file in files if ".dist-info/" not in file} == set(PACKED.values())


def test_installed_alone_it_works(installed, tmp_path):
    where = python(ALONE, cwd=tmp_path, env={"PYTHONPATH": str(installed)})
    assert where.strip() == str(installed / "auren_client" / "__init__.py")
