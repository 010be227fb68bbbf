"""What operators mistype, lose, forget; and what its answer must name.

In: a world to spoil. Out: the command that is typed then. Next: `pages`. Add what anybody met that was not
said well.
"""

from typing import Final

from drills.faults.of_parts import DATABASES, GATES, WORDS
from drills.faults.of_settings import KEYS, SETTINGS
from drills.faults.spoiling import Fault

__all__ = ["DATABASES", "FAULTS", "GATES", "KEYS", "SETTINGS", "WORDS", "Fault"]

FAULTS: Final = (*SETTINGS, *KEYS, *DATABASES, *GATES, *WORDS)
