"""Sealing at rest, and digests to look values up by.

In: the operator's key (kept outside the database), a value, the place where it will stand. Out: bytes that
open only with the same key and in the same place; or a keyed digest. Next: bank, cases, evidence.

XChaCha20-Poly1305 (RFC 8439 with the extended nonce of draft-irtf-cfrg-xchacha): its 192-bit nonces may be
drawn at random. The place (table, row, column, version) is the associated data, so a value copied to
another row, or put back from an older version, does not open. Each use has its own key, derived with
BLAKE2b (RFC 7693).
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from repit.foundation.errors import SealBroken

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 24
SEAL_BYTES: Final = 1 + NONCE_BYTES + 16
"""By how much a sealed value is longer."""
_FORM: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands. `version` grows with each rewriting of a value that changes."""

    table: str
    row: str
    column: str
    version: int = 1

    def associated_data(self) -> bytes:
        """Each part with its length before it, so that no two places read the same."""
        parts = [self.table.encode(), self.row.encode(), self.column.encode(), str(self.version).encode()]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def derive(key: bytes, use: str) -> bytes:
    """The 32-byte key for one use."""
    return hashlib.blake2b(use.encode(), key=key, digest_size=KEY_BYTES).digest()


class Sealer:
    """Seals and opens under one 32-byte key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SealBroken(detail="a key of the wrong length")
        self._key = key

    def seal(self, value: bytes, place: Place) -> bytes:
        """Form byte, nonce, ciphertext: `SEAL_BYTES` longer than the value."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(value, place.associated_data(), nonce, self._key)
        return _FORM + nonce + sealed

    def open(self, sealed: bytes | memoryview, place: Place) -> bytes:
        """The value. Raises `SealBroken`."""
        raw = bytes(sealed)
        nonce, rest = raw[1 : 1 + NONCE_BYTES], raw[1 + NONCE_BYTES :]
        if raw[:1] != _FORM or len(nonce) != NONCE_BYTES:
            raise SealBroken(detail="not a sealed value")
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(rest, place.associated_data(), nonce, self._key)
        except (CryptoError, TypeError, ValueError):
            raise SealBroken(detail=f"in {place.table}.{place.column}") from None

    def __repr__(self) -> str:
        return "Sealer(…)"


def operator(use: str) -> Sealer:
    """The sealer of one use, under the operator's key."""
    return Sealer(derive(settings.REPIT_OPERATOR_KEY, f"seal {use}"))


def operator_and(use: str, second: bytes) -> Sealer:
    """The sealer of one use, under the operator's key and a second one that can be destroyed by itself."""
    first = derive(settings.REPIT_OPERATOR_KEY, f"seal {use}")
    return Sealer(hashlib.blake2b(second, key=first, digest_size=KEY_BYTES).digest())


def keyed_digest(use: str, *parts: bytes) -> bytes:
    """32 bytes by which a value can be found again, and from which it cannot be guessed without the key."""
    mac = hashlib.blake2b(key=derive(settings.REPIT_OPERATOR_KEY, f"digest {use}"), digest_size=32)
    for part in parts:
        mac.update(len(part).to_bytes(4, "big"))
        mac.update(part)
    return mac.digest()


def keyed_hasher(use: str) -> "hashlib.blake2b":
    """For a keyed digest of what comes piece by piece."""
    return hashlib.blake2b(key=derive(settings.REPIT_OPERATOR_KEY, f"digest {use}"), digest_size=32)


class Digester:
    """Keyed digests under the operator's key and a second one that can be destroyed by itself."""

    __slots__ = ("_keys", "_second")

    def __init__(self, second: bytes) -> None:
        self._second = second
        self._keys: dict[str, bytes] = {}

    def digest(self, use: str, *parts: bytes) -> bytes:
        """32 bytes, as `keyed_digest`."""
        key = self._keys.get(use)
        if key is None:
            first = derive(settings.REPIT_OPERATOR_KEY, f"digest {use}")
            key = self._keys[use] = hashlib.blake2b(self._second, key=first, digest_size=KEY_BYTES).digest()
        mac = hashlib.blake2b(key=key, digest_size=32)
        for part in parts:
            mac.update(len(part).to_bytes(4, "big"))
            mac.update(part)
        return mac.digest()

    def __repr__(self) -> str:
        return "Digester(…)"
