"""What someone can do who has every row of every copy of a bank, and every key that is left."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
from nacl.exceptions import CryptoError

from repit.foundation.sealing import Place, derive

SEALED_UNDER = ("bank hash", "letter")
FOUND_BY = ("bank hash", "bank item", "bank nearby", "partner record name")


@dataclass
class Loot:
    """Sealed values with the place each was sealed for, and digests, gathered from any number of copies."""

    sealed: dict[bytes, set[Place]] = field(default_factory=dict)
    digests: set[bytes] = field(default_factory=set)

    def take(self, rows: Any) -> Loot:
        """`rows(table)`: the rows of a table as dictionaries. May be called again later: it adds."""
        # Items last: they are never deleted, so the hotline may go on adding some meanwhile.
        hashes, records = rows("bank_itemhash"), rows("bank_partnerrecord")
        seen, items = rows("bank_itemmoments"), rows("bank_item")
        tokens = {row["id"]: row["token"] for row in items}
        for row in hashes:
            what = f"{row['algorithm']}.{row['role']}.{row['quality']}"
            self._note(row["sealed"], Place("bank_itemhash", f"{tokens[row['item_id']]}/{row['id']}", what))
            self.digests.add(bytes(row["digest"] or b""))
        for row in seen:
            self._note(
                row["sealed"], Place("bank_itemmoments", f"{tokens[row['item_id']]}/{row['id']}", "sealed")
            )
        for row in records:
            source, name = row["source"], bytes(row["name"])
            for where in (f"{source}/{name.hex()}", f"{tokens[row['item_id']]}/{source}"):
                self._note(row["sealed_name"], Place("bank_partnerrecord", where, "name"))
            self.digests.add(name)
        for row in rows("bank_letter"):
            self._note(row["sealed"], Place("bank_letter", str(row["id"]), "sealed"))
        self.digests.update(bytes(row["fingerprint"]) for row in items)
        self.digests.discard(b"")
        return self

    def _note(self, sealed: Any, place: Place) -> None:
        self.sealed.setdefault(bytes(sealed), set()).add(place)

    def opened(self, operator: bytes, left: Iterable[bytes]) -> Iterator[bytes]:
        """Whatever opens with the operator's key alone, or with it and any other key that is left."""
        seconds = set(left)
        for use in SEALED_UNDER:
            first = derive(operator, f"seal {use}")
            keys = [first, *(hashlib.blake2b(half, key=first, digest_size=32).digest() for half in seconds)]
            for raw, places in self.sealed.items():
                for place in places:
                    yield from _opening(raw, place.associated_data(), keys)

    def recognised(self, operator: bytes, left: Iterable[bytes], hashes: Collection[bytes]) -> int:
        """Of these PDQ hashes, how many a digest betrays: that it was here, or a part of it."""
        return sum(bool(_digests(operator, left, hash_) & self.digests) for hash_ in hashes)


def _opening(raw: bytes, associated: bytes, keys: list[bytes]) -> Iterator[bytes]:
    nonce, rest = raw[1:25], raw[25:]
    if len(nonce) < 24 or len(rest) < 16:
        return
    for key in keys:
        try:
            yield crypto_aead_xchacha20poly1305_ietf_decrypt(rest, associated, nonce, key)
        except CryptoError:
            continue


def _digests(operator: bytes, left: Iterable[bytes], value: bytes) -> set[bytes]:
    bits = np.unpackbits(np.frombuffer(value, np.uint8))
    bands = [(bytes([number]), np.packbits(bits[number::11]).tobytes()) for number in range(11)]
    found = set[bytes]()
    for second in (None, *set(left)):
        keys = {}
        for use in FOUND_BY:
            first = derive(operator, f"digest {use}")
            keys[use] = (
                first if second is None else hashlib.blake2b(second, key=first, digest_size=32).digest()
            )
        found.add(_mac(keys["bank hash"], b"pdq", value))
        found.add(_mac(keys["bank item"], b"picture", b"intimate", b"pdq.whole" + value))
        found.update(_mac(keys["partner record name"], b"file/list", name) for name in names_of(value))
        found.update(_mac(keys["bank nearby"], *band)[:8] for band in bands)
    return found


def names_of(value: bytes) -> list[bytes]:
    """What a list would call this hash."""
    return [f"pdq:{value.hex()}".encode()]


def _mac(key: bytes, *parts: bytes) -> bytes:
    mac = hashlib.blake2b(key=key, digest_size=32)
    for part in parts:
        mac.update(len(part).to_bytes(4, "big"))
        mac.update(part)
    return mac.digest()


def keys_in(folder: Path) -> set[bytes]:
    """Every key that stands in files of a folder."""
    found = set[bytes]()
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            found.update(raw[begin : begin + 32] for begin in range(0, len(raw) - 31, 32))
    return found - {bytes(32)}
