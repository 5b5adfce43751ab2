"""Lives of a few made-up people, out of the heartbeats that the simulation uses."""

from auren_admin.management.commands.simulate import HEARTBEATS
from telemetry.simulation.habits import Heart, Life
from telemetry.simulation.heartbeats import read_heartbeats
from telemetry.simulation.stories import STORIES, people

EVERYBODY = len(STORIES)


def life(count=EVERYBODY):
    return Life(tuple(people(count, "test")), Heart(read_heartbeats(HEARTBEATS)))


def of(story, kpi, since=0.0, until=30.0):
    """The values of a KPI of whoever lives a story."""
    found = life().measured(since, until)
    return [one.value for one in found if one.person.story.name == story and one.kpi == kpi]
