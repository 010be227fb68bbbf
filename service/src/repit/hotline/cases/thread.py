"""Messages between a person and those who have their case.

In: text. Out: sealed messages, in one order for everyone; none is lost, whoever writes at once. Next: the
person's pages, the desk.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge
from repit.hotline.cases import records
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.models import Record
from repit.hotline.cases.records import Entry

MAX_CHARACTERS: Final = 8_000
MAX_MESSAGES: Final = 2_000
_KIND: Final = "message"
NOTES: Final = ("recovery-asked", "recovery-refused", "recovery-done", "words-changed", "helper-added")


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """`by`: person, caseworker or repit; a note by repit has its name in `text` (see `NOTES`)."""

    number: int
    by: str
    at: datetime
    text: str


def write(file: Casefile, text: str) -> int:
    """Write to the other side; the message's number. Raises `InputRefused`, `TooLarge`, `NotGranted`.

    The person's message opens a closed case again; a caseworker's makes it wait for the person.
    """
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise InputRefused(
            Text("The message is empty.", "Le message est vide."),
            Text("Write a few words first.", "Écrivez d’abord quelques mots."),
        )
    if len(plain) > MAX_CHARACTERS:
        raise TooLarge
    with file.turn() as turn:
        if turn.role not in ("person", "caseworker") or not turn.may_read("thread"):
            raise NotGranted
        if turn.count(_KIND) >= MAX_MESSAGES:
            raise TooLarge
        number = turn.add("thread", _KIND, _value(turn.role, plain))
        if turn.role == "person" and turn.case.state == "waiting":
            turn.move("in-hand")
        elif turn.role == "person" and turn.case.state == "closed":
            turn.move("new")
        elif turn.role == "caseworker":
            if turn.case.state in ("new", "closed"):
                turn.move("in-hand")
            if turn.case.state == "in-hand":
                turn.move("waiting")
        turn.log_access("message")
        return number


def note(turn: Turn, name: str) -> None:
    """A note of our own in the thread, where there still is one; leaving it needs no right."""
    if turn.case.state == "kept":
        return
    before = turn.writes
    turn.writes = {*before, "thread"}
    turn.add("thread", _KIND, _value("repit", name))
    turn.writes = before


def read(file: Casefile) -> list[Message]:
    """The whole thread, oldest first. Raises `NotGranted`."""
    with file.turn() as turn:
        found = known(turn)
        turn.log_access("thread")
        return found


def known(turn: Turn) -> list[Message]:
    """The same within a turn, without a line in the log. Raises `NotGranted`."""
    return [_message(entry) for entry in turn.read("thread", _KIND)]


def waits_since(turn: Turn) -> datetime | None:
    """Since when the person waits for an answer; None where they did not write last, or it is not ours to
    read."""
    if not turn.may_read("thread"):
        return None
    since = None
    for entry in turn.newest("thread", _KIND):
        message = _message(entry)
        if message.by == "caseworker":
            break
        if message.by == "person":
            since = message.at
    return since


def count(case_id: int) -> int:
    """How many messages a case has; this much a supervisor may see."""
    return Record.objects.filter(case_id=case_id, mark=records.mark(case_id, _KIND)).count()


def _message(entry: Entry) -> Message:
    value = entry.value
    return Message(entry.number, value["by"], datetime.fromisoformat(value["at"]), value["text"])


def _value(by: str, text: str) -> dict[str, str]:
    return {"by": by, "at": now().astimezone(UTC).isoformat(timespec="minutes"), "text": text}
