"""A case in someone's hands: what they may do with it, one turn at a time.

In: a case and a holder's keys. Out: a `Turn`: one transaction in which nobody else touches the case, with the
rooms that this holder may open. Next: `thread`, `locations`, `protection`, `helpers`, `recovery`, `closing`.

Each turn takes the case's lock first and opens the grants anew, so a right that was taken away a moment ago
is gone, and a key that was rotated is the new one. Each turn that shows something leaves a row in the log.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet

from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted, SealBroken
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place
from repit.hotline.cases import access_log, due, grants, records, vault
from repit.hotline.cases.access_log import LogEntry
from repit.hotline.cases.grants import Holder, HolderKind, Named
from repit.hotline.cases.keys import Pair, new_pair
from repit.hotline.cases.models import Case, CaseStep, Grant, Record, Room, Task
from repit.hotline.cases.records import Entry, RecordKind
from repit.hotline.cases.rooms import ROOMS, RoomName
from repit.hotline.cases.states import LIVE, CaseState, Role, step
from repit.hotline.cases.vault import Vault

_TOGETHER: Final = 20
_ROLES: Final[dict[HolderKind, Role]] = {
    "person": "person",
    "pair": "person",
    "helper": "helper",
    "caseworker": "caseworker",
    "desk": "desk",
}


@dataclass(frozen=True, slots=True, repr=False)
class Ahead:
    """What was fetched of one case together with many others, so that a list asks nothing more of each.

    `records`, by mark: the newest first, all of them or, where there are more, as many as were wanted.
    `counts`: how many there are of each.
    """

    records: Mapping[str, Sequence[Record]]
    counts: Mapping[str, int]
    open_tasks: frozenset[int]
    recovery: bool


@dataclass(slots=True, repr=False)
class Turn:
    """One transaction on one case, with what the holder may read (`rooms`) and write (`writes`).

    `sees_log`: a helper who was granted the log. The person, and those at the hotline who have the case, need
    no grant for it. `ahead`: what a list has fetched already (`together`).
    """

    case: Case
    keys: Vault
    holder: Holder
    rooms: dict[RoomName, Pair] = field(default_factory=dict)
    writes: set[RoomName] = field(default_factory=set)
    sees_log: bool = False
    ahead: Ahead | None = None

    @property
    def role(self) -> Role:
        return _ROLES[self.holder.kind]

    def may_read(self, room: RoomName) -> bool:
        return room in self.rooms

    def log_access(self, what: str) -> None:
        """Write into the log that this was read or done."""
        who = self.holder.who or (str(self.holder.id) if self.holder.kind == "helper" else "")
        access_log.record(self.case, self.keys, by=self.role, who=who, what=what)

    def blur_the_log(self) -> None:
        """Some rows that say nothing, so that their number says less."""
        access_log.blur(self.case, self.keys)

    def log(self) -> list[LogEntry]:
        """Every access, the newest first; those at the hotline see accounts, everyone else aliases. Raises
        `NotGranted`."""
        if self.role == "helper" and not self.sees_log:
            raise NotGranted
        found = access_log.of(self.case, self.keys)
        return found if self.role in ("caseworker", "desk") else access_log.without_accounts(found)

    def read(self, room: RoomName, kind: RecordKind, numbers: Collection[int] | None = None) -> list[Entry]:
        """Every record of a kind, in order, or those of these numbers. Raises `NotGranted`, `SealBroken`."""
        pair = self._pair(room)
        ahead = self._ahead(kind)
        if ahead is not None and len(ahead) == (self._counted(kind) if numbers is None else len(numbers)):
            return [records.opened(row, self.keys, pair) for row in reversed(ahead)]
        rows = self._rows(kind).filter(room=room).order_by("number")
        chosen = rows if numbers is None else rows.filter(number__in=numbers)
        return [records.opened(row, self.keys, pair) for row in chosen]

    def newest(self, room: RoomName, kind: RecordKind) -> Iterator[Entry]:
        """The records of a kind, the newest first, each opened as it is asked for."""
        pair = self._pair(room)
        ahead = self._ahead(kind)
        if ahead is not None and len(ahead) == self._counted(kind):
            return (records.opened(row, self.keys, pair) for row in ahead)
        rows = self._rows(kind).filter(room=room).order_by("-number")
        return (records.opened(row, self.keys, pair) for row in _some_at_a_time(rows, ahead or ()))

    def add(self, room: RoomName, kind: RecordKind, value: Mapping[str, Any]) -> int:
        """A new record; its number within its kind. Raises `NotGranted`."""
        if room not in self.writes:
            raise NotGranted
        row = records.new(self.case.id, room, kind, self.count(kind) + 1)
        records.seal(row, self.keys, self.public(room), value)
        row.save(force_insert=True)
        return row.number

    def rewrite(self, entry: Entry, value: Mapping[str, Any]) -> None:
        """Another value in a record's place."""
        row = entry.row
        records.seal(row, self.keys, self.public(_name(row.room)), value)
        row.save(update_fields=["version", "sealed"])

    def drop(self, entries: Iterable[Entry]) -> None:
        """Take records out for good."""
        Record.objects.filter(case=self.case, pk__in=[entry.row.pk for entry in entries]).delete()

    def count(self, kind: RecordKind) -> int:
        """The highest number of a kind so far (numbers are not used twice)."""
        return self._rows(kind).aggregate(top=Max("number"))["top"] or 0

    def move(self, after: CaseState, by: Role | None = None) -> None:
        """Take a step in the life of the case. Raises `TransitionRefused`."""
        take_step(self.case, after, by or self.role)

    def stir(self) -> None:
        """A sign of life: the clock of an open case begins anew."""
        day = due.after_silence(now().date())
        if self.case.state in LIVE and self.case.due_on != day:
            self.case.due_on = day
            self.case.save(update_fields=["due_on"])

    def give(self, to: Named, rooms: Iterable[RoomName], *, read: bool = True, writes: bool = True) -> None:
        """Let someone into rooms that this holder can open itself. Raises `NotGranted`."""
        for name in rooms:
            key = self._pair(name).private if read else None
            version = Room.objects.get(case=self.case, name=name).version
            grants.give(self.case.id, self.keys, name, to, key, writes=writes, version=version)

    def rotate(self, rooms: Iterable[RoomName]) -> None:
        """New keys for rooms, everything in them sealed anew, for those who are still granted them."""
        for name in rooms:
            old, new = self._pair(name), new_pair()
            if self.public(name) != old.public:
                raise SealBroken(detail=f"the keys of {name} do not fit")
            room = Room.objects.get(case=self.case, name=name)
            room.version += 1
            room.sealed = self.keys.sealer(name).seal(new.public, room_place(room))
            room.save(update_fields=["version", "sealed"])
            for row in Record.objects.filter(case=self.case, room=name):
                value = records.opened(row, self.keys, old).value
                records.seal(row, self.keys, new.public, value)
                row.save(update_fields=["version", "sealed"])
            for held, row_writes in self._granted(name):
                key = new.private if held.boxed else None
                grants.give(
                    self.case.id, self.keys, name, held.to, key, writes=row_writes, version=room.version
                )
            self.rooms[name] = new

    def public(self, name: RoomName) -> bytes:
        """The key by which a room is written to."""
        room = Room.objects.get(case=self.case, name=name)
        return self.keys.sealer(name).open(room.sealed, room_place(room))

    def open_tasks(self) -> frozenset[int]:
        """The numbers of the tasks that are open."""
        if self.ahead is not None:
            return self.ahead.open_tasks
        return frozenset(Task.objects.filter(case=self.case, state="open").values_list("number", flat=True))

    def let_in(self, rows: Iterable[Grant], rooms: Collection[RoomName] = ROOMS) -> None:
        """Open what these grants give in the rooms that are wanted. Raises `NotFound` where there are none
        for any room."""
        found = False
        for row in rows:
            found = True
            if row.room == "log":
                self.sees_log = True
                continue
            name = _name(row.room)
            if name not in rooms:
                continue
            held = grants.opened(row, self.keys)
            if held.boxed:
                self.rooms[name] = grants.key_in(held, self.holder.pair)
            if held.writes:
                self.writes.add(name)
        if not found:
            raise NotFound

    def _ahead(self, kind: RecordKind) -> Sequence[Record] | None:
        mark = records.mark(self.case.id, kind)
        return self.ahead.records.get(mark) if self.ahead is not None else None

    def _counted(self, kind: RecordKind) -> int:
        mark = records.mark(self.case.id, kind)
        return self.ahead.counts[mark] if self.ahead is not None else -1

    def _rows(self, kind: RecordKind) -> QuerySet[Record]:
        return Record.objects.filter(case=self.case, mark=records.mark(self.case.id, kind))

    def _granted(self, name: RoomName) -> list[tuple[grants.Held, bool]]:
        rows = Grant.objects.filter(case=self.case, room=name)
        return [(held, held.writes) for held in (grants.opened(row, self.keys) for row in rows)]

    def _pair(self, room: RoomName) -> Pair:
        if room not in self.rooms:
            raise NotGranted
        return self.rooms[room]


@dataclass(frozen=True, slots=True, repr=False)
class Casefile:
    """A case and someone's keys to it. Holds nothing open between turns."""

    case_id: int
    holder: Holder

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Raises `NotFound` where the case is gone or nothing in it is granted (any more)."""
        with transaction.atomic():
            case = Case.objects.select_for_update().filter(pk=self.case_id).first()
            if case is None:
                raise NotFound
            turn = Turn(case, vault.of(case), self.holder)
            mark = grants.mark(case.id, self.holder.kind, self.holder.id)
            turn.let_in(Grant.objects.filter(case=case, holder=mark).exclude(room="share"))
            turn.stir()
            yield turn


@contextmanager
def worked(file: Casefile) -> Iterator[Turn]:
    """A turn of a caseworker who has the case, for what they alone do. Raises `NotFound`, `NotGranted`."""
    with file.turn() as turn:
        if turn.role != "caseworker" or not turn.may_read("thread"):
            raise NotGranted
        yield turn


def found_rooms(case: Case, keys: Vault, owner: Holder) -> Turn:
    """The rooms of a new case, all granted to the person; a turn to go on with. Within a transaction."""
    turn = Turn(case, keys, owner, writes=set(ROOMS))
    for name in ROOMS:
        pair = new_pair()
        room = Room(id=random_key(), case=case, name=name)
        room.sealed = keys.sealer(name).seal(pair.public, room_place(room))
        room.save(force_insert=True)
        turn.rooms[name] = pair
    turn.give(owner.named, ROOMS)
    note_step(case, "", "new", "person")
    return turn


def take_step(case: Case, after: CaseState, by: Role) -> None:
    """Move a case whose lock is held, set its clock, leave a row. Raises `TransitionRefused`."""
    before: Any = case.state
    step(before, after, by)
    today = now().date()
    case.state = after
    if after in LIVE:
        case.due_on = due.after_silence(today)
    else:
        case.due_on = due.at_the_latest(today) if after == "kept" else due.after_closing(today)
    case.save(update_fields=["state", "due_on"])
    note_step(case, before, after, by)


def note_step(case: Case, before: str, after: str, by: Role) -> None:
    """The row that a step leaves."""
    number = CaseStep.objects.filter(case=case).count() + 1
    CaseStep.objects.create(
        id=random_key(), case=case, number=number, before=before, after=after, by=by, on=now().date()
    )


def room_place(room: Room) -> Place:
    """Where a room's public key stands."""
    return Place("cases_room", f"{room.case_id}/{room.name}/{room.id}", "sealed", room.version)


def _name(room: str) -> RoomName:
    return next(name for name in ROOMS if name == room)


def _some_at_a_time(rows: QuerySet[Record], first: Sequence[Record]) -> Iterator[Record]:
    """Records by falling number, after those that are here already. Whoever asks may stop early: no cursor
    stays open in the database."""
    some = list(first) or list(rows[:_TOGETHER])
    while some:
        yield from some
        some = list(rows.filter(number__lt=some[-1].number)[:_TOGETHER])
