"""The decoder: reads pictures and videos from a pipe, answers with hashes.

In: frames of a JSON request and the picture's bytes. Out: frames of a JSON head and hash rows, stage by stage
for as long as the parent asks for more. Next: `dialogue`, the parent's end.

Run as `python -m repit.platform.gate.decoder.worker MEMORY`, it is the `zygote`, of which each decoder is a
copy. A decoder has no secret, no network need, may write no file, dies with the gate and is killed by the
kernel when one picture burns too much time (`repit_engine.child.confinement`).
"""

import os
import resource
import sys
from functools import partial
from typing import BinaryIO, Final

from repit.platform.gate.decoder import zygote
from repit_engine.child.serving import serve

NICE: Final = 3
"""Decoders let those go first who answer; what they leave idle of a processor is theirs all the same."""


def work(memory: int, pipe_in: BinaryIO, pipe_out: BinaryIO) -> None:
    """Answer requests until the pipe closes."""
    from repit.platform.gate.decoder.answering import answer  # noqa: PLC0415 (loaded in the zygote)
    from repit.platform.gate.decoder.film_answering import watch  # noqa: PLC0415

    os.nice(NICE)
    serve(answer, memory, pipe_in, pipe_out, watch=watch)


def main() -> None:
    """Load everything once, then make a decoder whenever one is wanted."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Imported here: `pool` needs this module's name and nothing of what it loads.
    from repit.platform.gate.decoder import answering, film_answering  # noqa: PLC0415

    answering.warm_up()
    film_answering.warm_up()
    zygote.serve(partial(work, memory))


if __name__ == "__main__":
    main()
