"""One odd file.

In: its bytes, and what is known of it. Out: `Odd`. Next: `catalogue`, `found`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Odd:
    """`first`: browsers show the scene on white; else it is one of the other views. `unread`: nothing here
    can draw it, so that it is undecided. `apart`: bits of 256 that its encoding costs.
    """

    kind: str
    name: str
    content: bytes
    suffix: str
    first: bool = True
    unread: bool = False
    apart: int = 10

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}".replace(" ", "-")
