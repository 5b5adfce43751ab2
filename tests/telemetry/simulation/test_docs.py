"""docs/demo.md tells of everybody there is, and the defaults that there are."""

from django.conf import settings

from auren_admin.management.commands.simulate import DAYS, SPEED, USERS
from telemetry.simulation.habits import GENERATED, HEARTBEATS
from telemetry.simulation.stories import CYCLE, STORIES, people

PAGE = (settings.BASE_DIR / "docs" / "demo.md").read_text(encoding="utf-8")


def test_everybody_with_a_story_is_told_of():
    assert all(f"| `{one.user_id}` |" in PAGE for one in people(len(STORIES), "test"))
    assert CYCLE == 40
    assert "forty days" in PAGE


def test_the_defaults_are_those_of_the_command():
    assert f"| `--users` | {USERS} |" in PAGE
    assert f"| `--days` | {DAYS} |" in PAGE
    assert f"| `--speed` | {SPEED:.0f} |" in PAGE


def test_sources_are_named():
    assert f"`{GENERATED}`" in PAGE
    assert f"`{HEARTBEATS}`" in PAGE
