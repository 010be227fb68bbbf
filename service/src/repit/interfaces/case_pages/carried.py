"""What a form carries from step to step, so that no cookie and no row is needed.

In: answers so far. Out: one sealed value for a hidden field; the answers again. Next: `intake`, `codes`.
Sealed under the operator's key with the purpose as its place: a browser holds it without being able to read
or change it, a copy is worth nothing after an hour, and this server has forgotten it as soon as it answered.
"""

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any, Final

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, SealBroken, Text
from repit.foundation.sealing import Place, operator

LASTS: Final = timedelta(hours=1)
_USE: Final = "carried form"
_OVER: Final = InputRefused(
    Text("This page waited too long.", "Cette page a attendu trop longtemps."),
    Text("Nothing was kept. Please begin again.", "Rien n'a été gardé. Recommencez, s'il vous plaît."),
)


def sealed(purpose: str, answers: dict[str, Any]) -> str:
    """The value of a hidden field."""
    value = json.dumps({**answers, "_at": now().isoformat()}, ensure_ascii=False).encode()
    size = 512
    while size < len(value):
        size *= 2
    return base64.urlsafe_b64encode(operator(_USE).seal(value.ljust(size), _place(purpose))).decode()


def opened(purpose: str, field: str) -> dict[str, Any]:
    """The answers of a hidden field. Raises `InputRefused` where it is too old, altered or from elsewhere."""
    try:
        value = operator(_USE).open(base64.urlsafe_b64decode(field.encode()), _place(purpose))
    except (SealBroken, ValueError, binascii.Error):
        raise _OVER from None
    answers: dict[str, Any] = json.loads(value)
    if not timedelta(0) <= now() - datetime.fromisoformat(answers.pop("_at")) <= LASTS:
        raise _OVER
    return answers


def _place(purpose: str) -> Place:
    return Place("form", purpose, "state")
