"""The wire of NCMEC hash sharing v2, as XML.

In: values from the bank, or bytes from a client. Out: bytes, or checked values. Next: `ncmec_server`. Pure:
no framework, no network, no clock. Sources: NCMEC's public documentation, and the client code of
python-threatexchange 1.2.17, which decides where the two differ.

Every child of an answer carries the integer `member/@id` and an `id`, tombstones too, and is one of four
names; the client gives up a whole fetch over any other.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from repit.foundation.errors import WireRefused

NAMESPACE: Final = "https://hashsharing.ncmec.org/hashsharing/v2"
MAX_BODY: Final = 65_536
_YEAR: Final = r"(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_DATE: Final = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|[12][0-9]))"
)
TIME: Final = rf"({_YEAR}-{_DATE}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){{2}})(?:\.[0-9]{{1,6}})?Z"
"""Of its 29ths of February some have not been; they are refused as well."""
_TIME: Final = re.compile(TIME)
_FORM: Final = "%Y-%m-%dT%H:%M:%S"

Media = Literal["image", "video"]
FINGERPRINTS: Final[dict[str, Media]] = {"PDQ": "image", "MD5": "video"}
"""What feedback may be about here, and in which entries."""


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who gives entries or feedback."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a member thinks that an entry is wrong."""

    guid: str
    name: str


REASONS: Final[tuple[Reason, ...]] = (
    Reason("6f1c9c5e-0d0b-4a57-9a52-3f1d3d6b6a01", "Not intimate"),
    Reason("6f1c9c5e-0d0b-4a57-9a52-3f1d3d6b6a02", "Widely published"),
    Reason("6f1c9c5e-0d0b-4a57-9a52-3f1d3d6b6a03", "Wrong hash"),
    Reason("6f1c9c5e-0d0b-4a57-9a52-3f1d3d6b6a04", "Other"),
)


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's opinion of an entry; without `reason` it agrees."""

    member: Member
    second: int
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One picture or video, or (`deleted`) what is left of it. `pdq` is 32 bytes, `md5` 16."""

    id: str
    member: Member
    media: Media
    second: int
    deleted: bool
    classification: str = ""
    pdq: bytes | None = None
    md5: bytes | None = None
    votes: tuple[Vote, ...] = ()

    def __repr__(self) -> str:
        return f"Entry({self.media}, deleted={self.deleted}, …)"


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: entries changed from `begin` on and before `end`, in Unix seconds."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class More:
    """Where the next page begins: numbers of the change log."""

    start: int
    size: int
    last: int


def parse_time(text: str) -> int:
    """Unix seconds of `YYYY-MM-DDTHH:MM:SSZ`, with or without fractions; raises `WireRefused`."""
    shape = _TIME.fullmatch(text)
    try:
        if shape is not None:
            return int(datetime.strptime(shape[1], _FORM).replace(tzinfo=UTC).timestamp())
    except ValueError:
        pass
    raise WireRefused(detail="a time in no known form")


def print_time(second: int) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`, without fractions: the client reads no others."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat() + "Z"


def encode_entries(entries: list[Entry], window: Window, more: More | None) -> bytes:
    """One answer to `entries`; without `more` it is the last page."""
    root = Element("queryResult", xmlns=NAMESPACE)
    for plural, media in (("images", "image"), ("videos", "video")):
        some = [entry for entry in entries if entry.media == media]
        if some:
            latest = print_time(max(entry.second for entry in some))
            parent = SubElement(root, plural, count=str(len(some)), maxTimestamp=latest)
            for entry in some:
                _entry(parent, entry)
    if more is not None:
        query = {
            "from": print_time(window.begin),
            "to": print_time(window.end),
            "start": more.start,
            "size": more.size,
            "max": more.last,
        }
        SubElement(SubElement(root, "paging"), "next").text = "/v2/entries?" + urlencode(query)
    return _bytes(root)


def _entry(parent: Element, entry: Entry) -> None:
    name = f"deleted{entry.media.capitalize()}" if entry.deleted else entry.media
    element = SubElement(parent, name)
    _member(element, entry.member)
    if entry.deleted:
        SubElement(element, "id").text = entry.id
        SubElement(element, "timestamp").text = print_time(entry.second)
        return
    SubElement(element, "timestamp").text = print_time(entry.second)
    SubElement(element, "id").text = entry.id
    if entry.classification:
        SubElement(element, "classification").text = entry.classification
    fingerprints = SubElement(element, "fingerprints")
    for kind, value in (("md5", entry.md5), ("pdq", entry.pdq)):
        if value is not None:
            SubElement(fingerprints, kind).text = value.hex()
    if entry.votes:
        _votes(element, entry)


def _votes(element: Element, entry: Entry) -> None:
    latest = max(vote.second for vote in entry.votes)
    feedback = SubElement(element, "feedback", lastUpdateTimestamp=print_time(latest))
    kind = "Pdq" if entry.media == "image" else "Md5"
    agreeing = [vote for vote in entry.votes if vote.reason is None]
    if agreeing:
        _members(SubElement(feedback, "affirmativeFeedback", type=kind), agreeing)
    given = {vote.reason for vote in entry.votes}
    reasons = [reason for reason in REASONS if reason in given]
    if reasons:
        listed = SubElement(SubElement(feedback, "negativeFeedback", type=kind), "reasons")
        for reason in reasons:
            SubElement(listed, "reason", guid=reason.guid, name=reason.name, type=kind)
            _members(listed, [vote for vote in entry.votes if vote.reason == reason])


def _members(parent: Element, votes: list[Vote]) -> None:
    members = SubElement(parent, "members", timestamp=print_time(max(vote.second for vote in votes)))
    for vote in votes:
        _member(members, vote.member)


def _member(parent: Element, member: Member) -> None:
    SubElement(parent, "member", id=str(member.id)).text = member.name


def encode_status(member: Member) -> bytes:
    """Who the client is."""
    root = Element("status", xmlns=NAMESPACE)
    SubElement(root, "username").text = member.name
    _member(root, member)
    return _bytes(root)


def encode_members(members: list[Member]) -> bytes:
    """Everyone who gives entries or feedback."""
    root = Element("members", xmlns=NAMESPACE)
    for member in members:
        _member(root, member)
    return _bytes(root)


def encode_reasons(fingerprint: str) -> bytes:
    """Reasons for negative feedback: wrapped once, since the client looks for them inside the root."""
    root = Element("reasons", xmlns=NAMESPACE)
    listed = SubElement(root, "availableFeedbackReasons")
    for reason in REASONS:
        SubElement(listed, "reason", guid=reason.guid, name=reason.name, type=fingerprint)
    return _bytes(root)


def decode_feedback(raw: bytes) -> Reason | None:
    """None for agreement, or the reason against; raises `WireRefused`.

    The parser is never shown a declaration of a document type or of entities.
    """
    try:
        text = raw.decode()
        if len(raw) > MAX_BODY or "<!" in text or "\0" in text:
            raise WireRefused(detail="not plain XML")
        root = fromstring(text)  # noqa: S314
    except (UnicodeDecodeError, ParseError, ValueError):
        raise WireRefused(detail="not XML") from None
    names = {element.tag.rpartition("}")[2]: element for element in root.iter()}
    if "affirmative" in names and "negative" not in names:
        return None
    guid = names.get("guid")
    for reason in REASONS:
        if "negative" in names and guid is not None and (guid.text or "").strip() == reason.guid:
            return reason
    raise WireRefused(detail="neither affirmative nor negative with a known reason")


def _bytes(root: Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode()
