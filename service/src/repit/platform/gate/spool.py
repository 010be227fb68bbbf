"""Uploads too long for memory, in encrypted files without a name.

In: pieces of an upload. Out: `Spooled`, a `Content`. Next: `upload_buffer` fills one, a decoder reads it.

A file is made without a name (O_TMPFILE, open(2), or unlinked at once) in the operator's folder, so that
nothing finds it and nothing is left of it after a crash. Its key is made with it and lies in this process's
memory alone: "nothing of an upload is written to disk" stays true in substance. Each chunk is sealed by
itself (AES-256-GCM, its number for a nonce, which one key never sees twice), so that any place can be read.
"""

import logging
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate.content import ContentGone
from repit.platform.gate.errors import Overloaded

CHUNK: Final = 1 << 16
_TAG: Final = 16
_NONCE: Final = 12
_OPENED: Final = 4
"""Chunks that are kept open: a film's index and its frames are read in turns."""
_log: Final = logging.getLogger(__name__)


class Spool:
    """A folder, and so many bytes in it for all uploads together. For any thread."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most
        self.held = 0
        self._turn = threading.Lock()

    def try_folder(self) -> None:
        """Raises `SettingsRefused` where it takes no file."""
        try:
            self._opened().close()
        except OSError:
            raise _no_folder(self.folder) from None

    def file(self) -> "Spooled":
        """Room for one upload. Raises `Overloaded` where the folder takes nothing."""
        try:
            return self._opened()
        except OSError as error:
            raise _refused(error) from None

    def _opened(self) -> "Spooled":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Spooled(self)

    def take(self, size: int) -> None:
        """So many bytes more. Raises `Overloaded`."""
        with self._turn:
            if self.held + size > self.most:
                raise Overloaded
            self.held += size

    def give_back(self, size: int) -> None:
        """They are gone."""
        with self._turn:
            self.held -= size


class Spooled:
    """One upload. Write to its end, `close` it; it may be read meanwhile."""

    def __init__(self, spool: Spool) -> None:
        """Raises `OSError`."""
        self._spool = spool
        self._file = tempfile.TemporaryFile(dir=spool.folder, buffering=0)  # noqa: SIM115 - `close` does
        self._key = AESGCM(AESGCM.generate_key(256))
        self._tail = bytearray()
        """What does not fill a chunk yet; a chunk is sealed once, when it is full."""
        self._chunks = self._taken = 0
        self._opened: OrderedDict[int, bytes] = OrderedDict()
        self._turn = threading.Lock()

    @property
    def size(self) -> int:
        """See `Content`."""
        return self._chunks * CHUNK + len(self._tail)

    def write(self, piece: bytes) -> None:
        """The next bytes. Raises `Overloaded`."""
        with self._turn:
            self._tail += piece
            while len(self._tail) >= CHUNK:
                self._seal(bytes(self._tail[:CHUNK]))
                del self._tail[:CHUNK]

    def read_at(self, offset: int, size: int) -> bytes:
        """See `Content`. Raises `ContentGone`."""
        with self._turn:
            if self._file.closed:
                raise ContentGone
            at, end = offset, min(offset + size, self.size)
            parts = []
            while at < end:
                number, within = divmod(at, CHUNK)
                part = self._chunk(number)[within : within + end - at]
                parts.append(part)
                at += len(part)
            return b"".join(parts)

    def close(self) -> None:
        """Let go of it: without its key nothing can be read of what the disk may still hold."""
        with self._turn:
            if not self._file.closed:
                self._file.close()
                self._spool.give_back(self._taken)
            self._tail.clear()
            self._opened.clear()
            self._chunks = 0

    def _seal(self, chunk: bytes) -> None:
        self._spool.take(CHUNK)
        self._taken += CHUNK
        sealed = self._key.encrypt(_nonce(self._chunks), chunk, None)
        try:
            written = os.pwrite(self._file.fileno(), sealed, self._chunks * (CHUNK + _TAG))
        except (OSError, ValueError) as error:
            raise _refused(error) from None
        if written != len(sealed):
            raise _refused(OSError("no room"))
        self._chunks += 1

    def _chunk(self, number: int) -> bytes:
        if number == self._chunks:
            return bytes(self._tail)
        if number not in self._opened:
            sealed = os.pread(self._file.fileno(), CHUNK + _TAG, number * (CHUNK + _TAG))
            try:
                self._opened[number] = self._key.decrypt(_nonce(number), sealed, None)
            except InvalidTag:
                raise ContentGone from None
            if len(self._opened) > _OPENED:
                self._opened.popitem(last=False)
        self._opened.move_to_end(number)
        return self._opened[number]


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")


def _no_folder(folder: Path) -> SettingsRefused:
    return SettingsRefused(
        Text(f"No file can be made in {folder}.", f"Aucun fichier ne peut être créé dans {folder}."),
        Text(
            "Give the service’s user the right to write there, or set REPIT_GATE_SPOOL: another folder, or"
            " none.",
            "Donnez à l’utilisateur du service le droit d’y écrire, ou réglez REPIT_GATE_SPOOL : un autre"
            " dossier, ou none.",
        ),
    )


def _refused(error: Exception) -> Overloaded:
    _log.error("an upload could not be spooled: %s", type(error).__name__)
    return Overloaded()
