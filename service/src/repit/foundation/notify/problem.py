"""One thing that an operator should know of. Pure.

In: a wing's own look at itself. Out: `Problem`. Next: `problems`, `wording`.
"""

from dataclasses import dataclass
from typing import Final

from repit.foundation.errors import Text

NO_STEP: Final = Text("", "")


@dataclass(frozen=True, slots=True)
class Problem:
    """`key` names it for as long as it lasts; `mark`: what makes it another one (a number that creeps does
    not belong there). The words carry nothing of a person."""

    key: str
    message: Text
    next_step: Text = NO_STEP
    mark: str = ""
