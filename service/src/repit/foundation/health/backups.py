"""Whether there is a backup that is not too old.

In: the note that a backup leaves once it lies on its disk whole (`backups.last`). Out: a finding. Next: both
wings register it.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from repit.foundation.backups.last import last_backup
from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding

OLD: Final = timedelta(days=2)


def check(begun: Callable[[], bool]) -> Callable[[], Iterator[Finding]]:
    """A check. `begun`: whether there is anything yet that could be lost."""

    def look() -> Iterator[Finding]:
        last = last_backup()
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
    "Aucune sauvegarde n’a jamais été faite depuis ce dossier de données.",
)
_MAKE_ONE: Final = Text(
    "Have `repit backup` run every night, and its result lie on another machine.",
    "Faites tourner `repit backup` chaque nuit, et gardez son résultat sur une autre machine.",
)
