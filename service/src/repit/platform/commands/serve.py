"""`repit gate`: what stands in front of a platform's uploads.

In: a command line. Out: a running gate. Next: an operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from typing import TYPE_CHECKING, Annotated

import typer

from repit.foundation.errors import Text
from repit.foundation.process.options import Host, Port
from repit.foundation.process.ports import GATE_PORT
from repit.foundation.terminal import say

if TYPE_CHECKING:
    from repit.platform.process import Beside


def gate(
    host: Host = "127.0.0.1",
    port: Port = GATE_PORT,
    clamd: Annotated[
        str, typer.Option(help="Answer as ClamAV there (REPIT_GATE_CLAMD). / Répondre là comme ClamAV.")
    ] = "",
    icap: Annotated[
        str, typer.Option(help="Answer in ICAP there (REPIT_GATE_ICAP). / Répondre là en ICAP.")
    ] = "",
) -> None:
    """Start a platform's gate, fed by a hotline. / Démarrer le filtre d'une plateforme."""
    from repit.foundation.process import serving, starting

    serving.loads()
    starting.serving("gate")
    from repit.platform import process

    says = Text(f"Gate: http://{host}:{port}", f"Filtre : http://{host}:{port}")
    process.serve(host, port, lambda: say(says), integrations(clamd, icap))


def integrations(clamd: str = "", icap: str = "") -> "list[Beside]":
    """What the settings, or these addresses, want opened beside HTTP. Raises `SettingsRefused`."""
    from repit.platform.integrations.clamd import start as clamd_channel
    from repit.platform.integrations.icap import start as icap_channel
    from repit.platform.integrations.mastodon import start as mastodon
    from repit.platform.integrations.s3 import start as s3

    antivirus = (*clamd_channel.channels(clamd), *icap_channel.channels(icap))
    return [*antivirus, *mastodon.channels(), *s3.channels()]
