"""What a Mastodon server tells by webhook, and whether it is the server that tells it.

In: the raw body and its signature (docs.joinmastodon.org/admin/webhooks). Out: `Subject`s: posts and profiles
with the addresses of their media. Next: `queue`. Pure.

Of all that a webhook carries (addresses of people's computers, e-mail addresses, texts) only identifiers and
the addresses of media are read. Statuses of other servers are told of only when someone here
passes them on or reports them.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    TypeAdapter,
    ValidationError,
)

from repit.foundation.errors import InputRefused, KeyRefused, Text

Kind = Literal["status", "account"]
_Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
_Address = Annotated[str, StringConstraints(max_length=2048)]
_NO_PICTURE: Final = "/missing.png"
_NEXT: Final = Text(
    "Copy the webhook’s signing secret into REPIT_MASTODON_SECRET.",
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
        shown = sorted(f"{media.name} {media.address.partition('?')[0]}" for media in self.media)
        return hashlib.sha256("\n".join([self.kind, self.name, *shown]).encode()).hexdigest()


class Attachment(BaseModel):
    id: _Id
    url: _Address | None = None


class Account(BaseModel):
    id: _Id
    avatar: _Address | None = None
    header: _Address | None = None


class Status(BaseModel):
    id: _Id
    account: Account
    media_attachments: Annotated[list[Attachment], Field(max_length=64)] = []
    reblog: "Status | None" = None


class AdminAccount(BaseModel):
    account: Account


class Report(BaseModel):
    target_account: AdminAccount
    statuses: Annotated[list[Status], Field(max_length=500)] = []


_OfStatus = Literal["status.created", "status.updated"]
_OfAccount = Literal["account.created", "account.updated", "account.approved"]
_OfReport = Literal["report.created", "report.updated"]
_READ: Final = {
    word: tag
    for tag, words in (("status", _OfStatus), ("account", _OfAccount), ("report", _OfReport))
    for word in get_args(words)
}


class StatusEvent(BaseModel):
    event: _OfStatus
    object: Status


class AccountEvent(BaseModel):
    event: _OfAccount
    object: AdminAccount


class ReportEvent(BaseModel):
    event: _OfReport
    object: Report


class OtherEvent(BaseModel):
    """One that shows nothing; of it no more is read."""

    event: Annotated[str, Field(max_length=100, json_schema_extra={"not": {"enum": sorted(_READ)}})]
    object: dict[str, Any]


def _which(received: Any) -> str:
    word = received.get("event") if isinstance(received, dict) else None
    return _READ.get(word, "other") if isinstance(word, str) else "other"


Event = Annotated[
    Annotated[StatusEvent, Tag("status")]
    | Annotated[AccountEvent, Tag("account")]
    | Annotated[ReportEvent, Tag("report")]
    | Annotated[OtherEvent, Tag("other")],
    Discriminator(_which),
]
_EVENT: Final[TypeAdapter[StatusEvent | AccountEvent | ReportEvent | OtherEvent]] = TypeAdapter(Event)


def verify(secret: str, body: bytes, signature: str) -> None:
    """Raise `KeyRefused` unless `X-Hub-Signature` is that of this body, in the same time whatever it is."""
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace")):
        raise KeyRefused(next_step=_NEXT)


def read(body: bytes) -> tuple[Subject, ...]:
    """What is to be looked at; nothing for events that show nothing. Raises `InputRefused`."""
    try:
        received = _EVENT.validate_json(body)
    except ValidationError:
        raise InputRefused(
            next_step=Text(
                "Leave the webhook’s template empty.", "Laissez vide le modèle du webhook dans Mastodon."
            )
        ) from None
    return tuple(subject for subject in _subjects(received) if subject.media)


def _subjects(received: StatusEvent | AccountEvent | ReportEvent | OtherEvent) -> tuple[Subject, ...]:
    match received:
        case StatusEvent():
            return _posts(received.object)
        case AccountEvent():
            return (_profile(received.object.account),)
        case ReportEvent():
            posts = (post for status in received.object.statuses for post in _posts(status))
            return (_profile(received.object.target_account.account), *posts)
    return ()


def _posts(status: Status) -> tuple[Subject, ...]:
    """The post, and the one that it passes on."""
    return (_post(status),) if status.reblog is None else (_post(status), _post(status.reblog))


def _post(status: Status) -> Subject:
    shown = tuple(
        Media(attachment.id, attachment.url)
        for attachment in status.media_attachments
        if _fetchable(attachment.url) and attachment.url
    )
    return Subject("status", status.id, status.account.id, shown)


def _profile(account: Account) -> Subject:
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
