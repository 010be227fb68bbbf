"""The wire of our own feed: what a bank says to its subscribers, as JSON.

In: bytes from the network, or values from the bank. Out: checked value objects, or bytes. Next: `client`,
`repit_server`, and `snapshot_wire`, which has the form of a snapshot. Pure: no framework, no network, no
clock.

A change is the *complete current state* of one item and replaces whatever a subscriber held of it, so that
repeats and replays are harmless. A withdrawn item carries no hash: only the name of what must be forgotten.
Sequence numbers are strictly increasing and without gaps; a subscriber that sees one has lost something.

One bad record never stops a subscriber: an entry or a hash that cannot be read is rejected with its reason,
and the rest is taken. What cannot be read around (a sequence number, the frame of a page) is refused.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, NotRequired, TypeVar, get_args

from typing_extensions import TypedDict

from repit.exchanges.repit.provenance_wire import (
    Gone,
    GoneOut,
    RootOut,
    SharedRoot,
    gone_in,
    gone_out,
    roots_in,
    roots_out,
)
from repit.exchanges.weighing import json_of
from repit.foundation import videos
from repit.foundation.errors import InputRefused, WireRefused
from repit.foundation.hashes import ALGORITHMS, FORMS, ROLES, Algorithm, Announced, Hash, Kind, Media, Role

VERSION: Final = 1
MAX_ITEM: Final = 64
MAX_ORIGIN: Final = 100
MAX_FEED: Final = 100
MAX_LISTED: Final = 10_000

_Choice = TypeVar("_Choice", Algorithm, Role, Announced, Media, Kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its subscriber may see it: `item` an opaque name, `confirmations` how many submitted it.

    `roots` and `gone`: its provenance, told to hotlines that exchange with this one. `asked`: how often the
    hotline has asked platforms' people to look at it once more. `moments`: of a video, as
    `repit_engine.moments` writes them; empty where there are none, or where the subscriber may not have them.
    """

    item: str
    state: Announced
    media: Media
    kind: Kind
    origin: str
    confirmations: int
    hashes: tuple[Hash, ...]
    roots: tuple[SharedRoot, ...] = ()
    gone: tuple[Gone, ...] = ()
    asked: int = 0
    moments: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not self.item or len(self.item) > MAX_ITEM or len(self.origin) > MAX_ORIGIN:
            raise WireRefused(detail="item or origin missing or too long")
        if self.state == "withdrawn" and (self.hashes or self.moments):
            raise WireRefused(detail="a withdrawn item with hashes")
        if self.moments and self.media != "video":
            raise WireRefused(detail="moments of what is no video")
        if self.confirmations < 0 or len(self.hashes) > MAX_LISTED:
            raise WireRefused(detail="count out of range")


@dataclass(frozen=True, slots=True)
class Change:
    """The state of one item after the `sequence`-th change of the feed."""

    sequence: int
    at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class RejectedEntry:
    """A record that could not be read: in which change (None: a snapshot) and why, never its content.

    `part`: only a hash or the moments of one, which goes on without them.
    """

    sequence: int | None
    reason: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive changes; `head` is the newest sequence the bank had when it answered (more may follow)."""

    changes: tuple[Change, ...]
    head: int
    feed_id: str
    generated_at: datetime
    rejected: tuple[RejectedEntry, ...] = ()

    def _numbers(self) -> list[int]:
        numbers = [change.sequence for change in self.changes]
        return numbers + [entry.sequence for entry in self.rejected if entry.sequence is not None]

    @property
    def lacks_changes(self) -> bool:
        """Whether a change could not be read at all: it may be a withdrawal."""
        return not all(entry.part for entry in self.rejected)

    @property
    def begins(self) -> int | None:
        """The first sequence in this page, readable or not; None for an empty page."""
        return min(self._numbers(), default=None)

    @property
    def through(self) -> int | None:
        """The last sequence in this page, readable or not: where to go on from."""
        return max(self._numbers(), default=None)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a subscriber has taken in: every change up to `sequence`, and these withdrawals carried out."""

    sequence: int
    withdrawn_items: tuple[str, ...] = ()


# --- to bytes ---------------------------------------------------------------------------------------------


class HashOut(TypedDict):
    """A hash in hexadecimal digits; `quality` of a perceptual one, from 0 to 100, where it is known."""

    algorithm: Algorithm
    role: Role
    value: str
    quality: int | None


class EntryOut(TypedDict):
    """One item as its subscriber may see it: its whole present state."""

    item: str
    state: Announced
    media: Media
    kind: Kind
    origin: str
    confirmations: int
    hashes: list[HashOut]
    roots: NotRequired[list[RootOut]]
    gone: NotRequired[list[GoneOut]]
    asked: NotRequired[int]
    moments: NotRequired[str]


class ChangeOut(TypedDict):
    """The state of one item after the change of that number."""

    sequence: int
    at: str
    entry: EntryOut


class PageOut(TypedDict):
    """Consecutive changes; `head`: the newest number there was (more may follow)."""

    version: int
    feed_id: str
    head: int
    generated_at: str
    changes: list[ChangeOut]


def dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def entry_out(entry: Entry) -> EntryOut:
    body: EntryOut = {
        "item": entry.item,
        "state": entry.state,
        "media": entry.media,
        "kind": entry.kind,
        "origin": entry.origin,
        "confirmations": entry.confirmations,
        "hashes": [
            {"algorithm": h.algorithm, "role": h.role, "value": h.value.hex(), "quality": h.quality}
            for h in entry.hashes
        ],
    }
    if entry.roots:
        body["roots"] = roots_out(entry.roots)
    if entry.gone:
        body["gone"] = gone_out(entry.gone)
    if entry.asked:
        body["asked"] = entry.asked
    if entry.moments:
        body["moments"] = base64.b64encode(entry.moments).decode()
    return body


def encode_page(page: Page) -> bytes:
    """One page as a JSON object."""
    body: PageOut = {
        "version": VERSION,
        "feed_id": page.feed_id,
        "head": page.head,
        "generated_at": page.generated_at.isoformat(),
        "changes": [
            {"sequence": change.sequence, "at": change.at.isoformat(), "entry": entry_out(change.entry)}
            for change in page.changes
        ],
    }
    return dump(body)


def encode_acknowledgement(acknowledgement: Acknowledgement) -> bytes:
    """One acknowledgement as a JSON object."""
    return dump(
        {"sequence": acknowledgement.sequence, "withdrawn_items": list(acknowledgement.withdrawn_items)}
    )


# --- from bytes -------------------------------------------------------------------------------------------


def load(raw: bytes | str) -> dict[str, object]:
    value = json_of(raw)
    if not isinstance(value, dict):
        raise WireRefused(detail="not a JSON object")
    return value


def text(source: dict[str, object], name: str, most: int = 10_000) -> str:
    value = source.get(name)
    if not isinstance(value, str):
        raise WireRefused(detail=f"{name} is not text")
    if len(value) > most:
        raise WireRefused(detail=f"{name} is too long")
    return value


def whole(source: dict[str, object], name: str) -> int:
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise WireRefused(detail=f"{name} is not a whole number")
    return value


def _list(source: dict[str, object], name: str) -> list[object]:
    value = source.get(name)
    if not isinstance(value, list):
        raise WireRefused(detail=f"{name} is not a list")
    return value


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise WireRefused(detail="not a JSON object")
    return value


def time_of(source: dict[str, object], name: str) -> datetime:
    try:
        value = datetime.fromisoformat(text(source, name))
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise WireRefused(detail=f"{name} is not a time") from None


def _one_of(choices: tuple[_Choice, ...], source: dict[str, object], name: str) -> _Choice:
    value = source.get(name)
    for choice in choices:
        if value == choice:
            return choice
    raise WireRefused(detail=f"{name} is not one of those known")


def _hash_in(value: object) -> Hash:
    source = _object(value)
    try:
        raw = bytes.fromhex(text(source, "value"))
    except ValueError:
        raise WireRefused(detail="hash is not hexadecimal") from None
    quality = None if source.get("quality") is None else whole(source, "quality")
    algorithm: Algorithm = _one_of(ALGORITHMS, source, "algorithm")
    role: Role = _one_of(ROLES, source, "role")
    try:
        # Whatever a peer says of a digest's quality: it has none.
        return Hash(algorithm, role, raw, quality if FORMS[algorithm].perceptual else None)
    except InputRefused as refused:
        raise WireRefused(detail=refused.detail) from None


def _moments_in(source: dict[str, object]) -> bytes:
    """A blob that `repit_engine.moments` can read; empty where it holds none."""
    if source.get("media") != "video":
        raise WireRefused(detail="moments of what is no video")
    try:
        return videos.of_text(text(source, "moments", videos.MOST_SIGNS))
    except InputRefused:
        raise WireRefused(detail="moments of a video that cannot be read") from None


def entry_in(value: object, sequence: int | None, rejected: list[RejectedEntry]) -> Entry:
    source = _object(value)
    hashes: list[Hash] = []
    listed = _list(source, "hashes")
    if len(listed) > MAX_LISTED:
        raise WireRefused(detail="count out of range")
    for listed_hash in listed:
        try:
            hashes.append(_hash_in(listed_hash))
        except WireRefused as refused:
            rejected.append(RejectedEntry(sequence, refused.detail, part=True))
    blob = b""
    if "moments" in source:
        try:
            blob = _moments_in(source)
        except WireRefused as refused:
            rejected.append(RejectedEntry(sequence, refused.detail, part=True))
    state: Announced = _one_of(get_args(Announced), source, "state")
    media: Media = _one_of(get_args(Media), source, "media")
    kind: Kind = _one_of(get_args(Kind), source, "kind")
    return Entry(
        item=text(source, "item"),
        state=state,
        media=media,
        kind=kind,
        origin=text(source, "origin"),
        confirmations=whole(source, "confirmations"),
        hashes=tuple(hashes),
        roots=roots_in(source.get("roots", [])),
        gone=gone_in(source.get("gone", [])),
        asked=whole(source, "asked") if "asked" in source else 0,
        moments=blob,
    )


def _change_in(value: object, rejected: list[RejectedEntry]) -> tuple[int, Change | None]:
    source = _object(value)
    sequence = whole(source, "sequence")
    try:
        return sequence, Change(
            sequence, time_of(source, "at"), entry_in(source.get("entry"), sequence, rejected)
        )
    except WireRefused as refused:
        rejected.append(RejectedEntry(sequence, refused.detail))
        return sequence, None


def versioned(raw: bytes | str) -> dict[str, object]:
    source = load(raw)
    if source.get("version") != VERSION:
        raise WireRefused(detail="a version of the feed that is not read here")
    return source


def decode_page(raw: bytes | str) -> Page:
    """Read one page; raises `WireRefused`, also where sequences do not follow one another."""
    source = versioned(raw)
    rejected: list[RejectedEntry] = []
    read = [_change_in(change, rejected) for change in _list(source, "changes")]
    if any(after != before + 1 for (before, _), (after, _) in pairwise(read)):
        raise WireRefused(detail="sequence numbers do not follow one another")
    return Page(
        tuple(change for _, change in read if change is not None),
        whole(source, "head"),
        text(source, "feed_id", MAX_FEED),
        time_of(source, "generated_at"),
        tuple(rejected),
    )
