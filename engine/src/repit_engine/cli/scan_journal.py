"""How far a scan has come, on the disk, so that a killed one goes on where it was.

In: how many bytes of rows are safe, after each stretch. Out: the number of batches done, what they came to,
and those bytes. Next: `scan_run`.

The journal is a folder beside the results: `listing` (what is scanned, in order), `rows.jsonl` (what was
found so far) and `state.json`, replaced atomically after the rows have reached the disk. Rows written after
the last state are cut off and made again. Whoever writes there holds a lock on the folder.
"""

import fcntl
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from repit_engine.cli.words import CommandRefused, Text

_VERSION: Final = 2


class JournalRefused(CommandRefused):
    """A journal of another scan stands where this one's would, or cannot be made."""

    code = "journal-refused"


@dataclass(frozen=True, slots=True)
class State:
    """`items` in all, `batches` whose rows are safe in the first `mark` bytes, what those came to (`counts`),
    in how many `runs`; once all are, which file is to bear the name of the results (`finished`: its inode
    and size).
    """

    items: int
    batches: int = 0
    mark: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    runs: int = 1
    finished: list[int] | None = None


class Journal:
    """The folder; `settings` are what must not change between a scan and its resumption."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder, self._settings = folder, json.loads(json.dumps(settings))

    @property
    def listing(self) -> Path:
        """Where the listing is."""
        return self.folder / "listing"

    @property
    def rows(self) -> Path:
        """Where the rows are."""
        return self.folder / "rows.jsonl"

    def open(self) -> None:
        """Make the folder and hold it until this process ends. Raises `JournalRefused`."""
        try:
            self.folder.mkdir(exist_ok=True)
            held = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            if not os.access(self.folder, os.W_OK):
                raise PermissionError
        except OSError:
            raise JournalRefused(
                Text(
                    f"Nothing can be written beside --out: {self.folder.parent} is missing or closed to this "
                    "account.",
                    f"Rien ne peut être écrit à côté de --out : {self.folder.parent} manque ou est fermé "
                    "à ce compte.",
                ),
                Text(
                    "Make the folder, or name another.",
                    "Créez le dossier ou indiquez-en un autre.",
                ),
            ) from None
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise JournalRefused(
                Text(
                    "Another repit-scan is writing these results.",
                    "Un autre repit-scan écrit ces résultats.",
                ),
                Text("Wait until it ends.", "Attendez qu’il se termine."),
            ) from None
        except OSError:
            os.close(held)  # a file system without locks

    def load(self) -> State | None:
        """The state of an interrupted scan, None where there is none. Raises `JournalRefused` if it was
        another.
        """
        try:
            saved = json.loads((self.folder / "state.json").read_text(encoding="utf-8"))
            if saved["version"] != _VERSION:
                raise ValueError
            state, settings = State(**saved["state"]), dict(saved["settings"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise JournalRefused(
                Text(
                    f"{self.folder} cannot be read, or is of another version.",
                    f"{self.folder} ne peut pas être lu ou vient d’une autre version.",
                ),
                Text("Remove it to start anew.", "Supprimez-le pour recommencer."),
            ) from None
        self._compare(settings)
        return state

    def _compare(self, settings: dict[str, Any]) -> None:
        names = settings.keys() | self._settings.keys()
        changed = ", ".join(sorted(name for name in names if settings.get(name) != self._settings.get(name)))
        if changed:
            raise JournalRefused(
                Text(
                    f"The scan that was interrupted was begun otherwise: {changed} changed since.",
                    f"Le parcours interrompu avait été lancé autrement : {changed} a changé depuis.",
                ),
                Text(
                    f"Give the same as then; or remove {self.folder} to start anew.",
                    f"Redonnez la même chose ; ou supprimez {self.folder} pour recommencer.",
                ),
            )

    def save(self, state: State) -> None:
        """Replace the state."""
        unfinished = self.folder / "state.unfinished"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump({"version": _VERSION, "settings": self._settings, "state": asdict(state)}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.folder / "state.json")

    def finish(self) -> None:
        """Remove the journal: the results are complete."""
        # Its state last: what was cut short before is known to be complete.
        for part in (self.listing, self.rows):
            part.unlink(missing_ok=True)
        with suppress(OSError):
            shutil.rmtree(self.folder)
