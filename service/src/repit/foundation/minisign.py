"""Detached signatures that `minisign` and its kin check.

In: a 32-byte seed, bytes. Out: a signature and a public key, as minisign's files hold them. Next: what is
published and must be known to be ours.

The form is that of minisign's own description: Ed25519 (RFC 8032) over the BLAKE2b-512 digest (RFC 7693) of
the file, and over the signature with its trusted comment.
"""

import hashlib
from base64 import b64encode
from typing import Final

from nacl.signing import SigningKey

_PLAIN: Final = b"Ed"
_HASHED: Final = b"ED"


class Key:
    """Signs under one seed. Its `repr` shows nothing of it."""

    __slots__ = ("_key",)

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)

    def __repr__(self) -> str:
        return "Key(…)"

    @property
    def _number(self) -> bytes:
        """Eight bytes by which a public key is found again."""
        return hashlib.blake2b(self._key.verify_key.encode(), digest_size=8).digest()

    def public(self) -> str:
        """The contents of a public key file."""
        raw = _PLAIN + self._number + self._key.verify_key.encode()
        return f"untrusted comment: minisign public key {self._number[::-1].hex().upper()}\n{_text(raw)}\n"

    def sign(self, content: bytes, comment: str) -> str:
        """The contents of a signature file. `comment`, one line, is covered by it."""
        signature = self._key.sign(hashlib.blake2b(content).digest()).signature
        about = self._key.sign(signature + comment.encode()).signature
        raw = _HASHED + self._number + signature
        lines = (
            "untrusted comment: signature of Répit",
            _text(raw),
            f"trusted comment: {comment}",
            _text(about),
        )
        return "\n".join(lines) + "\n"


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
