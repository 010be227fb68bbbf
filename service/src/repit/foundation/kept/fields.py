"""What a page carries in a hidden field, sealed, so that no cookie and no row is needed.

In: answers, a purpose. Out: text for a field; the answers again, and how old they are. Next: `marks`, the
steps of the intake, answers that a limit held up.

Sealed under the operator's key with the purpose as its place: a browser holds it without being able to read
or change it, and this server has forgotten it as soon as it answered.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from repit.foundation.clock import now
from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, operator

_USE: Final = "carried form"
_AT: Final = "_at"
_SHORTEST: Final = 256
_LARGE: Final = 64 * 1024


def sealed(purpose: str, answers: Mapping[str, Any]) -> str:
    """The value of a hidden field."""
    value = json.dumps({**answers, _AT: now().isoformat()}, ensure_ascii=False).encode()
    size = _SHORTEST
    while size < len(value) < _LARGE:
        size *= 2
    if len(value) >= _LARGE:
        size = -(-len(value) // _LARGE) * _LARGE
    return base64.urlsafe_b64encode(operator(_USE).seal(value.ljust(size), _place(purpose))).decode()


def opened(purpose: str, field: str) -> tuple[dict[str, Any], timedelta] | None:
    """The answers of a field and their age; None where it is altered, or from elsewhere."""
    try:
        value = operator(_USE).open(base64.urlsafe_b64decode(field.encode()), _place(purpose))
    except (SealBroken, ValueError, binascii.Error):
        return None
    answers: dict[str, Any] = json.loads(value)
    age = now() - datetime.fromisoformat(answers.pop(_AT))
    return (answers, age) if age >= timedelta(0) else None


def _place(purpose: str) -> Place:
    return Place("form", purpose, "state")
