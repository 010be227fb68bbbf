"""What every page of the staff area shows: the member, and the menu that is open to them.

In: a request. Out: names for templates; nothing for the rest of the site. Next: `staff/base.html`.
"""

from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from repit.foundation.staff import menu
from repit.foundation.staff.models import fresh


def staff(request: HttpRequest) -> dict[str, Any]:
    """A context processor."""
    user = getattr(request, "user", None)
    if user is None:
        return {}
    variables = {"messages": get_messages(request)}
    if not user.is_authenticated:
        return variables
    member = fresh(user)
    entries = menu.open_to(member)
    here = menu.entry_of(request.path, entries)
    return {**variables, "staff_member": member, "staff_menu": entries, "staff_here": here}
