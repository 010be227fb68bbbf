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
from repit.foundation.errors import AddressRefused, KeyRefused, PeerUntrusted, Text
from repit.foundation.health import backups, clocks, database, disk, loops
from repit.foundation.health.findings import Finding, wing
from repit.foundation.metrics import own
from repit.foundation.metrics.figures import of
from repit.foundation.staff import figures as staff
from repit.platform.gate import runtime
from repit.platform.gate.models import Decision

SILENT_SECONDS: Final = 300.0
FOLLOWER: Final = "feed-follower"


def register() -> None:
    """As Django starts."""
    health, figures = wing("gate"), of("gate")
    health.register("gate", check)
    health.register("operator-key", _operators_key, grave=False)
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
    status, moment = gate.board.read(), elapsed()
    if not status.loaded:
        yield Finding("entries-not-loaded", _NOT_LOADED, _LET_IT_LOAD)
    if not gate.pool.alive:
        yield Finding("no-decoder-alive", _NO_DECODER, _START_AGAIN)
    elif gate.pool.alive < gate.pool.wanted:
        yield Finding("decoders-missing", _DECODERS, _LOOK_AT_MEMORY, grave=False)
    silent = status.silent_seconds(moment)
    step = step_for(status.trouble or "")
    if gate.board.is_stale():
        yield Finding("feed-too-old", _TOO_OLD, step, grave=False)
    elif status.followed and status.trouble and (silent is None or silent > SILENT_SECONDS):
        yield Finding("feed-silent", _silent(silent, status.trouble), step, grave=False)
    if gate.recorder.failing_since is not None:
        yield Finding("decisions-not-recorded", _NOT_RECORDED, _LET_IT_WRITE, grave=False)


def step_for(trouble: str) -> Text:
    """What to do where the feed cannot be followed; `trouble`: the code of what went wrong."""
    return _STEPS.get(trouble, _ASK_THE_HOTLINE)


def _operators_key() -> Iterable[Finding]:
    installation.prove()
    return ()


def _places() -> Iterable[Path]:
    wanted: str = settings.REPIT_GATE_INDEX
    return () if wanted in ("memory", "sealed") else (Path(wanted).absolute(),)


def _silent(seconds: float | None, trouble: str) -> Text:
    if seconds is None:
        return Text(
            f"The hotline has not answered since this gate began ({trouble}).",
            f"La plateforme d'aide n'a pas répondu depuis le démarrage de ce filtre ({trouble}).",
        )
    minutes = int(seconds // 60)
    return Text(
        f"The hotline has not answered for {minutes} minutes ({trouble}).",
        f"La plateforme d'aide n'a pas répondu depuis {minutes} minutes ({trouble}).",
    )


_NOT_LOADED: Final = Text(
    "The gate knows no entries yet: everything is undecided.",
    "Le filtre ne connaît encore aucune entrée : tout est indécis.",
)
_LET_IT_LOAD: Final = Text(
    "Wait for the first snapshot. If it does not come, check REPIT_GATE_FEED_URL and the key, and whether the"
    " hotline can be reached from here.",
    "Attendez la première copie. Si elle ne vient pas, vérifiez REPIT_GATE_FEED_URL et la clé, et que la"
    " plateforme d'aide est joignable d'ici.",
)
_NO_DECODER: Final = Text(
    "No decoder lives: pictures cannot be opened.", "Aucun décodeur ne vit : les images ne s'ouvrent pas."
)
_START_AGAIN: Final = Text(
    "Restart the gate; the log says why its children ended. Memory is the most frequent reason.",
    "Redémarrez le filtre ; le journal dit pourquoi ses enfants se sont arrêtés. La mémoire en est la cause"
    " la plus fréquente.",
)
_DECODERS: Final = Text("Fewer decoders live than are wanted.", "Il y a moins de décodeurs en vie que prévu.")
_LOOK_AT_MEMORY: Final = Text(
    "They are replaced by themselves. If it stays so, give the machine more memory or lower"
    " REPIT_GATE_WORKERS.",
    "Ils sont remplacés d'eux-mêmes. Si cela dure, donnez plus de mémoire à la machine ou baissez"
    " REPIT_GATE_WORKERS.",
)
_TOO_OLD: Final = Text(
    "The hotline has been silent for longer than REPIT_GATE_STALE_HOURS: what this gate knows is too old to"
    " be believed in full.",
    "La plateforme d'aide se tait depuis plus longtemps que REPIT_GATE_STALE_HOURS : ce que sait ce filtre"
    " est trop ancien pour être cru tout à fait.",
)
_NOT_RECORDED: Final = Text(
    "Decisions cannot be written down: nobody can find or object to them.",
    "Les décisions ne peuvent pas être notées : personne ne peut les retrouver ni les contester.",
)
_LET_IT_WRITE: Final = Text(
    "Check that the database runs and that its disk has room.",
    "Vérifiez que la base tourne et que son disque a de la place.",
)
_ASK_THE_HOTLINE: Final = Text(
    "The gate goes on with what it has. See whether the hotline can be reached from here and whether the key"
    " still opens; ask the hotline.",
    "Le filtre continue avec ce qu'il a. Voyez si la plateforme d'aide est joignable d'ici et si la clé ouvre"
    " encore ; demandez-lui.",
)
_STEPS: Final = {
    KeyRefused.code: Text(
        "The hotline does not know this gate's key: put the one it issued into REPIT_GATE_FEED_KEY, or ask"
        " it for a new one (`repit subscriber rotate` there).",
        "La plateforme d'aide ne connaît pas la clé de ce filtre : mettez celle qu'elle a émise dans"
        " REPIT_GATE_FEED_KEY, ou demandez-lui une nouvelle clé (`repit subscriber rotate` chez elle).",
    ),
    PeerUntrusted.code: PeerUntrusted.next_step,
    AddressRefused.code: Text(
        "REPIT_GATE_FEED_URL leads to a private address or an unusual port: if that is meant, name it as"
        " host:port in REPIT_OUTBOUND_ALLOW.",
        "REPIT_GATE_FEED_URL mène à une adresse privée ou à un port inhabituel : si c'est voulu, notez"
        " hôte:port dans REPIT_OUTBOUND_ALLOW.",
    ),
}
