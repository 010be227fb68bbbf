"""Links from a case to other rooms of its own: notices, evidence, watch.

In: `register`, called by each such room as Django starts. Out: the links for a case's page. Next:
`case_page`. A room that is not built yet has no route: the page then says how its work is noted meanwhile.
"""

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Room = Literal["notices", "evidence", "watch"]


@dataclass(frozen=True, slots=True)
class CaseLink:
    """`route` is a view's name that takes the case; empty where the room is not built."""

    name: str | Promise
    about: str | Promise
    route: str = ""


_LINKS: Final[dict[Room, CaseLink]] = {
    "notices": CaseLink(
        _("Notices"),
        _("Not built in here yet. Send notices as you do today, and note each as a task with its deadline."),
    ),
    "evidence": CaseLink(
        _("Evidence"),
        _("Not built in here yet. Keep evidence as you do today, and note it as a task."),
    ),
    "watch": CaseLink(
        _("Watch"),
        _("Not built in here yet. Note as a task when you will look for new copies again."),
    ),
}


def register(room: Room, link: CaseLink) -> None:
    """A room is built: its link takes the place of the note."""
    _LINKS[room] = link


def links() -> list[CaseLink]:
    """In the order of the work."""
    return list(_LINKS.values())
