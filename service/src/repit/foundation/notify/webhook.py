"""The operator's webhook: a POST of JSON, signed as Standard Webhooks says.

In: a message's own number, its content. Out: nothing, or why it was not taken. Next: `outbox`, `repit notify
test`. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.notify.errors import WebhookRefused
from repit.foundation.outbound import Outbound

SECONDS: Final = 15.0
MAX_ANSWER: Final = 64 * 1024


def is_set_up() -> bool:
    """Whether there is one."""
    return bool(settings.REPIT_OPERATOR_WEBHOOK)


def send(name: str, content: Mapping[str, Any]) -> None:
    """Tell it. Raises `NotDelivered`, `OutboundRefused`."""
    parts = urlsplit(settings.REPIT_OPERATOR_WEBHOOK)
    stamp = int(now().timestamp())
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"webhook-id": name, "webhook-timestamp": str(stamp)}
    if settings.REPIT_OPERATOR_WEBHOOK_SECRET:
        signed = signature(settings.REPIT_OPERATOR_WEBHOOK_SECRET, name, stamp, body)
        headers["webhook-signature"] = signed
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    with Outbound(f"{parts.scheme}://{parts.netloc}", headers=headers) as peer:
        answer = peer.post(target, body, seconds=SECONDS, max_bytes=MAX_ANSWER)
    if not 200 <= answer.status < 300:
        raise WebhookRefused(answer.status)


def signature(secret: bytes, name: str, stamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 of number, time and body, in base64."""
    mac = hmac.new(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"
