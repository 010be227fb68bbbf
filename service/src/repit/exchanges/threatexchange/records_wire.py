"""What ThreatExchange answers to `threat_updates`, read.

In: JSON from the network. Out: checked records. Next: `client`. Pure: no framework, no network, no clock.
Source: the client code of python-threatexchange 1.2.17.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult

from repit.exchanges.paging import Query, query_of
from repit.exchanges.records import Pulled, Rejected, assumed, hexadecimal
from repit.exchanges.weighing import json_of
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Algorithm, Announced, Hash, Media

FIELDS: Final = "indicator,type,last_updated,should_delete,descriptors{id,reactions,owner{id},tags,status}"
_KINDS: Final[dict[str, Media]] = {"HASH_PDQ": "picture", "HASH_VIDEO_MD5": "video"}


@dataclass(frozen=True, slots=True)
class Updates:
    """One page. `following`: the query of the next one, empty on the last; `newest`: the latest change."""

    records: tuple[Pulled, ...]
    rejected: tuple[Rejected, ...]
    skipped: int
    newest: int
    following: Query


def decode_updates(raw: bytes, path: str) -> Updates:
    """Read a page that was asked for at `path`; raises `WireRefused` where its frame cannot be read."""
    page = json_of(raw)
    if not isinstance(page, dict) or not isinstance(page.get("data"), list):
        raise WireRefused(detail="not a page of updates")
    records: list[Pulled] = []
    rejected: list[Rejected] = []
    skipped = newest = 0
    for place, update in enumerate(page["data"], 1):
        updated = update.get("last_updated") if isinstance(update, dict) else None
        if isinstance(updated, int) and not isinstance(updated, bool) and 0 <= updated < 10**12:
            newest = max(newest, updated)
        try:
            record = _record(update)
        except WireRefused as refused:
            rejected.append(
                Rejected(f"update {place} of a page, changed at {updated or '?'}"[:100], refused.detail)
            )
            continue
        if record is None:
            skipped += 1
        else:
            records.append(record)
    paging = page.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None

    def same_path(parts: SplitResult) -> bool:
        return parts.path.rstrip("/").endswith(path.rstrip("/"))

    query = tuple(parameter for parameter in query_of(following, same_path) if parameter[0] != "access_token")
    return Updates(tuple(records), tuple(rejected), skipped, newest, query)


def _record(value: object) -> Pulled | None:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise WireRefused(detail="an update without a type")
    media = _KINDS.get(value["type"])
    if media is None:
        return None
    algorithm: Algorithm = "pdq" if media == "picture" else "md5"
    hash_ = Hash(algorithm, "whole", hexadecimal(value.get("indicator"), algorithm), assumed(algorithm))
    state = _state(value)
    name = f"{value['type']}:{hash_.value.hex()}"
    return Pulled(name, state, media, () if state == "withdrawn" else (hash_,))


def _state(value: dict[str, object]) -> Announced:
    """Gone where it is to be deleted, nobody describes it, or all who do call it harmless."""
    deleted = value.get("should_delete", False)
    if not isinstance(deleted, bool):
        raise WireRefused(detail="should_delete is neither true nor false")
    described = value.get("descriptors")
    if deleted or described is None:
        return "withdrawn"
    listed = described.get("data") if isinstance(described, dict) else described
    if not isinstance(listed, list):
        raise WireRefused(detail="descriptors are not a list")
    # One whose owner is hidden comes and goes with a fault of the service: it says nothing.
    words = {
        descriptor.get("status")
        for descriptor in listed
        if isinstance(descriptor, dict) and "owner" in descriptor
    }
    if "MALICIOUS" in words:
        return "active"
    return "disputed" if words - {"NON_MALICIOUS"} else "withdrawn"
