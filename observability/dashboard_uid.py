"""The uids of dashboards: the same from every export, so that links and people's stars stay."""

from __future__ import annotations

from hashlib import sha256


def dashboard_uid(agent: str) -> str:
    """Of an agent's dashboard: ``auren-agent-`` and the beginning of the SHA-256 of its name, 28 characters in all.

    Grafana takes at most 40 letters, digits, ``-`` and ``_``, which a name need not keep to.
    """
    return f"auren-agent-{sha256(agent.encode()).hexdigest()[:16]}"
