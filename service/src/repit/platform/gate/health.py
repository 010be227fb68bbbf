"""What of a gate must be so while it serves, and what its monitoring reads of the process.

In: the gate of this process. Out: checks and figures of the wing. Next: `foundation.health`,
`foundation.metrics`, `readiness`; other rooms register what they know in the same way.

A gate that cannot write goes on refusing what it knows: that its disk is full or its database away is a
warning here, for taking it out of service would let everything through.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.exchanges import health as exchanges
from repit.foundation import installation
from repit.foundation.clock import elapsed
from repit.foundation.errors import PeerFailed, Text
from repit.foundation.health import backups, clocks, database, disk, loops, operator_key
from repit.foundation.health.findings import Finding, wing
from repit.foundation.metrics import own
from repit.foundation.metrics.figures import of
from repit.foundation.notify import health as news
from repit.foundation.staff import figures as staff
from repit.platform.gate import runtime
from repit.platform.gate.feed_status import SILENT_SECONDS, FeedStatus
from repit.platform.gate.feed_trouble import trouble_of
from repit.platform.gate.models import Decision

FOLLOWER: Final = "feed-follower"


def register() -> None:
    """As Django starts."""
    health, figures = wing("gate"), of("gate")
    health.register("gate", check)
    health.register("operator-key", _operators_key, grave=False)
    health.register("operator-key-file", operator_key.check, grave=False)
    health.register("news", news.check, grave=False)
    health.register("database", database.check, grave=False)
    health.register("disk", disk.check(_places, grave=False), grave=False)
    health.register("loops", lambda: loops.check({FOLLOWER}))
    health.register("clock", clocks.check, grave=False)
    health.register("partners", exchanges.check, grave=False)
    health.register("backup", backups.check(Decision.objects.exists), grave=False)
    own.register(figures, health, "gate", _places)
    figures.register("staff", staff.source)
    figures.register("partners", exchanges.figures)
    figures.register("backup", own.backup)


def check() -> Iterator[Finding]:
    """The gate itself. Raises `GateNotRunning`."""
    gate = runtime.current()
    status = gate.board.read()
    if not status.loaded:
        trouble = trouble_of(status.trouble or "")
        step = _LET_IT_LOAD if trouble.passes else trouble.next_step
        yield Finding("entries-not-loaded", _NOT_LOADED, step)
    if not gate.pool.alive:
        yield Finding("no-decoder-alive", _NO_DECODER, _START_AGAIN)
    elif gate.pool.alive < gate.pool.wanted:
        yield Finding("decoders-missing", _DECODERS, _LOOK_AT_MEMORY, grave=False)
    yield from _feed(status, too_old=gate.board.is_stale())
    if gate.recorder.failing_since is not None:
        yield Finding("decisions-not-recorded", _NOT_RECORDED, _LET_IT_WRITE, grave=False)


def _feed(status: FeedStatus, *, too_old: bool) -> Iterator[Finding]:
    trouble, silent = trouble_of(status.trouble or ""), status.silent_seconds(elapsed())
    lasts = not trouble.passes or silent is None or silent > SILENT_SECONDS
    if too_old:
        yield Finding("feed-too-old", _TOO_OLD, trouble.next_step, grave=False)
    elif status.followed and status.trouble and lasts:
        message = trouble.message or _silent(silent, status.trouble)
        yield Finding("feed-silent", message, trouble.next_step, grave=False)


def _operators_key() -> Iterable[Finding]:
    installation.prove()
    return ()


def _places() -> Iterable[Path]:
    wanted: str = settings.REPIT_GATE_INDEX
    return () if wanted in ("memory", "sealed") else (Path(wanted).absolute(),)


def _silent(seconds: float | None, trouble: str) -> Text:
    why = "" if trouble == PeerFailed.code else f" ({trouble})"
    if seconds is None:
        return Text(
            f"The hotline has not answered since this gate began{why}.",
            f"La plateforme d’aide n’a pas répondu depuis le démarrage de ce filtre{why}.",
        )
    minutes = int(seconds // 60)
    return Text(
        f"The hotline has not answered for {minutes} minutes{why}.",
        f"La plateforme d’aide n’a pas répondu depuis {minutes} minutes{why}.",
    )


_NOT_LOADED: Final = Text(
    "The gate knows no entries yet: everything is undecided.",
    "Le filtre ne connaît encore aucune entrée : tout est indécis.",
)
_LET_IT_LOAD: Final = Text(
    "Wait for the first snapshot. If it does not come within minutes, `repit check` tries the way to the"
    " hotline (REPIT_GATE_FEED_URL, REPIT_GATE_FEED_KEY) and says what is wrong with it.",
    "Attendez la première copie. Si elle ne vient pas en quelques minutes, `repit check` essaie le chemin"
    " vers la plateforme d’aide (REPIT_GATE_FEED_URL, REPIT_GATE_FEED_KEY) et dit ce qui ne va pas.",
)
_NO_DECODER: Final = Text(
    "No decoder lives: pictures cannot be opened.", "Aucun décodeur ne vit : les images ne s’ouvrent pas."
)
_START_AGAIN: Final = Text(
    "Restart the gate; the log says why its children ended. Memory is the most frequent reason.",
    "Redémarrez le filtre ; le journal dit pourquoi ses enfants se sont arrêtés. La mémoire en est la cause"
    " la plus fréquente.",
)
_DECODERS: Final = Text("Fewer decoders live than are wanted.", "Il y a moins de décodeurs en vie que prévu.")
_LOOK_AT_MEMORY: Final = Text(
    "They are replaced by themselves. If it stays so, give the machine more memory or lower"
    " REPIT_GATE_WORKERS.",
    "Ils sont remplacés d’eux-mêmes. Si cela dure, donnez plus de mémoire à la machine ou baissez"
    " REPIT_GATE_WORKERS.",
)
_TOO_OLD: Final = Text(
    "The hotline has been silent for longer than REPIT_GATE_STALE_HOURS: what this gate knows is too old to"
    " be believed in full.",
    "La plateforme d’aide se tait depuis plus longtemps que REPIT_GATE_STALE_HOURS : ce que sait ce filtre"
    " est trop ancien pour être cru tout à fait.",
)
_NOT_RECORDED: Final = Text(
    "Decisions cannot be written down: nobody can find or object to them.",
    "Les décisions ne peuvent pas être notées : personne ne peut les retrouver ni les contester.",
)
_LET_IT_WRITE: Final = Text(
    "Check that the database runs and that its disk has room.",
    "Vérifiez que la base tourne et que son disque a de la place.",
)
