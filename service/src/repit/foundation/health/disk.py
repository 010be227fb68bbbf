"""Whether the disks on which this process writes have room, and let it write.

In: folders and the files of an embedded database. Out: findings; bytes and inodes left. Next: the wings
register it; `/metrics`.

A disk that is nearly full is a warning while something can still be done in peace. Below `GRAVE_BYTES` a case
with many pictures may not fit any more, though a small write still does; so that counts as full.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding

GRAVE_BYTES: Final = 64 * 1024**2
WARNED_BYTES: Final = 1024**3
WARNED_SHARE: Final = 0.05
GRAVE_INODES: Final = 128
WARNED_INODES: Final = 4_096
_MIB: Final = 1024**2

Places = Callable[[], Iterable[Path]]
"""Folders that this process writes into, or will make."""


@dataclass(frozen=True, slots=True)
class Room:
    """One file system. `inodes` is None where it has no number of them (btrfs)."""

    path: Path
    free: int
    size: int
    inodes: int | None

    @property
    def full(self) -> bool:
        return self.free < GRAVE_BYTES or (self.inodes is not None and self.inodes < GRAVE_INODES)

    @property
    def nearly_full(self) -> bool:
        # Of a small disk a twentieth, of a large one a gigabyte: whichever comes later.
        least = max(2 * GRAVE_BYTES, min(WARNED_BYTES, int(self.size * WARNED_SHARE)))
        return self.free < least or (self.inodes is not None and self.inodes < WARNED_INODES)


def places() -> list[Path]:
    """The data folder, and that of an embedded database."""
    database = Path(str(connection.settings_dict["NAME"]))
    embedded = connection.vendor == "sqlite" and database.is_file()
    return [Path(settings.REPIT_DATA), *([database.absolute().parent] if embedded else [])]


def rooms(folders: Iterable[Path]) -> list[Room]:
    """Each file system once, under the first of its folders. Raises `OSError`."""
    found = dict[int, Room]()
    for folder in map(_existing, folders):
        device = folder.stat().st_dev
        if device not in found:
            state = os.statvfs(folder)
            found[device] = Room(
                folder,
                state.f_bavail * state.f_frsize,
                state.f_blocks * state.f_frsize,
                state.f_favail if state.f_files else None,
            )
    return list(found.values())


def check(folders: Places, *, grave: bool = True) -> Callable[[], Iterator[Finding]]:
    """A check of these folders and of the embedded database's. `grave`: whether a disk that is full keeps
    anybody from being served."""

    def look() -> Iterator[Finding]:
        every = [*places(), *folders()]
        for folder in dict.fromkeys(places()):
            if not folder.is_dir():
                yield Finding("folder-missing", _missing(folder), _PUT_IT_BACK, grave)
        for folder in dict.fromkeys(map(_existing, every)):
            if not os.access(folder, os.W_OK | os.X_OK):
                yield Finding("folder-not-writable", _not_writable(folder), _LET_IT_WRITE, grave)
        for room in rooms(every):
            if room.full:
                yield Finding("disk-full", _left(room), _MAKE_ROOM_NOW, grave)
            elif room.nearly_full:
                yield Finding("disk-nearly-full", _left(room), _MAKE_ROOM, grave=False)

    return look


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _left(room: Room) -> Text:
    left = Text(f"{room.free // _MIB} MiB", f"{room.free // _MIB} Mio")
    if room.inodes is not None and room.inodes < WARNED_INODES:
        left = Text(f"{left.en} and {room.inodes} files", f"{left.fr} et {room.inodes} fichiers")
    return Text(
        f"The disk of {room.path} has {left.en} left.", f"Il reste {left.fr} sur le disque de {room.path}."
    )


def _missing(folder: Path) -> Text:
    return Text(f"The folder {folder} is not there any more.", f"Le dossier {folder} n’est plus là.")


def _not_writable(folder: Path) -> Text:
    return Text(f"{folder} cannot be written to.", f"{folder} ne peut pas être écrit.")


_MAKE_ROOM_NOW: Final = Text(
    "Make room on it now, or enlarge it; nothing needs to be restarted. What was acknowledged is not lost.",
    "Faites-y de la place maintenant, ou agrandissez-le ; rien n’est à redémarrer. Rien de ce qui a été"
    " confirmé n’est perdu.",
)
_MAKE_ROOM: Final = Text(
    "Make room on it, or enlarge it, before it is full.",
    "Faites-y de la place, ou agrandissez-le, avant qu’il soit plein.",
)
_LET_IT_WRITE: Final = Text(
    "Check its owner and rights, and that its disk is not mounted read-only.",
    "Vérifiez son propriétaire et ses droits, et que son disque n’est pas monté en lecture seule.",
)
_PUT_IT_BACK: Final = Text(
    "Mount its disk again, or put the folder back; nothing needs to be restarted. If it is lost: `repit"
    " restore`, from the last backup.",
    "Remontez son disque, ou remettez le dossier ; rien n’est à redémarrer. S’il est perdu : `repit restore`,"
    " depuis la dernière sauvegarde.",
)
