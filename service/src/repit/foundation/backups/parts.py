"""What each room has to say about backups; it says so as Django starts.

In: the apps of rooms. Out: which tables stay out, which have rows from the start, which files of keys belong
to the rows, what a restore must still do. Next: `making`, `restoring`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from repit.foundation.errors import Text


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """Files of keys outside the database, without which some of its rows do not open.

    `name`: as the copy of them is called (`case-keys`); `files`: their names in the `folder`; `prove`: raises
    `SettingsRefused` where they are missing, or are not those of the rows that the database has;
    `spoken`: how a sentence names them. `may_be_lost`: whether the rest is of use without them.
    """

    name: str
    folder: Callable[[], Path]
    files: tuple[str, ...]
    prove: Callable[[], None]
    spoken: Text
    may_be_lost: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one room registers. Tables by their labels in lower case (`app.model`).

    `left_out`: in no backup. `there_at_once`: with rows in a database that nobody has used yet. `settle`:
    done within the transaction that puts rows back; `catch_up`: done after it, and safe to do twice: what was
    withdrawn, erased or is over since the backup was made.
    """

    left_out: tuple[str, ...] = ()
    there_at_once: tuple[str, ...] = ()
    keys: tuple[KeyFolder, ...] = ()
    settle: Callable[[], object] = _nothing
    catch_up: Callable[[], object] = _nothing


_PARTS: Final[list[Part]] = []


def register(part: Part) -> None:
    """Add what a room has to say."""
    _PARTS.append(part)


def left_out() -> frozenset[str]:
    return _labels(part.left_out for part in _PARTS)


def there_at_once() -> frozenset[str]:
    return _labels(part.there_at_once for part in _PARTS)


def key_folders() -> list[KeyFolder]:
    return [folder for part in _PARTS for folder in part.keys]


def settle() -> None:
    for part in _PARTS:
        part.settle()


def catch_up() -> None:
    for part in _PARTS:
        part.catch_up()


def _labels(some: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(label for labels in some for label in labels)
