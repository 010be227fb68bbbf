"""`repit both`: a hotline and a gate in one process, for a small association with a forum of its own.

In: a command line. Out: a running process until SIGTERM or SIGINT. Next: `repit.cli`.

One database, one port, one staff area. The gate follows the feed of this very process by the protocol, as any
platform does, with a key of its own; partners are pulled from once, into the bank.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import logging
import os

from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.process.options import Host, Port
from repit.foundation.process.ports import HOTLINE_PORT
from repit.foundation.terminal import say


def both(host: Host = "127.0.0.1", port: Port = HOTLINE_PORT) -> None:
    """Start a hotline and a gate together. / Démarrer ensemble plateforme d'aide et filtre."""
    from repit.foundation.process import serving, starting

    serving.loads()
    starting.serving("both")
    from django.conf import settings

    from repit.foundation.process.front.rules import of_pages
    from repit.hotline import process as hotline
    from repit.hotline.loops import access_log
    from repit.platform import process as platform
    from repit.platform.commands.serve import integrations

    hotline.require()
    _require_keys(settings.REPIT_GATE_KEYS)
    serving.require_free(host, port)
    hotline.begin()
    with platform.running(integrations()) as gate:
        say(
            Text(
                f"Hotline and gate: http://{host}:{port}",
                f"Plateforme d’aide et filtre : http://{host}:{port}",
            )
        )
        serving.answer(host, port, platform.rules_of(gate, of_pages(role="both")))
    access_log.write()
    logging.shutdown()
    # A thread inside a request would hold the process; what was acknowledged is committed.
    os._exit(0)


def _require_keys(keys: tuple[str, ...]) -> None:
    """On loopback, too: what the proxy passes on for the pages, it passes on for the gate."""
    if not keys:
        raise SettingsRefused(
            Text(
                "Anybody who reaches the pages could ask the gate, which has no keys.",
                "Quiconque atteint les pages pourrait interroger le filtre, qui n’a pas de clés.",
            ),
            Text(
                "List a key of the forum’s in REPIT_GATE_KEYS.",
                "Notez une clé pour le forum dans REPIT_GATE_KEYS.",
            ),
        )
