"""Who may do what: every route of the API, every kind of caller. What is not in the table is refused."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bindings.models import Scope
from tests.bindings.api.conftest import bearer, member
from tests.conftest import signed_in
from tests.rest.calls import BASE, call

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = {
    "units/": ("units/", "registry"),
    "units/{}/": ("units/milliseconds/", "registry"),
    "kpis/": ("kpis/", "registry"),
    "kpis/{}/": ("kpis/hrv_rmssd/", "registry"),
    "agents/": ("agents/", "agents"),
    "agents/{}/": ("agents/NEUROS/", "agents"),
    "actions/": ("actions/", "agents"),
    "actions/{}/": ("actions/rest_today/", "agents"),
    "bindings/": ("bindings/", "contracts"),
    "bindings/{}/{}/": ("bindings/NEUROS/hrv_rmssd/", "contracts"),
    "handoffs/": ("handoffs/", "contracts"),
    "handoffs/{}/{}/{}/": ("handoffs/NEUROS/critical/SOMNOS/", "contracts"),
    "handoffs/{}/{}/{}/{}/": ("handoffs/NEUROS/critical/SOMNOS/hrv_rmssd/", "contracts"),
    "reports/": ("reports/", "reports"),
    "reports/{}/": ("reports/1/", "reports"),
    "releases/": ("releases/", "releases"),
    "releases/{}/": ("releases/1/", "releases"),
    "releases/{}/document/": ("releases/1/document/", "documents"),
    "releases/{}/diff/{}/": ("releases/1/diff/1/", "documents"),
    "releases/{}/approvals/": ("releases/1/approvals/", "verdicts"),
    "releases/{}/restore/": ("releases/1/restore/", "restoring"),
    "releases/{}/observability/": ("releases/1/observability/", "documents"),
    "releases/{}/observability/{}": ("releases/1/observability/prometheus/rules/kpi-alerts.yml", "documents"),
    "channels/{}/observability/": ("channels/production/observability/", "documents"),
    "channels/{}/observability/{}": (
        "channels/production/observability/prometheus/rules/kpi-alerts.yml",
        "documents",
    ),
    "channels/": ("channels/", "channels"),
    "channels/{}/": ("channels/production/", "channels"),
    "registry/": ("registry/", "released registry"),
    "registry.yaml/": ("registry.yaml", "released registry"),
    "agents/{}/bindings/": ("agents/NEUROS/bindings/", "released bindings"),
    "agents/{}/bindings.yaml/": ("agents/NEUROS/bindings.yaml", "released bindings"),
    "observations/": ("observations/", "observations"),
    "backtests/": ("backtests/", "backtests"),
    "backtests/{}/": ("backtests/1/", "backtests"),
    "erasures/": ("erasures/", "erasures"),
    "runs/": ("runs/", "runs"),
    "runs/{}/": ("runs/1/", "runs"),
    "runs/{}/steps/": ("runs/1/steps/", "steps"),
    "runs/{}/steps/{}/": ("runs/1/steps/1/", "steps"),
    "runs/{}/acceptance/": ("runs/1/acceptance/", "steps"),
    "runs/{}/interventions/": ("runs/1/interventions/", "decisions"),
    "runs/{}/deviations/{}/": ("runs/1/deviations/RUN003/", "decisions"),
    "pauses/": ("pauses/", "pauses"),
    "pauses/{}/lift/": ("pauses/1/lift/", "decisions"),
    "agents/{}/inbox/": ("agents/NEUROS/inbox/", "runs"),
    "validate/": ("validate/", "validate"),
    "validate/{}/": ("validate/1/", "validated"),
    "schema/": ("schema/", "description"),
    "docs/": ("docs/", "page"),
}
"""Each route with an address of it, and the kind of thing it is."""

READ, POST, ALL = frozenset({"GET"}), frozenset({"POST"}), frozenset(METHODS)
NONE: frozenset[str] = frozenset()
WRITE = ALL - READ
EVERYONE = {
    "registry": READ, "agents": READ, "contracts": READ, "reports": READ, "releases": READ, "documents": READ,
    "channels": READ, "released registry": READ, "released bindings": READ, "validate": POST, "validated": READ,
    "description": READ, "backtests": ALL, "runs": READ,
}  # fmt: skip
"""What who may look at everything may do."""
MAY: dict[str, dict[str, frozenset[str]]] = {
    "anonymous": {},
    "stranger": {"description": READ},
    "viewer": EVERYONE,
    "editor": EVERYONE | {
        "registry": ALL, "agents": ALL, "contracts": ALL, "reports": ALL, "restoring": POST,
        "decisions": POST, "pauses": ALL - {"DELETE"},
    },
    "publisher": EVERYONE | {
        "registry": ALL, "agents": ALL, "contracts": ALL, "reports": ALL,
        "releases": ALL - {"DELETE"}, "channels": ALL, "verdicts": POST, "restoring": POST,
        "decisions": POST, "pauses": ALL - {"DELETE"},
    },
    "bindings:read": {
        "agents": READ, "contracts": READ, "channels": READ, "released bindings": READ, "description": READ,
    },
    "registry:read": {
        "registry": READ, "reports": READ, "releases": READ, "documents": READ, "released registry": READ,
        "validate": POST, "validated": READ, "description": READ,
    },
    "registry:write": {
        "registry": WRITE, "agents": WRITE, "contracts": WRITE, "reports": WRITE, "restoring": POST,
        "description": READ,
    },
    "releases:write": {"releases": WRITE, "channels": WRITE, "description": READ},
    "observations:write": {"observations": POST, "description": READ},
    "runs:write": {"steps": POST, "decisions": POST, "pauses": POST, "description": READ},
    "metrics:read": {"backtests": ALL, "runs": READ, "pauses": READ, "description": READ},
    "people:erase": {"erasures": POST, "description": READ},
    "registry:write of NEUROS": {"contracts": WRITE, "description": READ},
    "registry:write of SOMNOS": {"contracts": POST, "description": READ},
    "releases:write of NEUROS": {"description": READ},
    "runs:write of NEUROS": {"runs": READ, "steps": POST, "description": READ},
    "metrics:read of NEUROS": {"backtests": ALL, "description": READ},
}  # fmt: skip
"""What each caller may do with each kind of thing; nothing where it is not named."""


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route below, with ``{}`` for a part that varies."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def plain(route: str) -> str:
    """``api/v1/^kpis/(?P<name>[^/]+)/?$`` as ``kpis/{}/``."""
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "{}", route.removeprefix("api/v1/"))
    return text.replace("^", "").replace("/?", "/").replace("$", "").replace("\\Z", "").replace("\\.", ".")


def caller(name: str, agents) -> Client:
    if name == "anonymous":
        return Client()
    if name == "stranger":
        return signed_in(User.objects.create_user("somebody"))
    if name in ("viewer", "editor", "publisher"):
        return member(name)
    scope, _, agent = name.partition(" of ")
    return bearer(scope, agent=agents[agent] if agent else None)


def test_every_route_of_the_api_is_in_the_table():
    found = {plain(route) for route in routes(get_resolver().url_patterns) if route.startswith("api/")}
    assert found == set(ROUTES)


def test_every_scope_is_in_the_table():
    assert set(Scope.values) <= set(MAY)


@pytest.mark.slow
@pytest.mark.parametrize("name", MAY)
def test_a_caller_may_do_this_and_nothing_else(name, agents):
    client = caller(name, agents)
    closed = {401, 403}
    for address, kind in ROUTES.values():
        if kind == "page":
            continue
        for method in METHODS:
            status = call(
                client, method, address, {"agent": "NEUROS"} if method != "GET" else None
            ).status_code
            may = method in MAY[name].get(kind, NONE)
            if status == 405:  # nobody can; a caller who may not learns no more than that
                continue
            assert (status not in closed) == may, f"{name}: {method} {address} answered {status}"


def test_an_agents_token_writes_for_that_agent_only(agents):
    mine = bearer("registry:write", "bindings:read", agent=agents["NEUROS"])
    others = bearer("registry:write", "bindings:read", agent=agents["SOMNOS"])
    path = "bindings/NEUROS/hrv_rmssd/"
    tag = call(mine, "GET", path)["ETag"]
    hand_off = {"agent": "NEUROS", "severity": "info", "target": "SOMNOS"}
    assert call(others, "PATCH", path, {"role": ""}, if_match=tag).status_code == 403
    assert call(others, "DELETE", path, if_match=tag).status_code == 403
    assert call(others, "POST", "handoffs/", hand_off).status_code == 403
    assert call(mine, "PATCH", path, {"role": ""}, if_match=tag).status_code == 200
    assert call(mine, "POST", "handoffs/", hand_off).status_code == 201


def test_the_page_sends_who_is_not_signed_in_to_do_so(client, db):
    answer = client.get(BASE + "docs/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
