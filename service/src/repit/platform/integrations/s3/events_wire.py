"""Notifications of object storage, in the forms that servers send.

In: the body of a request. Out: `Heard`: the objects that were written, and how many records could not be
read. Next: `queue`. Pure.

- S3's own records (AWS, MinIO, Ceph): `{"Records": [{"eventName": "s3:ObjectCreated:Put", "s3": …}]}`, keys
  encoded as in forms. MinIO puts `EventName` and `Key` beside them.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
- Amazon EventBridge: `{"detail-type": "Object Created", "detail": …}`, keys as they are.
- SeaweedFS: `{"key": "/buckets/…", "event_type": "create", "message": …}`, the path of a file, as it is.

What else happens to an object (tags, retention, deletion) is none of our business: it is passed over, so that
a tag that the gate sets does not call the gate again.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from repit.foundation.errors import InputRefused, TooLarge
from repit.platform.integrations.s3.stored import Stored, stored

MOST_RECORDS: Final = 2000
_WRITTEN: Final = re.compile(
    r"(?:s3:)?ObjectCreated:(?:Put|Post|Copy|CompleteMultipartUpload)|(?:s3:)?ObjectSynced:Create"
)
_SEAWEED: Final = re.compile(r"/buckets/(?P<bucket>[^./][^/]*)/(?P<key>.+)", re.S)
_SEAWEED_VERSION: Final = re.compile(r"(?P<key>.+)\.versions/v_[0-9a-f]+", re.S)
_UPLOADING: Final = ".uploads/"


class Records(BaseModel):
    """S3's own; each record is read by itself."""

    records: Annotated[list[Any], Field(alias="Records")]


class BridgedEvent(BaseModel):
    """Amazon EventBridge's."""

    detail_type: Annotated[Any, Field(alias="detail-type")]


class BridgedFromS3(BaseModel):
    """EventBridge's, of which only the source is as expected."""

    source: Literal["aws.s3"]


class SeaweedEvent(BaseModel):
    """SeaweedFS'."""

    event_type: str


class TestEvent(BaseModel):
    """What S3 sends once, when it is set up."""

    event: Annotated[Literal["s3:TestEvent"], Field(alias="Event")]


Notification = Annotated[
    Records | BridgedEvent | BridgedFromS3 | SeaweedEvent | TestEvent, Field(union_mode="left_to_right")
]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a notification says; `unread` records are in no form that is known."""

    written: tuple[Stored, ...]
    unread: int = 0


def heard(body: bytes) -> Heard:
    """The objects a notification tells of. Raises `InputRefused`, `TooLarge`."""
    try:
        notification = json.loads(body)
        form = _NOTIFICATION.validate_python(notification)
    except ValidationError:
        raise InputRefused(detail="no form that is known") from None
    except (ValueError, RecursionError):
        raise InputRefused(detail="not JSON") from None
    match form:
        case Records():
            return _gathered(map(_record, _limited(form.records)))
        case SeaweedEvent():
            return _gathered(iter([_seaweed(notification)]))
        case TestEvent():
            return Heard(())
    return _gathered(iter([_bridged(notification)]))


_NOTIFICATION: Final[TypeAdapter[Any]] = TypeAdapter(Notification)
_NOTHING: Final = Heard(())
_UNREAD: Final = Heard((), 1)


def _limited(records: list[Any]) -> list[Any]:
    if len(records) > MOST_RECORDS:
        raise TooLarge
    return records


def _gathered(read: Iterator[Heard]) -> Heard:
    written: dict[Stored, None] = {}
    unread = 0
    for record in read:
        written |= dict.fromkeys(record.written)
        unread += record.unread
    return Heard(tuple(written), unread)


def _record(record: Any) -> Heard:
    try:
        name, location = record["eventName"], record["s3"]
        if not isinstance(name, str):
            return _UNREAD
        if not _WRITTEN.fullmatch(name):
            return _NOTHING
        thing = location["object"]
        key = unquote_plus(thing["key"], errors="strict")
        return _file(stored(location["bucket"]["name"], key, thing.get("versionId", "")))
    except (KeyError, TypeError, AttributeError, ValueError):
        return _UNREAD


def _bridged(notification: dict[str, Any]) -> Heard:
    if notification.get("detail-type") != "Object Created":
        return _NOTHING
    try:
        detail = notification["detail"]
        thing = detail["object"]
        return _file(stored(detail["bucket"]["name"], thing["key"], thing.get("version-id", "")))
    except (KeyError, TypeError, AttributeError):
        return _UNREAD


def _seaweed(notification: dict[str, Any]) -> Heard:
    try:
        new = notification["message"].get("new_entry")
        old = notification["message"].get("old_entry")
        path = notification["key"]
        if (
            notification["event_type"] not in ("create", "update", "rename")
            or not new
            or new.get("is_directory")
        ):
            return _NOTHING
        if new.get("extended", {}).get("Seaweed-X-Amz-Delete-Marker") or _same_content(old, new):
            return _NOTHING
        if notification["event_type"] == "rename":
            path = f"{notification['message']['new_parent_path']}/{new['name']}"
        found = _SEAWEED.fullmatch(path)
        version = _version_id(new)
    except (KeyError, TypeError, AttributeError):
        return _UNREAD
    if found is None or found["key"].startswith(_UPLOADING):
        return _NOTHING
    kept = _SEAWEED_VERSION.fullmatch(found["key"]) if version not in ("", "null") else None
    return _file(stored(found["bucket"], kept["key"] if kept else found["key"], version))


def _version_id(entry: dict[str, Any]) -> str:
    raw = entry.get("extended", {}).get("Seaweed-X-Amz-Version-Id", "")
    try:
        return base64.b64decode(raw, validate=True).decode("ascii")
    except (TypeError, ValueError, binascii.Error):
        return ""


def _same_content(old: Any, new: dict[str, Any]) -> bool:
    """Whether an update changed the file's tags or dates only."""
    if not old:
        return False
    before, after = (entry.get("attributes", {}).get("md5") for entry in (old, new))
    return bool(before) and before == after


def _file(found: Stored | None) -> Heard:
    if found is None:
        return _UNREAD
    return _NOTHING if found.key.endswith("/") else Heard((found,))
