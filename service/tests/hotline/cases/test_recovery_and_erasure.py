"""Lost receipts, closed cases, erasure that reaches every backup."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core import serializers
from making import file_of, picture, staff

from repit.foundation import clock
from repit.foundation.errors import InputRefused, NotFound, NotGranted, SealBroken, TransitionRefused
from repit.foundation.key_pool import KEY_BYTES
from repit.foundation.models import AuditRow
from repit.hotline.bank import feed
from repit.hotline.cases import (
    access_codes,
    casework,
    closing,
    desk,
    due,
    helpers,
    keys,
    locations,
    recovery,
    service,
    sessions,
    thread,
    vault,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import AccessCode, Case, Grant, Record, RecoveryRequest

pytestmark = pytest.mark.django_db

QUARTER = 92


@pytest.fixture
def offline(settings):
    pair = keys.new_pair()
    settings.REPIT_OFFLINE_KEY = pair.public
    return pair


@contextmanager
def later(**span):
    moment = clock.now() + timedelta(**span)
    with clock.at(lambda: moment):
        yield


def opened():
    return service.open_case([picture()], wishes=Wishes(("talk",)), seen_at=["somewhere"])


def test_slip_and_hotline_together_give_a_new_receipt_after_the_wait(offline):
    receipt = opened()
    mine = file_of(receipt)
    thread.write(mine, "before")
    slip = recovery.prepare(mine)
    asked = recovery.ask(slip.number, slip.secret)
    assert asked == recovery.ask(slip.number, slip.secret)
    assert [m.text for m in thread.read(mine)] == ["before", "recovery-asked"]
    with pytest.raises(SealBroken):
        recovery.release(asked.reference, keys.new_pair().private)
    recovery.release(asked.reference, offline.private)
    with later(hours=71), pytest.raises(TransitionRefused):
        recovery.finish(slip.number, slip.secret)
    with later(hours=73):
        new = recovery.finish(slip.number, slip.secret)
    with pytest.raises(NotFound):
        file_of(receipt)
    again = file_of(new)
    assert [m.text for m in thread.read(again)] == ["before", "recovery-asked", "recovery-done"]
    assert locations.read(again).count == 1 and len(service.view(again).status.items) == 1
    # The slip still works with new parts, the old keys of the rooms do not.
    assert recovery.ask(slip.number, slip.secret).released is False


@pytest.mark.parametrize("first", ["slip", "helper"])
def test_slip_and_helper_together_do_it_without_the_hotline(first):
    mine = file_of(opened())
    slip, helper = recovery.prepare(mine), helpers.add(mine, "sister", ["recovery"])
    begins, other = (slip, helper) if first == "slip" else (helper, slip)
    recovery.ask(begins.number, begins.secret)
    with later(hours=73):
        new = recovery.finish(begins.number, begins.secret, (other.number, other.secret))
    assert thread.read(file_of(new))


def test_helper_and_hotline_together_do_it_without_the_slip(offline):
    mine = file_of(opened())
    helper = helpers.add(mine, "sister", ["recovery"])
    asked = recovery.ask(helper.number, helper.secret)
    recovery.release(asked.reference, offline.private)
    with later(hours=73):
        assert recovery.finish(helper.number, helper.secret).secret


def test_no_single_part_and_no_two_helpers_open_anything(offline):
    mine = file_of(opened())
    slip = recovery.prepare(mine)
    friend, other = (helpers.add(mine, name, ["recovery"]) for name in ("one", "two"))
    with pytest.raises(NotFound):
        access_codes.enter(slip.number, slip.secret)
    with pytest.raises(NotFound):
        access_codes.enter(friend.number, friend.secret).turn().__enter__()
    recovery.ask(friend.number, friend.secret)
    with later(hours=73):
        for tried in (
            lambda: recovery.finish(slip.number, slip.secret),
            lambda: recovery.finish(friend.number, friend.secret),
            lambda: recovery.finish(friend.number, friend.secret, (friend.number, friend.secret)),
            lambda: recovery.finish(friend.number, friend.secret, (other.number, other.secret)),
        ):
            with pytest.raises(NotFound):
                tried()
    other = file_of(opened())
    foreign = recovery.prepare(other)
    with later(hours=73), pytest.raises(NotFound):
        recovery.finish(friend.number, friend.secret, (foreign.number, foreign.secret))


def test_whoever_has_the_receipt_can_refuse(offline):
    mine = file_of(opened())
    slip = recovery.prepare(mine)
    recovery.ask(slip.number, slip.secret)
    assert service.view(mine).recovery_asked is not None
    recovery.refuse(mine)
    assert service.view(mine).recovery_asked is None
    with later(hours=100), pytest.raises(NotFound):
        recovery.finish(slip.number, slip.secret)


def test_a_helper_taken_out_holds_no_part_any_more():
    mine = file_of(opened())
    slip, helper = recovery.prepare(mine), helpers.add(mine, "sister", ["recovery"])
    recovery.ask(slip.number, slip.secret)
    helpers.remove(mine, 1)
    with later(hours=73), pytest.raises(NotFound):
        recovery.finish(slip.number, slip.secret, (helper.number, helper.secret))


def test_new_words_replace_the_old_ones(offline):
    receipt = opened()
    mine = file_of(receipt)
    recovery.prepare(mine)
    token = sessions.begin_with(mine)
    new = recovery.change_words(mine)
    for dead in (lambda: file_of(receipt), lambda: sessions.going_on(token)):
        with pytest.raises(NotFound):
            dead()
    assert locations.read(file_of(new)).count == 1


def test_a_session_lasts_half_an_hour_and_ends_when_asked_to():
    receipt = opened()
    token = sessions.begin(receipt.number, receipt.secret)
    session = sessions.going_on(token)
    assert session.file.case_id == file_of(receipt).case_id
    assert sessions.begin(receipt.number, receipt.secret) != token
    with later(minutes=20):
        sessions.going_on(token)
    with later(minutes=45):
        sessions.going_on(token)
    with later(minutes=80):
        with pytest.raises(NotFound):
            sessions.going_on(token)
        assert sessions.delete_expired() == 2
    token = sessions.begin(receipt.number, receipt.secret)
    sessions.end(token)
    for gone in (token, "", "x" * 300):
        with pytest.raises(NotFound):
            sessions.going_on(gone)


def test_a_closed_case_opens_again_when_the_person_writes():
    mine = file_of(opened())
    closing.close(mine)
    with pytest.raises(TransitionRefused):
        closing.close(mine)
    thread.write(mine, "I am back")
    assert service.view(mine).state == "new"


def test_after_ninety_days_words_are_destroyed_and_protection_goes_on(offline):
    receipt = opened()
    mine = file_of(receipt)
    thread.write(mine, "words")
    slip = recovery.prepare(mine)
    closing.close(mine)
    with later(days=89):
        assert closing.act_due() == 0
    with later(days=90):
        assert closing.act_due() == 1 and closing.act_due() == 0
    view = service.view(mine)
    assert view.state == "kept" and [i.state for i in view.status.items] == ["active"]
    assert (view.locations, view.wishes, view.may_add_locations) == (None, None, False)
    for gone in (
        lambda: thread.read(mine),
        lambda: thread.write(mine, "x"),
        lambda: locations.add(mine, ["x"]),
    ):
        with pytest.raises(NotGranted):
            gone()
    assert not Record.objects.filter(room__in=["thread", "locations"]).exists()
    # Recovery still leads to the protection.
    asked = recovery.ask(slip.number, slip.secret)
    recovery.release(asked.reference, offline.private)
    with later(days=4):
        new = recovery.finish(slip.number, slip.secret)
    assert [i.state for i in service.take_back(file_of(new), "all").items] == ["withdrawn"]


def test_the_day_on_which_a_case_is_due_says_which_quarter_or_month_and_no_more():
    days = [date(2031, 1, 1) + timedelta(days=n) for n in range(800)]
    silent = [due.after_silence(day) for day in days]
    assert all((day.month - 1) % 3 == 0 and day.day == 1 for day in silent)
    assert all(0 <= (closes - day).days - 365 <= QUARTER for closes, day in zip(silent, days, strict=True))
    kept = [due.at_the_latest(day) for day in days]
    assert all(day.day == 1 for day in kept)
    assert all(58 < (goes - day).days <= 90 for goes, day in zip(kept, days, strict=True))


def test_a_case_without_a_sign_closes_by_itself_and_a_sign_in_begins_the_year_anew():
    mine = file_of(opened())
    with later(days=300):
        service.view(mine)
    with later(days=400):
        assert closing.act_due() == 0
    with later(days=664):
        assert closing.act_due() == 0
    with later(days=665 + QUARTER):
        assert closing.act_due() == 1
        assert Case.objects.get().state == "closed"


def test_where_nothing_is_protected_any_more_nothing_is_left():
    mine = file_of(opened())
    slot = Case.objects.get().slot
    service.take_back(mine, "all")
    closing.close(mine)
    with later(days=91):
        assert closing.act_due() == 1
    assert not Case.objects.exists() and not AccessCode.objects.exists() and not Grant.objects.exists()
    assert not any(vault.pool().read([slot])[0])


def test_a_kept_case_goes_too_once_the_person_has_taken_everything_back():
    mine = file_of(service.open_case([picture(), picture()]))
    slot = Case.objects.get().slot
    closing.erase_now(mine, keep_protection=True)
    service.take_back(mine, [1])
    with later(days=5000):
        assert closing.act_due() == 0
        service.take_back(mine, "all")
    with later(days=5058):
        assert closing.act_due() == 0
        assert [i.state for i in service.take_back(mine, "all").items] == ["withdrawn"] * 2  # and once more
    with later(days=5090):
        assert closing.act_due() == 1
    assert not Case.objects.exists() and not any(vault.pool().read([slot])[0])


def test_a_case_that_never_protected_anything_leaves_nothing_either():
    file_of(service.open_case([], seen_at=["https://forum.example/1"]))
    with later(days=364):
        assert closing.act_due() == 0
    with later(days=365 + QUARTER):
        assert closing.act_due() == 1 and Case.objects.get().state == "closed"
    with later(days=365 + QUARTER + 91):
        assert closing.act_due() == 1 and not Case.objects.exists()


def test_erasing_at_once_withdraws_first():
    receipt = opened()
    mine = file_of(receipt)
    closing.erase_now(mine, keep_protection=False)
    assert list(feed.everything()) == [] and not Case.objects.exists()
    with pytest.raises(NotFound):
        file_of(receipt)
    kept = file_of(opened())
    closing.erase_now(kept, keep_protection=True)
    assert service.view(kept).state == "kept"


def test_an_erased_case_stays_erased_when_a_backup_comes_back():
    receipt = opened()
    mine = file_of(receipt)
    thread.write(mine, "words")
    models = [Case, AccessCode, Grant, Record, *(r.related_model for r in Case._meta.related_objects)]
    backup = [serializers.serialize("json", model.objects.all()) for model in dict.fromkeys(models)]
    closing.erase_now(mine, keep_protection=False)
    for part in backup:
        for row in serializers.deserialize("json", part):
            row.save()
    with pytest.raises(NotFound):
        service.view(file_of(receipt))
    with pytest.raises(NotFound):
        thread.read(mine)


def test_what_a_crash_between_the_keys_and_the_rows_left_is_finished():
    """Keys go first: whatever happens then, nothing opens; rows that nobody can read go at the next look."""
    whole, words_gone, all_gone = (file_of(opened()) for _ in range(3))
    thread.write(words_gone, "words")
    closing.erase_now(words_gone, keep_protection=True)
    case = Case.objects.get(pk=words_gone.case_id)
    [raw] = vault.pool().read([case.slot])
    vault.pool().put(case.slot, secrets.token_bytes(len(raw)))  # as if the keys had not been wiped in time
    vault.destroy(Case.objects.get(pk=all_gone.case_id))
    assert closing.finish_erasures() == 1
    assert set(Case.objects.values_list("pk", flat=True)) == {whole.case_id, words_gone.case_id}
    [raw] = vault.pool().read([case.slot])
    assert not any(raw[KEY_BYTES : 3 * KEY_BYTES]) and any(raw[:KEY_BYTES]) and any(raw[3 * KEY_BYTES :])
    assert closing.finish_erasures() == 0 and service.view(whole).state == "new"


def test_an_erased_case_is_named_nowhere_in_the_audit():
    closing.erase_now(file_of(opened()), keep_protection=False)
    with later(days=400):
        closing.act_due()
    rows = AuditRow.objects.filter(action="case.erase")
    assert rows.exists() and not any(row.subject or row.reason for row in rows)


def test_what_a_kept_case_protects_does_not_show_in_its_row():
    keeps, takes_back = (file_of(opened()) for _ in range(2))
    for mine in (keeps, takes_back):
        closing.erase_now(mine, keep_protection=True)
    service.take_back(takes_back, "all")
    with later(days=89):
        shown = Case.objects.values("state", "due_on", "accesses")
        assert len({(case["state"], case["due_on"]) for case in shown}) == 1
        assert len({len(bytes(case.sealed)) for case in Case.objects.all()}) == 1


def test_a_request_for_recovery_needs_a_part():
    receipt = opened()
    with pytest.raises(NotFound):
        recovery.ask(receipt.number, receipt.secret)
    with pytest.raises(InputRefused):
        recovery.ask("x", "y")
    assert not RecoveryRequest.objects.exists()


def test_the_desk_hears_of_the_request(offline):
    [ana] = staff("ana")
    mine = file_of(opened())
    slip = recovery.prepare(mine)
    recovery.ask(slip.number, slip.secret)
    assert casework.overview(Casefile(mine.case_id, desk.unlock(ana))).recovery is not None
