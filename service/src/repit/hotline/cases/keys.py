"""Key pairs, sealed boxes, and keys out of what a person remembers.

In: randomness, a secret or passphrase. Out: X25519 pairs, boxes that only a pair opens, stretched secrets.
Next: `access_codes`, `rooms`, `caseworkers`, `recovery`.

A sealed box (libsodium's: X25519, XSalsa20-Poly1305, a fresh key for each) is written with a public key
alone: the server can write to someone without being able to read it afterwards. It binds no place, so it
always carries a key only, and stands inside a value that is sealed with its place.

Argon2id (RFC 9106): for receipts 19 MiB and two passes, the floor that OWASP sets; with 80 random bits and a
salt of its own it is enough, and an old server bears it. For the passphrases of staff, which people choose,
64 MiB and three passes, the second of the two settings that RFC 9106 recommends.
"""

import hashlib
import secrets
import threading
from dataclasses import dataclass
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_box_seal, crypto_box_seal_open, crypto_scalarmult_base
from nacl.exceptions import CryptoError

from repit.foundation.errors import SealBroken
from repit.foundation.sealing import KEY_BYTES, keyed_digest

SALT_BYTES: Final = 16
BOX_BYTES: Final = KEY_BYTES + 48
# Each derivation holds its memory: a burst of guesses waits here and cannot take the memory of the machine.
_AT_ONCE: Final = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """An X25519 key pair; `private` never leaves memory unsealed."""

    public: bytes
    private: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Stretched:
    """What a secret gives under a salt: 32 bytes to compare, 32 bytes to open with."""

    verifier: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """How dear one guess is."""

    memory_kib: int
    passes: int


RECEIPT: Final = Cost(19 * 1024, 2)
PASSPHRASE: Final = Cost(64 * 1024, 3)


def new_key() -> bytes:
    """Thirty-two random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def pair_of(private: bytes) -> Pair:
    """The pair of a private key. Raises `SealBroken` for one of a wrong length."""
    if len(private) != KEY_BYTES:
        raise SealBroken(detail="a key of the wrong length")
    return Pair(crypto_scalarmult_base(private), private)


def new_pair() -> Pair:
    """A pair of its own."""
    return pair_of(new_key())


def joint_pair(first: bytes, second: bytes) -> Pair:
    """The pair that only two parts together give."""
    return pair_of(hashlib.blake2b(first + second, person=b"repit recovery", digest_size=KEY_BYTES).digest())


def box(key: bytes, public: bytes) -> bytes:
    """A key for whoever has the private half: 80 bytes."""
    return crypto_box_seal(key, public)


def unbox(boxed: bytes, pair: Pair) -> bytes:
    """The key in a box. Raises `SealBroken`."""
    try:
        return crypto_box_seal_open(boxed, pair.public, pair.private)
    except (CryptoError, TypeError, ValueError):
        raise SealBroken(detail="a box for another key") from None


def stretch(secret: str, salt: bytes, cost: Cost = RECEIPT) -> Stretched:
    """Slow on purpose: tens of milliseconds for a receipt, hundreds for a passphrase."""
    with _AT_ONCE:
        raw = hash_secret_raw(
            secret.encode(),
            salt,
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=1,
            hash_len=64,
            type=Type.ID,
        )
    return Stretched(keyed_digest("case secret", raw[:32]), raw[32:])
