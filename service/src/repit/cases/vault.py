"""The keys that can be destroyed: one small file a case, outside the database and its backups.

In: a case's number in the database. Out: sealers of its rooms. Next: everything that seals in `cases`.

Every sealed value of a case needs, beside the operator's key, the key of its room from this file. Erasing
overwrites that key, so the values are gone from the database, from its replicas and from every backup of
it at once. The file's name is a keyed digest: it leads to no row. Losing the folder loses the cases, so one
copy of it is kept apart and replaced, never piled up (docs/en/cases.md).
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.sealing import KEY_BYTES, Sealer, keyed_digest, operator_and

RoomName = Literal["protection", "places", "thread", "private"]
ROOMS: Final[tuple[RoomName, ...]] = ("protection", "places", "thread", "private")
_GONE: Final = bytes(KEY_BYTES)
_STRAY_AFTER_SECONDS: Final = 3600


class Vault:
    """One case's keys, read once."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def sealer(self, room: RoomName) -> Sealer:
        """Raises `NotFound` where that room was erased."""
        start = ROOMS.index(room) * KEY_BYTES
        key = self._raw[start : start + KEY_BYTES]
        if len(key) != KEY_BYTES or key == _GONE:
            raise NotFound
        return operator_and(f"case {room}", key)

    def __repr__(self) -> str:
        return "Vault(…)"


def path_of(case_id: int) -> Path:
    """Where a case's key file stands."""
    name = keyed_digest("case key file", str(case_id).encode())[:20].hex()
    return Path(settings.REPIT_CASE_KEYS) / name


def make(case_id: int) -> Vault:
    """New keys on disk for a case; a crash leaves the whole file or none."""
    path = path_of(case_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    raw = secrets.token_bytes(KEY_BYTES * len(ROOMS))
    draft = path.with_suffix(".new")
    _write(draft, raw, os.O_CREAT | os.O_EXCL)
    draft.rename(path)
    _settle(path.parent)
    return Vault(raw)


def of(case_id: int) -> Vault:
    """The keys of a case. Raises `NotFound` where they were destroyed."""
    try:
        return Vault(path_of(case_id).read_bytes())
    except FileNotFoundError:
        raise NotFound from None


def destroy(case_id: int, rooms: Iterable[RoomName] = ROOMS) -> None:
    """Overwrite the keys of rooms in place; with the last room the file goes too. May be repeated."""
    path = path_of(case_id)
    try:
        raw = bytearray(path.read_bytes())
    except FileNotFoundError:
        return
    for room in rooms:
        start = ROOMS.index(room) * KEY_BYTES
        raw[start : start + KEY_BYTES] = _GONE
    _write(path, bytes(raw), 0)
    if not any(raw):
        path.unlink(missing_ok=True)
        _settle(path.parent)


def destroy_strays(case_ids: Iterable[int]) -> int:
    """Destroy files that belong to no case (a crash between making one and writing its row); how many."""
    folder = Path(settings.REPIT_CASE_KEYS)
    if not folder.is_dir():
        return 0
    known = {path_of(case_id).name for case_id in case_ids}
    strays = [
        path
        for path in folder.iterdir()
        if path.name not in known and now().timestamp() - path.stat().st_mtime > _STRAY_AFTER_SECONDS
    ]
    for path in strays:
        _write(path, bytes(path.stat().st_size), 0)
        path.unlink(missing_ok=True)
    return len(strays)


def _write(path: Path, raw: bytes, flags: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | flags, 0o600)
    try:
        os.write(descriptor, raw)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
