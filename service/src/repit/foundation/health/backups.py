"""Whether there is a backup that is not too old.

In: the file that a backup leaves in the data folder when it lies on its disk whole (`last-backup.json`, its
moment at `at`). Out: a finding. Next: the wings that are backed up register it;
`foundation.metrics.own`.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding

FILE: Final = "last-backup.json"
OLD: Final = timedelta(days=2)


def made_at() -> datetime | None:
    """When the last good backup was made; None where none was made from this data folder."""
    try:
        written = json.loads((Path(settings.REPIT_DATA) / FILE).read_text(encoding="ascii"))
        return datetime.fromisoformat(written["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def check(begun: Callable[[], bool]) -> Callable[[], Iterator[Finding]]:
    """A check. `begun`: whether there is anything yet that could be lost."""

    def look() -> Iterator[Finding]:
        last = made_at()
        if last is None:
            if begun():
                yield Finding("backup-missing", _NEVER, _MAKE_ONE, grave=False)
        elif now() - last > OLD:
            yield Finding("backup-old", _old((now() - last).days), _MAKE_ONE, grave=False)

    return look


def _old(days: int) -> Text:
    return Text(f"The last backup is {days} days old.", f"La dernière sauvegarde a {days} jours.")


_NEVER: Final = Text(
    "No backup was ever made from this data folder.",
    "Aucune sauvegarde n'a jamais été faite depuis ce dossier de données.",
)
_MAKE_ONE: Final = Text(
    "Have `repit backup` run every night, and its result lie on another machine.",
    "Faites tourner `repit backup` chaque nuit, et gardez son résultat sur une autre machine.",
)
