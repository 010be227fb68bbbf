"""Whether everything that is done again and again beside the pages is done.

In: what the loops of this process note (`foundation.jobs.rounds`). Out: findings. Next: the wings register
it.
"""

from collections.abc import Collection, Iterator
from typing import Final

from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding
from repit.foundation.jobs.rounds import LoopStatus, loop_statuses

FAILING_SECONDS: Final = 300.0
"""What fails is tried again, and most of it passes: only what has failed for so long is told."""


def check(announced_elsewhere: Collection[str] = ()) -> Iterator[Finding]:
    """Threads that died, that are stuck in a turn, or whose turns have failed for a while.

    `told_elsewhere`: loops whose failures another finding tells in better words."""
    for loop_status in loop_statuses():
        if not loop_status.alive:
            yield Finding("loop-ended", _ended(loop_status), _START_AGAIN, loop_status.vital)
        elif loop_status.failing_seconds > FAILING_SECONDS and loop_status.name not in announced_elsewhere:
            yield Finding("loop-fails", _fails(loop_status), _LOOK, loop_status.vital)
        elif loop_status.late:
            yield Finding("loop-stuck", _stuck(loop_status), _START_AGAIN, loop_status.vital)


def _ended(loop_status: LoopStatus) -> Text:
    return Text(
        f"The loop {loop_status.name} has ended.",
        f"La boucle {loop_status.name} s’est arrêtée.",
    )


def _stuck(loop_status: LoopStatus) -> Text:
    minutes = int(loop_status.since_seconds // 60)
    return Text(
        f"The loop {loop_status.name} has not come round for {minutes} minutes.",
        f"La boucle {loop_status.name} n’a pas fait de tour depuis {minutes} minutes.",
    )


def _fails(loop_status: LoopStatus) -> Text:
    minutes = int(loop_status.failing_seconds // 60)
    return Text(
        f"The loop {loop_status.name} has failed for {minutes} minutes ({loop_status.trouble}).",
        f"La boucle {loop_status.name} échoue depuis {minutes} minutes ({loop_status.trouble}).",
    )


_START_AGAIN: Final = Text(
    "Restart the service; rows that wait are taken up again. Report it if it comes back.",
    "Redémarrez le service ; les lignes en attente sont reprises. Signalez-le si cela revient.",
)
_LOOK: Final = Text(
    "It goes on trying. The log says since when; look at the database, the disk and the network first.",
    "Elle continue d’essayer. Le journal dit depuis quand ; regardez d’abord la base, le disque, le réseau.",
)
