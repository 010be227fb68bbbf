"""How an upload comes to be judged, by whatever channel, and who is told to come back.

In: the channel of an upload, and what tells its sender from others. Out: room for it (`UploadBuffer`), or
`Overloaded`, counted. Next: every integration.

Three things are scarce. Each is guarded once, and all by `foundation.admission`:

- memory: `room`, for the uploads of all channels together, those that the HTTP front is still receiving among
  them. Where it is full, whoever costs most bytes times seconds gives way, whichever way they come;
- threads, in which an upload waits for its verdict: a lane each for HTTP's uploads (`process.rules_of`) and
  for each socket channel (`integrations.sockets.examiner`), in which senders take turns;
- decoders: three lanes of the pool (`decoder.lanes`), in which senders take turns.

A video too long for the memory goes to the `spool`, whose room is counted by itself.

Objects in a storage and media of a chat server wait as rows: as many come at once as there are workers.
"""

from collections.abc import Callable

from django.conf import settings

from repit.foundation.admission.room import Room
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.metrics import Metrics
from repit.platform.gate.spool import Spool
from repit.platform.gate.upload_buffer import UploadBuffer


class Admission:
    """One for the gate of a process, for all its channels and threads. `watches`: whether videos are looked
    at now, so that a long one is kept for it."""

    def __init__(self, metrics: Metrics, watches: Callable[[], bool], spool: Spool | None = None) -> None:
        self.room = Room(settings.REPIT_GATE_MEMORY, Overloaded)
        self.spool = spool
        self._metrics, self._watches = metrics, watches

    def buffer(self, channel: str, sender: str = "", *, spooled: bool = True) -> UploadBuffer:
        """Room for one upload, of the sizes that the settings allow; `sender`: see `UploadBuffer`;
        `spooled`: whether a long video is to be kept here."""
        keep, most = settings.REPIT_GATE_MAX_BYTES, settings.REPIT_GATE_MAX_FILE_BYTES
        spool = self.spool if spooled and self.spool is not None and self._watches() else None
        return UploadBuffer(self.room, keep, most, sender, lambda: self.turned_away(channel), spool)

    def turned_away(self, channel: str) -> None:
        """Count an upload that was asked to come back later."""
        self._metrics.turned_away(channel)
