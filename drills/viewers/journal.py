"""What came of each file, line by line, so that a run that was killed goes on where it stopped.

In: outcomes. Out: lines of JSON in a folder. Next: `report`; the next run.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import repit_engine
from repit.platform.gate import channels

_TELLING = ("known.py", "report.py", "sheet.py")
"""Of the drill, what tells of a run and changes nothing in it."""


@dataclass(frozen=True)
class Entry:
    """One file of a run. `cause`: the fewest of its mutations that do the same, once that was tried."""

    number: int
    family: str
    name: str
    mutations: tuple[str, ...]
    kind: str
    bits: int = 0
    reason: str = ""
    where: str = ""
    bytes: int = 0
    cause: tuple[str, ...] | None = None


class Journal:
    """A file in a folder; of two lines with one number the later counts.

    Its name is a digest of what makes files and of what looks at them: after a change to either, nothing of
    an earlier run counts.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"entries-{_sources()}.jsonl"

    def read(self) -> dict[int, Entry]:
        """By number. A line that was cut off by a kill is left out."""
        found: dict[int, Entry] = {}
        if not self._path.exists():
            return found
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            cause = row["cause"]
            row |= {"mutations": tuple(row["mutations"]), "cause": None if cause is None else tuple(cause)}
            found[row["number"]] = Entry(**row)
        return found

    def write(self, entries: Iterable[Entry]) -> None:
        with self._path.open("a", encoding="utf-8") as lines:
            # A newline first: the last line may have been cut.
            lines.write("".join("\n" + json.dumps(asdict(entry)) for entry in entries))


def _sources() -> str:
    digest = hashlib.sha256(Path(channels.__file__).read_bytes())
    for top in (Path(__file__).parent, Path(repit_engine.__file__).parent):
        for path in sorted([*top.rglob("*.py"), *top.rglob("*.html")]):
            if path.name not in _TELLING:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
