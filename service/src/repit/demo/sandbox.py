"""`repit sandbox`: a gate to write code against, without a hotline and without a key of one's own.

In: a port. Out: a gate on loopback that knows the canary and nothing else, with a key that everyone knows, in
a folder that goes away; until Ctrl-C. Next: an engineer who tries what stands in examples/.
"""

import signal
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Final

from repit.demo import processes
from repit.foundation.errors import Text
from repit.foundation.process.serving import require_free
from repit.foundation.terminal import say
from repit.platform.gate.canary import HASH

KEY: Final = "repit-sandbox-key"
"""Known to everyone, and good for nothing but this."""
_LOOPBACK: Final = "127.0.0.1"
_LOOK_SECONDS: Final = 0.2
_SETTINGS: Final = {"REPIT_GATE_KEYS": KEY, "REPIT_GATE_BUDGET_MS": "10000"}
"""A long budget, for a machine that does other work too."""


class _Left(Exception):
    """Somebody ends it."""


def run(port: int) -> int:
    """0 once somebody ends it. Raises `PortTaken`, `NotStarted`."""
    require_free(_LOOPBACK, port)
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, _leave)
    try:
        with tempfile.TemporaryDirectory(prefix="repit-sandbox-") as folder:
            _serve(Path(folder), port)
    except _Left:
        return 0
    return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise _Left


def _serve(folder: Path, port: int) -> None:
    say(
        Text(
            "Starting a gate; the first time it compiles, which takes a minute or so …",
            "Démarrage d’un filtre ; la première fois il compile, une minute environ …",
        )
    )
    canary, known = folder / "canary.png", folder / "known.txt"
    canary.write_bytes(files("repit.demo").joinpath("canary.png").read_bytes())
    known.write_text(f"{HASH.hex()}\n", encoding="ascii")
    with processes.gate_of_a_list(folder, known, port, _SETTINGS) as gate:
        _tell(gate.address, canary)
        while gate.process.poll() is None:
            time.sleep(_LOOK_SECONDS)
    raise processes.NotStarted(detail="the gate ended by itself")


def _tell(address: str, canary: Path) -> None:
    say(
        Text(
            f"Sandbox: {address}   key: {KEY}   every call: {address}/docs",
            f"Bac à sable : {address}   clé : {KEY}   tous les appels : {address}/docs",
        )
    )
    say(
        Text(
            "It refuses this picture, as every gate does; it holds a drawing (SVG), and lets others pass:",
            "Il refuse cette image, comme tout filtre ; il retient un dessin (SVG), laisse passer le reste :",
        )
    )
    headers = f'-H "Authorization: Bearer {KEY}" -H "Content-Type: application/octet-stream"'
    command = f"curl {headers} --data-binary @{canary} {address}/v1/check"
    say(Text(f"\n    {command}\n", f"\n    {command}\n"))
    say(Text("Ctrl-C ends it and removes everything.", "Ctrl-C l’arrête et efface tout."))
