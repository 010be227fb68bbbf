"""Where it was seen, and what the person wants.

In: addresses or names of accounts, as typed; wishes. Out: sealed records. Next: the person's pages, the desk,
later notices and watch. Addresses are text to us: nothing here visits them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge
from repit.hotline.cases.casefile import Casefile, Turn

Want = Literal["block", "remove", "evidence", "talk"]
Level = Literal["one", "family"]
WANTS: Final[tuple[Want, ...]] = get_args(Want)
MAX_LOCATIONS: Final = 200
MAX_CHARACTERS: Final = 2_000
_LOCATION: Final = "location"
_WISHES: Final = "wishes"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants, and how far the protection goes."""

    wants: tuple[Want, ...] = ()
    level: Level = "family"


@dataclass(frozen=True, slots=True, repr=False)
class Location:
    """One location: as it was typed, and whether the person, a helper or a caseworker added it."""

    number: int
    text: str
    by: str
    gone: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Locations:
    """What a holder may know of the locations: all of them, or (a helper) only how many there are."""

    count: int
    shown: Sequence[Location] = field(default_factory=tuple)


def lines(typed: str) -> list[str]:
    """One location a line, without empty ones and repeats. Raises `InputRefused`, `TooLarge`."""
    found = list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
    if any(len(line) > MAX_CHARACTERS for line in found):
        raise InputRefused(
            Text("An address is too long.", "Une adresse est trop longue."),
            Text("Write one address on each line.", "Écrivez une adresse par ligne."),
        )
    if len(found) > MAX_LOCATIONS:
        raise TooLarge
    return found


def add(file: Casefile, texts: Sequence[str]) -> int:
    """Add locations; how many there are now. Who may add need not be able to read. Raises `NotGranted`."""
    with file.turn() as turn:
        put(turn, texts)
        turn.log_access("location-added")
        return turn.count(_LOCATION)


def put(turn: Turn, texts: Sequence[str]) -> None:
    """The same within a turn. Raises `NotGranted`, `TooLarge`."""
    if "locations" not in turn.writes:
        raise NotGranted
    if turn.count(_LOCATION) + len(texts) > MAX_LOCATIONS:
        raise TooLarge
    for text in texts:
        turn.add("locations", _LOCATION, {"text": text, "by": turn.role, "gone": False})


def remove(file: Casefile, number: int) -> None:
    """Take a location back: its text is overwritten. Raises `NotGranted`, `InputRefused`."""
    with file.turn() as turn:
        if turn.role not in ("person", "caseworker"):
            raise NotGranted
        entry = next((e for e in turn.read("locations", _LOCATION) if e.number == number), None)
        if entry is None:
            raise InputRefused(Text("There is no such address.", "Cette adresse n’existe pas."))
        turn.rewrite(entry, {"text": "", "by": entry.value["by"], "gone": True})
        turn.log_access("location-removed")


def read(file: Casefile) -> Locations:
    """The locations, as far as this holder may know them. Raises `NotGranted`."""
    with file.turn() as turn:
        if turn.role == "helper" and "locations" not in turn.writes:
            raise NotGranted  # not even how many there are
        found = known(turn)
        turn.log_access("locations")
        return found


def known(turn: Turn) -> Locations:
    """The same within a turn, without a line in the log."""
    if not turn.may_read("locations"):
        return Locations(turn.count(_LOCATION))
    shown = [
        Location(e.number, e.value["text"], e.value["by"])
        for e in turn.read("locations", _LOCATION)
        if not e.value["gone"]
    ]
    return Locations(len(shown), shown)


def set_wishes(file: Casefile, wishes: Wishes) -> None:
    """What the person wants now. Raises `NotGranted`."""
    with file.turn() as turn:
        put_wishes(turn, wishes)
        turn.log_access("wishes")


def put_wishes(turn: Turn, wishes: Wishes) -> None:
    """The same within a turn."""
    if turn.role != "person":
        raise NotGranted
    value: dict[str, Any] = {"wants": list(wishes.wants), "level": wishes.level}
    held = turn.read("locations", _WISHES)
    if held:
        turn.rewrite(held[0], value)
    else:
        turn.add("locations", _WISHES, value)


def wishes_of(turn: Turn) -> Wishes:
    """What the person wants, within a turn. Raises `NotGranted`."""
    held = turn.read("locations", _WISHES)
    if not held:
        return Wishes()
    return Wishes(tuple(held[0].value["wants"]), held[0].value["level"])
