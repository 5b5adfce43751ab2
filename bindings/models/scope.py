"""What a token may be good for."""

from django.db import models


class Scope(models.TextChoices):
    """What a token may be used for."""

    BINDINGS_READ = "bindings:read", "read agents, bindings and hand-offs"
    OBSERVATIONS_WRITE = "observations:write", "report observations"
    RUNS_WRITE = "runs:write", "report what was done"
    REGISTRY_READ = "registry:read", "read units and KPIs, validate"
    REGISTRY_WRITE = "registry:write", "change the registry; an agent's token: its own contract only"
    RELEASES_WRITE = "releases:write", "publish releases and move channels"
    METRICS_READ = "metrics:read", "read metrics and backtests; an agent's token: backtests only"
    PEOPLE_ERASE = "people:erase", "erase everything that was measured of a person"
