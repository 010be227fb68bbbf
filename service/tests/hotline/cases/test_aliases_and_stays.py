"""Aliases: drawn for everyone, chosen by whoever bears one, never an account's name; stays in the log."""

from __future__ import annotations

import re

import pytest
from making import PASSPHRASE, file_of, picture, staff

from repit.foundation.errors import InputRefused
from repit.foundation.staff import members
from repit.hotline.cases import aliases, casework, caseworkers, desk, keys, service, stays, thread
from repit.hotline.cases.access_log import LogEntry
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import Caseworker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "PASSPHRASE", keys.RECEIPT)


def test_everyone_has_an_alias_of_their_own_from_the_first_moment(monkeypatch):
    monkeypatch.setattr(aliases, "NAMES", ("Camille", "Sacha"))
    staff("camille durand", "ana", "bea")
    found = aliases.known()
    assert len(set(found.values())) == 3
    # Not the word of an account; once the list is used up, a letter tells them apart.
    assert not [alias for alias in found.values() if alias.startswith("Camille")]
    assert sorted(alias[:5] for alias in found.values()) == ["Sacha"] * 3


def test_no_alias_is_the_word_of_an_account_that_has_no_keys(monkeypatch):
    members.add("Camille Durand", ["supervisor"], actor="test")
    monkeypatch.setattr(aliases, "NAMES", ("Camille", "Sacha"))
    staff("ana")
    assert aliases.of("ana") == "Sacha"
    for typed in ("Camille", "durand"):
        with pytest.raises(InputRefused):
            aliases.choose("ana", typed)


def test_a_name_that_a_colleague_drew_at_the_same_moment_is_drawn_again(monkeypatch):
    staff("ana")
    theirs, known = aliases.of("ana"), aliases.known
    before = [{}]  # nobody, as it was a moment before
    monkeypatch.setattr(aliases, "known", lambda: before.pop() if before else known())
    monkeypatch.setattr(aliases.secrets, "choice", lambda free: theirs if theirs in free else free[0])
    caseworkers.enrol("bea", PASSPHRASE)
    assert aliases.of("bea") not in ("", theirs)
    with pytest.raises(InputRefused, match="keys already"):
        caseworkers.enrol("bea", PASSPHRASE)


def test_an_account_from_before_is_given_one_as_the_hotline_starts():
    staff("ana")
    Caseworker.objects.update(alias=None, sealed_alias=b"")
    assert aliases.of("ana") == "" and aliases.known() == {}
    aliases.make_ready()
    drawn = aliases.of("ana")
    aliases.make_ready()
    assert drawn and aliases.of("ana") == drawn


@pytest.mark.parametrize(
    "typed",
    ["", "A", "ana", "ÀNA", "Bea", "Ana-Lou", "lou@mail.example", "x" * 31, "007", "Lou\nBea", "<b>", "-Lou"],
)
def test_what_is_no_first_name_or_an_account_s_is_refused(typed):
    staff("ana", "bea")
    before = aliases.of("ana")
    with pytest.raises(InputRefused):
        aliases.choose("ana", typed)
    assert aliases.of("ana") == before


def test_two_cannot_have_the_same_whatever_its_capitals_and_accents():
    staff("ana", "bea")
    assert aliases.choose("ana", "  Zoé  d’Arc ") == "Zoé d’Arc"
    assert aliases.choose("ana", "Zoé") == "Zoé"
    with pytest.raises(InputRefused):
        aliases.choose("bea", "zoe")
    assert aliases.choose("ana", "Zoé") == "Zoé"


def test_neither_an_alias_nor_what_it_is_found_by_can_be_read_in_the_database():
    staff("ana", "bea")
    aliases.choose("ana", "Zoé")
    row, other = Caseworker.objects.get(who="ana"), Caseworker.objects.get(who="bea")
    assert b"Zo" not in bytes(row.sealed_alias) + bytes(row.alias or b"")
    assert len(bytes(row.sealed_alias)) == len(bytes(other.sealed_alias))


def test_a_change_reaches_what_was_written_before_and_whoever_is_gone_has_none():
    ana, bea = staff("ana", "bea")
    mine = file_of(service.open_case([picture()]))
    casework.assign(desk.unlock(ana), mine.case_id, "bea")
    thread.write(Casefile(mine.case_id, bea), "We are here")
    first = aliases.of("bea")
    assert [message.who for message in thread.read(mine)] == [first]
    aliases.choose("bea", "Zoé")
    assert [message.who for message in thread.read(mine)] == ["Zoé"]
    assert "Zoé" in {entry.who for entry in service.access_log(mine)}
    assert "bea" in {entry.who for entry in casework.access_log(Casefile(mine.case_id, bea))}
    casework.part_with(caseworkers.unlock("ana", PASSPHRASE), "bea")
    assert [message.who for message in thread.read(mine)] == [""]
    entries = service.access_log(mine)
    assert {entry.who for entry in entries} == {"", aliases.of("ana")}
    assert not re.search(r"\b(ana|bea)\b", " ".join(entry.what for entry in entries))


def entry(by: str, who: str, what: str, at: str) -> LogEntry:
    return LogEntry(by, who, what, at)


def test_a_visit_is_what_one_party_did_without_half_an_hour_between():
    newest_first = [
        entry("caseworker", "bea", "message", "2026-11-28 15:10"),
        entry("caseworker", "bea", "case", "2026-11-28 14:20"),
        entry("caseworker", "bea", "case", "2026-11-28 14:15"),
        entry("caseworker", "bea", "list", "2026-11-28 14:05"),
        entry("desk", "bea", "list", "2026-11-28 14:04"),
        entry("person", "", "thread", "2026-11-28"),
        entry("person", "", "case", "2026-11-28"),
        entry("person", "", "case", "2026-11-27"),
        entry("helper", "1", "case", "2026-11-27"),
    ]
    found = stays.of(newest_first)
    assert [(stay.by, stay.count) for stay in found] == [
        ("caseworker", 1),
        ("caseworker", 3),
        ("desk", 1),
        ("person", 2),
        ("person", 1),
        ("helper", 1),
    ]
    assert f"{found[1].begun:%H:%M} {found[1].ended:%H:%M}" == "14:05 14:20"
    assert found[1].whats == ["list", "case"] and sum(stay.count for stay in found) == len(newest_first)
    assert stays.of([]) == []
