"""`repit hotline`: one process with the pages, the feed, and the loops beside them.

In: a host and a port, Django set up. Out: a running hotline until SIGTERM or SIGINT. Next: `commands.serve`,
`repit.both`.
"""

from collections.abc import Callable

from repit.foundation.process import expire_kept, fold_log, serving
from repit.foundation.process.front.rules import of_pages
from repit.hotline.cases import key_file
from repit.hotline.loops import (
    access_log,
    carry_letters,
    case_calendar,
    erase_items,
    expire_items,
    news,
    pull_partners,
    refresh_pages,
    upkeep,
)


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
    for room in (expire_items, carry_letters, erase_items, upkeep, fold_log, access_log, case_calendar):
        room.start()
    expire_kept.start()
    refresh_pages.start()
    news.start()
    pull_partners.for_hotline().start()
