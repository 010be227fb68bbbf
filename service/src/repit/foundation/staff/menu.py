"""What a member can open, for the first page and the menu.

In: `register`, called by each desk's app as Django starts. Out: the entries that a member may open. Next:
`views`, the base template's menu. The staff area knows no desk: each brings its entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise

from repit.foundation.staff.models import Member
from repit.foundation.staff.roles import Permission


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page that members with one of these permissions may open: its route, its name, one sentence on it.
    `last`: behind the desks, whenever it was added."""

    route: str
    name: str | Promise
    about: str | Promise
    permissions: frozenset[Permission]
    last: bool = False


_ENTRIES: Final[dict[str, MenuEntry]] = {}


def register(entry: MenuEntry) -> None:
    """Add an entry; a second one of the same route takes its place."""
    _ENTRIES[entry.route] = entry


def open_to(member: Member) -> list[MenuEntry]:
    """The entries that this member may open, in the order in which they were added."""
    found = [entry for entry in _ENTRIES.values() if entry.permissions & member.permissions]
    return sorted(found, key=lambda entry: entry.last)


def entry_of(path: str, entries: Iterable[MenuEntry]) -> str:
    """The route of the entry under which a page stands: of several the one that says most of its address;
    empty for a page under none."""
    found = {reverse(entry.route): entry.route for entry in entries}
    above = [address for address in found if path.startswith(address)]
    return found[max(above, key=len)] if above else ""
