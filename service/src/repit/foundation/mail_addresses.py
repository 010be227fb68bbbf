"""Addresses of mail servers, mailboxes and webhooks as an operator writes them. Pure.

In: `smtps://user:password@host:465`, `smtp+starttls://…`, a mailbox, an address, a webhook's secret. Out: the
same, typed, or `ValueError`. Next: `foundation.configuration.notifying` checks settings with them, `smtp` and
`webhook` use them.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

Security = Literal["tls", "starttls", "none"]
_SCHEMES: Final[dict[str, tuple[Security, int]]] = {
    "smtps": ("tls", 465),
    "smtp+starttls": ("starttls", 587),
    "smtp": ("none", 25),
}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAILBOX: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
)
_PREFIX: Final = "whsec_"
_SHORTEST: Final = 24


@dataclass(frozen=True, slots=True, repr=False)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""


def mail_server(raw: str) -> MailServer:
    """Raises `ValueError`: not of that form, or without TLS beyond this machine."""
    parts = urlsplit(raw)
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError
    security, port = _SCHEMES[parts.scheme]
    if security == "none" and (parts.hostname not in _LOOPBACK or parts.username):
        raise ValueError
    return MailServer(
        parts.hostname,
        parts.port or port,
        security,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def mailbox(raw: str) -> str:
    """One mail address. Raises `ValueError`."""
    if not _MAILBOX.fullmatch(raw):
        raise ValueError
    return raw


def mailboxes(raw: str) -> tuple[str, ...]:
    """Several, separated by commas. Raises `ValueError`."""
    return tuple(mailbox(part.strip()) for part in raw.split(",") if part.strip())


def webhook(raw: str) -> str:
    """An address; https, or http where the operator lists the peer. Raises `ValueError`."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
        raise ValueError
    return raw


def webhook_secret(raw: str) -> bytes:
    """`whsec_` and base64, as Standard Webhooks writes secrets: 24 to 64 bytes. Raises `ValueError`."""
    try:
        secret = base64.b64decode(raw.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError from None
    if not raw.startswith(_PREFIX) or not _SHORTEST <= len(secret) <= 64:
        raise ValueError
    return secret
