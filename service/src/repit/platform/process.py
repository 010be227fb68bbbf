"""`repit gate`: one process with the index, the follower, the channels, and decoder children.

In: a host and a port, other channels to open beside, Django set up. Out: a running gate until SIGTERM or
SIGINT. Next: `commands.serve`, `repit.both`.

Everything shares one index, so everything lives in this process; opening pictures, digests and search leave
the interpreter's lock.
"""

import ipaddress
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.urls import get_resolver

from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.notify import loop as notify
from repit.foundation.process import fold_log, serving
from repit.foundation.process.front.rules import FORM, Rules, of_pages
from repit.platform import assembly
from repit.platform.gate import readiness, runtime
from repit.platform.gate.platforms import admits
from repit.platform.loops import news, review_upkeep
from repit.platform.loops.follow_feed import Follower
from repit.platform.loops.gate_target import for_gate
from repit.platform.loops.report_matches import MatchReporter

_log: Final = logging.getLogger(__name__)


Beside = Callable[[], AbstractContextManager[object]]
"""Another integration to open, for as long as the process serves."""


def serve(host: str, port: int, begun: Callable[[], None], beside: Sequence[Beside] = ()) -> None:
    """Serve until told to stop; `begun` is called before. Raises `PortTaken`, `SettingsRefused`."""
    require(host)
    serving.require_free(host, port)
    fold_log.start()
    notify.start()
    with running(beside) as gate:
        exchanges = for_gate(gate).start()
        begun()
        try:
            serving.answer(host, port, rules_of(gate, of_pages()))
        finally:
            exchanges.close()
    logging.shutdown()
    # A thread still inside a slow upload or a long poll would hold the process; all that matters is written.
    os._exit(0)


@contextmanager
def running(beside: Sequence[Beside] = ()) -> Iterator[runtime.Gate]:
    """The gate of this process with its loops and integrations; what it holds is written down at the end."""
    gate = assembly.assemble()
    gate.inspector.metrics.watch(lambda: readiness.present(gate))
    gate.begin()
    runtime.install(gate)
    # Beside the decoders, which load more and for which the first upload waits in any case.
    threading.Thread(target=_load_the_rest, args=(gate,), name="gate-loads", daemon=True).start()
    follower = _follower(gate)
    reporter = _reporter(gate)
    upkeep = review_upkeep.start(gate.store)
    news.register()
    try:
        with ExitStack() as channels:
            for channel in beside:
                channels.enter_context(channel())
            yield gate
    finally:
        upkeep.set()
        if follower is not None:
            follower.close()
        if reporter is not None:
            reporter.close()
        gate.close()


def _load_the_rest(gate: runtime.Gate) -> None:
    """What the first upload needs."""
    gate.load_kernels()
    _ = get_resolver().url_patterns  # reads the views, and what they import


def rules_of(gate: runtime.Gate, pages: Rules) -> Rules:
    """These rules, and what comes in at a gate: its uploads share their room with the other integrations."""
    keys = settings.REPIT_GATE_KEYS
    return replace(
        pages,
        room=gate.admission.room,
        health={**pages.health, "/v1/health": pages.health["/health"]},
        most_upload=settings.REPIT_GATE_MAX_FILE_BYTES + FORM,
        kept=settings.REPIT_GATE_MAX_BYTES + FORM,
        admits=lambda authorization: admits(authorization, keys),
    )


def _follower(gate: runtime.Gate) -> Follower | None:
    address: str = settings.REPIT_GATE_FEED_URL
    if not address:
        _log.warning("no feed is followed: REPIT_GATE_FEED_URL is not set")
        gate.board.started(followed=False)
        return None
    return Follower(gate, address, settings.REPIT_GATE_FEED_KEY).start()


def _reporter(gate: runtime.Gate) -> MatchReporter | None:
    if not settings.REPIT_GATE_FEED_URL or not settings.REPIT_GATE_REPORT_MATCHES:
        return None
    return MatchReporter(gate, settings.REPIT_GATE_FEED_URL, settings.REPIT_GATE_FEED_KEY).start()


def require(host: str) -> None:
    """Raise `SettingsRefused` where strangers could ask this gate."""
    if settings.REPIT_GATE_KEYS:
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise SettingsRefused(
            Text(
                "Without keys the gate listens on loopback only.",
                "Sans clés, le filtre n’écoute que sur la boucle locale.",
            ),
            Text(
                "List the platforms’ keys in REPIT_GATE_KEYS, or leave --host at 127.0.0.1.",
                "Notez les clés des plateformes dans REPIT_GATE_KEYS, ou laissez --host à 127.0.0.1.",
            ),
        )
