"""How many members strangers hold back, for an operator's monitoring.

In: counted tries. Out: a source of figures. Next: each wing registers it; a supervisor sees who (`strain`).
"""

from collections.abc import Iterable

from repit.foundation.metrics.figures import Figure, plain
from repit.foundation.staff import guessing
from repit.foundation.staff.models import Member


def source() -> Iterable[Figure]:
    """See `foundation.metrics.figures`."""
    members = Member.objects.filter(is_active=True)
    held = sum(bool(guessing.strain(member).held_back_for) for member in members)
    about = "Members whose password or code cannot be tried now, from browsers that do not know them."
    yield plain("repit_staff_held_back", about, float(held))
