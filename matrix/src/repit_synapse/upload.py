"""One file of Synapse's as a question to the gate.

In: the chunks of a file. Out: the body and its type: the bytes, or of a long file only the digests, so that
no file holds more than the limit in memory; and whether such a file is a picture, of which digests say too
little: its sender chose its length. Next: `asking`.
"""

import hashlib
import json
import re
from typing import Final

MEDIA: Final = "application/octet-stream"
DIGESTS: Final = "application/json"
_HEAD: Final = 256
_PICTURE: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{12}[\x0c\x10-\x40\x6c\x7c]\0\0\0|II[*+]\0|MM\0[*+]|\0\0[\1\2]\0"
    rb"|RIFF....WEBP|\0\0\0\x0c(?:JXL|jP) |....ftyp.{0,120}?(?:avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1|jxl )"
    rb"|[^<]{0,3}<(?:svg|\?xml)",
    re.DOTALL,
)
"""What browsers show as a picture, read here or not, by its first bytes."""


class Upload:
    """Takes chunks; `question` once all are there."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._head = b""
        self._digests: dict[str, hashlib._Hash] = {}

    def write(self, chunk: bytes) -> None:
        """The next bytes."""
        self._head += chunk[: _HEAD - len(self._head)] if len(self._head) < _HEAD else b""
        if not self._digests and len(self._held) + len(chunk) <= self._most:
            self._held += chunk
            return
        if not self._digests:
            self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
            self._add(bytes(self._held))
            self._held.clear()
        self._add(chunk)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask about."""
        return not self._held and not self._digests

    @property
    def is_unseen_picture(self) -> bool:
        """Whether the gate is asked about digests of what it should have looked at."""
        return bool(self._digests) and _PICTURE.match(self._head) is not None

    def question(self) -> tuple[str, bytes]:
        """(content type, body)."""
        if not self._digests:
            return MEDIA, bytes(self._held)
        hashes = [{"algorithm": name, "value": digest.hexdigest()} for name, digest in self._digests.items()]
        return DIGESTS, json.dumps({"hashes": hashes}).encode()

    def _add(self, chunk: bytes) -> None:
        for digest in self._digests.values():
            digest.update(chunk)
