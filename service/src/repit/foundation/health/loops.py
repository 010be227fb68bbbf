"""Whether everything that is done again and again beside the pages is done.

In: what the loops of this process note (`foundation.jobs.rounds`). Out: findings. Next: the wings register
it.
"""

from collections.abc import Collection, Iterator
from typing import Final

from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding
from repit.foundation.jobs.rounds import Standing, standings

FAILING_SECONDS: Final = 300.0
"""What fails is tried again, and most of it passes: only what has failed for so long is told."""


def check(told_elsewhere: Collection[str] = ()) -> Iterator[Finding]:
    """Threads that died, that are stuck in a turn, or whose turns have failed for a while.

    `told_elsewhere`: loops whose failures another finding tells in better words."""
    for standing in standings():
        if not standing.alive:
            yield Finding("loop-ended", _ended(standing), _START_AGAIN, standing.vital)
        elif standing.failing_seconds > FAILING_SECONDS and standing.name not in told_elsewhere:
            yield Finding("loop-fails", _fails(standing), _LOOK, standing.vital)
        elif standing.late:
            yield Finding("loop-stuck", _stuck(standing), _START_AGAIN, standing.vital)


def _ended(standing: Standing) -> Text:
    return Text(
        f"The loop {standing.name} has ended.",
        f"La boucle {standing.name} s'est arrêtée.",
    )


def _stuck(standing: Standing) -> Text:
    minutes = int(standing.since_seconds // 60)
    return Text(
        f"The loop {standing.name} has not come round for {minutes} minutes.",
        f"La boucle {standing.name} n'a pas fait de tour depuis {minutes} minutes.",
    )


def _fails(standing: Standing) -> Text:
    minutes = int(standing.failing_seconds // 60)
    return Text(
        f"The loop {standing.name} has failed for {minutes} minutes ({standing.trouble}).",
        f"La boucle {standing.name} échoue depuis {minutes} minutes ({standing.trouble}).",
    )


_START_AGAIN: Final = Text(
    "Restart the service; rows that wait are taken up again. Report it if it comes back.",
    "Redémarrez le service ; les lignes en attente sont reprises. Signalez-le si cela revient.",
)
_LOOK: Final = Text(
    "It goes on trying. The log says since when; look at the database, the disk and the network first.",
    "Elle continue d'essayer. Le journal dit depuis quand ; regardez d'abord la base, le disque, le réseau.",
)
