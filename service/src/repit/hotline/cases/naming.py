"""What those who work on a case call it among themselves: a few words instead of eight signs.

In: a caseworker's words. Out: one sealed record in the room of the thread; the words again for those who have
the case. Next: `worklist`, the desk. They go with the messages when the case's time is over, and with the
case when it is handed on. The person holds a key to that room, and is not shown them.
"""

from typing import Final

from repit.foundation.errors import TooLarge
from repit.hotline.cases.casefile import Casefile, Turn, worked

MAX_CHARACTERS: Final = 60
_KIND: Final = "name"


def call(file: Casefile, typed: str) -> None:
    """Call a case by another name; by its signs alone where nothing is typed. Raises `TooLarge`,
    `NotGranted`."""
    name = " ".join(typed.split())
    if len(name) > MAX_CHARACTERS:
        raise TooLarge
    with worked(file) as turn:
        value = {"text": name}
        held = turn.read("thread", _KIND)
        if held:
            turn.rewrite(held[0], value)
        elif name:
            turn.add("thread", _KIND, value)
        turn.log_access("named")


def known(turn: Turn) -> str:
    """What a case is called, for those who may read it; often nothing."""
    if not turn.may_read("thread"):
        return ""
    held = turn.read("thread", _KIND)
    return str(held[0].value["text"]) if held else ""
