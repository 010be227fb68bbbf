"""The files of keys that belong to the rows: copied beside a backup, put back with it.

In: folders that rooms registered, paths given for their copies. Out: lines of a copy; files in their places,
as long as the restore holds. Next: `making`, `restoring`.

Those that lie in their place and fit stay there: they are newer, and what was destroyed since is gone from
them. Those of another database are never overwritten.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from repit.foundation import key_copies
from repit.foundation.backups import head, packing, parts, refusals
from repit.foundation.backups.parts import KeyFolder
from repit.foundation.errors import SettingsRefused
from repit.foundation.key_copies import Drafts, Piece


def chosen(copies: Mapping[str, Path], role: str) -> list[tuple[KeyFolder, Path]]:
    """The folders of the copies that were asked for. Raises `InputRefused` for one that this role has not."""
    folders = {folder.name: folder for folder in parts.key_folders()}
    for name in copies:
        if name not in folders:
            raise refusals.unknown_copy(name, role)
    return [(folders[name], path) for name, path in copies.items()]


def lines(folder: KeyFolder, role: str) -> Iterator[str]:
    """What a copy of one folder holds."""
    yield head.written(folder.name, role)
    for piece in key_copies.pieces(folder.folder(), folder.files):
        yield json.dumps(piece)


class Putting:
    """Copies that were read and lie beside the places of the files, should they be needed there."""

    def __init__(self) -> None:
        self._drafts: dict[str, Drafts] = {}
        self._hold = False

    def hold(self) -> None:
        """What was placed stays: the rows that belong to it are there for good."""
        self._hold = True

    def prove(self, *, lost: bool) -> dict[str, str]:
        """See that the keys of the rows that were just put back are in their places; which were put there.
        `lost`: go on without those that neither lie there nor were given. Raises `SettingsRefused`."""
        return {folder.name: self._proven(folder, lost) for folder in parts.key_folders()}

    def _proven(self, folder: KeyFolder, lost: bool) -> str:
        try:
            folder.prove()
        except SettingsRefused as refused:
            why = refused.message
        else:
            return "in place"
        drafts = self._drafts.get(folder.name)
        vacant = key_copies.empty(folder.folder(), folder.files)
        if drafts is None:
            if not vacant:
                raise refusals.keys_of_another(folder.spoken)
            if lost and folder.may_be_lost:
                return "lost"
            raise refusals.keys_missing(folder.name, folder.spoken, why=why)
        if not vacant:
            raise refusals.keys_of_another(folder.spoken)
        drafts.place()
        try:
            folder.prove()
        except SettingsRefused:
            raise refusals.copy_does_not_fit(folder.name, folder.spoken) from None
        return "put back"

    def add(self, folder: KeyFolder, path: Path, private: bytes) -> None:
        """Read one copy, whole. Raises `InputRefused`, `SealedFileRefused`."""
        held = packing.unpacked(path, private)
        first = head.read(next(held, ""))
        if first.kind != folder.name:
            raise refusals.another_kind(first.kind, folder.name)
        if not head.fits(first):
            raise refusals.another_operator()
        try:
            self._drafts[folder.name] = Drafts(folder.folder(), _pieces(folder, held))
        except OSError as error:
            raise refusals.not_written(error, folder.name) from None

    def end(self) -> None:
        """Leave no drafts; nor, where the restore came to nothing, what was placed."""
        for drafts in self._drafts.values():
            if self._hold:
                drafts.drop()
            else:
                drafts.take_back()


@contextmanager
def read(copies: Mapping[str, Path], role: str, private: bytes) -> Iterator[Putting]:
    """The copies that were given, read whole before any row is written."""
    putting = Putting()
    try:
        for folder, path in chosen(copies, role):
            putting.add(folder, path, private)
        yield putting
    finally:
        putting.end()


def _pieces(folder: KeyFolder, lines: Iterator[str]) -> Iterator[Piece]:
    for line in lines:
        try:
            name, digits = json.loads(line)
        except (ValueError, TypeError):
            raise refusals.not_a_backup() from None
        if name not in folder.files:
            raise refusals.not_a_backup()
        yield name, digits
