"""What NCMEC hash sharing v2 answers to `entries`, read; and feedback, written.

In: XML from the network, opinions. Out: checked records, or bytes. Next: `client`. Pure: no framework, no
network, no clock. An entry that cannot be read is
rejected; in the clients of others one such entry ends the whole fetch.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import SplitResult
from xml.etree.ElementTree import Element, SubElement, tostring

from repit.exchanges.ncmec.wire import NAMESPACE
from repit.exchanges.paging import Query, query_of
from repit.exchanges.records import Pulled, Rejected, assumed, hexadecimal
from repit.exchanges.weighing import xml_of
from repit.foundation.errors import WireRefused
from repit.foundation.hashes import Algorithm, Hash, Media

Fingerprint = Literal["PDQ", "MD5"]
ENTRIES: Final = "/v2/entries"
_MEDIA: Final[dict[str, Media]] = {"image": "picture", "video": "video"}
_OF_USE: Final[dict[Media, tuple[Algorithm, ...]]] = {"picture": ("pdq", "md5"), "video": ("md5",)}
_ID: Final = re.compile(r"[\w.\-]{1,100}", re.ASCII)
_PREFERRED: Final = re.compile(r"(?i)other|mislabel|incorrect|not ")


@dataclass(frozen=True, slots=True)
class Read:
    """One page. `following`: the query of the next one, empty on the last."""

    records: tuple[Pulled, ...]
    rejected: tuple[Rejected, ...]
    skipped: int
    following: Query


def decode_entries(raw: bytes) -> Read:
    """Read a page; raises `WireRefused` where its frame cannot be read."""
    root = xml_of(raw)
    if _name(root) != "queryResult":
        raise WireRefused(detail="not an answer to a query")
    records: list[Pulled] = []
    rejected: list[Rejected] = []
    skipped = 0
    for group in root:
        if _name(group) not in ("images", "videos"):
            continue
        for place, element in enumerate(group, 1):
            try:
                record = _entry(element)
            except WireRefused as refused:
                rejected.append(Rejected(f"{_name(group)[:20]}, entry {place} of a page", refused.detail))
                continue
            if record is None:
                skipped += 1
            else:
                records.append(record)
    following = next((element.text or "" for element in root.iter() if _name(element) == "next"), "").strip()
    return Read(tuple(records), tuple(rejected), skipped, query_of(following, _within))


def decode_reasons(raw: bytes) -> str:
    """The guid of the reason to give with negative feedback: one that accuses nobody, else the first.

    Empty where there is none. Raises `WireRefused`.
    """
    given = [
        (element.get("guid") or "", element.get("name") or "")
        for element in xml_of(raw).iter()
        if _name(element) == "reason"
    ]
    known = [(guid, name) for guid, name in given if re.fullmatch(r"[\w\-]{1,64}", guid, re.ASCII)]
    chosen = next((guid for guid, name in known if _PREFERRED.search(name)), "")
    return chosen or (known[0][0] if known else "")


def encode_feedback(guid: str | None) -> bytes:
    """Agreement, or disagreement for a reason."""
    root = Element("feedbackSubmission", xmlns=NAMESPACE)
    if guid is None:
        SubElement(root, "affirmative")
    else:
        SubElement(SubElement(SubElement(root, "negative"), "reasonIds"), "guid").text = guid
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode").encode()


def name_of(member: str, entry: str) -> str:
    """The name of an entry among all members'."""
    return f"{member}-{entry}"


def split_name(name: str) -> tuple[str, str]:
    """(member, entry) of a name."""
    member, _, entry = name.partition("-")
    return member, entry


def _entry(element: Element) -> Pulled | None:
    tag = _name(element)
    deleted = tag.startswith("deleted")
    media = _MEDIA.get(tag.removeprefix("deleted").lower() if deleted else tag)
    if media is None:
        raise WireRefused(detail="an entry of a kind that is not known")
    parts = {_name(child): child for child in element}
    member = parts["member"].get("id", "") if "member" in parts else ""
    entry = (parts["id"].text or "").strip() if "id" in parts else ""
    if not (member.isascii() and member.isdigit() and len(member) < 19) or not _ID.fullmatch(entry):
        raise WireRefused(detail="an entry without its member or its name")
    name = name_of(member, entry)
    if deleted:
        return Pulled(name, "withdrawn", media)
    given = {
        _name(fingerprint): (fingerprint.text or "").strip() for fingerprint in parts.get("fingerprints", ())
    }
    hashes = tuple(
        Hash(
            algorithm,
            "whole",
            hexadecimal(given[algorithm], algorithm),
            assumed(algorithm),
        )
        for algorithm in _OF_USE[media]
        if given.get(algorithm)
    )
    return Pulled(name, "active", media, hashes) if hashes else None


def _within(parts: SplitResult) -> bool:
    """A way within the same service."""
    return not parts.scheme and not parts.netloc and parts.path == ENTRIES


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
