"""`repit hotline`: one process with the pages, the feed, and the loops beside them.

In: a host and a port, Django set up. Out: a running hotline until SIGTERM or SIGINT. Next: `commands.serve`,
`repit.both`.
"""

import logging
from collections.abc import Callable
from typing import Final

from repit.foundation.process import expire_kept, fold_log, serving
from repit.foundation.process.front.rules import of_pages
from repit.hotline.cases import aliases, desk, key_file
from repit.hotline.loops import (
    access_log,
    carry_letters,
    case_calendar,
    count_months,
    erase_items,
    expire_items,
    look_through,
    news,
    pull_partners,
    refresh_pages,
    upkeep,
)

_log: Final = logging.getLogger(__name__)


def serve(host: str, port: int, begun: Callable[[], None]) -> None:
    """Serve until told to stop; `begun` is called before. Raises `PortTaken`, `SettingsRefused`."""
    require()
    serving.require_free(host, port)
    begin()
    begun()
    serving.serve(host, port, of_pages(role="hotline"), access_log.write)


def require() -> None:
    """Raise `SettingsRefused` unless what a hotline cannot do without is there."""
    key_file.check()


def begin() -> None:
    """Start the loops beside the pages; `access_log.write` is for the end."""
    desk.make_ready()
    aliases.make_ready()
    if desk.state() == "waiting":
        _log.warning("nobody takes cases in yet: they wait until a caseworker sets the desk up")
    rooms = (
        expire_items,
        carry_letters,
        erase_items,
        look_through,
        upkeep,
        fold_log,
        access_log,
        case_calendar,
    )
    for room in rooms:
        room.start()
    expire_kept.start()
    refresh_pages.start()
    count_months.start()
    news.start()
    pull_partners.for_hotline().start()
