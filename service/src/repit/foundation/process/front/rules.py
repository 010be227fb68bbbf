"""What may come in, how much of it, and on which threads it is answered.

In: settings, and what a wing adds to them. Out: `Rules`. Next: `gateway`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings

from repit.foundation.admission.room import Room

LaneName = Literal["state", "uploads", "feeds", "pages", "streams", "long"]
UPLOADS: Final = frozenset({"/v1/check", "/v1/refuse"})
STATE: Final = frozenset({"/ready", "/v1/ready", "/metrics", "/v1/metrics"})
FEEDS: Final = "/exchange/"
PAGES_ROOM: Final = 256 * 1024**2
FORM: Final = 64 * 1024
"""What the parts of a form may take beside the file in it."""


def _anyone(authorization: str) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True, slots=True)
class Rules:
    """`most`: the largest body; `most_upload`: of an upload, which beyond `kept` is handed on as it comes.
    `admits`: whether an upload may come at all, by what its request says of itself."""

    threads: Mapping[LaneName, int]
    room: Room
    health: Mapping[str, bytes]
    most: int
    most_upload: int = 0
    kept: int = 0
    admits: Callable[[str], bool] = _anyone
    proxies: int = 0

    def lane(self, method: str, path: str) -> LaneName:
        """Where a request is answered."""
        if path in STATE:
            return "state"
        if self.most_upload and method == "POST" and path in UPLOADS:
            return "uploads"
        return "feeds" if path.startswith(FEEDS) else "pages"


def of_pages(**says: object) -> Rules:
    """Pages, feeds and state, no uploads. `says`: what `/health` answers beside being alive."""
    threads = settings.REPIT_THREADS
    few = max(4, threads // 24)
    return Rules(
        # An upload waits for a decoder; a page is work for the interpreter, of which there is one: the more
        # pages are made at once, the longer each takes, and whoever comes waits for all of them.
        threads={
            "state": 2,
            "uploads": threads,
            "feeds": few,
            "pages": few,
            "streams": 2,
            "long": max(4, threads // 3),
        },
        room=Room(PAGES_ROOM),
        health={"/health": json.dumps({"alive": True, **says}).encode()},
        most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE + FORM,
        proxies=settings.REPIT_PROXIES or int(settings.REPIT_HTTPS),
    )
