"""The list of cases: what presses first and why, found by a word, narrowed, as light for many as for few."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from desk_people import PASSPHRASE, caseworker, file_of, receipt
from django.db import connection
from django.test.utils import CaptureQueriesContext
from many_cases import WORDS, filled
from test_casework_pages import INBOX, page_of, post, taken, text_of

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.staff import menu
from repit.hotline.cases import (
    access_log,
    casework,
    caseworkers,
    closing,
    desk,
    naming,
    service,
    tasks,
    thread,
    worklist,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import Record

pytestmark = pytest.mark.django_db


def rows_of(page: str) -> list[str]:
    """The rows of the list as text, in order."""
    body = re.search(r"<tbody>(.*)</tbody>", page, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", body[1], re.DOTALL) if body else []
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def find(who, **fields: str) -> str:
    """What a search leads to."""
    sent = who.client.post(INBOX + "find/", fields)
    assert sent.status_code == 302
    return text_of(who, sent.headers["Location"])


class Three:
    """Ana's cases: one in danger, one with a late task and a name, one that waits for its person."""

    def __init__(self) -> None:
        self.ana = caseworker("ana", founds=True)
        seen = [f"https://host{number}.example/Été" for number in range(3)]
        self.danger, self.late, self.waits = (receipt(seen_at=[address]) for address in seen)
        for opened in (self.danger, self.late, self.waits):
            taken(self.ana, opened)
        self.keys = caseworkers.unlock("ana", PASSPHRASE)
        shortly, days_ago = now() - timedelta(minutes=10), now() - timedelta(hours=52)
        with clock.at(lambda: shortly):
            thread.write(file_of(self.danger), "J’ai peur ce soir.\n\nIl sait où j’habite.")
        post(self.ana, page_of(self.danger) + "danger/", danger="yes")
        with clock.at(lambda: days_ago):
            new = tasks.New("other", "appeler l’hébergeur", now() + timedelta(hours=2))
            tasks.add(Casefile(file_of(self.late).case_id, self.keys), new)
        post(self.ana, page_of(self.late) + "name/", name="Zoé  et son ex")
        post(self.ana, page_of(self.waits) + "answer/", text="Nous avons votre dossier.")

    def label(self, opened) -> str:
        return worklist.label(file_of(opened).case_id)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """It was noon yesterday, and goes on from there: no test begins on one day, or in one hour, and ends in
    the next. Not today’s noon: Django ends a sign-in by its own clock, which must not be behind."""
    wall = clock._wall()
    noon = wall.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    with clock.at(lambda: noon + (clock._wall() - wall)):
        yield


@pytest.fixture
def three() -> Three:
    return Three()


def test_the_first_row_is_the_most_pressing_and_each_says_why_and_what_was_said_last(three: Three):
    page = text_of(three.ana, INBOX)
    first, second, third = rows_of(page)
    assert first.startswith(three.label(three.danger)) and "someone may be in danger" in first
    assert "The person: J’ai peur ce soir. Il sait où j’habite." in first
    assert second.startswith(f"Zoé et son ex {three.label(three.late)}")
    assert "2 days late: appeler l’hébergeur" in second
    assert "The hotline: ↩ Nous avons votre dossier." in third and "waits for the person" in third
    # Enter opens the first: the focus is there when the page comes, with a script or without.
    assert re.findall(r"<a [^>]*autofocus", page) and page.count("autofocus") == 1
    assert page.index("autofocus") < page.index(three.label(three.danger))


def test_a_case_is_found_by_its_name_a_task_an_address_or_its_signs(three: Three):
    label = three.label(three.late)
    for word in ("ZOE ex", "hebergeur", "host1.example/ete", label, "zoé hébergeur"):
        page = find(three.ana, word=word)
        [found] = rows_of(page)
        assert label in found and "1 case matches" in page, word


def test_what_is_looked_for_stands_in_no_address_and_no_table_and_is_forgotten(three: Three):
    word = "quelqu’un de particulier"
    sent = three.ana.client.post(INBOX + "find/", {"word": word, "sort": "name"})
    assert sent.headers["Location"] == f"{INBOX}?sort=name&found=yes"
    page = text_of(three.ana, sent.headers["Location"])
    assert word in html.unescape(page) and "No case matches" in page
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name that the database gave
            found = [value for row in cursor for value in row]
            raw = [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in found]
            assert not any(b"particulier" in value for value in raw), table
    assert len(rows_of(text_of(three.ana, INBOX))) == 3
    led = three.ana.client.get(INBOX + "?found=yes", follow=True).content.decode()
    assert len(rows_of(led)) == 3 and word not in html.unescape(led)


def test_an_address_of_what_was_found_leads_to_the_whole_list_once_the_word_is_forgotten(three: Three):
    found = find(three.ana, show="mine", sort="name", word=three.label(three.late))
    assert len(rows_of(found)) == 1
    text_of(three.ana, INBOX)  # the word is forgotten: in another tab, or before one goes back
    away = three.ana.client.get(f"{INBOX}?show=mine&sort=name&found=yes&page=2")
    assert away.status_code == 302 and away.headers["Location"] == f"{INBOX}?show=mine&sort=name"
    assert len(rows_of(text_of(three.ana, away.headers["Location"]))) == 3


NARROWED: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"waits": "us"}, ["danger", "late"]),
    ({"waits": "person"}, ["waits"]),
    ({"state": "waiting"}, ["waits"]),
    ({"state": "new"}, []),
    ({"late": "yes"}, ["late"]),
    ({"sort": "moved"}, ["waits", "danger", "late"]),
    ({"show": "mine", "state": "nonsense", "sort": "\0", "page": "-1"}, ["danger", "late", "waits"]),
)


def test_the_list_is_narrowed_and_ordered_by_what_its_address_says(three: Three):
    for asked_for, expected in NARROWED:
        sent = three.ana.client.post(INBOX + "find/", asked_for)
        found = rows_of(text_of(three.ana, sent.headers["Location"]))
        labels = [three.label(getattr(three, name)) for name in expected]
        assert len(found) == len(labels), asked_for
        assert all(label in row for row, label in zip(found, labels, strict=True)), asked_for
    assert three.label(three.late) in rows_of(text_of(three.ana, INBOX + "?sort=name"))[0]


HINTS = {
    "all": "By its signs, its name, an address, a task, the last message.",
    "mine": "By its signs, its name, an address, a task, the last message.",
    "new": "By its signs, its name, an address, a task, the last message.",
    "others": "By its signs, or by who has it.",
    "closed": "By its signs.",
}


def test_each_list_says_by_what_a_case_is_found_in_it_and_offers_only_what_narrows_it(three: Three):
    post(three.ana, page_of(three.late) + "close/")
    for show, hint in HINTS.items():
        page = text_of(three.ana, f"{INBOX}?show={show}")
        assert hint in page and ('name="state"' in page) == (show != "closed"), show
    # An address that asks for more than its list can tell, from before: as if it did not.
    page = text_of(three.ana, f"{INBOX}?show=closed&state=new&waits=us&late=yes&sort=name")
    assert three.label(three.late) in page and "matches" not in page
    page = find(three.ana, show="closed", state="new", word=three.label(three.late))
    assert three.label(three.late) in page and "1 case matches" in page


def test_a_list_that_shows_nothing_of_what_is_in_a_case_opens_none_and_counts_them_all(three: Three):
    new = receipt()

    def seen() -> list[bool]:
        keys = [three.keys, three.keys, desk.unlock(three.keys)]
        files = zip((three.danger, three.late, new), keys, strict=True)
        logs = [casework.access_log(Casefile(file_of(each).case_id, key)) for each, key in files]
        return [access_log.LIST in [entry.what for entry in log] for log in logs]

    for show in ("others", "closed"):
        page = html.unescape(text_of(three.ana, f"{INBOX}?show={show}"))
        assert re.findall(r'"count">(\d+)<', page) == ["4", "3", "1", "0", "0"], show
    assert seen() == [False, False, False]
    assert re.findall(r'"count">(\d+)<', text_of(three.ana, INBOX)) == ["4", "3", "1", "0", "0"]
    assert seen() == [True, True, True]


def test_a_search_says_which_of_the_new_cases_it_did_not_look_into(
    three: Three, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worklist, "MOST_WAITING", 1)
    addresses = ["https://new.example/1", "https://new.example/2"]
    day_before = now() - timedelta(days=1)
    with clock.at(lambda: day_before):
        oldest = receipt(seen_at=addresses[:1])
    receipt(seen_at=addresses[1:])
    page = find(three.ana, word="new.example")
    assert len(rows_of(page)) == 1 and three.label(oldest) in page
    assert "only the oldest were looked through. 1 newer case waits" in page
    assert "are shown first" not in page and "are shown first" in text_of(three.ana, INBOX)
    assert "looked through" not in find(three.ana, show="mine", word="new.example")


def test_nobody_finds_a_case_that_is_not_theirs(three: Three):
    bea = caseworker("bea")
    page = find(bea, word=three.label(three.late))
    assert rows_of(page) == []
    for show in ("new", "others", "all", "closed"):
        assert three.label(three.late) not in text_of(bea, f"{INBOX}?show={show}")
    # A colleague who takes cases in learns who has it, and nothing of what is in it.
    post(three.ana, INBOX + "desk/change/", what="admit", who="bea")
    others = text_of(bea, f"{INBOX}?show=others")
    assert three.label(three.late) in others and "ana" in others and "Zoé" not in others
    assert "bea" not in {
        entry.who for entry in casework.access_log(Casefile(file_of(three.late).case_id, three.keys))
    }


def test_what_colleagues_call_a_case_is_sealed_goes_with_it_and_is_not_shown_to_its_person(three: Three):
    bea = caseworker("bea")
    page = page_of(three.late)
    assert "Zoé et son ex" in text_of(three.ana, page)
    post(three.ana, page + "hand-on/", who="bea")
    assert "Zoé et son ex" in text_of(bea, INBOX)
    post(three.ana, page + "name/", status=413, name="x" * (naming.MAX_CHARACTERS + 1))
    mine = Casefile(file_of(three.late).case_id, three.keys)
    theirs = file_of(three.late)
    held = b"".join(bytes(row.sealed) for row in Record.objects.filter(case=mine.case_id))
    assert "Zoé".encode() not in held
    assert "Zoé" not in repr(service.view(theirs)) and "Zoé" not in str(thread.read(theirs))
    post(three.ana, page + "name/", name="")
    assert "Zoé" not in text_of(bea, INBOX)
    post(three.ana, page + "name/", name="again")
    closing.erase_now(theirs, keep_protection=True)
    assert "again" not in text_of(bea, INBOX + "?show=closed") + text_of(bea, INBOX)


def test_the_menu_says_where_one_is(three: Three):
    for address, name in (
        (INBOX, "Inbox"),
        (INBOX + "desk/", "Who takes cases in"),
        (INBOX + "keys/", "Your keys"),
    ):
        page = text_of(three.ana, address)
        marked = re.findall(r'aria-current="(?:page|true)">\s*([^<]*)', page)
        assert marked[:1] == ["Cases"] and any(text.startswith(name) for text in marked), (address, marked)
    entries = menu.open_to(three.ana.member)
    assert menu.entry_of("/staff/cases/oversight/", entries) == "cases-inbox"
    assert menu.entry_of("/staff/password/", entries) == ""


def asked(by) -> int:
    """How many questions a list asks of the database, when it was looked at within the hour."""
    worklist.tray(by)
    with CaptureQueriesContext(connection) as questions:
        worklist.tray(by)
    return len(questions)


def test_many_cases_ask_no_more_of_the_database_than_few_and_a_page_stays_light():
    ana = caseworker("ana", founds=True)
    keys = caseworkers.unlock("ana", PASSPHRASE)
    at_desk = desk.unlock(keys)
    filled(keys, at_desk, 4, 2)
    few = asked(keys)
    pressing = filled(keys, at_desk, 56, 4)
    assert asked(keys) == few <= 50
    page = text_of(ana, INBOX)
    rows = rows_of(page)
    assert len(rows) == 50 and "Page 1 of 2" in page and WORDS[:40] in page
    assert rows[0].count("someone may be in danger") == rows[1].count("someone may be in danger") == 1
    assert worklist.label(pressing) in rows[0] + rows[1]
    assert len(page.encode()) < 100_000
    rest = text_of(ana, INBOX + "?page=2")
    assert len(rows_of(rest)) == 16 and not set(rows_of(rest)) & set(rows)
    assert [entry.what for entry in casework.access_log(Casefile(pressing, keys))].count(access_log.LIST) == 1
