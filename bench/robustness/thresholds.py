"""Distances that tables are drawn at; the engine's own rule is asked separately.

In: nothing. Out: radii in bits, inclusive. Next: `recall`, `shared`.
"""

from typing import Final

RADIUS: Final = 31
"""The field's own, for one hash."""
SINGLE_FAR: Final = 46
TWO: Final = 70
"""For two hashes of one item."""
