"""What is to be done about a partner's record follows from what is known: no database, nothing changed.

Nothing here is marked for a database, so a query would fail the test.
"""

from __future__ import annotations

import secrets
from typing import Any

from bank_strategies import HOTLINES, records, submissions
from hypothesis import event, given, settings
from hypothesis import strategies as st

from repit.foundation.sealing import Digester
from repit.hotline.bank import names
from repit.hotline.bank.keys import NONE
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.models import Item, PartnerRecord, RecordOrigin
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
    burials,
    decisions,
)
from repit.hotline.bank.partners.known import Known, KnownItem, KnownRecord
from repit.hotline.bank.record import Ready, Record
from repit.hotline.bank.sealed import Opened

HERE, SOURCE = HOTLINES[0], "a"
NAMES = tuple(f"r{number}" for number in range(10))
STATES = ("received", "active", "active", "disputed", "withdrawn")
PAIRS = st.tuples(st.sampled_from(HOTLINES), st.builds("t{}".format, st.integers(0, 4)))


@st.composite
def known(draw: st.DrawFn) -> Known:
    """Some items, some of them kept up by records of this partner, some whose keys are gone."""
    lookups = [Lookup(number, Digester(secrets.token_bytes(32))) for number in (2, 1)]
    found = Known(HERE, SOURCE, lookups, Opened({}), buried=draw(st.sets(PAIRS, max_size=6)))
    items = [an_item(draw, found, number) for number in range(1, draw(st.integers(0, 6)) + 1)]
    for place, name in enumerate(draw(st.lists(st.sampled_from(NAMES), unique=True)) if items else ()):
        a_record(draw, found, draw(st.sampled_from(items)), place, name)
    for item in items:
        if draw(st.integers(0, 4)) == 4:
            found.opened.hold(item.row.pk, NONE)
    return found


def an_item(draw: st.DrawFn, found: Known, number: int) -> KnownItem:
    item = KnownItem(Item(id=number, token=f"i{number}", state=draw(st.sampled_from(STATES))))
    mark = found.marks(draw(submissions()))[draw(st.integers(0, 1))]
    if item.lives and mark not in found.items:
        item.row.fingerprint, found.items[mark] = mark, item
    else:
        item.row.state = "withdrawn"
    found.opened.hold(number, (secrets.token_bytes(32), secrets.token_bytes(32)))
    return item


def a_record(draw: st.DrawFn, found: Known, item: KnownItem, place: int, name: str) -> None:
    earlier = draw(records())
    row = PartnerRecord(id=place + 1, item=item.row, source=SOURCE, disputed=earlier.disputed)
    names.put(
        row,
        Record(name, earlier.submission, earlier.disputed, earlier.origins, earlier.gone),
        found.opened,
        found.lookups[0],
    )
    if not item.lives and draw(st.booleans()):
        names.withdraw(row, found.opened)
    origins = [RecordOrigin(record=row, installation=o.installation, token=o.token) for o in earlier.origins]
    found.put(KnownRecord(row, item, place, name), origins)


def seen(found: Known) -> Any:
    """Everything that a decision could have changed."""
    rows = [item.row for item in found.items.values()]
    rows += [held.row for held in found.named.values()]
    return (
        [{name: value for name, value in vars(row).items() if name != "_state"} for row in rows],
        {name: (held.item, held.place, dict(held.origins)) for name, held in found.named.items()},
        {mark: (item, dict(item.records), list(item.hashes)) for mark, item in found.items.items()},
        set(found.buried),
    )


def decided(found: Known, record: Record) -> list[Decision]:
    before, ready = seen(found), Ready(record, None)
    once = [*burials(found, ready), *decisions(found, ready)]
    assert once == [*burials(found, ready), *decisions(found, ready)]
    assert seen(found) == before
    return once


@settings(max_examples=100, deadline=None)
@given(found=known(), record=records())
def test_one_thing_is_done_about_a_record_and_nothing_is_changed_by_deciding(
    found: Known, record: Record
) -> None:
    kinds = [type(decision) for decision in decided(found, record) if not isinstance(decision, Bury | Lose)]
    if record.name in found.named:
        assert len(kinds) == 1 and kinds[0] not in (Admit, Join)
    else:
        assert kinds in ([], [Admit], [Join])
    event(", ".join(kind.__name__ for kind in kinds) or "nothing")


@settings(max_examples=100, deadline=None)
@given(found=known(), record=records())
def test_what_is_withdrawn_by_its_origins_or_came_from_here_is_not_taken_in(
    found: Known, record: Record
) -> None:
    for decision in decided(found, record):
        if isinstance(decision, Admit | Join | Revise | Move | KeepDown):
            assert decision.origins
            for origin in decision.origins:
                assert (origin.installation, origin.token) not in found.buried
                assert HERE not in (origin.installation, *origin.path)
        if isinstance(decision, Bury):
            assert decision.origin in record.gone and decision.origin[0] != HERE


@settings(max_examples=100, deadline=None)
@given(found=known(), record=records())
def test_a_partner_brings_nothing_back_and_doubles_nothing(found: Known, record: Record) -> None:
    held = found.named.get(record.name)
    same = found.item_of(record.submission) if record.submission is not None else None
    for decision in decided(found, record):
        if held is not None and not held.item.lives:
            assert isinstance(decision, Unchanged | KeepDown | Release | Bury)
        if isinstance(decision, Lose):
            assert decision.item.lives and found.destroyed(decision.item)
        if isinstance(decision, Admit) or (isinstance(decision, Move) and decision.item is None):
            assert same is None or found.destroyed(same)
        if isinstance(decision, Join) or (isinstance(decision, Move) and decision.item is not None):
            assert decision.item is same and not found.destroyed(decision.item)
        if isinstance(decision, Release):
            assert decision.held is held and (record.submission is None or not found.acceptable(record))


@settings(max_examples=100, deadline=None)
@given(found=known(), record=records(), data=st.data())
def test_the_same_words_are_nothing_new(found: Known, record: Record, data: st.DataObject) -> None:
    living = [item for item in found.items.values() if not found.destroyed(item)]
    if not living:
        return
    item = data.draw(st.sampled_from(living))
    row = PartnerRecord(id=99, item=item.row, source=SOURCE, disputed=record.disputed)
    names.put(row, record, found.opened, found.lookups[0])
    held = KnownRecord(row, item, 99, record.name)
    found.put(held, ())
    assert decided(found, record) == [Unchanged(held)]
    other = Record(record.name, record.submission, not record.disputed, record.origins, record.gone)
    assert decided(found, other) != [Unchanged(held)]
