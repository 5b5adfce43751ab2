"""The tour of the README, walked."""

import re
import shlex
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

EXAMPLES = settings.BASE_DIR / "examples" / "auren"


def commands():
    """What follows manage.py on each line of the README that runs it."""
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^ *\S*python manage\.py (.+)$", text, re.M)]


def run(command, folder):
    """Run it with the README's folder `build` in another place; what it prints and its exit code."""
    out = StringIO()
    try:
        call_command(*[str(folder) if word == "build" else word for word in command], stdout=out)
    except SystemExit as stop:
        return out.getvalue(), stop.code
    return out.getvalue(), 0


def test_the_commands_of_the_tour_do_what_it_says(db, tmp_path):
    call_command("registry", "import", str(EXAMPLES), stdout=StringIO())
    export, validate = commands()
    folder = tmp_path / "build"
    assert run(export, folder)[1] == 0
    assert run(validate, folder)[1] == 0
    file = folder / "agents" / "shared_modules" / "kpi_registry.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"< 20"', '"< abc"', 1), encoding="utf-8")
    text, code = run(validate, folder)
    assert code == 1
    assert re.search(r"kpi_registry\.yaml:\d+:\d+ +error", text)
    assert "A number is expected" in text


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_make_targets_of_the_readme_exist(target):
    assert f"make {target}\n" in (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## ", (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8"), re.M)
