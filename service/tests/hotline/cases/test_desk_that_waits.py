"""A case that comes before anybody at the hotline can open it is there for whoever sets the desk up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from making import PASSPHRASE, file_of, picture, staff
from typer.testing import CliRunner

from repit.foundation import key_copies
from repit.foundation.errors import SealBroken, TransitionRefused
from repit.foundation.models import AuditRow
from repit.foundation.process import starting
from repit.foundation.sealing import operator, operator_and
from repit.hotline.bank.models import Item
from repit.hotline.cases import casework, caseworkers, desk, service, thread, waiting_desk, worklist
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import Case, Desk, Room
from repit.hotline.cases.service import Receipt
from repit.hotline.commands import safekeeping
from repit.hotline.loops import case_calendar

pytestmark = pytest.mark.django_db


def receipt() -> Receipt:
    return service.open_case([picture()], wishes=Wishes(("talk",)), seen_at=["https://forum.example/1"])


def read(at_desk: Holder, case_id: int) -> tuple[list[str], list[str]]:
    """(messages, addresses) as those who take cases in see them."""
    seen = casework.overview(Casefile(case_id, at_desk))
    return [message.text for message in seen.messages], [place.text for place in seen.locations.shown]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.REPIT_CASE_KEYS = tmp_path / "case-keys"


def test_a_case_opened_before_the_desk_exists_is_there_for_whoever_sets_it_up() -> None:
    first, second = receipt(), receipt()
    thread.write(file_of(first), "Is anybody there?")
    assert Item.objects.filter(state="active").count() == 2, "what is submitted is protected at once"
    assert desk.state() == "waiting"
    [ana] = staff("ana")
    assert desk.state() == "open"
    at_desk = desk.unlock(ana)
    tray = worklist.tray(ana)
    assert tray.waiting is not None
    wanted = {file_of(found).case_id for found in (first, second)}
    assert {summary.case for summary in tray.waiting.shown} == wanted
    assert read(at_desk, file_of(first).case_id) == (["Is anybody there?"], ["https://forum.example/1"])
    casework.assign(at_desk, file_of(first).case_id, "ana")
    thread.write(Casefile(file_of(first).case_id, ana), "Yes. We have your case.")
    texts = [message.text for message in thread.read(file_of(first))]
    assert texts == ["Is anybody there?", "Yes. We have your case."], "and its person still opens it"


def test_cases_that_come_after_are_granted_to_the_desk_as_before() -> None:
    receipt()
    [ana] = staff("ana")
    later = receipt()
    assert Desk.objects.count() == 2
    assert len(worklist.tray(ana).waiting.shown) == 2 and file_of(later)


def test_what_was_put_by_is_destroyed_when_the_desk_is_taken_over() -> None:
    case_id = file_of(receipt()).case_id
    [waiting] = Desk.objects.all()
    stolen = waiting_desk.holder(waiting, "thief")
    copies = dict(key_copies.pieces(Path(django_settings.REPIT_CASE_KEYS), (waiting_desk.FILE,)))
    assert stolen is not None and waiting_desk.FILE in copies
    old = {room.name: room.version for room in Room.objects.filter(case=case_id)}
    staff("ana")
    after = Desk.objects.get(pk=waiting.pk)
    assert (after.slot, bytes(after.put_by)) == (None, b"")
    assert waiting_desk.holder(waiting, "thief") is None, "not from an older copy of the row either"
    with pytest.raises(Exception, match="Nothing was found"):
        read(stolen, case_id)
    renewed = {room.name for room in Room.objects.filter(case=case_id) if room.version > old[room.name]}
    assert renewed == set(desk.ROOMS), "what is said from now on opens with no key that lay here"


def test_the_database_and_the_operators_key_alone_open_nothing_of_a_case_that_waits() -> None:
    receipt()
    [waiting] = Desk.objects.all()
    where = waiting_desk.place(waiting, "put_by")
    for key in (b"", bytes(32)):
        with pytest.raises(SealBroken):
            operator_and("waiting desk", key).open(waiting.put_by, where)
    with pytest.raises(SealBroken):
        operator("waiting desk").open(waiting.put_by, where)
    (Path(django_settings.REPIT_CASE_KEYS) / waiting_desk.FILE).unlink()
    assert waiting_desk.holder(waiting, "thief") is None


def test_a_process_that_ends_between_leaves_what_the_next_one_destroys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receipt()
    with monkeypatch.context() as patched:
        patched.setattr(waiting_desk, "destroy_forgotten", lambda: 0)
        staff("ana")
    assert Desk.objects.filter(slot__isnull=False).count() == 1
    case_calendar.once()
    assert not Desk.objects.filter(slot__isnull=False).exists()
    assert waiting_desk.destroy_forgotten() == 0


def test_with_the_put_by_key_lost_nobody_is_kept_out_and_the_person_lets_the_desk_in() -> None:
    found = receipt()
    (Path(django_settings.REPIT_CASE_KEYS) / waiting_desk.FILE).unlink()
    later = receipt()
    [ana] = staff("ana")
    assert [summary.case for summary in worklist.tray(ana).waiting.shown] == [file_of(later).case_id]
    service.view(file_of(found))
    waiting = {summary.case for summary in worklist.tray(ana).waiting.shown}
    assert waiting == {file_of(case).case_id for case in (found, later)}


def test_a_changed_bit_of_what_is_put_by_is_noticed_and_later_cases_wait_elsewhere() -> None:
    receipt()
    waiting = Desk.objects.get()
    raw = bytes(waiting.put_by)
    Desk.objects.update(put_by=raw[:-1] + bytes([raw[-1] ^ 1]))
    assert waiting_desk.holder(Desk.objects.get(), "ana") is None
    later = receipt()
    [ana] = staff("ana")
    assert [summary.case for summary in worklist.tray(ana).waiting.shown] == [file_of(later).case_id]


def test_a_hotline_that_starts_makes_ready_so_that_no_time_tells_of_the_first_case() -> None:
    desk.make_ready()
    file = Path(django_settings.REPIT_CASE_KEYS) / waiting_desk.FILE
    before = file.stat().st_ctime_ns
    desk.make_ready()
    receipt()
    assert file.stat().st_ctime_ns == before and Desk.objects.count() == 1


def test_after_the_last_who_took_cases_in_has_gone_cases_wait_and_the_desk_is_set_up_again() -> None:
    ana, bea = staff("ana", "bea")
    at_desk, in_hand = receipt(), receipt()
    casework.assign(desk.unlock(ana), file_of(in_hand).case_id, "ana")
    with pytest.raises(TransitionRefused):
        desk.found(bea)
    assert desk.give_up("operator") == ("ana",)
    assert desk.state() == "waiting" and not caseworkers.is_enrolled("ana")
    with pytest.raises(TransitionRefused):
        desk.give_up("operator")
    fresh = receipt()
    service.view(file_of(at_desk))
    service.view(file_of(in_hand))
    desk.found(bea)
    waiting = {summary.case for summary in worklist.tray(bea).waiting.shown}
    assert waiting == {file_of(found).case_id for found in (at_desk, in_hand, fresh)}
    assert AuditRow.objects.filter(action="desk.give-up").count() == 1
    again = caseworkers.enrol("ana", PASSPHRASE)
    desk.admit(bea, "ana")
    assert desk.unlock(again)


def test_an_operator_begins_the_desk_anew_and_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "set_up", lambda _role: None)
    monkeypatch.setenv("REPIT_LANGUAGE", "en")
    staff("ana")
    refused = CliRunner().invoke(safekeeping.case_keys, ["new-desk"], input="n\n")
    assert refused.exit_code == 1 and desk.state() == "open" and "ana" in refused.output
    done = CliRunner().invoke(safekeeping.case_keys, ["new-desk", "--yes"])
    assert done.exit_code == 0 and "Done: ana" in done.output and desk.state() == "waiting"


def test_two_desks_that_wait_are_both_taken_over() -> None:
    first = receipt()
    waiting_desk.begin()
    second = receipt()
    [ana] = staff("ana")
    waiting = {summary.case for summary in worklist.tray(ana).waiting.shown}
    assert waiting == {file_of(found).case_id for found in (first, second)}
    assert Case.objects.count() == 2
