"""Signatures of messages: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from releases.models.webhook import PREFIX


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """The HMAC-SHA256 of id, time and body; the time lets the receiver refuse old messages sent again."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secrets: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which the receiver knows who sent a message, and when. One signature for each secret."""
    signatures = (
        signature(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
