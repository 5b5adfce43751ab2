"""A made-up server: it answers as AUREN does, can be taken away, and counts who asked what."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from auren_client.status import Clock

TOKEN = "aur_0123456789abcdef.made-up"


def body(agent="NEUROS", critical="< 25", **more):
    """What an agent is served: one binding, to the heart-rate variability."""
    trigger = {
        "severity": "critical",
        "condition": critical,
        "for": "",
        "keep_firing_for": "",
        "recover_if": "",
        "inherited": False,
    }
    definition = {
        "name": "hrv_rmssd",
        "title": "Heart-rate variability",
        "description": "",
        "unit": "milliseconds",
        "symbol": "ms",
        "prometheus_metric": "auren_hrv_rmssd_ms",
        "absolute_range": {"min": 0, "max": 300},
        "normal_range": {"min": 30, "max": 100, "optimal": 50},
        "missing_data": "",
        "status": "active",
        "thresholds": [],
    }
    binding = {
        "kpi": "hrv_rmssd",
        "role": "primary_signal",
        "enabled": True,
        "guard": "",
        "triggers": [trigger],
        "actions": [
            {"name": "reduce_training_intensity", "on": "", "description": "", "deadline": ""},
            {"name": "notify_coach", "on": "warning", "description": "", "deadline": ""},
        ],
        "definition": definition,
    } | more
    return {
        "agent": agent,
        "enabled": True,
        "status": "prod",
        "version": "1.1",
        "role": "",
        "bindings": [binding],
        "hand_offs": [{"severity": "critical", "agent": "SOMNOS", "reason": "Short nights."}],
    }


@dataclass
class FakeTime:
    """Both clocks, moved by hand."""

    now: float = 1_000_000.0

    @property
    def clock(self):
        return Clock(lambda: self.now, lambda: self.now)


@dataclass
class Server:
    """Serves ``served`` with ``etag``; observations are stored by id, once."""

    served: dict[str, Any] = field(default_factory=body)
    etag: str = '"one"'
    headers: dict[str, str] = field(
        default_factory=lambda: {"Auren-Release": "1", "Auren-Channel": "production"}
    )
    down: bool = False
    answer: httpx.Response | None = None
    requests: list[httpx.Request] = field(default_factory=list)
    stored: dict[str, Any] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)

    def __call__(self, request):
        self.requests.append(request)
        if self.down:
            raise httpx.ConnectError("connection refused", request=request)
        if self.answer:
            return self.answer
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return problem(401, "not_authenticated", "This token does not count.")
        return self.answer_of(request)

    def answer_of(self, request):
        if request.method == "POST":
            return self.take(json.loads(request.content)["observations"])
        headers = self.headers | {"ETag": self.etag}
        if request.headers.get("If-None-Match") == self.etag:
            return httpx.Response(304, headers=headers)
        return httpx.Response(200, json=self.served, headers=headers)

    def take(self, items):
        self.batches.append([item["id"] for item in items])
        results = ["duplicate" if item["id"] in self.stored else "accepted" for item in items]
        self.stored |= {item["id"]: item for item in items}
        states = [{"kpi": "hrv_rmssd", "state": "normal"}]
        return httpx.Response(200, json={"release": 1, "results": results, "errors": [], "states": states})

    @property
    def polls(self):
        return [request for request in self.requests if request.method == "GET"]


def problem(status, code, detail, **headers):
    data = {"type": f"urn:auren:problem:{code}", "status": status, "detail": detail, "code": code}
    return httpx.Response(status, json=data, headers=headers)
