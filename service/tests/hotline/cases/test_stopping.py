"""An hour to undo the end of a protection: in it nothing changes, after it nothing is left to undo."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from making import file_of, picture
from pytest_django.fixtures import Settings

from repit.foundation import clock
from repit.foundation.errors import InputRefused, NotFound, NotGranted
from repit.hotline.bank import carrying, feed, items, letters
from repit.hotline.bank.carrying import Carrier
from repit.hotline.bank.models import Item, Letter
from repit.hotline.cases import closing, helpers, links, service, stopping, vault
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.links import Link
from repit.hotline.cases.models import Case
from repit.hotline.cases.stopping import TooLateToKeep

pytestmark = pytest.mark.django_db


@contextmanager
def later(**time: float) -> Iterator[datetime]:
    moment = clock.now() + timedelta(**time)
    with clock.at(lambda: moment):
        Carrier().once()
        yield moment


def case(count: int = 2) -> Casefile:
    return file_of(service.open_case([picture() for _ in range(count)]))


def states(file: Casefile) -> list[str]:
    return ["stopping" if item.stops_at else item.state for item in service.view(file).status.items]


def served() -> int:
    return sum(1 for _ in feed.everything())


def test_for_an_hour_nothing_changes_and_then_it_stops() -> None:
    mine, before = case(), feed.head().sequence
    service.stop_in_an_hour(mine, [1])
    assert states(mine) == ["stopping", "active"]
    with later(minutes=59):
        assert states(mine) == ["stopping", "active"]
        assert served() == 2 and feed.head().sequence == before, "sites hear nothing"
    with later(minutes=61):
        assert states(mine) == ["withdrawn", "active"] and served() == 1
        with pytest.raises(TooLateToKeep):
            service.keep_after_all(mine)
        assert states(mine) == ["withdrawn", "active"]


def test_undone_it_goes_on_as_if_nothing_had_been_asked() -> None:
    mine, before = case(), feed.head().sequence
    service.stop_in_an_hour(mine, "all")
    with later(minutes=59):
        service.keep_after_all(mine)
        assert states(mine) == ["active", "active"]
    with later(days=2):
        assert states(mine) == ["active", "active"] and feed.head().sequence == before
        assert [item.state for item in service.take_back(mine, "all").items] == ["withdrawn"] * 2


def test_undone_again_from_a_page_of_before_it_is_done_and_what_has_ended_is_never_said_to_go_on() -> None:
    mine = case(3)
    service.stop_in_an_hour(mine, "all")
    service.keep_after_all(mine, [1, 2, 3])
    service.keep_after_all(mine, [1, 2, 3])
    service.keep_after_all(mine)
    assert states(mine) == ["active"] * 3
    assert [entry.what for entry in service.access_log(mine)].count("kept-after-all") == 1
    service.stop_in_an_hour(mine, [2])
    with later(hours=2):
        for seen in (False, True):
            service.keep_after_all(mine, [1, 3])
            for shown in ([2], [1, 2], "all", []):
                with pytest.raises(TooLateToKeep):
                    service.keep_after_all(mine, shown)
            assert not seen or states(mine) == ["active", "withdrawn", "active"]


def test_asked_twice_it_keeps_its_first_hour_and_leaves_once() -> None:
    """Two tabs: one asks for the first item, the other half an hour later for both."""
    mine = case()
    service.stop_in_an_hour(mine, [1])
    first = Letter.objects.count()
    service.stop_in_an_hour(mine, [1])
    assert Letter.objects.count() == first
    with later(minutes=30):
        service.stop_in_an_hour(mine, "all")
    with later(minutes=61):
        assert states(mine) == ["withdrawn", "stopping"]
        service.keep_after_all(mine)
        assert states(mine) == ["withdrawn", "active"]


def test_who_does_not_want_to_wait_stops_it_at_once_and_it_leaves_once() -> None:
    same = picture()
    mine, theirs = file_of(service.open_case([same])), file_of(service.open_case([same]))
    service.stop_in_an_hour(mine, [1])
    service.take_back(mine, [1])
    assert states(mine) == ["withdrawn"] and Item.objects.get().own == 1
    with later(hours=2):
        assert states(theirs) == ["active"] and Item.objects.get().own == 1, "let go once"


def test_the_json_interface_stops_at_once() -> None:
    receipt = service.open_case([picture()])
    assert [i.state for i in service.withdraw(receipt.number, receipt.secret, "all").items] == ["withdrawn"]


def test_erasing_everything_does_not_wait_for_the_hour() -> None:
    mine = case()
    service.stop_in_an_hour(mine, [1])
    closing.erase_now(mine, keep_protection=False)
    assert served() == 0 and not Case.objects.exists()
    with later(hours=2):
        assert served() == 0


def test_a_case_that_is_kept_only_is_there_as_long_as_it_can_be_undone() -> None:
    """Its last day comes within the hour in which everything was asked to stop."""
    mine = case()
    closing.erase_now(mine, keep_protection=True)
    service.stop_in_an_hour(mine, "all")
    Case.objects.update(due_on=clock.now().date())
    with later(minutes=50):
        closing.act_due()
        service.keep_after_all(mine)
        assert states(mine) == ["active", "active"]
    service.stop_in_an_hour(mine, "all")
    Case.objects.update(due_on=clock.now().date())
    with later(hours=4):
        closing.act_due()
        assert served() == 0
        with pytest.raises(NotFound):
            service.view(mine)


def test_the_row_of_a_case_that_asked_looks_like_any_other() -> None:
    mine, other = case(), case()
    [before] = {len(bytes(row.sealed)) for row in Case.objects.all()}
    days = Case.objects.get(pk=mine.case_id).due_on
    service.stop_in_an_hour(mine, "all")
    assert {len(bytes(row.sealed)) for row in Case.objects.all()} == {before}
    assert Case.objects.get(pk=mine.case_id).due_on == days == Case.objects.get(pk=other.case_id).due_on


@pytest.mark.parametrize(("spread", "last"), [(0, 2), (5, 3), (7_200, 4), (86_400, 26)])
def test_the_calendar_spares_a_case_until_the_bank_has_let_go_and_not_for_long(
    spread: int, last: int, settings: Settings
) -> None:
    """The clock may be put back by an hour meanwhile."""
    mine, start = case(), clock.now()
    settings.REPIT_SPREAD_SECONDS = spread
    with clock.at(lambda: start):
        service.stop_in_an_hour(mine, "all")
    row = Case.objects.get(pk=mine.case_id)
    spared = []
    for hours in range(-24, 24 * 21):
        with clock.at(lambda hours=hours: start + timedelta(hours=hours)):
            if links.keep_anything(row, vault.of(row)):
                spared.append(hours)
    assert [hours for hours in spared if hours < 24 * 10] == list(range(-1, last + 1))
    assert {hours % 254 for hours in spared} == {hours % 254 for hours in range(-1, last + 1)}, "in ten days"


def killed_while_undone(mine: Casefile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank has revoked it; of the case nothing was written."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(stopping, "_write", killed)
        service.keep_after_all(mine)


def test_a_process_that_ends_while_it_is_undone_leaves_it_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = case()
    service.stop_in_an_hour(mine, "all")
    killed_while_undone(mine, monkeypatch)
    assert states(mine) == ["active", "active"], "and the person sees it"
    with later(hours=2):
        assert states(mine) == ["active", "active"]
        service.stop_in_an_hour(mine, [2])
        assert states(mine) == ["active", "stopping"]


@pytest.mark.parametrize("lost", ["links", "letters"])
def test_where_stopping_at_once_is_not_written_the_hour_goes_on(
    lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a process that ends in the middle."""
    mine = case()
    service.stop_in_an_hour(mine, "all")

    def full(*_: object, **__: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patched, pytest.raises(OperationalError):
        patched.setattr(*((stopping, "_write", full) if lost == "links" else (carrying, "let_go", full)))
        service.take_back(mine, "all")
    assert states(mine) == ["stopping", "stopping"]
    with later(hours=2):
        assert states(mine) == ["withdrawn", "withdrawn"] and served() == 0


def from_before() -> Casefile:
    """A case from before there were claims, which knows the item's own name; two asked for the same."""
    same = picture()
    mine, theirs = file_of(service.open_case([same])), items.submit(same, actor="person", publish=True)
    with mine.turn() as turn:
        links.write(turn, [Link(theirs.item, "picture", "intimate")])
    assert Item.objects.get().own == 2
    return mine


def test_of_a_case_from_before_it_leaves_once_whichever_is_carried_out_first(settings: Settings) -> None:
    mine = from_before()
    settings.REPIT_SPREAD_SECONDS = 5
    service.stop_in_an_hour(mine, "all")
    service.take_back(mine, "all")
    assert Item.objects.get().own == 2
    with later(hours=2):
        assert Item.objects.get().own == 1


def test_of_a_case_from_before_a_process_that_ends_leaves_it_protected_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = from_before()
    service.stop_in_an_hour(mine, "all")
    killed_while_undone(mine, monkeypatch)
    assert states(mine) == ["active"]
    service.take_back(mine, "all")
    assert states(mine) == ["withdrawn"] and Item.objects.get().own == 1


def test_no_letter_of_others_is_opened_to_show_a_case_for_which_none_can_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    protected, stopped, other = case(), case(), case()
    service.take_back(stopped, [1])
    opened, real = list[int](), letters.opened

    def noted(rows: Sequence[Letter]) -> list[letters.Order]:
        opened.append(len(rows))
        return real(rows)

    monkeypatch.setattr(letters, "opened", noted)
    service.stop_in_an_hour(other, "all")
    opened.clear()
    assert states(protected) == ["active", "active"] and states(stopped) == ["withdrawn", "active"]
    assert opened == []
    assert states(other) == ["stopping", "stopping"] and opened == [letters.FEWEST] * len(opened)
    with later(hours=2):
        opened.clear()
        assert states(other) == ["withdrawn", "withdrawn"] and opened == []


def test_only_the_person_may_and_only_of_what_is_theirs() -> None:
    mine = case()
    helper = file_of(helpers.add(mine, "", ["status"]))  # type: ignore[arg-type]
    for act in (lambda: service.stop_in_an_hour(helper, "all"), lambda: service.keep_after_all(helper)):
        with pytest.raises(NotGranted):
            act()
    with pytest.raises(InputRefused):
        service.stop_in_an_hour(mine, [3])
    assert states(mine) == ["active", "active"]
    service.stop_in_an_hour(mine, [1])
    assert states(helper) == ["stopping", "active"], "a helper sees how it stands"
    with later(hours=2):
        assert states(helper) == ["withdrawn", "active"]


def test_what_was_added_meanwhile_is_not_touched() -> None:
    mine = case(1)
    service.stop_in_an_hour(mine, "all")
    service.add_items(mine, [picture(secrets.token_bytes(32))])
    with later(hours=2):
        assert states(mine) == ["withdrawn", "active"]
