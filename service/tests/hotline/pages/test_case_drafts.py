"""What was typed when a session had ended is there again after signing in, and nobody else ever reads it."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in

from repit.foundation import clock
from repit.foundation.kept import store
from repit.foundation.kept.models import Kept
from repit.hotline.cases import access_codes, helpers, locations, service, sessions, thread
from repit.hotline.cases.models import Session

pytestmark = pytest.mark.django_db
WORDS = "Il m'a écrit hier.\n<b>Que faire ?</b>"
COME_BACK = "/en/come-back/"


def later(minutes: float):
    moment = clock.now() + timedelta(minutes=minutes)
    return clock.at(lambda: moment)


class Guest(Visitor):
    """Someone with a receipt, who signs in, writes, and comes too late."""

    def __init__(self, where: str = "") -> None:
        super().__init__()
        self.code = self.receipt()
        assert self.sign_in(*self.code).status_code == 302
        if where:
            self.post("addresses/", where=where)
        self.mine = access_codes.enter(*self.code)

    def form(self, page: str) -> str:
        return hidden(self.client.get(f"/en/mine/{page}"), "form")

    def too_late(self, page: str, **fields: object) -> HttpResponse:
        """Send a page's form after the session has ended."""
        form = self.form(page)
        Session.objects.all().delete()
        return post(self.client, f"/en/mine/{page}", {"form": form, **fields})


def textarea(answer: HttpResponse) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.S)
    assert found
    return html.unescape(found[1])


def in_the_database() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest, sealed, until FROM kept_kept")
        return repr(cursor.fetchall()).encode()


def test_a_message_typed_when_the_session_had_ended_is_there_after_the_receipt_was_typed() -> None:
    guest = Guest()
    answer = guest.too_late("messages/", text=WORDS)
    assert (answer.status_code, answer["Location"]) == (302, COME_BACK)
    asked = guest.client.get(COME_BACK)
    assert "You were signed out before what you wrote was sent." in asked.content.decode()
    assert "Que faire" not in asked.content.decode()
    assert guest.sign_in(guest.code[0], "wrong").status_code == 400
    back = guest.sign_in(*guest.code)
    assert back["Location"] == "/en/mine/messages/"
    shown = guest.client.get(back["Location"])
    assert textarea(shown) == WORDS and "<b>Que" not in shown.content.decode()
    assert "It was not sent yet." in shown.content.decode()
    assert thread.read(guest.mine) == []
    assert textarea(guest.client.get(back["Location"])) == WORDS  # a reload loses nothing either
    guest.post("messages/", text=WORDS)
    assert [m.text for m in thread.read(guest.mine)] == [WORDS]
    assert textarea(guest.client.get("/en/mine/messages/")) == ""


def test_they_are_readable_nowhere_and_gone_within_the_hour() -> None:
    guest = Guest()
    guest.too_late("messages/", text="a sentence that nobody else reads")
    raw = in_the_database()
    assert b"sentence" not in raw and b"messages" not in raw and len(Kept.objects.all()) >= 2
    assert len({len(row.sealed) for row in Kept.objects.all()}) == 1
    with later(61):
        assert store.delete_expired() == 2 and not Kept.objects.exists()
        assert guest.sign_in(*guest.code)["Location"] == "/en/mine/"
        assert textarea(guest.client.get("/en/mine/messages/")) == ""


PAGES: list[tuple[str, dict[str, object], str]] = [
    ("addresses/", {"where": "https://a.example/1\nhttps://b.example/2"}, "https://b.example/2</textarea>"),
    ("add/", {"hashes": items(), "kind": "deepfake"}, "pdq"),
    ("choices/", {"wants": ["evidence"], "level": "family"}, 'value="evidence" checked'),
    ("nicknames/", {"nickname-1": "the beach"}, 'value="the beach"'),
    ("helpers/", {"label": "Lou", "rights": ["locations"]}, 'value="Lou"'),
]


@pytest.mark.parametrize(("page", "fields", "shown"), PAGES)
def test_so_it_is_on_every_page_where_something_is_typed(page: str, fields, shown: str) -> None:
    guest = Guest()
    assert guest.too_late(page, **fields)["Location"] == COME_BACK
    back = guest.sign_in(*guest.code)
    assert back["Location"] == f"/en/mine/{page}"
    text = re.sub(r"\s+", " ", guest.client.get(back["Location"]).content.decode())
    assert shown in text and "It was not sent yet." in text
    guest.post(page, **fields)
    assert "It was not sent yet." not in guest.client.get(f"/en/mine/{page}").content.decode()


def test_the_codes_that_the_device_worked_out_come_back_with_what_they_are() -> None:
    guest, form = Guest(), items()
    guest.too_late("add/", hashes=form, kind="deepfake")
    shown = guest.client.get(guest.sign_in(*guest.code)["Location"])
    assert json.loads(textarea(shown)) == json.loads(form)
    assert re.search(r'value="deepfake"\s+checked', shown.content.decode())
    guest.post("add/", hashes=textarea(shown), kind="deepfake")
    assert [i.kind for i in service.view(guest.mine).status.items] == ["intimate", "deepfake"]


@pytest.mark.parametrize("fields", [{"how": "everything", "sure": "1"}, {"how": "close"}])
def test_an_end_that_came_too_late_ends_nothing_and_is_ticked_nowhere(fields) -> None:
    guest = Guest()
    guest.too_late("end/", **fields)
    back = guest.sign_in(*guest.code)
    assert back["Location"] == "/en/mine/end/"
    assert "checked" not in guest.client.get(back["Location"]).content.decode()
    assert service.view(guest.mine).state == "new"


@pytest.mark.parametrize("size", [10, 200_000])
def test_a_browser_that_lost_its_cookie_or_wrote_very_much_carries_the_words_itself(size: int) -> None:
    guest = Guest()
    form, words = (
        guest.form("addresses/"),
        "\n".join(f"https://a.example/{n:080}" for n in range(size // 100 + 1)),
    )
    Session.objects.all().delete()
    if size < 100:
        guest.client = Client()
    answer = post(guest.client, "/en/mine/addresses/", {"form": form, "where": words})
    assert answer.status_code == 403 and "You were signed out" in answer.content.decode()
    assert words.splitlines()[0] not in answer.content.decode() and not Kept.objects.exists()
    fields = {"number": guest.code[0], "words": "wrong", "carry": hidden(answer, "carry")}
    wrong = post(guest.client, COME_BACK, fields)
    fields = {"number": guest.code[0], "words": guest.code[1], "carry": hidden(wrong, "carry")}
    back = post(guest.client, COME_BACK, fields)
    assert back["Location"] == "/en/mine/addresses/"
    assert textarea(guest.client.get(back["Location"])) == words


def test_nobody_who_comes_with_another_code_sees_them() -> None:
    guest = Guest()
    sister = helpers.add(guest.mine, "sister", ["locations"])
    stranger, _ = signed_in()
    other = stranger.receipt()
    for code, arrived_at in (((sister.number, sister.secret), "/en/mine/part/"), (other, "/en/mine/")):
        guest.too_late("addresses/", where="https://secret.example")
        back = guest.sign_in(*code)
        assert back["Location"] == arrived_at
        for page in ("addresses/", "messages/"):
            assert b"secret.example" not in guest.client.get(f"/en/mine/{page}").content
        guest.client = Client()
        guest.sign_in(*guest.code)
    assert locations.read(guest.mine).count == 0


def test_words_carried_in_the_page_open_for_their_own_code_only() -> None:
    guest = Guest()
    form = guest.form("messages/")
    code = Visitor().receipt()
    answer = post(Client(), "/en/mine/messages/", {"form": form, "text": "not for you"})
    fields = {"number": code[0], "words": code[1], "carry": hidden(answer, "carry")}
    browser = Client()
    assert post(browser, COME_BACK, fields)["Location"] == "/en/mine/"
    assert b"not for you" not in browser.get("/en/mine/messages/").content


def test_a_page_from_before_signing_in_anew_does_nothing_and_keeps_its_words() -> None:
    guest = Guest()
    form = guest.form("messages/")
    guest.sign_in(*guest.code)  # in another tab, say
    answer = post(guest.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    assert answer["Location"] == "/en/mine/messages/" and thread.read(guest.mine) == []
    assert textarea(arrived(answer)) == WORDS


def test_a_page_of_another_case_in_the_same_browser_is_refused_with_its_words() -> None:
    guest = Guest()
    form = guest.form("messages/")
    other = Visitor().receipt()
    guest.sign_in(*other)
    answer = post(guest.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    assert answer.status_code == 403
    fields = {"number": guest.code[0], "words": guest.code[1], "carry": hidden(answer, "carry")}
    back = post(guest.client, COME_BACK, fields)
    assert textarea(guest.client.get(back["Location"])) == WORDS
    assert thread.read(guest.mine) == [] == thread.read(access_codes.enter(*other))


def test_two_pages_that_came_too_late_both_wait() -> None:
    guest = Guest()
    forms = {page: guest.form(page) for page in ("messages/", "addresses/")}
    Session.objects.all().delete()
    post(guest.client, "/en/mine/addresses/", {"form": forms["addresses/"], "where": "https://a.example"})
    post(guest.client, "/en/mine/messages/", {"form": forms["messages/"], "text": "hello"})
    assert guest.client.get("/en/mine/").status_code == 302  # a page that only looks forgets nothing
    assert guest.sign_in(*guest.code)["Location"] == "/en/mine/messages/"
    assert textarea(guest.client.get("/en/mine/messages/")) == "hello"
    assert textarea(guest.client.get("/en/mine/addresses/")) == "https://a.example"


def test_an_address_taken_off_the_list_leaves_what_is_being_typed_below_it() -> None:
    guest = Guest(where="https://a.example")
    guest.post("addresses/", remove="1", where="https://half.typ")
    shown = guest.client.get("/en/mine/addresses/")
    assert textarea(shown) == "https://half.typ" and "a.example" not in shown.content.decode()
    guest.post("addresses/", remove="1", where="")
    assert textarea(guest.client.get("/en/mine/addresses/")) == ""


@pytest.mark.parametrize("how", ["leave", "sign-out"])
def test_leaving_forgets_what_waits(how: str) -> None:
    guest = Guest()
    guest.too_late("messages/", text=WORDS)
    if how == "leave":
        guest.client.get("/en/x/")
    else:
        guest.sign_in(*guest.code)
        post(guest.client, "/en/mine/out/", {"form": guest.form("")})
    assert not Kept.objects.exists()
    assert guest.sign_in(*guest.code)["Location"] == "/en/mine/"
    assert textarea(guest.client.get("/en/mine/messages/")) == ""


def test_nobody_fills_the_table_who_never_had_a_session(monkeypatch) -> None:
    guest = Guest()
    form = guest.form("messages/")
    before = Kept.objects.count()
    for fields in ({}, {"form": "x"}, {"form": form}, {"form": form[:-6] + "AAAAA="}):
        stranger = Client()
        stranger.cookies["v"] = "made up"
        post(stranger, "/en/mine/messages/", {"text": "x" * 1000, **fields})
    assert Kept.objects.count() == before
    monkeypatch.setattr(store, "MOST_ROWS", before)
    Session.objects.all().delete()
    full = post(guest.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    fields = {"number": guest.code[0], "words": guest.code[1], "carry": hidden(full, "carry")}
    back = post(guest.client, COME_BACK, fields)
    assert textarea(guest.client.get(back["Location"])) == WORDS


def test_a_page_of_yesterday_has_nothing_kept_and_carries_its_words_itself() -> None:
    guest = Guest()
    form = guest.form("messages/")
    Session.objects.all().delete()
    with later(25 * 60):
        answer = post(guest.client, "/en/mine/messages/", {"form": form, "text": WORDS})
        assert answer.status_code == 403 and not Kept.objects.exists()
        fields = {"number": guest.code[0], "words": guest.code[1], "carry": hidden(answer, "carry")}
        back = post(guest.client, COME_BACK, fields)
        assert textarea(guest.client.get(back["Location"])) == WORDS


def test_the_way_is_kept_in_french_too() -> None:
    guest = Guest()
    guest.too_late("messages/", text=WORDS)
    back = post(guest.client, "/fr/revenir/", {"number": guest.code[0], "words": guest.code[1]})
    assert back["Location"] == "/fr/suivi/messages/"
    assert "Rien n’est encore envoyé." in guest.client.get(back["Location"]).content.decode()


def test_a_form_works_for_as_long_as_its_session_does() -> None:
    guest = Guest()
    form = guest.form("messages/")
    for minutes in (20, 40, 60, 80):
        with later(minutes):
            assert sessions.going_on(guest.client.cookies["v"].value)
    with later(85):
        sent = post(guest.client, "/en/mine/messages/", {"form": form, "text": "late and welcome"})
        assert sent["Location"] == "/en/mine/messages/"
    assert [m.text for m in thread.read(guest.mine)] == ["late and welcome"]


def test_a_helper_s_code_in_the_session_survives_nothing_that_ends_the_session() -> None:
    guest = Guest()
    code = code_in(guest.post("helpers/", rights=["status"]))
    Session.objects.all().delete()
    assert guest.client.get("/en/mine/code/")["Location"] == COME_BACK
    assert code[1].encode() not in in_the_database()
