"""What StopNCII v1 answers to FetchHashes, read; and feedback, written.

In: bytes from the network, opinions. Out: checked records, or bytes. Next: `client`. Pure: no framework, no
network, no clock. Source: the client code of python-threatexchange 1.2.17, whose rules this reader shares
(`caseNumbers` may be an empty list), and whose bug it does not: `Withdrawn` is honoured.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Final, cast

from repit.exchanges.records import GivenOpinion, Pulled, Rejected, Unmatched, hexadecimal, quality_of
from repit.exchanges.weighing import json_of
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Announced, Hash, Media

ENOUGH: Final = 3
"""So many platforms that do not block a hash, and fewer that do, make it doubtful."""
_OF_A_VIDEO: Final = "VideoTMK"
"""A hash of 258 kB that meets whole videos of one length, and no part of them (docs/en/exchanges.md)."""
_OF_NO_USE: Final = ("Unknown", "Text", "URL")
_GONE: Final = ("Withdrawn", "Deleted")
_NOT_YET: Final = ("Unknown", "Received")
_WORDS: Final = {"blocked": "Blocked", "not_blocked": "NotBlocked", "pending": "PendingReview"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One page. `token` leads to the next one and is empty on the last; `second` is where to go on later.
    `skipped`: records of types that are of no use here; `unmatched`: those of them that are of a video."""

    records: tuple[Pulled, ...]
    rejected: tuple[Rejected, ...]
    skipped: int
    token: str
    second: int
    unmatched: tuple[Unmatched, ...] = ()


def decode_fetched(raw: bytes) -> Fetched:
    """Read a page; raises `WireRefused` where its frame cannot be read."""
    page = json_of(raw)
    if not isinstance(page, dict) or not isinstance(page.get("hashRecords", []), list):
        raise WireRefused(detail="not a page of records")
    more, token, second = page.get("hasMoreRecords"), page.get("nextPageToken"), page.get("nextSetTimestamp")
    if not isinstance(more, bool) or not isinstance(second, int) or isinstance(second, bool) or second < 0:
        raise WireRefused(detail="a page that does not say how to go on")
    if more and not (isinstance(token, str) and 0 < len(token) <= 4_096):
        raise WireRefused(detail="more records, and no way to them")
    records, rejected, unmatched, skipped = list[Pulled](), list[Rejected](), list[Unmatched](), 0
    for place, listed in enumerate(page.get("hashRecords", []), 1):
        try:
            record = _record(listed)
        except WireRefused as refused:
            rejected.append(Rejected(_where(listed, place), refused.detail))
            continue
        if isinstance(record, Pulled):
            records.append(record)
            continue
        skipped += 1
        if record is not None:
            unmatched.append(record)
    return Fetched(
        tuple(records),
        tuple(rejected),
        skipped,
        cast(str, token) if more else "",
        second,
        tuple(unmatched),
    )


def encode_feedback(opinion: GivenOpinion) -> bytes:
    """One opinion, for SubmitFeedback."""
    # A record's name ends in its hash (`_record`).
    feedback = {
        "hashValue": opinion.name.rpartition(":")[2],
        "feedbackValue": _WORDS[opinion.view],
        "tags": [],
    }
    return json.dumps({"count": 1, "hashFeedbacks": [feedback]}).encode()


def _record(value: object) -> Pulled | Unmatched | None:
    """None for a type of hash that is of no use here."""
    if not isinstance(value, dict):
        raise WireRefused(detail="not an object")
    kind = value.get("signalType")
    if kind in _OF_NO_USE:
        return None
    if kind == _OF_A_VIDEO:
        return _unmatched(value)
    if kind == "ImagePDQ":
        quality = quality_of(value.get("x_quality"))
        hash_ = Hash("pdq", "whole", hexadecimal(value.get("hashValue"), "pdq"), quality)
    elif kind == "VideoMD5":
        hash_ = Hash("md5", "whole", hexadecimal(value.get("hashValue"), "md5"))
    else:
        raise WireRefused(detail="a type of hash that is not known")
    name = f"{kind}:{hash_.value.hex()}"
    state = _state(value)
    media: Media = "picture" if kind == "ImagePDQ" else "video"
    return Pulled(name, state, media, () if state == "withdrawn" else (hash_,))


def _unmatched(value: dict[str, object]) -> Unmatched:
    text = value.get("hashValue")
    if not isinstance(text, str) or not text:
        raise WireRefused(detail="a hash that is none")
    return Unmatched(hashlib.sha256(text.encode()).digest(), _state(value) != "withdrawn")


def _state(value: dict[str, object]) -> Announced:
    status = value.get("hashStatus")
    if status in _GONE or status in _NOT_YET:
        return "withdrawn"
    if status != "Active":
        raise WireRefused(detail="a status that is not known")
    listed = value.get("CSPFeedbacks")
    feedbacks = listed if isinstance(listed, list) else []
    words = [feedback.get("feedbackValue") for feedback in feedbacks if isinstance(feedback, dict)]
    against, for_it = words.count("NotBlocked"), words.count("Blocked")
    return "disputed" if against >= ENOUGH and against > for_it else "active"


def _where(value: object, place: int) -> str:
    second = value.get("lastModtimestamp") if isinstance(value, dict) else None
    known = isinstance(second, int) and not isinstance(second, bool) and 0 <= second < 10**12
    return f"record changed at {second}" if known else f"record {place} of a page"
