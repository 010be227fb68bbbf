"""What is to be done about a partner's record, given what is known.

In: what is known, a record. Out: decisions, in their order. Next: `write`, which carries them out before the
next record is looked at. Nothing is read or changed here.

A record says the complete present state of one thing at one partner. Said again it changes nothing. What an
origin has withdrawn never comes back, and what a person here has withdrawn does not come back by the same
record. No partner can take away what was submitted here: no decision touches a submission of ours.
"""

from dataclasses import dataclass
from typing import Final

from repit.hotline.bank.partners.known import Known, KnownItem, KnownRecord, Pair
from repit.hotline.bank.record import Origin, Ready, Record

WITHDRAWN: Final = "withdrawn by the partner"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is here, and says what it said."""

    held: KnownRecord


@dataclass(frozen=True, slots=True)
class Admit:
    """It is new, and so are its hashes: an item of its own."""

    ready: Ready
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """It is new, and an item has exactly its hashes."""

    ready: Ready
    item: KnownItem
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Revise:
    """It is here, of the same item: another quality, doubt or origin."""

    held: KnownRecord
    record: Record
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """It is here, and has other hashes now: those of another item, or of none yet."""

    held: KnownRecord
    ready: Ready
    item: KnownItem | None
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class KeepDown:
    """It is here, of an item that was withdrawn: it is known again, and brings nothing back."""

    held: KnownRecord
    record: Record
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """It keeps its item up no more."""

    held: KnownRecord
    reason: str


@dataclass(frozen=True, slots=True)
class Bury:
    """An origin has withdrawn this, wherever else it is held up."""

    origin: Pair


@dataclass(frozen=True, slots=True)
class Lose:
    """The keys of an item were destroyed since the backup that was put back was made: it is withdrawn."""

    item: KnownItem


Decision = Unchanged | Admit | Join | Revise | Move | KeepDown | Release | Bury | Lose


def burials(known: Known, ready: Ready) -> list[Decision]:
    """What its origins have withdrawn, told beside a record. Ours is not theirs to withdraw."""
    if not ready.record.gone or known.says_nothing_new(ready.record):
        return []
    return [Bury(pair) for pair in ready.record.gone if pair[0] != known.here]


def decisions(known: Known, ready: Ready) -> list[Decision]:
    """What is to be done about a record itself, once its burials are carried out."""
    record = ready.record
    held = known.named.get(record.name)
    if held is not None and known.says_nothing_new(record):
        return [Unchanged(held)]
    origins = known.acceptable(record)
    if record.submission is None or not origins:
        return [] if held is None else [Release(held, WITHDRAWN)]
    item = known.item_of(record.submission)
    if held is None:
        return _of_a_new_one(known, ready, item, origins)
    return _of_one_that_is_here(known, held, ready, item, origins)


def _of_a_new_one(
    known: Known, ready: Ready, item: KnownItem | None, origins: tuple[Origin, ...]
) -> list[Decision]:
    if item is None:
        return [Admit(ready, origins)]
    if known.destroyed(item):
        return [Lose(item), Admit(ready, origins)]
    return [Join(ready, item, origins)]


def _of_one_that_is_here(
    known: Known, held: KnownRecord, ready: Ready, item: KnownItem | None, origins: tuple[Origin, ...]
) -> list[Decision]:
    if not held.item.lives:
        kept_down = known.is_kept_down(held, ready.record, origins)
        return [Unchanged(held) if kept_down else KeepDown(held, ready.record, origins)]
    if known.destroyed(held.item):
        return [Lose(held.item), KeepDown(held, ready.record, origins)]
    if item is held.item:
        return [Revise(held, ready.record, origins)]
    if item is not None and known.destroyed(item):
        return [Lose(item), Move(held, ready, None, origins)]
    return [Move(held, ready, item, origins)]
