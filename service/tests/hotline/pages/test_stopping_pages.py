"""Stopping a protection, ending a case, naming pictures, seeing how far it has come: on the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from amiss import amiss
from babel.messages.pofile import read_po
from django.http import HttpResponse
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in, stopped

from repit.foundation import clock
from repit.hotline.bank import feed
from repit.hotline.bank.carrying import Carrier
from repit.hotline.cases import access_codes, casework, caseworkers, desk, service
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import Case, Record, Session
from repit.hotline.feeds.models import Subscriber

pytestmark = pytest.mark.django_db
LOCALE = Path(__file__).resolve().parents[3] / "src" / "repit" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
CHOOSE, SURE = "/en/mine/stop-protecting/", "/en/mine/stop-protecting/sure/"
UNDONE = "/en/mine/stop-protecting/undone/"


def states(mine: Casefile) -> list[str]:
    return ["stopping" if i.stops_at else i.state for i in service.view(mine).status.items]


def text(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def with_two() -> tuple[Visitor, Casefile]:
    person, mine = signed_in()
    person.post("add/", kind="intimate", hashes=items())
    return person, mine


def test_it_is_asked_for_undone_and_done_by_plain_forms() -> None:
    person, mine = with_two()
    assert stopped(person, how="in-an-hour", item="2")["Location"] == CHOOSE
    assert states(mine) == ["active", "stopping"]
    for page in (CHOOSE, "/en/mine/"):
        shown = text(person.client.get(page))
        assert "Nothing has changed yet. You have 5" in shown and "Undo: keep protecting" in shown
    undone = person.post("stop-protecting/")
    assert undone["Location"] == UNDONE and "Undone." in text(arrived(undone))
    assert states(mine) == ["active", "active"]
    stopped(person, how="in-an-hour", all="1")
    assert stopped(person, how="now", item="1")["Location"] == CHOOSE
    assert states(mine) == ["withdrawn", "stopping"]


def test_it_is_said_to_be_undone_for_as_long_as_that_is_so() -> None:
    def says_so(client: Client, page: str = UNDONE) -> bool:
        shown = client.get(page)
        assert shown.status_code == 200
        return any(word in text(shown) for word in ("Undone.", "C’est annulé."))

    person, _ = with_two()
    code = access_codes_of(person)
    assert not says_so(person.client), "nothing was ever undone"
    stopped(person, how="in-an-hour", item="1")
    assert not says_so(person.client)
    person.post("stop-protecting/")
    assert all(says_so(person.client, page) for page in (UNDONE, UNDONE, "/fr/suivi/arreter/annule/"))
    assert not says_so(person.client, CHOOSE)
    stopped(person, how="in-an-hour", all="1")
    assert not says_so(person.client)
    person.post("stop-protecting/")
    person.post("add/", kind="intimate", hashes=items())
    assert says_so(person.client)
    elsewhere = Visitor()
    elsewhere.sign_in(*code)
    assert not says_so(elsewhere.client)
    stopped(elsewhere, how="now", item="2")
    assert not says_so(person.client)


def test_nothing_stops_before_the_page_that_says_what_will_happen() -> None:
    person, mine = with_two()
    form = hidden(person.client.get(CHOOSE), "form")
    for chosen in ({"all": "1"}, {"item": ["1", "2"]}):
        assert post(person.client, SURE, {"form": form, **chosen})["Location"] == SURE
        asks = text(person.client.get(SURE))
        assert states(mine) == ["active", "active"] and "Go back: keep protecting" in asks
        for sentence in ("Copies are no longer refused", "is destroyed", "For an hour nothing changes"):
            assert sentence in asks
    assert "Nothing was chosen." in text(post(person.client, SURE, {"form": form}))


def test_what_was_chosen_outlives_reload_another_language_and_an_expired_visit() -> None:
    person, _ = with_two()
    code = access_codes_of(person)
    mine = access_codes.enter(*code)
    form = hidden(person.client.get(CHOOSE), "form")
    post(person.client, SURE, {"form": form, "item": "2"})
    for path in (SURE, SURE, "/fr/suivi/arreter/confirmer/"):
        assert 'name="item" value="2"' in text(person.client.get(path))
    sent = {"form": hidden(person.client.get(SURE), "form"), "item": ["2"], "how": "in-an-hour"}
    Session.objects.all().delete()
    assert post(person.client, SURE, sent)["Location"] == "/en/come-back/"
    assert states(mine) == ["active", "active"], "who is not signed in stops nothing"
    assert person.sign_in(*code)["Location"] == SURE
    assert 'name="item" value="2"' in text(person.client.get(SURE))


def access_codes_of(person: Visitor) -> tuple[str, str]:
    """New words for a case, and a session with them."""
    code = code_in(person.post("spare/", **{"new-words": "1"}))
    assert person.sign_in(*code).status_code == 302
    return code


def test_pressed_twice_and_in_two_tabs_it_is_asked_for_once() -> None:
    person, mine = with_two()
    tabs = []
    for chosen in ("1", "2"):
        post(person.client, SURE, {"form": hidden(person.client.get(CHOOSE), "form"), "item": chosen})
        tabs.append({"form": hidden(person.client.get(SURE), "form"), "item": chosen, "how": "in-an-hour"})
    for tab in (tabs[0], tabs[0]):
        assert post(person.client, SURE, tab)["Location"] == CHOOSE
    assert states(mine) == ["stopping", "active"], "what stood on that page, not what was chosen last"
    undo = {"form": hidden(person.client.get(CHOOSE), "form")}
    assert [post(person.client, CHOOSE, undo)["Location"] for _ in range(2)] == [UNDONE, UNDONE]
    assert post(person.client, SURE, tabs[0])["Location"] == CHOOSE
    assert states(mine) == ["active", "active"], "the form that was done before does nothing again"
    assert person.client.get(SURE)["Location"] == CHOOSE, "Back finds nothing to confirm"


def test_undone_too_late_it_says_so_and_what_helps() -> None:
    person, _ = with_two()
    code = access_codes_of(person)
    mine = access_codes.enter(*code)
    stopped(person, how="in-an-hour", item="1")
    moment = clock.now() + timedelta(minutes=62)
    with clock.at(lambda: moment):
        Carrier().once()
        person.sign_in(*code)
        form = hidden(person.client.get(CHOOSE), "form")
        refused = post(person.client, CHOOSE, {"form": form})
        assert refused.status_code == 409 and "you can add them again" in text(refused)
        assert states(mine) == ["withdrawn", "active"]


def test_undone_in_two_tabs_both_say_that_it_goes_on_and_only_of_what_stood_on_the_page() -> None:
    person, _ = with_two()
    code = access_codes_of(person)
    mine = access_codes.enter(*code)

    def tab() -> dict[str, object]:
        shown = person.client.get(CHOOSE)
        form = text(shown).split("Undo: keep protecting")[0].rsplit("<form", 1)[1]
        return {"form": hidden(shown, "form"), "item": re.findall(r'name="item" value="(\d+)"', form)}

    stopped(person, how="in-an-hour", item="2")
    tabs = [tab(), tab()]
    assert [post(person.client, CHOOSE, each)["Location"] for each in tabs] == [UNDONE, UNDONE]
    assert states(mine) == ["active", "active"]
    stopped(person, how="in-an-hour", item="1")
    late = tab()
    moment = clock.now() + timedelta(minutes=62)
    with clock.at(lambda: moment):
        Carrier().once()
        person.sign_in(*code)
        late["form"] = hidden(person.client.get(CHOOSE), "form")
        assert post(person.client, CHOOSE, late).status_code == 409
        assert states(mine) == ["withdrawn", "active"]


def test_what_cannot_be_undone_has_a_page_of_its_own() -> None:
    person, mine = with_two()
    for how, sentence in (
        ("words", "The protection goes on."),
        ("everything", "copies are no longer refused"),
    ):
        asks = arrived(person.post("end/", how=how))
        assert sentence in text(asks) and "This can’t be undone." in text(asks)
        assert "Go back: change nothing" in text(asks) and service.view(mine).state == "new"
    assert person.post("end/words/")["Location"] == "/en/mine/"
    assert service.view(mine).state == "kept" and states(mine) == ["active", "active"]
    assert "Everything is erased" in text(arrived(person.post("end/everything/")))
    assert not Case.objects.exists() and not list(feed.everything())


# --- nicknames ---------------------------------------------------------------------------------------------


def test_a_picture_has_the_name_that_the_person_gave_it_on_their_pages_and_nowhere_else() -> None:
    ana = caseworkers.enrol("ana", "four words and a comma,")
    desk.found(ana)
    person, mine = with_two()
    assert person.post("nicknames/", **{"nickname-1": " the  beach <b>", "nickname-2": ""}).status_code == 302
    for page in ("", "stop-protecting/", "nicknames/"):
        shown = text(person.client.get(f"/en/mine/{page}"))
        assert "the beach &lt;b&gt;" in shown and "<b>" not in shown
    helper = Visitor()
    helper.sign_in(*code_in(person.post("helpers/", label="Lou", rights=["status", "log"])))
    assert "beach" not in text(helper.client.get("/en/mine/"))
    assert helper.client.get("/en/mine/nicknames/").status_code == 403
    casework.assign(desk.unlock(ana), mine.case_id, "ana")
    assert "beach" not in repr(casework.overview(Casefile(mine.case_id, ana)).status)
    assert all(b"beach" not in bytes(row.sealed) for row in Record.objects.all())
    assert person.post("nicknames/", **{"nickname-1": ""}).status_code == 302
    assert "beach" not in text(person.client.get("/en/mine/"))


def test_a_nickname_that_is_too_long_is_refused_and_stays_to_be_mended() -> None:
    person, mine = with_two()
    refused = person.post("nicknames/", **{"nickname-1": f"{'x' * 40}  ", "nickname-2": "y" * 41})
    assert refused.status_code == 400 and 'value="xxxxx' in text(refused)
    amiss(refused, "nickname-2")
    assert [item.nickname for item in service.view(mine).status.items] == ["", ""]


# --- how far it has come -----------------------------------------------------------------------------------


def subscriber(name: str, *, acknowledged: int, days: int = 0) -> None:
    moment = clock.now() - timedelta(days=days)
    Subscriber.objects.create(name=name, added_at=moment, last_used_at=moment, acknowledged=acknowledged)


def test_the_overview_counts_once_for_all_items_and_names_each_on_demand() -> None:
    person, _ = with_two()
    head = feed.head().sequence
    assert "No site takes part here yet." in text(person.client.get("/en/mine/"))
    subscriber("a", acknowledged=head)
    subscriber("b", acknowledged=head, days=5)
    subscriber("c", acknowledged=0)
    shown = text(person.client.get("/en/mine/"))
    assert shown.count("<progress") == 1 and 'max="6" value="4"' in shown
    assert "2 of 3 sites that take part have them" in shown
    assert "1 of them has not been in touch for more than two days" in shown
    assert shown.count('<details class="group') == 1 and "2 pictures or videos" in shown
    Subscriber.objects.filter(name="b").update(acknowledged=head - 1)
    assert "Of 3 sites that take part, 1 to 2 have each of them." in text(person.client.get("/en/mine/"))


def test_sites_that_are_not_told_of_such_pictures_are_not_counted() -> None:
    person, _ = with_two()
    subscriber("a", acknowledged=feed.head().sequence)
    subscriber("b", acknowledged=feed.head().sequence)
    Subscriber.objects.filter(name="b").update(kinds="deepfake")
    assert "1 of 1 site that takes part has them" in text(person.client.get("/en/mine/"))


# --- one word, one meaning ---------------------------------------------------------------------------------

PAGES = re.compile(
    r"/(my_(case|withdrawals|stop|wishes|end|erase|nicknames|pictures|addresses)|erased|what_we_keep"
    r"|_(item|group|timeline|stops|wants|levels|notice|session_base))\.html$"
)


def test_stopping_a_protection_is_never_called_by_the_word_for_having_a_picture_removed() -> None:
    """« Retirer » meant four things: both, and taking an address or a code off a list."""
    with LOCALE.open("rb") as file:
        messages = [m for m in read_po(file) if any(PAGES.search(place) for place, _ in m.locations)]
    assert len(messages) > 100
    for message in messages:
        both = [message.id, message.string]
        sentence = " ".join(" ".join(part) if isinstance(part, tuple | list) else part for part in both)
        assert not re.search(r"\bretir|\b(take|taken|takes) (\w+ )?back\b|\bwithdr[ae]w", sentence, re.I), (
            sentence
        )
