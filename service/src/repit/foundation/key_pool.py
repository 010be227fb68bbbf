"""Keys that can be destroyed one by one, in one file that does not tell when each was taken.

In: random bytes, made in advance. Out: free slots, the keys in them, slots wiped for good. Next:
`hotline.cases.vault`, `hotline.bank.sealed`.

What is sealed with such a key beside the operator's is gone from the database, its replicas and every backup
of it the moment the key is wiped. A file for each key would do that too, but its times would say when a case
was opened or an item banked, to the nanosecond, and whoever holds both lists could join them. So keys are
made a thousand at a time, before anyone needs them: taking one writes nothing, and which is taken next is
drawn by chance. The file's own time is set to a fixed one after each write (the kernel's change time cannot
be set: it tells of the last growth or wiping, of nothing else).

A wiped slot is zeros, and is never used again: a copy of the file from before would open what came later.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from repit.foundation.errors import SettingsRefused, Text

KEY_BYTES: Final = 32
FIRST: Final = 1024
_MORE_THAN_ASKED: Final = 4
_SOME: Final = 32

Used = Callable[[Sequence[int]], Collection[int]]
"""Of these slots, those that rows of the database name already."""


class KeyPool:
    """One file of slots, each of `keys` keys of 32 bytes. Several processes may use it at once."""

    def __init__(self, path: Path, keys: int = 1) -> None:
        self._path = path
        self._slot = KEY_BYTES * keys

    def begin(self) -> None:
        """Make the file where there is none: for a database that names no slot yet, and only then.

        A file that was lost must be missed, not replaced.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))

    def draw(self, count: int, used: Used) -> list[int]:
        """So many free slots, by chance; the pool grows before it is half full.

        Nothing is noted: the caller writes them into rows under a unique constraint, or under a lock. Raises
        `SettingsRefused` where the file is missing.
        """
        while True:
            with self._opened(fcntl.LOCK_SH) as file:
                room = _slots(file, self._slot)
                tried = _sample(room, _MORE_THAN_ASKED * count + _SOME)
                whole = [slot for slot in tried if _whole(os.pread(file, self._slot, slot * self._slot))]
            taken = set(used(whole))
            free = [slot for slot in whole if slot not in taken]
            if 2 * len(free) >= len(tried) and len(free) >= count:
                return free[:count]
            self._grow(room + max(FIRST, room, _MORE_THAN_ASKED * count + _SOME))

    def read(self, slots: Sequence[int]) -> list[bytes]:
        """What stands in these slots: zeros where keys were wiped. Raises `SettingsRefused` where the file
        does not hold so many."""
        if not slots:
            return []
        found = []
        with self._opened(None) as file:
            for slot in slots:
                raw = os.pread(file, self._slot, slot * self._slot)
                if len(raw) != self._slot:
                    raise _missing(self._path)
                found.append(raw)
        return found

    def find(self, slots: Sequence[int]) -> list[bytes]:
        """The same, with nothing for a slot that the file does not reach: of many rows one may be damaged.
        Raises `SettingsRefused` where the file is missing."""
        if not slots:
            return []
        with self._opened(None) as file:
            room = _slots(file, self._slot)
            return [
                os.pread(file, self._slot, slot * self._slot) if 0 <= slot < room else b"" for slot in slots
            ]

    def within(self, slots: Iterable[int]) -> list[int]:
        """Those of these slots that the file reaches. Raises `SettingsRefused` where it is missing."""
        with self._opened(None) as file:
            room = _slots(file, self._slot)
        return [slot for slot in slots if 0 <= slot < room]

    def holds(self, slot: int) -> bool:
        """Whether the file reaches so far."""
        return self._path.is_file() and slot < self._path.stat().st_size // self._slot

    def put(self, slot: int, raw: bytes) -> None:
        """Write keys that were made elsewhere into a slot (from before there was a pool). Raises
        `SettingsRefused`."""
        self._write({slot: raw}, 0)

    def wipe(self, slots: Collection[int], first: int = 0, keys: int | None = None) -> None:
        """Overwrite keys of these slots, from the `first` on, and see it on the disk. May be repeated.

        Raises `SettingsRefused` where the file does not hold them.
        """
        length = self._slot - first * KEY_BYTES if keys is None else keys * KEY_BYTES
        self._write(dict.fromkeys(slots, bytes(length)), first * KEY_BYTES)

    def _write(self, raws: dict[int, bytes], offset: int) -> None:
        if not raws:
            return
        with self._opened(fcntl.LOCK_EX) as file:
            if max(raws) >= _slots(file, self._slot):
                raise _missing(self._path)
            for slot, raw in raws.items():
                os.pwrite(file, raw, slot * self._slot + offset)
            _settle(file)

    def _grow(self, wanted: int) -> None:
        with self._opened(fcntl.LOCK_EX) as file:
            there = _slots(file, self._slot)
            # What a crash left of a growth is no slot yet.
            os.ftruncate(file, there * self._slot)
            while there < wanted:
                some = min(wanted - there, FIRST)
                os.pwrite(file, secrets.token_bytes(some * self._slot), there * self._slot)
                there += some
            _settle(file)

    @contextmanager
    def _opened(self, lock: int | None) -> Iterator[int]:
        try:
            file = os.open(self._path, os.O_RDONLY if lock is None else os.O_RDWR)
        except FileNotFoundError:
            raise _missing(self._path) from None
        try:
            if lock is not None:
                # Shared: until a growth is on the disk, nobody sees its slots.
                fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)


def _whole(raw: bytes) -> bool:
    """Whether none of its keys was wiped."""
    return all(any(raw[at : at + KEY_BYTES]) for at in range(0, len(raw), KEY_BYTES))


def _slots(file: int, size: int) -> int:
    return os.fstat(file).st_size // size


def _sample(room: int, count: int) -> list[int]:
    if count >= room:
        return secrets.SystemRandom().sample(range(room), room)
    return secrets.SystemRandom().sample(range(room), count)


def _settle(file: int) -> None:
    os.utime(file, ns=(0, 0))
    os.fsync(file)


def _missing(path: Path) -> SettingsRefused:
    return SettingsRefused(
        Text(
            f"The file of keys {path} is missing, or is not the one that belongs to this database.",
            f"Le fichier de clés {path} manque, ou n’est pas celui de cette base.",
        ),
        Text(
            "Put back the newest copy of it; without it nothing that it sealed can be opened.",
            "Remettez sa copie la plus récente ; sans lui, rien de ce qu’il scelle ne s’ouvre.",
        ),
    )
