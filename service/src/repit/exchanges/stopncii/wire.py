"""The wire of StopNCII v1, as JSON.

In: values from the bank, or bytes from a client. Out: bytes, or checked value objects. Next:
`stopncii_server`. Pure: no framework, no network, no clock. Source: the client code of python-threatexchange
1.2.17.

A record is the complete current state of one (signalType, hashValue) and replaces any earlier one. Only words
of the client's own lists are sent: it skips a record with any other while its checkpoint moves on, so that
the record would be lost for good.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, cast, get_args

from typing_extensions import TypedDict

from repit.foundation.errors import WireRefused

Endpoint = Literal["FetchHashes", "SubmitFeedback", "SubmitHashes"]
SignalType = Literal["ImagePDQ", "VideoMD5"]
Status = Literal["Active", "Withdrawn"]
FeedbackValue = Literal[
    "Unknown", "None", "QualityUnknown", "PendingReview", "Blocked", "NotBlocked", "Withdrawn", "Deleted"
]

FIRST_SECOND: Final = 10
"""What a client without checkpoint starts from."""
MAX_RECORDS: Final = 1_000
_BYTES: Final[dict[SignalType, int]] = {"ImagePDQ": 32, "VideoMD5": 16}
_ENUM_PREFIX: Final = "StopNCIISignalType."
_TOKEN: Final = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):([0-9]{1,12})(?::([0-9]{1,12}))?")
_Word = TypeVar("_Word", SignalType, FeedbackValue)


@dataclass(frozen=True, slots=True)
class CspFeedback:
    """What one platform thinks of a hash."""

    source: str
    value: FeedbackValue
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One hash: 32 bytes for ImagePDQ, 16 for VideoMD5. `quality` and `disputed` are words of our own."""

    second: int
    signal_type: SignalType
    value: bytes
    status: Status
    cases: tuple[tuple[str, Status], ...]
    feedbacks: tuple[CspFeedback, ...] = ()
    quality: int | None = None
    disputed: bool = False

    def __repr__(self) -> str:
        return f"Record({self.signal_type}, {self.status}, …)"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to FetchHashes. `next_token` is None on the last page."""

    records: tuple[Record, ...]
    next_token: str | None
    next_second: int


@dataclass(frozen=True, slots=True, repr=False)
class Feedback:
    """A platform's word on a hash, in lower-case hex digits (the client does not say of which type)."""

    value: bytes
    feedback: FeedbackValue
    tags: tuple[object, ...]

    def __repr__(self) -> str:
        return f"Feedback({self.feedback}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Proposal:
    """A hash that a platform proposes; `quality` is 0 where it does not say (a word of our own)."""

    signal_type: SignalType
    value: bytes
    quality: int
    feedback: FeedbackValue
    tags: tuple[object, ...]

    def __repr__(self) -> str:
        return f"Proposal({self.signal_type}, …)"


@dataclass(frozen=True, slots=True)
class PageMark:
    """Where a fetch goes on: after this sequence (which bears this second), up to its watermark `through`.

    `closed`: the last second that no change behind the watermark can bear; 0 where none is known.
    """

    through: int
    after: int
    second: int
    closed: int = 0


class CspFeedbackOut(TypedDict):
    """What one platform thinks of a hash."""

    source: str
    feedbackValue: FeedbackValue
    tags: list[str]


class RecordOut(TypedDict):
    """The whole present state of one hash. `x_quality` and `x_disputed` are words of our own."""

    lastModtimestamp: int
    signalType: SignalType
    hashValue: str
    hashStatus: Status
    caseNumbers: dict[str, Status]
    CSPFeedbacks: list[CspFeedbackOut]
    x_quality: int | None
    x_disputed: bool


class RecordsOut(TypedDict):
    """A page; `nextPageToken` is null on the last one."""

    count: int
    nextPageToken: str | None
    nextSetTimestamp: int
    hasMoreRecords: bool
    hashRecords: list[RecordOut]


def encode_page(page: Page) -> bytes:
    """One page as a JSON object."""
    page_out: RecordsOut = {
        "count": len(page.records),
        "nextPageToken": page.next_token,
        "nextSetTimestamp": page.next_second,
        "hasMoreRecords": page.next_token is not None,
        "hashRecords": [_record(record) for record in page.records],
    }
    return json.dumps(page_out, separators=(",", ":")).encode()


def _record(record: Record) -> RecordOut:
    return {
        "lastModtimestamp": record.second,
        "signalType": record.signal_type,
        "hashValue": record.value.hex(),
        "hashStatus": record.status,
        "caseNumbers": dict(record.cases),
        "CSPFeedbacks": [
            {"source": feedback.source, "feedbackValue": feedback.value, "tags": list(feedback.tags)}
            for feedback in record.feedbacks
        ],
        "x_quality": record.quality,
        "x_disputed": record.disputed,
    }


def encode_mark(mark: PageMark) -> str:
    """An opaque token, safe in a query."""
    text = f"{mark.through}:{mark.after}:{mark.second}:{mark.closed}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode_mark(token: str) -> PageMark:
    """What a token stands for; raises `WireRefused`."""
    try:
        shape = _TOKEN.fullmatch(base64.urlsafe_b64decode(token.encode()).decode())
    except (UnicodeError, binascii.Error, ValueError):
        shape = None
    if shape is None:
        raise WireRefused(detail="a page token that was not given out here")
    return PageMark(int(shape[1]), int(shape[2]), int(shape[3]), int(shape[4] or 0))


def feedbacks_in(listed: Sequence[object]) -> tuple[list[Feedback], int]:
    """(feedbacks, number of those rejected since they cannot be read)."""
    read: list[Feedback] = []
    for feedback in listed:
        try:
            source = _object(feedback)
            word, tags = _feedback_of(source)
            read.append(Feedback(_value(source), word, tags))
        except WireRefused:
            continue
    return read, len(listed) - len(read)


def proposals_in(listed: Sequence[object]) -> tuple[list[Proposal], int]:
    """(proposals, number of those rejected since they cannot be read).

    The unmodified client writes `StopNCIISignalType.ImagePDQ` for `ImagePDQ`; both are read.
    """
    read: list[Proposal] = []
    for proposal in listed:
        try:
            read.append(_proposal(_object(proposal)))
        except WireRefused:
            continue
    return read, len(listed) - len(read)


def _proposal(source: dict[str, object]) -> Proposal:
    word = source.get("signalType")
    name = word.removeprefix(_ENUM_PREFIX) if isinstance(word, str) else word
    kind: SignalType = _one_of(get_args(SignalType), name)
    value = _value(source)
    if len(value) != _BYTES[kind]:
        raise WireRefused(detail="hash of the wrong length")
    listed = source.get("CSPFeedbacks")
    first = _object(listed[0] if isinstance(listed, list) and listed else {"feedbackValue": "Blocked"})
    feedback, tags = _feedback_of(first)
    quality = source.get("x_quality", 0)
    if not isinstance(quality, int) or isinstance(quality, bool) or not 0 <= quality <= 100:
        quality = 0
    return Proposal(kind, value, quality, feedback, tags)


def _feedback_of(source: dict[str, object]) -> tuple[FeedbackValue, tuple[object, ...]]:
    word: FeedbackValue = _one_of(get_args(FeedbackValue), source.get("feedbackValue"))
    tags = source.get("tags")
    return word, tuple(tags) if isinstance(tags, list) else ()


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise WireRefused(detail="not an object")
    return cast(dict[str, object], value)


def _one_of(words: tuple[_Word, ...], value: object) -> _Word:
    for word in words:
        if value == word:
            return word
    raise WireRefused(detail="a word that is not known")


def _value(source: dict[str, object]) -> bytes:
    value = source.get("hashValue")
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{64}", value):
        raise WireRefused(detail="a hash that is none")
    return bytes.fromhex(value)
