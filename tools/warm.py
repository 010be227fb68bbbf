"""Compile the kernels that tests with a time budget meet, once, before anything waits for them.

In: nothing. Out: Numba's files beside the engine. Next: `tools/test`. Without this, gates and decoders of
all parts of a run compile the same kernels at the same time, and the first uploads run out of time.
"""

from repit.platform.gate.altered import AlteredCopies
from repit.platform.gate.decoder import answering
from repit.platform.gate.index.live import LiveIndex
from repit_engine import anchors, pdq, picture
from repit_engine.moments import warming as moments

if __name__ == "__main__":
    for part in (pdq, picture, anchors, answering, moments):
        part.warm_up()
    index = LiveIndex()
    index.warm_up()
    index.close()
    AlteredCopies().warm_up()
