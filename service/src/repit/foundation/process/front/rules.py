"""What may come in, how much of it, and on which threads it is answered: by the installation's role.

In: settings. Out: `Rules`. Next: `gateway`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings

from repit.foundation.process.front.room import Bytes, Room

LaneName = Literal["state", "uploads", "feeds", "pages", "streams", "long"]
UPLOADS: Final = frozenset({"/v1/check", "/v1/refuse"})
STATE: Final = frozenset({"/ready", "/v1/ready", "/metrics"})
FEEDS: Final = "/exchange/"
HOTLINE_ROOM: Final = 256 * 1024**2
_FORM: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Rules:
    """`most`: the largest body; `most_upload`: of an upload, which beyond `kept` is handed on as it comes."""

    threads: Mapping[LaneName, int]
    room: Room
    health: Mapping[str, bytes]
    most: int
    most_upload: int = 0
    kept: int = 0
    keys: tuple[str, ...] = ()
    proxies: int = 0

    def lane(self, method: str, path: str) -> LaneName:
        """Where a request is answered."""
        if path in STATE:
            return "state"
        if self.most_upload and method == "POST" and path in UPLOADS:
            return "uploads"
        return "feeds" if path.startswith(FEEDS) else "pages"


def of_settings() -> Rules:
    """The rules of this installation."""
    role, threads = settings.REPIT_ROLE, settings.REPIT_THREADS
    filters = role in ("gate", "both")
    name = "gate" if role == "gate" else "hotline"
    alive = {"alive": True} if role == "gate" else {"alive": True, "role": name}
    paths = ["/health", *(["/v1/health"] if filters else [])]
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + _FORM
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
        room=_room(filters=filters),
        health=dict.fromkeys(paths, json.dumps(alive).encode()),
        most=most,
        most_upload=settings.REPIT_GATE_MAX_FILE_BYTES + _FORM if filters else 0,
        kept=settings.REPIT_GATE_MAX_BYTES + _FORM if filters else 0,
        keys=settings.REPIT_GATE_KEYS if filters else (),
        proxies=settings.REPIT_PROXIES or int(settings.REPIT_HTTPS),
    )


def _room(*, filters: bool) -> Room:
    """A gate's doors share what its uploads may take."""
    if not filters:
        return Bytes(HOTLINE_ROOM)
    from repit.platform.gate import runtime  # noqa: PLC0415 - a hotline has none
    from repit.platform.gate.errors import GateNotRunning  # noqa: PLC0415

    try:
        return runtime.current().reception
    except GateNotRunning:
        return Bytes(settings.REPIT_GATE_MEMORY)
