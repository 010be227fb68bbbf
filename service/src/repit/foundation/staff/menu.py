"""What a member can open, for the first page and the menu.

In: `register`, called by each desk's app as Django starts. Out: the doors open to a member. Next: `views`,
the base template's menu. The staff area knows no desk: each brings its door.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from repit.foundation.staff.models import Member
from repit.foundation.staff.roles import Permission


@dataclass(frozen=True, slots=True)
class Door:
    """A page that members with one of these permissions may open: its route, its name, one sentence on it."""

    route: str
    name: str | Promise
    about: str | Promise
    permissions: frozenset[Permission]


_DOORS: Final[dict[str, Door]] = {}


def register(door: Door) -> None:
    """Announce a door; a second one of the same route takes its place."""
    _DOORS[door.route] = door


def open_to(member: Member) -> list[Door]:
    """The doors that this member may open, in the order they were announced."""
    return [door for door in _DOORS.values() if door.permissions & member.permissions]
