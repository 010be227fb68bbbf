"""Where each process listens unless it is told otherwise.

In: nothing. Out: two numbers. Next: the commands that start processes, and those that print their addresses.
"""

from typing import Final

HOTLINE_PORT: Final = 8600
GATE_PORT: Final = 8700
