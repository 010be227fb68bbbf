"""Which cases the list shows, in which order, and which page of them.

In: a form or an address, the cases of a tray. Out: the choice; an address that says it; what matches. Next:
`inbox`. What is searched for may say something of a person: it never stands in an address, and is compared
here, with what was opened for this page alone. The rest of a choice says nothing of anyone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from django.utils.http import urlencode

from repit.foundation.folding import folded
from repit.hotline.cases.worklist import Summary

PAGE: Final = 50
MAX_CHARACTERS: Final = 100
SHOWS: Final = ("all", "mine", "new", "others", "closed")
UNOPENED: Final = ("others", "closed")
"""Lists for which nothing in a case is opened: all that can be told there is the state of those with
colleagues."""
WAITS: Final = ("", "us", "person")
STATES: Final = ("", "new", "in-hand", "waiting")
SORTS: Final = ("", "moved", "oldest", "name")


@dataclass(frozen=True, slots=True)
class Choice:
    """`show`: whose cases. `waits`: for whose next word. `word`: looked for; it is in no address."""

    show: str = "all"
    state: str = ""
    waits: str = ""
    late: bool = False
    sort: str = ""
    page: int = 1
    word: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether some of the cases are left out."""
        return bool(self.state or self.waits or self.late or self.word)

    def address(self, base: str, **other: str | int) -> str:
        """The list with this choice, but for the word; `found` says that there is one."""
        fields = {
            "show": self.show if self.show != "all" else "",
            "state": self.state,
            "waits": self.waits,
            "late": "yes" if self.late else "",
            "sort": self.sort,
            "found": "yes" if self.word else "",
            **other,
        }
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{base}?{query}" if query else base


def chosen(fields: Mapping[str, str], word: str = "") -> Choice:
    """A choice from an address or a form; what is unknown, or cannot be told of that list, is as if it were
    not there."""
    page, show = fields.get("page", ""), _one_of(SHOWS, fields.get("show", ""))
    opened = show not in UNOPENED
    return Choice(
        show,
        _one_of(STATES, fields.get("state", "") if show != "closed" else ""),
        _one_of(WAITS, fields.get("waits", "") if opened else ""),
        opened and fields.get("late") == "yes",
        _one_of(SORTS, fields.get("sort", "") if opened else ""),
        int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 5 else 1,
        " ".join(word.split())[:MAX_CHARACTERS],
    )


def applied(choice: Choice, cases: Sequence[Summary]) -> list[Summary]:
    """Those that are wanted, in the order that is wanted; the order of a tray is by what presses."""
    words = searched(choice.word)
    found = [
        case
        for case in cases
        if (not choice.state or case.state == choice.state)
        and (not choice.late or "late" in case.urgency.reasons)
        and (not choice.waits or _waits(case) == choice.waits)
        and matches(words, _texts(case))
    ]
    key = _ORDERS.get(choice.sort)
    return found if key is None else sorted(found, key=key)


def matches(words: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether each word stands somewhere, whatever its capitals and accents."""
    plain = folded("\n".join(texts)) if words else ""
    return all(word in plain for word in words)


def searched(word: str) -> list[str]:
    """What is looked for, in words."""
    return folded(word).split()


def _texts(case: Summary) -> list[str]:
    words = [case.last.text] if case.last else []
    return [case.label, case.name, *(task.text for task in case.tasks), *case.addresses, *words]


def _waits(case: Summary) -> str:
    if case.waits_since or (case.state in ("new", "in-hand") and case.last is None):
        return "us"
    return "person" if case.state == "waiting" else ""


def _moved(case: Summary) -> datetime:
    moved = case.moved
    return moved if isinstance(moved, datetime) else datetime.combine(moved, time(), UTC)


def _one_of(known: Sequence[str], typed: str) -> str:
    return typed if typed in known else known[0]


_ORDERS: Final[Mapping[str, Callable[[Summary], tuple[float | str, ...]]]] = {
    "moved": lambda case: (-_moved(case).timestamp(),),
    "oldest": lambda case: (case.opened_on.toordinal(),),
    "name": lambda case: (not case.name, folded(case.name), case.label),
}
