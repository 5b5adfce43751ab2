"""Calling the API as a program does."""

import json
from typing import Any

from django.test import Client

BASE = "/api/v1/"


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """The answer; ``body`` is sent as JSON, headers are written with underscores: ``if_match``."""
    sent = {name.replace("_", "-").title(): value for name, value in headers.items()}
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = sent.pop("Content-Type", "application/json")
    return client.generic(method, BASE + path, data, content_type=kind if data else "", headers=sent)


def codes(response: Any) -> set[str]:
    """The codes of a problem's errors."""
    return {error["code"] for error in response.json()["errors"]}


def seen(client: Client, path: str) -> tuple[dict[str, Any], str]:
    """A row and its version."""
    response = call(client, "GET", path)
    assert response.status_code == 200, response.content
    return response.json(), response["ETag"]
