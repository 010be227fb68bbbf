"""A person's case: the receipt opens it, nothing else does, and taking back reaches the feed."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from making import picture

from repit.foundation.errors import InputRefused, NotFound, SealBroken, SettingsRefused
from repit.foundation.ids import ALPHABET, case_number, normal
from repit.hotline.bank import feed
from repit.hotline.cases import access_codes, key_file, keys, records, service, vault, words
from repit.hotline.cases.models import AccessCode, Case, Record

pytestmark = pytest.mark.django_db


def test_a_case_opens_and_its_items_are_in_the_feed():
    receipt = service.open_case([picture(), picture()])
    assert [i.state for i in receipt.status.items] == ["active", "active"]
    assert len(feed.changes_after(0)) == 2
    assert service.status(receipt.number, receipt.secret) == receipt.status


def test_the_receipt_is_read_as_people_type():
    receipt = service.open_case([picture()])
    typed = receipt.secret.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert service.status(" " + receipt.number.replace("-", ""), typed) == receipt.status
    for language in words.LANGUAGES:
        spelled = receipt.words(language)
        assert len(spelled) == 8
        for spelling in (
            spelled,
            [w.upper() for w in spelled],
            [w[:4] for w in spelled],
            [w + "s" for w in spelled],
        ):
            assert service.status(receipt.number, " , ".join(spelling)) == receipt.status


def test_the_secret_has_at_least_eighty_bits():
    assert len(normal(service.open_case([picture()]).secret)) * 5 >= 80 and len(ALPHABET) == 32


@pytest.mark.parametrize("fits", [True, False])
def test_an_unknown_number_and_a_wrong_secret_are_the_same_refusal_at_the_same_cost(monkeypatch, fits: bool):
    receipt = service.open_case([picture()])
    derived = []
    derive = keys.stretch
    monkeypatch.setattr(keys, "stretch", lambda *args: derived.append(1) or derive(*args))
    monkeypatch.setattr(
        access_codes, "_fits", lambda *_: fits
    )  # one byte of 256 decides whether it costs anything
    shown = set()
    for number, secret in (
        (receipt.number, case_number()),
        (case_number(), receipt.secret),
        (receipt.number, ""),
    ):
        with pytest.raises(NotFound) as refused:
            service.status(number, secret)
        shown.add((refused.value.message, refused.value.detail, refused.value.status))
    assert len(shown) == 1 and len(derived) == (3 if fits else 0)


def test_a_mistyped_number_is_told_apart_without_looking_at_any_case():
    number = service.open_case([picture()]).number
    wrong = ("1" if number[0] != "1" else "2") + number[1:]
    before = len(connection.queries_log)
    with pytest.raises(InputRefused):
        service.status(wrong, "x")
    assert len(connection.queries_log) == before


def test_taking_back_reaches_the_feed_and_may_be_repeated():
    receipt = service.open_case([picture(), picture()])
    after = service.withdraw(receipt.number, receipt.secret, [2])
    assert [i.state for i in after.items] == ["active", "withdrawn"]
    assert service.withdraw(receipt.number, receipt.secret, [2]) == after
    assert feed.head().sequence == 3
    assert [i.state for i in service.withdraw(receipt.number, receipt.secret, "all").items] == [
        "withdrawn"
    ] * 2
    assert list(feed.everything()) == []


def test_one_person_cannot_take_back_what_another_submitted_too():
    value = secrets.token_bytes(32)
    mine, theirs = service.open_case([picture(value)]), service.open_case([picture(value)])
    for _ in range(3):
        service.withdraw(mine.number, mine.secret, "all")
    assert [i.state for i in service.status(theirs.number, theirs.secret).items] == ["active"]
    assert [i.state for i in service.status(mine.number, mine.secret).items] == ["withdrawn"]


def test_an_item_that_the_case_does_not_have_is_refused_and_nothing_is_taken_back():
    receipt = service.open_case([picture()])
    with pytest.raises(InputRefused):
        service.withdraw(receipt.number, receipt.secret, [1, 2])
    assert [i.state for i in service.status(receipt.number, receipt.secret).items] == ["active"]


def test_a_case_is_opened_whole_or_not_at_all(monkeypatch):
    taken = []

    def fail_at_the_second(*args, **kwargs):
        taken.append(1)
        if len(taken) == 2:
            raise OSError
        return admit(*args, **kwargs)

    admit = service.protection.carrying.admitting.admit
    monkeypatch.setattr(service.protection.carrying.admitting, "admit", fail_at_the_second)
    with pytest.raises(OSError):
        service.open_case([picture(), picture()])
    assert feed.head().sequence == 0 and not Case.objects.exists() and not AccessCode.objects.exists()
    assert [i.state for i in service.open_case([picture()]).status.items] == ["active"]


def test_after_review_nothing_is_published_by_itself(settings):
    settings.REPIT_PUBLISH = "after-review"
    assert [i.state for i in service.open_case([picture()]).status.items] == ["received"]
    assert feed.head().sequence == 0


def test_the_links_moved_to_another_case_or_put_back_from_before_do_not_open():
    first, other = service.open_case([picture()]), service.open_case([picture()])
    mine, theirs = (links_of(receipt) for receipt in (first, other))
    before = mine.get()
    service.withdraw(first.number, first.secret, "all")
    mine.update(sealed=before.sealed)
    with pytest.raises(SealBroken):
        service.status(first.number, first.secret)
    mine.update(sealed=before.sealed, version=before.version)
    with pytest.raises(SealBroken):  # the case itself says that it protects nothing
        service.status(first.number, first.secret)
    for row in theirs:
        mine.update(sealed=row.sealed, version=row.version)
    with pytest.raises(SealBroken):
        service.status(first.number, first.secret)


def links_of(receipt: service.Receipt) -> QuerySet[Record]:
    case = Case.objects.get(access_codes__lookup=access_codes.lookup(receipt.number))
    return Record.objects.filter(case=case, mark=records.mark(case.id, "links"))


def test_the_rows_of_a_case_do_not_show_how_many_items_it_has():
    shapes = set()
    for count in (0, 1, 3, 40):
        receipt = service.open_case([picture() for _ in range(count)], seen_at=["https://forum.example/1"])
        rows = list(Record.objects.filter(case__access_codes__lookup=access_codes.lookup(receipt.number)))
        shapes.add(tuple(sorted((row.room, len(row.sealed), row.number) for row in rows)))
    assert len(shapes) == 1
    marks = list(Record.objects.values_list("mark", flat=True))
    assert len(set(marks)) == len(marks) and not {"link", "links", "location", "message"} & set(marks)


def test_neither_opening_a_case_nor_adding_to_it_leaves_a_time_on_the_disk():
    first = service.open_case([picture()])
    files = [path for path in Path(settings.REPIT_CASE_KEYS).iterdir() if path.is_file()]
    before = {path.name: path.stat() for path in files}
    assert set(before) == {"case-keys", "desk-keys"}
    receipt = service.open_case([picture(), picture()])
    service.add_items(access_codes.enter(receipt.number, receipt.secret), [picture()])
    service.withdraw(first.number, first.secret, "all")
    for path in files:
        was = before[path.name]
        assert path.stat().st_ctime_ns == was.st_ctime_ns and was.st_mtime_ns == 0


def test_a_missing_file_of_case_keys_is_said_and_not_made_anew(settings, tmp_path):
    service.open_case([picture()])
    settings.REPIT_CASE_KEYS = tmp_path / "elsewhere"
    with pytest.raises(SettingsRefused, match="case-keys is missing"):
        service.open_case([picture()])
    with pytest.raises(SettingsRefused, match="not those that belong to this database"):
        key_file.check()
    assert not (tmp_path / "elsewhere" / "case-keys").exists()


@pytest.mark.parametrize("wrong", ["file", "operator’s key"])
def test_keys_of_another_installation_are_told_before_anyone_comes_in_vain(settings, tmp_path, wrong):
    service.open_case([picture()])
    key_file.check()
    if wrong == "file":
        settings.REPIT_CASE_KEYS = tmp_path
        vault.pool().begin()
        vault.pool().draw(10_000, lambda slots: ())
    else:
        settings.REPIT_OPERATOR_KEY = secrets.token_bytes(32)
    with pytest.raises(SettingsRefused, match="not those that belong to this database"):
        key_file.check()


def test_where_the_keys_are_lost_for_good_the_hotline_goes_on_without_those_cases(settings, tmp_path):
    lost = [service.open_case([picture()]) for _ in range(3)]
    protected = len(list(feed.everything()))
    settings.REPIT_CASE_KEYS = tmp_path
    assert key_file.give_up_lost("operator") == 3 and key_file.give_up_lost("operator") == 0
    key_file.check()
    new = service.open_case([picture()])
    assert [i.state for i in service.status(new.number, new.secret).items] == ["active"]
    with pytest.raises(NotFound):
        service.status(lost[0].number, lost[0].secret)
    assert len(list(feed.everything())) == protected + 1


def test_giving_up_with_a_wrong_operators_key_deletes_nothing(settings):
    service.open_case([picture()])
    settings.REPIT_OPERATOR_KEY = secrets.token_bytes(32)
    with pytest.raises(SettingsRefused, match="operator’s key"):
        key_file.give_up_lost("operator")
    assert Case.objects.count() == 1


def test_neither_the_operators_key_nor_the_database_alone_opens_a_link(settings):
    receipt = service.open_case([picture()])
    settings.REPIT_OPERATOR_KEY = secrets.token_bytes(32)
    with pytest.raises((NotFound, SealBroken)):
        service.status(receipt.number, receipt.secret)


def test_no_repr_shows_the_receipt():
    receipt = service.open_case([picture()])
    assert receipt.secret not in repr(receipt) and receipt.number not in repr(receipt)
