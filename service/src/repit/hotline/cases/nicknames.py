"""What the person calls their pictures, so that they know them apart.

In: names, by the numbers of items. Out: one sealed record; the same names on the items again. Next:
`service`, the person's pages.

They stand in the person's own room: no helper and nobody at the hotline holds a key to it. They are all in
one record, which does not show how many there are. They stay as long as the case does, for whoever ends a
protection later must know of what.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from repit.foundation.errors import InputRefused, NotGranted, Text
from repit.hotline.cases import links
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.protection import Status

MAX_CHARACTERS: Final = 40
_KIND: Final = "nicknames"


def put(file: Casefile, names: Mapping[int, str]) -> None:
    """Call these items so; an empty name takes one off. Others keep theirs. Raises `InputRefused`,
    `NotGranted`."""
    with file.turn() as turn:
        if turn.role != "person":
            raise NotGranted
        written = {number: _tidied(name) for number, name in names.items()}
        if any(is_too_long(name) for name in written.values()):
            raise InputRefused(
                Text("A name is too long.", "Un nom est trop long."),
                Text("Use 40 characters at most.", "Utilisez 40 caractères au plus."),
            )
        if not written.keys() <= set(range(1, len(links.of(turn)) + 1)):
            raise InputRefused(Text("The case has no such item.", "Le dossier n’a pas cet élément."))
        known = {number: name for number, name in {**_read(turn), **written}.items() if name}
        _write(turn, known)
        turn.log_access("nicknames")


def is_too_long(name: str) -> bool:
    """Whether `put` refuses it for that."""
    return len(_tidied(name)) > MAX_CHARACTERS


def on(turn: Turn, status: Status) -> Status:
    """The items with what the person calls them."""
    known = _read(turn)
    return Status(tuple(replace(item, nickname=known.get(item.number, "")) for item in status.items))


def _tidied(name: str) -> str:
    return " ".join(name.split())


def _read(turn: Turn) -> dict[int, str]:
    held = turn.read("private", _KIND)
    return {int(number): name for number, name in held[0].value["names"].items()} if held else {}


def _write(turn: Turn, known: Mapping[int, str]) -> None:
    value = {"names": {str(number): name for number, name in sorted(known.items())}}
    held = turn.read("private", _KIND)
    if held:
        turn.rewrite(held[0], value)
    elif known:
        turn.add("private", _KIND, value)
