"""A gate under load, beside what HMA does in its own process, on the same machine in the same run.

In: `--sizes`, hashes of the bank. Out: `docs/bench/load.md`. Next: a reader.

`servers` starts us and the peer, `pictures` makes the uploads, `clients` sends them from a process of its
own. The machine's cores are shared by server and clients, as they are for every peer.
"""

from bench.load.run import run

__all__ = ["run"]
