"""A made-up server that has an inbox, takes reports about runs, and keeps what was said."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.auren_client.servers import Server, problem

OPENED = "1970-01-12T13:46:00Z"
"""40 seconds before the made-up time begins."""


def step(number=1, name="reduce_training_intensity", state="pending", kind="action", **more):
    return {
        "number": number, "kind": kind, "name": name, "description": "", "severity": "critical", "declared": True,
        "added": OPENED, "state": state, "due": None,
        "started": None, "finished": None, "note": "", "evidence": {}, "hand_off": None,
    } | more  # fmt: skip


def run(number=7, state="waiting", steps=None, **more):
    return {
        "id": number, "agent": "NEUROS", "kpi": "hrv_rmssd", "user_id": "u-17", "severity": "critical",
        "state": state, "opened": OPENED, "recorded": OPENED, "ended": None, "release": 1, "condition": "< 25",
        "reason": "18 ms is below 25 ms", "value": 18, "measurement_source": "", "context": None, "parent": None,
        "acknowledged": None, "assignee": None, "deviations": [], "cursor": 1,
        "steps": [step(1), step(2, "trigger_somnos_review"), step(3, "SOMNOS", kind="hand_off")]
        if steps is None else steps,
    } | more  # fmt: skip


def handed_over(number=9, state="offered"):
    """A run that SOMNOS asks for."""
    parent = {"run": 3, "agent": "SOMNOS", "reason": "Short nights.", "due": "1970-01-12T14:16:40Z"}
    return run(number, state, [step(1, "answer_hand_off", kind="review")], parent=parent)


@dataclass
class RunServer(Server):
    """``runs`` is what is in the inbox; ``refusals`` answers reports about a path in place of taking them."""

    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    paused: dict[str, Any] | None = None
    paused_kpis: dict[str, Any] = field(default_factory=dict)
    refusals: dict[str, httpx.Response] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer_of(self, request):
        path = request.url.path.removeprefix("/api/v1/")
        if path.endswith("/inbox"):
            return self.inbox(request)
        if path.startswith("runs/"):
            return self.take_report(request, path)
        return super().answer_of(request)

    def inbox(self, request):
        listed = [] if self.paused else [one for one in self.runs.values() if one["ended"] is None]
        data = {
            "agent": "NEUROS",
            "paused": self.paused,
            "paused_kpis": self.paused_kpis,
            "total": len(listed),
        }
        content = json.dumps(data | {"runs": listed}).encode()
        etag = f'"{hash(content)}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx.Response(304, headers={"ETag": etag})
        return httpx.Response(200, content=content, headers={"ETag": etag})

    def take_report(self, request, path):
        if path in self.refusals:
            return self.refusals[path]
        number = int(path.split("/")[1])
        found = self.runs.get(number)
        if found is None:
            return problem(404, "not_found", "There is no such run.")
        if request.method == "POST":
            self.note(found, path, json.loads(request.content))
        return httpx.Response(200, json=found)

    def note(self, found, path, data):
        self.said.append((path, data))
        found["cursor"] += 1
        if "/steps/" in path:
            found["steps"][int(path.split("/")[3]) - 1] |= {
                "state": data["state"],
                "note": data.get("note", ""),
            }
            mine = [one for one in found["steps"] if one["kind"] != "hand_off"]
            if all(one["state"] not in ("pending", "started") for one in mine):
                found |= {"state": "completed", "ended": OPENED}
        if path.endswith("/acceptance"):
            found |= {"state": "active"} if data["accept"] else {"state": "refused", "ended": OPENED}

    @property
    def inbox_polls(self):
        return [request for request in self.requests if request.url.path.endswith("/inbox")]
