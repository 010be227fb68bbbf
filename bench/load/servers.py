"""The servers that are measured, each a process: `python -m bench.load.servers ours|peer PORT SIZE`.

In: a port, the size of the bank. Out: an HTTP server with that many hashes. Next: `run`.

Ours is the gate as operators run it, its bank put in place of a feed's snapshot. The peer does with each
upload what HMA's `/m/lookup` does: threatexchange's PDQ hash of the bytes, then threatexchange's PDQIndex; it
stands behind the same HTTP server, without HMA's own layers (Flask, a database), which would only cost more.
"""

import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

FAMILY = 9


def bank(size: int) -> np.ndarray:
    """`(size, 32)` hashes, the same for every server."""
    return np.random.default_rng(size).integers(0, 256, (size, 32), np.uint8)


def ours(port: int, size: int) -> None:
    """A gate with `size` hashes, nine an item, as a hotline that grants anchored hashes gives them."""
    from django.conf import settings  # noqa: PLC0415 - set up first

    from repit.demo import installations  # noqa: PLC0415
    from repit.foundation.process import serving  # noqa: PLC0415

    installations.set_up("gate")
    from repit.foundation.process.front.rules import of_pages  # noqa: PLC0415
    from repit.platform.assembly import assemble  # noqa: PLC0415 - models need what was set up
    from repit.platform.gate import readiness, runtime  # noqa: PLC0415
    from repit.platform.process import rules_of  # noqa: PLC0415

    gate = assemble()
    gate.inspector.metrics.watch(lambda: readiness.present(gate))
    gate.start()
    gate.board.started(followed=False)
    gate.take_snapshot("bench", 1, list(_entries(bank(size))), None)
    while gate.pool.alive < gate.pool.size:
        time.sleep(0.05)
    runtime.install(gate)
    print(f"ready {settings.REPIT_GATE_STAGES}", flush=True)
    serving.serve("127.0.0.1", port, rules_of(gate, of_pages()))


def _entries(hashes: np.ndarray) -> Iterator[Any]:
    from repit.foundation.hashes import Hash  # noqa: PLC0415
    from repit.platform.gate.entries import KnownEntry  # noqa: PLC0415

    for first in range(0, len(hashes) - FAMILY + 1, FAMILY):
        family = tuple(
            Hash("pdq", "anchored" if slot else "whole", hashes[first + slot].tobytes(), 100)
            for slot in range(FAMILY)
        )
        yield KnownEntry(f"item-{first}", "active", "picture", "intimate", "bench", 1, family)


def peer(port: int, size: int) -> None:
    """What HMA does in its process, with `size` hashes."""
    import faiss  # noqa: PLC0415 - only in this process
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415
    from threatexchange.signal_type.pdq.signal import PdqSignal  # noqa: PLC0415

    from repit.foundation.admission.room import Room  # noqa: PLC0415
    from repit.foundation.process.front.handling import Whole  # noqa: PLC0415 - the same server as ours
    from repit.foundation.process.front.rules import Rules  # noqa: PLC0415
    from repit.foundation.process.front.server import Front  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    index = PDQIndex(entries=((row.tobytes().hex(), place) for place, row in enumerate(bank(size))))

    class Peer:
        def answer(self, environ: dict[str, Any]) -> Whole:
            data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            found = index.query(PdqSignal.hash_from_bytes(data)) if data else []
            return Whole(200, [(b"content-type", b"text/plain")], f"{len(found)}".encode())

    most = 64 * 1024**2
    lanes = {"state": 2, "uploads": 96, "feeds": 2, "pages": 32, "streams": 2, "long": 2}
    rules = Rules(lanes, Room(8 * most), {}, most, most_upload=most, kept=most)
    print("ready", flush=True)
    with socket.create_server(("127.0.0.1", port)) as listening:
        Front(listening, rules, Peer()).run()


if __name__ == "__main__":
    {"ours": ours, "peer": peer}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
