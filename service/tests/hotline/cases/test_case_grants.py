"""Person, helper, desk and caseworkers: each opens what was granted to them, and nothing else."""

from __future__ import annotations

import pytest
from making import PASSPHRASE, file_of, picture, staff

from repit.foundation.errors import (
    InputRefused,
    NotFound,
    NotGranted,
    SealBroken,
    TooLarge,
    TransitionRefused,
)
from repit.hotline.bank import feed
from repit.hotline.cases import (
    access_codes,
    access_log,
    aliases,
    casework,
    caseworkers,
    desk,
    helpers,
    locations,
    service,
    thread,
    worklist,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import AccessLogEntry, Grant, Record

pytestmark = pytest.mark.django_db


def opened(**options):
    return service.open_case([picture()], wishes=Wishes(("block", "talk"), "one"), **options)


def test_one_hash_is_all_that_leaves_unless_the_person_agreed_to_more():
    service.open_case([picture(anchored=8)], wishes=Wishes((), "one"))
    service.open_case([picture(anchored=8)], wishes=Wishes((), "family"))
    first, second = (change.item for change in feed.changes_after(0))
    assert len(first.hashes) == 1 and len(second.hashes) == 9


def test_a_case_may_begin_with_an_address_or_a_wish_and_not_with_nothing():
    with_location = file_of(service.open_case([], seen_at=["https://forum.example/1"]))
    assert [p.text for p in locations.read(with_location).shown] == ["https://forum.example/1"]
    assert service.view(file_of(service.open_case([], wishes=Wishes(("talk",))))).status.items == ()
    with pytest.raises(InputRefused):
        service.open_case([], wishes=Wishes())


def test_a_form_sent_twice_opens_one_case():
    number = opened().number
    with pytest.raises(TransitionRefused):
        opened(number=number)


def test_a_new_case_is_read_at_the_desk_and_a_caseworker_sees_only_what_was_assigned():
    ana, bea, cyd = staff("ana", "bea", "cyd")
    receipts = [opened(seen_at=["location one"]), opened()]
    at_desk = desk.unlock(ana)
    assert len(worklist.inbox(at_desk)) == 2 and worklist.inbox(bea) == []
    with pytest.raises(NotGranted):
        desk.unlock(bea)
    case = file_of(receipts[0]).case_id
    casework.assign(at_desk, case, "bea")
    [mine] = worklist.inbox(bea)
    held = casework.overview(Casefile(case, bea))
    assert (mine.case, mine.state, held.wishes.wants, held.locations.count) == (
        case,
        "in-hand",
        ("block", "talk"),
        1,
    )
    for stranger in (cyd, ana):
        with pytest.raises(NotFound):
            casework.overview(Casefile(case, stranger))
    with pytest.raises(NotFound):
        casework.overview(Casefile(file_of(receipts[1]).case_id, bea))


def test_messages_go_both_ways_and_turn_the_state():
    ana, _ = staff("ana", "bea")
    mine = file_of(opened())
    thread.write(mine, "  Bonjour\r\nà vous  ")
    casework.assign(desk.unlock(ana), mine.case_id, "bea")
    theirs = Casefile(mine.case_id, caseworkers.unlock("bea", PASSPHRASE))
    assert [(m.by, m.text) for m in thread.read(theirs)] == [("person", "Bonjour\nà vous")]
    thread.write(theirs, "Hello")
    assert casework.overview(theirs).summary.state == "waiting"
    thread.write(mine, "Merci")
    assert [m.number for m in thread.read(mine)] == [1, 2, 3]
    assert [step[1:] for step in casework.overview(theirs).steps] == [
        ("", "new", "person"),
        ("new", "in-hand", "desk"),
        ("in-hand", "waiting", "caseworker"),
        ("waiting", "in-hand", "person"),
    ]
    for refused, text in ((InputRefused, " \n "), (TooLarge, "x" * 8001)):
        with pytest.raises(refused):
            thread.write(mine, text)


def test_releasing_a_caseworker_gives_the_rooms_new_keys():
    ana, bea = staff("ana", "bea")
    mine = file_of(opened(seen_at=["there"]))
    at_desk = desk.unlock(ana)
    casework.assign(at_desk, mine.case_id, "bea")
    with Casefile(mine.case_id, bea).turn() as turn:
        kept = dict(turn.rooms)
    casework.release(at_desk, mine.case_id, "bea")
    assert worklist.inbox(bea) == [] and worklist.inbox(at_desk)[0].state == "new"
    assert [p.text for p in locations.read(mine).shown] == ["there"]
    with Casefile(mine.case_id, at_desk).turn() as turn:
        turn.rooms = kept
        with pytest.raises(SealBroken):
            turn.read("locations", "location")


def test_rotating_and_retiring_the_keys_of_staff():
    ana, bea = staff("ana", "bea")
    mine = file_of(opened())
    desk.admit(ana, "bea")
    casework.assign(desk.unlock(bea), mine.case_id, "bea")
    new = caseworkers.rotate("bea", PASSPHRASE)
    assert [s.case for s in worklist.inbox(new)] == [mine.case_id]
    with pytest.raises(SealBroken):
        worklist.inbox(bea)
    caseworkers.change_passphrase("bea", PASSPHRASE, "another, longer one")
    with pytest.raises(NotFound):
        caseworkers.unlock("bea", PASSPHRASE)
    new = caseworkers.unlock("bea", "another, longer one")
    before = desk.unlock(ana)
    after = desk.dismiss(ana, "bea")
    with pytest.raises(NotGranted):
        desk.unlock(new)
    assert worklist.inbox(before) == [] and len(worklist.inbox(after)) == 1
    caseworkers.retire("bea", actor="ana")
    assert worklist.inbox(new) == [] and casework.holders(mine.case_id) == []


def test_a_case_from_before_there_was_a_desk_is_there_once_it_is_set_up():
    opened()
    [ana] = staff("ana")
    assert len(worklist.inbox(desk.unlock(ana))) == 1


def test_a_helper_does_what_was_granted_and_reads_no_message():
    mine = file_of(opened(seen_at=["mine"]))
    thread.write(mine, "for you only")
    sees = helpers.add(mine, "sister", ["status"])
    adds = helpers.add(mine, "friend", ["locations"])
    sister, friend = file_of(sees), file_of(adds)
    assert len(service.view(sister).status.items) == 1 and service.view(friend).status is None
    assert locations.add(friend, ["found here"]) == 2 and locations.read(friend).shown == ()
    assert [p.by for p in locations.read(mine).shown] == ["person", "helper"]
    for helper in (sister, friend):
        for forbidden in (
            thread.read,
            lambda f: thread.write(f, "x"),
            lambda f: service.take_back(f, "all"),
            helpers.listed,
            lambda f: helpers.add(f, "", ["status"]),
            lambda f: locations.remove(f, 1),
        ):
            with pytest.raises(NotGranted):
                forbidden(helper)
    with pytest.raises(NotGranted):
        locations.add(sister, ["x"])


def test_a_helper_taken_out_is_out_at_once_and_what_they_kept_opens_nothing():
    mine = file_of(opened())
    code = helpers.add(mine, "sister", ["status"])
    sister = file_of(code)
    with sister.turn() as turn:
        kept = dict(turn.rooms)
    [listed] = helpers.listed(mine)
    helpers.remove(mine, listed.number)
    assert helpers.listed(mine) == []
    with pytest.raises(NotFound):
        service.view(sister)
    with pytest.raises(NotFound):
        access_codes.enter(code.number, code.secret)
    with mine.turn() as turn:
        turn.rooms.update(kept)
        with pytest.raises(SealBroken):
            turn.read("protection", "links")
    assert len(service.view(mine).status.items) == 1


def test_every_access_is_in_a_chain_that_shows_when_it_was_touched():
    ana, *_ = staff("ana")
    mine = file_of(opened())
    worklist.inbox(desk.unlock(ana))
    thread.read(mine)
    assert [(entry.by, entry.who, entry.what) for entry in service.access_log(mine)] == [
        ("person", "", "thread"),
        ("desk", aliases.of("ana"), "list"),
        ("person", "", "opened"),
    ]
    case = mine.case_id
    assert access_log.verify(case) is None
    last = AccessLogEntry.objects.get(case=case, number=3)
    whole = bytes(last.sealed)
    AccessLogEntry.objects.filter(pk=last.pk).update(sealed=whole[:-1] + bytes([whole[-1] ^ 1]))
    assert access_log.verify(case) == 3
    AccessLogEntry.objects.filter(pk=last.pk).delete()
    assert access_log.verify(case) == 3
    AccessLogEntry.objects.filter(case=case, number=1).delete()
    assert access_log.verify(case) == 1


def test_no_repr_shows_anything_of_a_person():
    mine = file_of(opened(seen_at=["secret location"]))
    thread.write(mine, "secret words")
    shown = repr([mine, mine.holder, thread.read(mine), locations.read(mine), service.view(mine)])
    assert "secret" not in shown and mine.holder.pair.private.hex() not in shown
    assert {str(row) for row in [*Record.objects.all(), *Grant.objects.all()]} == {"Record", "Grant"}
