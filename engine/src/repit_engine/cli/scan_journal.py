"""How far a scan has come, on the disk, so that a killed one goes on where it was.

In: the mark of a sink after each stretch. Out: the number of batches done and the mark. Next: `scan_run`.

The journal is a folder beside the results: `listing` (what is scanned, in order) and `state.json`, replaced
atomically after the results have reached the disk. Rows written after the last state are cut off and made
again.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_VERSION: Final = 1


class JournalRefused(Exception):
    """A journal of another scan stands where this one's would."""


@dataclass(frozen=True, slots=True)
class State:
    """`items` in all, `batches` whose rows are safe, and the sink's `mark` after them."""

    items: int
    batches: int = 0
    mark: int = 0


class Journal:
    """The folder; `settings` are what must not change between a scan and its resumption."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self._folder, self._settings = folder, json.loads(json.dumps(settings))

    @property
    def listing(self) -> Path:
        """Where the listing is."""
        return self._folder / "listing"

    def load(self) -> State | None:
        """The state of an interrupted scan, None where there is none. Raises `JournalRefused` if it was
        another.
        """
        try:
            saved = json.loads((self._folder / "state.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise JournalRefused(f"{self._folder} cannot be read: remove it to start anew.") from None
        if saved.get("version") != _VERSION or saved.get("settings") != self._settings:
            raise JournalRefused(
                f"{self._folder} belongs to a scan with other settings: "
                "give the same ones, or remove it to start anew."
            )
        return State(**saved["state"])

    def start(self) -> None:
        """Make the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def save(self, state: State) -> None:
        """Replace the state."""
        unfinished = self._folder / "state.unfinished"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump({"version": _VERSION, "settings": self._settings, "state": asdict(state)}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / "state.json")

    def finish(self) -> None:
        """Remove the journal: the results are complete."""
        shutil.rmtree(self._folder)
