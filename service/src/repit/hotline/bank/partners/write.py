"""The one writer of partner records: carries decisions out, in their order, and writes what they change.

In: decisions, under the bank's lock. Out: rows (`rows`), steps, changes and audit (`journal`). Next: `feed`.
Each decision is carried out on what is known, in memory, with all that follows for the item (`follow`);
`close` writes it down. For one record it is the same as for a hundred.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import count

from repit.foundation.ids import token
from repit.hotline.bank import admitting, incoming, lifecycle, names, sealed, widely_published
from repit.hotline.bank.admitting import Way
from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.journal import Journal
from repit.hotline.bank.lifecycle import ACTOR
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Feed, PartnerRecord, RecordOrigin
from repit.hotline.bank.partners.decide import (
    Admit,
    Bury,
    Decision,
    Join,
    KeepDown,
    Lose,
    Move,
    Release,
    Revise,
    Unchanged,
)
from repit.hotline.bank.partners.follow import Follow
from repit.hotline.bank.partners.known import ITSELF, Known, KnownItem, KnownRecord, Pair, origin_key
from repit.hotline.bank.partners.rows import Rows
from repit.hotline.bank.record import Origin, Ready, Record

_HELD = "told by a partner"
_BURIED = "withdrawn by its origin"
_CHANGED = "the partner changed its hashes"
_NEW = 2**63
"""Places of new records: behind every key."""


class Writer:
    """Of one group of one partner; `ready`: what may be admitted of it. `run`: the reading it is part of."""

    def __init__(
        self, line: Feed, known: Known, ready: Sequence[Ready] = (), *, publish: bool, run: int
    ) -> None:
        self._known = known
        self._run = run
        self._journal = Journal(line)
        self._rows = Rows(self._journal)
        self._follow = Follow(known, self._journal, self._rows)
        self._places = count(_NEW)
        self._way = Way(f"{ACTOR} {known.source}"[:100], known.source, publish, own=False)
        made = [sealed_record.incoming for sealed_record in ready if sealed_record.incoming is not None]
        if made:
            incoming.secure(made)
        self._slots = {coming.item.slot for coming in made}

    def carry_out(self, decisions: Iterable[Decision]) -> bool:
        """Whether any of them changed a record."""
        changed = False
        for decision in decisions:
            self._carry_out(decision)
            changed |= not isinstance(decision, Unchanged | Bury | Lose)
        return changed

    def _carry_out(self, decision: Decision) -> None:
        match decision:
            case Unchanged(held):
                self._rows.seen.append(held.row.pk)
            case Admit(ready, origins):
                self._keep_up(self._begin(ready), ready.record, origins)
            case Join(ready, item, origins):
                self._again(item, ready)
                self._keep_up(item, ready.record, origins)
            case Revise(held, record, origins):
                self._revise(held, record, origins)
            case Move(held, ready, item, origins):
                self._move(held, ready, item, origins)
            case KeepDown(held, record, origins):
                self._keep_down(held, record, origins)
            case Release(held, reason):
                self._release(held, reason)
            case Bury(origin):
                self._bury(origin)
            case Lose(item):
                self._follow.step(item, "withdrawn", lifecycle.RESTORE, lifecycle.KEYS_GONE)

    def close(self) -> None:
        """Write everything down; once."""
        self._rows.write(self._run)

    # --- a record and its item

    def _begin(self, ready: Ready) -> KnownItem:
        """The new item of a record."""
        made, known = self._sealed(ready), self._known
        admitting.begin(self._journal, made, self._way, self._listed)
        item = KnownItem(made.item, hashes=made.hashes)
        known.opened.hold(made.item.pk, made.pair)
        known.items[made.fingerprint] = item
        self._rows.begun(made)
        return item

    def _again(self, item: KnownItem, ready: Ready) -> None:
        """An item that lives is told of again: as better than it was known, or ready to be let out."""
        made, row, opened = self._sealed(ready), item.row, self._known.opened
        gone, fresh = admitting.better(row, item.hashes, made.submission, opened, self._lookup)
        if fresh:
            item.hashes[:] = [*(hash_ for hash_ in item.hashes if hash_ not in gone), *fresh]
            self._rows.hashes_gone(gone)
            row.parts = sealed.parts(row.media, opened.hashes(row, item.hashes))
            self._rows.changed(item)
            if row.announced:
                self._journal.announce(row)
        let_out = row.state == "received" and self._way.publish and made.publishable
        if let_out and not made.still_famous(self._listed):
            self._follow.step(item, "active", self._way.actor, self._way.published)

    def _keep_up(self, item: KnownItem, record: Record, origins: Iterable[Origin]) -> None:
        """A new record keeps an item up."""
        known = self._known
        row = PartnerRecord(item=item.row, source=known.source, run=self._run, disputed=record.disputed)
        names.put(row, record, known.opened, self._lookup)
        held = KnownRecord(row, item, next(self._places), record.name)
        known.put(held, [_origin(row, origin) for origin in origins])
        self._rows.kept(held)
        self._follow.changed(item, self._way.actor, _HELD)

    def _revise(self, held: KnownRecord, record: Record, origins: Iterable[Origin]) -> None:
        names.put(held.row, record, self._known.opened, self._lookup)
        differs = self._note(held, record, origins)
        self._follow.changed(held.item, self._way.actor, _HELD, announce=differs)

    def _move(
        self, held: KnownRecord, ready: Ready, item: KnownItem | None, origins: Iterable[Origin]
    ) -> None:
        before = held.item
        if item is None:
            item = self._begin(ready)
        else:
            self._again(item, ready)
        del before.records[held.place]
        held.item, held.row.item = item, item.row
        self._revise(held, ready.record, origins)
        # Last, so that no subscriber meets a moment without either.
        self._follow.left(before, _CHANGED)

    def _keep_down(self, held: KnownRecord, record: Record, origins: Iterable[Origin]) -> None:
        names.keep_down(held.row, record)
        self._note(held, record, origins)

    def _release(self, held: KnownRecord, reason: str) -> None:
        self._known.drop(held)
        self._rows.released(held)
        if held.item.lives:
            self._follow.left(held.item, reason)

    def _bury(self, pair: Pair) -> None:
        self._known.buried.add(pair)
        self._journal.entomb(*pair, "")
        for held in self._known.has_origin(pair):
            self._journal.entomb(*pair, held.item.row.token)
            self._rows.origins_gone([held.origins[pair]])
            self._known.put(held, [row for other, row in held.origins.items() if other != pair])
            if not held.origins:
                self._release(held, _BURIED)
            elif held.item.lives:
                self._follow.recount(held.item, ACTOR, _BURIED, announce=True)

    def _note(self, held: KnownRecord, record: Record, origins: Iterable[Origin]) -> bool:
        """What a record says beside its hashes; whether its origins are others than before."""
        held.row.run, held.row.disputed = self._run or held.row.run, record.disputed
        wanted = {origin_key(origin): origin for origin in origins}
        kept = {noted: row for noted, row in held.noted().items() if noted in wanted}
        gone = [row for row in held.origins.values() if row not in kept.values()]
        fresh = [origin for words, origin in wanted.items() if words not in kept]
        self._known.put(held, [*kept.values(), *(_origin(held.row, origin) for origin in fresh)])
        self._rows.origins_gone(gone)
        self._rows.kept(held)
        return bool(gone or fresh)

    # --- what is needed at most once

    def _sealed(self, ready: Ready) -> Incoming:
        """A submission that was known when its record was made ready, and has been let go of since, is sealed
        only now."""
        if ready.incoming is not None:
            return ready.incoming
        if ready.record.submission is None:
            raise RuntimeError("what is withdrawn has nothing to seal")
        [made] = incoming.ready([ready.record.submission])
        incoming.secure([made], self._slots)
        self._slots.add(made.item.slot)
        return made

    @cached_property
    def _listed(self) -> bytes:
        return widely_published.listed()

    @property
    def _lookup(self) -> Lookup:
        return self._known.lookups[0]


def _origin(row: PartnerRecord, origin: Origin) -> RecordOrigin:
    name = token() if origin.token == ITSELF else origin.token
    return RecordOrigin(record=row, installation=origin.installation, token=name, path=",".join(origin.path))
