"""The page that walks from an edit to the alert: its pictures are there, and its commands can be given."""

import re
import shlex

import pytest
from django.conf import settings

from scripts.one_edit_pictures import IMAGES, NEW
from tests.contracts.releases import example_release
from tests.kpis.commands import run

PAGE = (settings.BASE_DIR / "docs" / "one-edit.md").read_text(encoding="utf-8")
SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in settings.BASE_DIR.glob("scripts/one_edit*.py"))
SHOWN = re.findall(r"!\[[^]]+\]\(images/one-edit-(\w+)\.png\)", PAGE)
COMMANDS = [shlex.split(line) for line in sorted(set(re.findall(r"^\$ manage\.py (.+)$", PAGE, re.M)))]


def test_it_shows_each_picture_that_the_script_takes_and_no_other():
    taken = {path.stem.removeprefix("one-edit-") for path in IMAGES.glob("one-edit-*.png")}
    assert set(SHOWN) == taken
    assert len(SHOWN) == len(taken) == PAGE.count("![")


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_taken_by_the_script(name):
    assert re.search(rf'(keep|standing)\(\s*"{name}"', SCRIPTS)


def test_the_commands_are_those_of_the_script():
    assert len(COMMANDS) == 2
    for program in ("promtool", "amtool", "manage.py"):
        assert f"$ {program} " in PAGE
        assert f'"{program}"' in SCRIPTS


def test_they_do_what_it_says(db, tmp_path):
    drift, export = [[tmp_path if word == "build" else word for word in words] for words in COMMANDS]
    assert run("import", settings.BASE_DIR / "examples" / "auren")[0] == 0
    assert run("publish", "--message", "The example registry")[0] == 0
    code, told, _ = run(*export[1:])
    assert (code, told.splitlines()[-1] in PAGE) == (0, True)
    for path in re.findall(r"build/([\w/-]+\.yml)", PAGE):
        assert (tmp_path / path).exists(), path
    away = [str(word).replace(":9090", ":9") for word in drift[1:]]
    assert run(*away)[0] == 3, "it is understood; here nobody answers"


@pytest.mark.parametrize("target", ["one-edit", "stack"])
def test_a_make_target_exists(target):
    assert f"`make {target}`" in PAGE
    assert re.search(rf"^{target}:.*## ", (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8"), re.M)


def test_the_number_that_is_edited_is_the_example_registry_s():
    (condition,) = [
        one.alerting.risk_if
        for one in example_release().bindings["NEUROS"].kpis_used
        if one.key == "hrv_rmssd" and one.alerting
    ]
    assert f'{{agent="NEUROS"}}) {condition})' in PAGE
    assert f'{{agent="NEUROS"}}) {NEW})' in PAGE
