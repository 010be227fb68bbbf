"""What a form carries from step to step, so that no cookie and no row is needed.

In: answers so far. Out: one sealed value for a hidden field; the answers again. Next: `intake`, `codes`,
`guards`.

A copy is worth nothing after an hour: it opens no case and shows no receipt. For some hours more the page
may be shown once again with what was typed on it, since work on many files can take longer than an hour.
"""

from datetime import timedelta
from typing import Any, Final

from repit.foundation.errors import InputRefused, Text
from repit.foundation.kept import fields

LASTS: Final = timedelta(hours=1)
SHOWN_AGAIN: Final = timedelta(hours=6)
_OVER: Final = InputRefused(
    Text("This page waited too long.", "Cette page a attendu trop longtemps."),
    Text("Nothing was kept. Please begin again.", "Rien n’a été gardé. Recommencez, s’il vous plaît."),
)


def sealed(purpose: str, answers: dict[str, Any]) -> str:
    """The value of a hidden field."""
    return fields.sealed(purpose, answers)


def opened(purpose: str, field: str) -> dict[str, Any]:
    """The answers of a hidden field. Raises `InputRefused` where it is too old, altered or from elsewhere."""
    answers, late = opened_late(purpose, field)
    if late:
        raise _OVER
    return answers


def opened_late(purpose: str, field: str) -> tuple[dict[str, Any], bool]:
    """The same for a page that may be shown again: the answers, and whether their hour is over. Raises
    `InputRefused`."""
    found = fields.opened(purpose, field)
    if found is None or found[1] > SHOWN_AGAIN:
        raise _OVER
    answers, age = found
    return answers, age > LASTS
