"""Messages between a person and those who have their case.

In: text. Out: sealed messages, in one order for everyone; none is lost, whoever writes at once. Next: the
person's pages, the desk.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text, TooLarge
from repit.hotline.cases import aliases, records
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.models import Record
from repit.hotline.cases.records import Entry

MAX_CHARACTERS: Final = 8_000
MAX_MESSAGES: Final = 2_000
_KIND: Final = "message"
NOTES: Final = ("recovery-asked", "recovery-refused", "recovery-done", "words-changed", "helper-added")


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """`by`: person, caseworker or repit; a note by repit has its name in `text` (see `NOTES`). `who` wrote it
    at the hotline: an account for colleagues, an alias for the person, empty where nobody knows any more."""

    number: int
    by: str
    at: datetime
    text: str
    who: str = ""


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
        who = turn.holder.who if turn.role == "caseworker" else ""
        number = turn.add("thread", _KIND, _value(turn.role, plain, who))
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
    found = [_message(entry) for entry in turn.read("thread", _KIND)]
    if turn.role in ("caseworker", "desk"):
        return found
    named = aliases.known()
    return [replace(message, who=named.get(message.who, "")) for message in found]


class Latest(NamedTuple):
    """The end of a thread: the last message of a person or a caseworker, and since when the person waits for
    an answer (None where they did not write last)."""

    message: Message | None
    waits_since: datetime | None


def latest(turn: Turn) -> Latest:
    """The end of a thread, without opening the rest; of one that is not ours to read, nothing."""
    if not turn.may_read("thread"):
        return Latest(None, None)
    last: Message | None = None
    since = None
    for entry in turn.newest("thread", _KIND):
        message = _message(entry)
        last = last or (message if message.by != "repit" else None)
        if message.by == "caseworker":
            break
        if message.by == "person":
            since = message.at
    return Latest(last, since)


def count(case_id: int) -> int:
    """How many messages a case has; this much a supervisor may see."""
    return Record.objects.filter(case_id=case_id, mark=records.mark(case_id, _KIND)).count()


def _message(entry: Entry) -> Message:
    value = entry.value
    at = datetime.fromisoformat(value["at"])
    # Messages from before aliases do not say who wrote them.
    return Message(entry.number, value["by"], at, value["text"], value.get("who", ""))


def _value(by: str, text: str, who: str = "") -> dict[str, str]:
    value = {"by": by, "at": now().astimezone(UTC).isoformat(timespec="minutes"), "text": text}
    return {**value, "who": who} if who else value
