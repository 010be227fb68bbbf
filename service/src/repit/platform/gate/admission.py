"""How an upload comes to be judged, by whatever channel, and who is told to come back.

In: the channel of an upload, and what tells its sender from others. Out: room for it (`UploadBuffer`), or
`Overloaded`, counted. Next: every integration.

Three things are scarce. Each is guarded once, and all by `foundation.admission`:

- memory: `room`, for the uploads of all channels together, those that the HTTP front is still receiving among
  them. Where it is full, whoever costs most bytes times seconds gives way, whichever way they come;
- threads, in which an upload waits for its verdict: a lane each for HTTP's uploads (`process.rules_of`) and
  for each socket channel (`integrations.sockets.examiner`), in which senders take turns;
- decoders: two lanes of the pool (`decoder.lanes`), in which senders take turns.

Objects in a storage and media of a chat server wait as rows: as many come at once as there are workers.
"""

from django.conf import settings

from repit.foundation.admission.room import Room
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.metrics import Metrics
from repit.platform.gate.upload_buffer import UploadBuffer


class Admission:
    """One for the gate of a process, for all its channels and threads."""

    def __init__(self, metrics: Metrics) -> None:
        self.room = Room(settings.REPIT_GATE_MEMORY, Overloaded)
        self._metrics = metrics

    def buffer(self, channel: str, sender: str = "") -> UploadBuffer:
        """Room for one upload, of the sizes that the settings allow; `sender`: see `UploadBuffer`."""
        keep, most = settings.REPIT_GATE_MAX_BYTES, settings.REPIT_GATE_MAX_FILE_BYTES
        return UploadBuffer(self.room, keep, most, sender, lambda: self.turned_away(channel))

    def turned_away(self, channel: str) -> None:
        """Count an upload that was asked to come back later."""
        self._metrics.turned_away(channel)
