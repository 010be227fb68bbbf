"""The end of a protection: at once, or in an hour in which it can be kept after all.

In: a turn of the person, which items. Out: links that say what was asked; letters to the bank. Next:
`service`, `closing`.

Until the hour is over nothing changes for anyone: the item stays in the bank, sites refuse copies. What will
end it is a letter to the bank (`bank.letters`), for which nobody needs the person's keys and which names no
case; in the case only what is sealed for the person says that it was asked for. Whether a letter came to it
or was revoked, the bank knows, and the links follow it (`protection.settled`): a process that ends in
between, two tabs, a button pressed at the last moment change nothing of that.

An hour, and not the withdrawal at once with a way to bring it back: what was withdrawn is destroyed within a
minute, here and at the sites, and no copy of a hash is kept for anyone who may change their mind.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TransitionRefused
from repit.hotline.bank import carrying, revoking
from repit.hotline.cases import due, links
from repit.hotline.cases.casefile import Turn
from repit.hotline.cases.links import Link
from repit.hotline.cases.protection import ACTOR, at_the_bank, settled

Which = Sequence[int] | Literal["all"]
_REASON: Final = "the person took it back"


class TooLateToKeep(TransitionRefused):
    """Nothing waits any more: it was carried out."""

    code = "too-late-to-keep"
    message = Text("The hour to undo it is over.", "L’heure pour revenir en arrière est passée.")
    next_step = Text(
        "If you still have the pictures, you can add them again. They are then protected as before.",
        "Si vous avez encore les images, vous pouvez les ajouter de nouveau. Elles seront protégées comme"
        " avant.",
    )


def at_once(turn: Turn, which: Which) -> None:
    """Take items back, by their numbers, or all. The bank's feed carries it on at once.

    Doing it again changes nothing. Raises `InputRefused` for an item that is not there, `NotGranted`.
    """
    held = _held(turn)
    chosen = [held[number - 1] for number in _chosen(held, which)]
    names = [link.item for link in chosen if not link.back]
    # What waits for its hour is not revoked: keys are wiped at once, and were this transaction lost, nothing
    # would be left of what was asked for before. Of two letters the second to be carried out does nothing.
    waiting = [link.item for link in chosen if link.asked]
    _write(turn, [replace(link, asked=False, back=True) if link in chosen else link for link in held])
    carrying.let_go(names, actor=ACTOR, reason=_REASON, waiting=waiting)


def in_an_hour(turn: Turn, which: Which) -> None:
    """The same in an hour. What was asked for before keeps its hour. Raises the same."""
    held = _held(turn)
    chosen = {held[number - 1].item for number in _chosen(held, which) if held[number - 1].stands}
    if not chosen:
        return
    _write(turn, [replace(link, asked=True) if link.item in chosen else link for link in held])
    carrying.let_go_in_an_hour(sorted(chosen), actor=ACTOR, reason=_REASON)


def keep_after_all(turn: Turn, which: Which) -> bool:
    """Have everything go on that waits for its hour; whether anything did. `which` was seen to wait, by its
    numbers: kept before, in another tab, it goes on. Raises `TooLateToKeep` where it does not,
    `InputRefused`, `NotGranted`."""
    held = _held(turn)
    waiting = {link.item for link in held if link.asked}
    kept = revoking.keep_after_all(waiting) if waiting else set[str]()
    if kept:
        _write(turn, [replace(link, asked=False) if link.item in kept else link for link in held])
        return True
    seen = _chosen(held, which)
    if not seen or not all(held[number - 1].stands for number in seen):
        raise TooLateToKeep
    return False


def _held(turn: Turn) -> list[Link]:
    if turn.role != "person":
        raise NotGranted
    held = links.of(turn)
    return settled(turn, held, at_the_bank(held))


def _chosen(held: Sequence[Link], which: Which) -> Sequence[int]:
    chosen = range(1, len(held) + 1) if which == "all" else sorted(set(which))
    if any(not 1 <= number <= len(held) for number in chosen):
        raise InputRefused(Text("The case has no such item.", "Le dossier n’a pas cet élément."))
    return chosen


def _write(turn: Turn, changed: Sequence[Link]) -> None:
    """Write the links; where nothing of a case that is only kept is wanted any more, set its last day: time
    to see how far the withdrawal has come."""
    before = any(link.stands for link in links.of(turn))
    links.write(turn, changed)
    if turn.case.state == "kept" and before and not any(link.stands for link in changed):
        turn.case.due_on = due.at_the_latest(now().date())
        turn.case.save(update_fields=["due_on"])
