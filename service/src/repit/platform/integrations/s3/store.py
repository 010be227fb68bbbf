"""The object storage, as far as the gate needs it.

In: names of objects, from `events_wire` and from listings. Out: their bytes as they come, tags, copies,
pages of a bucket. Next: `inspect_object`, `quarantine`, `scan_worker`.

Every write says which bytes it means, by ETag and version, so that an object that was replaced meanwhile is
not touched: the server refuses (412), and the new one has a notification of its own. Addresses are of the
form `host/bucket/key`, so the name of a bucket never chooses a host.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.conf import settings

from repit.foundation.errors import RepitError
from repit.foundation.outbound import Outbound
from repit.platform.integrations.s3.botocore_transport import Raw, Sender
from repit.platform.integrations.s3.errors import Changed, Gone, StoreBusy, StoreRefused
from repit.platform.integrations.s3.stored import Stored

_GONE: Final = frozenset(
    {"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404", "NotFound", "MethodNotAllowed"}
)
_CHANGED: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_BUSY: Final = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "503", "500", "429"}
)
_NO_TAGS: Final = frozenset({"NoSuchTagSet", "NoSuchTagSetError"})


@dataclass(frozen=True, slots=True)
class Content:
    """An object that is being read; `etag` and `version` say which bytes these are."""

    etag: str
    version: str
    size: int
    encoding: str
    tags: int
    body: Raw

    def pieces(self) -> Iterator[bytes]:
        """Its bytes as they are stored. Raises `OutboundRefused`."""
        return self.body.pieces()


@dataclass(frozen=True, slots=True)
class Held:
    """The very bytes that stand, or stood, at one place, and the tags they carried."""

    thing: Stored
    etag: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a listing."""

    thing: Stored
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a bucket, and where it goes on; None at its end."""

    things: tuple[Listed, ...]
    marker: dict[str, str] | None


class Store:
    """Requests to the storage; safe to use from several threads. Close it, or use it in a `with`."""

    def __init__(self, url: str, region: str, key_id: str, secret: str) -> None:
        session = botocore.session.Session()
        # Neither another program's files nor a cloud's own address decide who we are.
        session.set_config_variable("config_file", os.devnull)
        session.set_config_variable("credentials_file", os.devnull)
        session.set_config_variable("profile", None)
        self._outbound = Outbound("")
        self._client: Any = session.create_client(
            "s3",
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 1, "mode": "standard"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                user_agent="repit/0.1",
                inject_host_prefix=False,
            ),
        )
        self._client.meta.events.register("before-send.s3", Sender(self._outbound))

    @classmethod
    def of_settings(cls) -> Self:
        """The storage that the settings name."""
        return cls(
            settings.REPIT_GATE_S3_URL,
            settings.REPIT_GATE_S3_REGION,
            settings.REPIT_GATE_S3_KEY_ID,
            settings.REPIT_GATE_S3_SECRET,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._outbound.close()

    @contextmanager
    def opened(self, thing: Stored) -> Iterator[Content]:
        """An object, to be read while the block lasts. Raises `Gone`, `StoreRefused`."""
        answer = self._ask("get_object", **_named(thing))
        raw: Raw = answer["Body"]._raw_stream
        try:
            yield Content(
                etag=str(answer.get("ETag", "")),
                version=_version(answer.get("VersionId")),
                size=int(answer.get("ContentLength") or 0),
                encoding=str(answer.get("ContentEncoding") or "").lower(),
                tags=int(answer.get("TagCount") or 0),
                body=raw,
            )
        finally:
            raw.close()

    def part(self, held: Held, offset: int, size: int) -> bytes:
        """Some of these very bytes. Raises `Gone`, `Changed`, `StoreRefused`."""
        wanted = {"IfMatch": held.etag} if held.etag else {}
        asked = f"bytes={offset}-{offset + size - 1}"
        answer = self._ask("get_object", **_named(held.thing), Range=asked, **wanted)
        raw: Raw = answer["Body"]._raw_stream
        taken = bytearray()
        try:
            if offset and not answer.get("ContentRange"):
                raise StoreRefused(detail="ranges")
            for piece in raw.pieces():
                taken += piece
                if len(taken) >= size:
                    break
        finally:
            raw.close()
        return bytes(taken[:size])

    def etag(self, thing: Stored) -> str:
        """Which bytes are there now. Raises `Gone`."""
        return str(self._ask("head_object", **_named(thing)).get("ETag", ""))

    def tags(self, thing: Stored) -> dict[str, str]:
        """Its tags. Raises `Gone`."""
        try:
            answer = self._ask("get_object_tagging", **_named(thing))
        except StoreRefused as refused:
            if refused.detail in _NO_TAGS:
                return {}
            raise
        return {str(tag["Key"]): str(tag["Value"]) for tag in answer.get("TagSet", ())}

    def tag(self, thing: Stored, tags: Mapping[str, str]) -> None:
        """Give it these tags in place of all others. Raises `Gone`, `StoreRefused`."""
        listed = [{"Key": name, "Value": value} for name, value in tags.items()]
        self._ask("put_object_tagging", **_named(thing), Tagging={"TagSet": listed})

    def copy(self, thing: Stored, etag: str, to: Stored) -> None:
        """Have the server copy these very bytes. Raises `Gone`, `Changed`."""
        source = {"Bucket": thing.bucket, "Key": thing.key}
        if thing.version:
            source["VersionId"] = thing.version
        wanted = {"CopySourceIfMatch": etag} if etag else {}
        self._ask("copy_object", Bucket=to.bucket, Key=to.key, CopySource=source, **wanted)

    def remove(self, thing: Stored, etag: str) -> None:
        """Remove these very bytes. Raises `Gone`, `Changed`.

        Servers that do not know conditions on removal ignore this one; so it is looked at just before."""
        if etag and self.etag(thing) != etag:
            raise Changed
        wanted = {"IfMatch": etag} if etag and not thing.version else {}
        self._ask("delete_object", **_named(thing), **wanted)

    def page(self, bucket: str, prefix: str, marker: Mapping[str, str], *, versions: bool, most: int) -> Page:
        """The next of a bucket, in the order of its keys. Raises `Gone`, `StoreRefused`."""
        asked: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": most}
        if versions:
            names = {"key": "KeyMarker", "version": "VersionIdMarker"}
            asked |= {names[name]: value for name, value in marker.items() if name in names}
            answer = self._ask("list_object_versions", **asked)
            entries = answer.get("Versions", ())
            after = {"key": answer.get("NextKeyMarker", ""), "version": answer.get("NextVersionIdMarker", "")}
        else:
            names = {"key": "StartAfter", "token": "ContinuationToken"}
            asked |= {names[name]: value for name, value in marker.items() if name in names}
            answer = self._ask("list_objects_v2", **asked)
            entries = answer.get("Contents", ())
            # A key can be gone on from for ever; a token of the server's own only where there is no key.
            after = (
                {"key": entries[-1]["Key"]} if entries else {"token": answer.get("NextContinuationToken", "")}
            )
        things = tuple(
            Listed(
                Stored(bucket, str(record["Key"]), _version(record.get("VersionId"))),
                int(record.get("Size") or 0),
            )
            for record in entries
        )
        goes_on = bool(answer.get("IsTruncated")) and any(after.values())
        return Page(things, {name: str(v) for name, v in after.items() if v} if goes_on else None)

    def _ask(self, what: str, **how: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, what)(**how)
        except ClientError as error:
            raise _refusal(error) from None
        except (BotoCoreError, ResponseParserError) as error:
            raise StoreRefused(detail=type(error).__name__) from None
        return answer


def _refusal(error: ClientError) -> RepitError:
    """Ours for what the server says; of its words only the code is kept."""
    code = str(error.response.get("Error", {}).get("Code", ""))[:60]
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    entries = {code, status}
    if entries & _CHANGED:
        return Changed()
    if code in _GONE or status == "404":
        return Gone(detail=code)
    if entries & _BUSY or status.startswith("5"):
        return StoreBusy(detail=code)
    return StoreRefused(detail=code)


def _named(thing: Stored) -> dict[str, str]:
    named = {"Bucket": thing.bucket, "Key": thing.key}
    return {**named, "VersionId": thing.version} if thing.version else named


def _version(answer: Any) -> str:
    return "" if answer in (None, "null") else str(answer)
