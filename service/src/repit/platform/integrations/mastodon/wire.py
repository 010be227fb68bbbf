"""What a Mastodon server tells by webhook, and whether it is the server that tells it.

In: the raw body and its signature (docs.joinmastodon.org/admin/webhooks). Out: `Subject`s: posts and profiles
with the addresses of their media. Next: `queue`. Pure.

Of all that a webhook carries (addresses of people's computers, e-mail addresses, texts) only identifiers and
the addresses of media are read. Statuses of other servers are told of only when someone here
passes them on or reports them.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from repit.foundation.errors import InputRefused, KeyRefused, Text

Kind = Literal["status", "account"]
_Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
_Address = Annotated[str, StringConstraints(max_length=2048)]
_NO_PICTURE: Final = "/missing.png"
_NEXT: Final = Text(
    "Copy the webhook's signing secret into REPIT_MASTODON_SECRET.",
    "Copiez le secret de signature du webhook dans REPIT_MASTODON_SECRET.",
)


@dataclass(frozen=True, slots=True)
class Media:
    """`name`: the attachment's id, or avatar, or header."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A post or a profile, `name` being its id, of an account, with what it shows."""

    kind: Kind
    name: str
    account: str
    media: tuple[Media, ...]

    def mark(self) -> str:
        """The same for each telling of the same media; addresses signed anew differ behind the `?` only."""
        shown = sorted(f"{one.name} {one.address.partition('?')[0]}" for one in self.media)
        return hashlib.sha256("\n".join([self.kind, self.name, *shown]).encode()).hexdigest()


class _Attachment(BaseModel):
    id: _Id
    url: _Address | None = None


class _Account(BaseModel):
    id: _Id
    avatar: _Address | None = None
    header: _Address | None = None


class _Status(BaseModel):
    id: _Id
    account: _Account
    media_attachments: Annotated[list[_Attachment], Field(max_length=64)] = []
    reblog: "_Status | None" = None


class _AdminAccount(BaseModel):
    account: _Account


class _Report(BaseModel):
    target_account: _AdminAccount
    statuses: Annotated[list[_Status], Field(max_length=500)] = []


class _Event(BaseModel):
    event: Annotated[str, StringConstraints(max_length=100)]
    object: dict[str, Any]


def verify(secret: str, body: bytes, signature: str) -> None:
    """Raise `KeyRefused` unless `X-Hub-Signature` is that of this body, in the same time whatever it is."""
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
        raise KeyRefused(next_step=_NEXT)


def read(body: bytes) -> tuple[Subject, ...]:
    """What is to be looked at; nothing for events that show nothing. Raises `InputRefused`."""
    try:
        told = _Event.model_validate_json(body)
        of = _READ.get(told.event)
        found = of(told.object) if of is not None else ()
    except (ValidationError, ValueError, RecursionError):
        raise InputRefused(
            next_step=Text(
                "Leave the webhook's template empty.", "Laissez vide le modèle du webhook dans Mastodon."
            )
        ) from None
    return tuple(one for one in found if one.media)


def _of_status(told: dict[str, Any]) -> tuple[Subject, ...]:
    return _posts(_Status.model_validate(told))


def _of_account(told: dict[str, Any]) -> tuple[Subject, ...]:
    return (_profile(_AdminAccount.model_validate(told).account),)


def _of_report(told: dict[str, Any]) -> tuple[Subject, ...]:
    report = _Report.model_validate(told)
    posts = (post for status in report.statuses for post in _posts(status))
    return (_profile(report.target_account.account), *posts)


_READ: Final[dict[str, Callable[[dict[str, Any]], tuple[Subject, ...]]]] = {
    "status.created": _of_status,
    "status.updated": _of_status,
    "account.created": _of_account,
    "account.updated": _of_account,
    "account.approved": _of_account,
    "report.created": _of_report,
    "report.updated": _of_report,
}


def _posts(status: _Status) -> tuple[Subject, ...]:
    """The post, and the one that it passes on."""
    return (_post(status),) if status.reblog is None else (_post(status), _post(status.reblog))


def _post(status: _Status) -> Subject:
    shown = tuple(
        Media(one.id, one.url) for one in status.media_attachments if _fetchable(one.url) and one.url
    )
    return Subject("status", status.id, status.account.id, shown)


def _profile(account: _Account) -> Subject:
    pictures = (("avatar", account.avatar), ("header", account.header))
    shown = tuple(
        Media(name, address)
        for name, address in pictures
        if address and _fetchable(address) and not address.partition("?")[0].endswith(_NO_PICTURE)
    )
    return Subject("account", account.id, account.id, shown)


def _fetchable(address: str | None) -> bool:
    try:
        parts = urlsplit(address or "")
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        return fine and (address or "").isprintable()
    except ValueError:
        return False
