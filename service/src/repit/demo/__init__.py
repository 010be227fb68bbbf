"""`repit demo`: the main job end to end on this machine, with real processes and real pictures.

In: a picture, or none for a cat. Out: a table on the terminal and an exit code: 0 only if every line came out
as it should. Next: someone who wants to see what Répit does.
"""

from repit.demo.command import run

__all__ = ["run"]
