"""One file of Synapse's as a question to the gate.

In: the chunks of a file. Out: the body and its type: the bytes, or of a long file only the digests, so that
no file holds more than the limit in memory. Next: `asking`.
"""

import hashlib
import json
from typing import Final

MEDIA: Final = "application/octet-stream"
DIGESTS: Final = "application/json"


class Upload:
    """Takes chunks; `question` once all are there."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._digests: dict[str, hashlib._Hash] = {}

    def write(self, chunk: bytes) -> None:
        """The next bytes."""
        if not self._digests and len(self._held) + len(chunk) <= self._most:
            self._held += chunk
            return
        if not self._digests:
            self._digests = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
            self._add(bytes(self._held))
            self._held.clear()
        self._add(chunk)

    def question(self) -> tuple[str, bytes]:
        """(content type, body)."""
        if not self._digests:
            return MEDIA, bytes(self._held)
        hashes = [{"algorithm": name, "value": one.hexdigest()} for name, one in self._digests.items()]
        return DIGESTS, json.dumps({"hashes": hashes}).encode()

    def _add(self, chunk: bytes) -> None:
        for digest in self._digests.values():
            digest.update(chunk)
