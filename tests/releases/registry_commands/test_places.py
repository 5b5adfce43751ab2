"""``registry diff`` and ``registry export`` of releases and channels."""

from pathlib import Path

import pytest

from bindings.models import Agent, HandOff
from kpis.models import KPI, Unit
from releases import services
from releases.models import Channel, Release
from tests.kpis.commands import EXAMPLE, run
from tests.releases.registry_commands.samples import edit

CHANGE = "behavioural  hrv_rmssd critical: < 20 → < 22 ms"


def test_a_comparison_begins_with_production_and_ends_with_the_working_copy(first, tmp_path):
    assert run("diff") == (0, "No differences.\n", "")
    edit(tmp_path)
    code, out, _ = run("diff")
    assert (code, out.splitlines()[0]) == (1, CHANGE)
    assert run("diff", "release:1")[1] == run("diff", "channel:production", "db")[1] == out


def test_releases_channels_and_files_are_compared_with_each_other(first, tmp_path):
    tree = edit(tmp_path)
    run("publish", "-m", "22")
    assert run("diff", "release:2", "channel:production")[0] == 0
    assert run("diff", "release:1", "release:2")[1].splitlines()[0] == CHANGE
    assert run("diff", EXAMPLE, "release:1")[0] == 0
    assert run("diff", "channel:production", tree)[0] == 0


@pytest.mark.parametrize(("least", "code"), [("cosmetic", 1), ("behavioural", 1), ("breaking", 0)])
def test_fail_on_chooses_the_change_that_counts(first, tmp_path, least, code):
    edit(tmp_path)
    assert run("diff", "--fail-on", least)[0] == code


def test_a_cosmetic_change_passes_where_only_others_count(first):
    KPI.objects.filter(name="hrv_rmssd").update(title="Another title")
    assert run("diff", "--fail-on", "behavioural")[0] == 0
    assert run("diff")[0] == 1


def test_what_breaks_fails_on_breaking(first):
    HandOff.objects.all().delete()
    Agent.objects.all().delete()
    assert run("diff", "--fail-on", "breaking", "--format", "json")[0] == 1


def test_a_unit_that_no_kpi_has_is_released_and_in_no_file(first, tmp_path):
    Unit.objects.create(code="furlongs", title="Furlongs", symbol="fur")
    assert "furlongs" in run("diff")[1]
    run("publish", "-m", "A unit")
    assert run("diff")[0] == 0
    assert run("diff", EXAMPLE, "release:2")[0] == 0
    assert "furlongs" not in run("export", "--release", "2")[1]


@pytest.mark.parametrize("options", [("--release", "1"), ("--channel", "production")])
def test_a_release_is_exported_as_the_working_copy_was(first, tmp_path, options):
    then, now = tmp_path / "then", tmp_path / "now"
    run("export", "--only", "registry", "--out", then)
    text = run("export")[1]
    edit(tmp_path / "edited")
    code, out, _ = run("export", "--only", "registry", "--out", now, *options)
    assert code == 0
    assert out.splitlines()[0].startswith("Wrote 19 KPIs to ")
    assert files(now) == files(then)
    assert run("export", "-", *options)[1] == text != run("export")[1]


ANY_ORDER = """\
kpis:
  - name: naps
    unit: hours
    prometheus_metric: auren_naps_hours
    title: Naps
    zone: b
    norm_ref: a
    x-more: {z: 1, a: {y: 2, b: 3}}
    risk_thresholds:
      elevated: {condition: "> 1", action: look, z: 1, a: 2}
      warning: {condition: "> 2", action: look}
      critical: {condition: "> 3", action: rest}
"""


def test_a_release_s_export_is_the_working_copy_s_in_whatever_order_it_came(db, tmp_path):
    file = tmp_path / "registry.yaml"
    file.write_text(ANY_ORDER)
    run("import", file)
    text = run("export")[1]
    run("publish", "-m", "Naps", "--accept-warnings", "only a test")
    assert run("export", "--release", "1")[1] == text
    KPI.objects.update(title="Other")
    services.restore(release=Release.objects.get(), author=None)
    assert run("export")[1] == text


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != "auren-export.json"  # which tells of what release it is
    }


@pytest.mark.parametrize(
    ("place", "code", "told"),
    [
        ("release:9", 2, "releases 1 to 1"),
        ("release:-1", 2, "by its number"),
        ("release:" + "9" * 40, 2, "by its number"),
        ("release:", 2, "by its number"),
        ("channel:nowhere", 2, "production"),
        ("channel:empty", 3, "has no release yet"),
        ("relaese", 2, "release:N, channel:C, db"),
    ],
)
def test_a_place_that_is_not_there(first, place, code, told):
    Channel.objects.create(name="empty")
    ended, _, err = run("diff", place)
    assert ended == code
    assert told in err


def test_one_release_is_exported_not_two(first):
    assert run("export", "--release", "1", "--channel", "production")[0] != 0
    assert run("export", "--release", "9")[0] == 2
