"""Whether the database takes writes.

In: nothing. Out: nothing, or what the database says. Next: the wings register it.

The write is kept, not taken back: a full disk shows only when a change reaches it. It says nothing: one
number that is 0 and 1 by turns, and no time, so that what lies beside it on the disk cannot be dated by it.
"""

from collections.abc import Iterable
from typing import Final

from django.db.models import F

from repit.foundation.health.findings import Finding
from repit.foundation.models import Upkeep

_ROW: Final = "a write is tried"


def check() -> Iterable[Finding]:
    """Raises `django.db.Error`."""
    if not Upkeep.objects.filter(name=_ROW).update(reached=1 - F("reached")):
        Upkeep.objects.get_or_create(name=_ROW)
    return ()
