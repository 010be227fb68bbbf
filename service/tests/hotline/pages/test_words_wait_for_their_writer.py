"""What was typed when a visit had ended is there again after signing in, and nobody else ever reads it."""

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
from repit.hotline.cases.models import Visit

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
        self.code = self.receipt(where=where)
        assert self.sign_in(*self.code).status_code == 302
        self.mine = access_codes.enter(*self.code)

    def form(self, page: str) -> str:
        return hidden(self.client.get(f"/en/mine/{page}"), "form")

    def too_late(self, page: str, **fields: object) -> HttpResponse:
        """Send a page's form after the visit has ended."""
        form = self.form(page)
        Visit.objects.all().delete()
        return post(self.client, f"/en/mine/{page}", {"form": form, **fields})


def textarea(answer: HttpResponse) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.S)
    assert found
    return html.unescape(found[1])


def in_the_database() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest, sealed, until FROM kept_kept")
        return repr(cursor.fetchall()).encode()


def test_a_message_typed_when_the_visit_had_ended_is_there_after_the_receipt_was_typed() -> None:
    one = Guest()
    answer = one.too_late("messages/", text=WORDS)
    assert (answer.status_code, answer["Location"]) == (302, COME_BACK)
    asked = one.client.get(COME_BACK)
    assert "You were signed out before what you wrote was sent." in asked.content.decode()
    assert "Que faire" not in asked.content.decode()
    assert one.sign_in(one.code[0], "wrong").status_code == 400
    back = one.sign_in(*one.code)
    assert back["Location"] == "/en/mine/messages/"
    shown = one.client.get(back["Location"])
    assert textarea(shown) == WORDS and "<b>Que" not in shown.content.decode()
    assert "It was not sent yet." in shown.content.decode()
    assert thread.read(one.mine) == []
    assert textarea(one.client.get(back["Location"])) == WORDS  # a reload loses nothing either
    one.post("messages/", text=WORDS)
    assert [m.text for m in thread.read(one.mine)] == [WORDS]
    assert textarea(one.client.get("/en/mine/messages/")) == ""


def test_they_are_readable_nowhere_and_gone_within_the_hour() -> None:
    one = Guest()
    one.too_late("messages/", text="a sentence that nobody else reads")
    raw = in_the_database()
    assert b"sentence" not in raw and b"messages" not in raw and len(Kept.objects.all()) >= 2
    assert len({len(row.sealed) for row in Kept.objects.all()}) == 1
    with later(61):
        assert store.delete_expired() == 2 and not Kept.objects.exists()
        assert one.sign_in(*one.code)["Location"] == "/en/mine/"
        assert textarea(one.client.get("/en/mine/messages/")) == ""


PAGES: list[tuple[str, dict[str, object], str]] = [
    ("addresses/", {"where": "https://a.example/1\nhttps://b.example/2"}, "https://b.example/2</textarea>"),
    ("add/", {"hashes": items(), "kind": "deepfake"}, "pdq"),
    ("choices/", {"wants": ["evidence"], "level": "family"}, 'value="evidence" checked'),
    ("take-back/", {"item": ["1"]}, 'value="1" checked'),
    ("helpers/", {"label": "Lou", "rights": ["places"]}, 'value="Lou"'),
]


@pytest.mark.parametrize(("page", "fields", "shown"), PAGES)
def test_so_it_is_on_every_page_where_something_is_typed(page: str, fields, shown: str) -> None:
    one = Guest()
    assert one.too_late(page, **fields)["Location"] == COME_BACK
    back = one.sign_in(*one.code)
    assert back["Location"] == f"/en/mine/{page}"
    text = re.sub(r"\s+", " ", one.client.get(back["Location"]).content.decode())
    assert shown in text and "It was not sent yet." in text
    one.post(page, **fields)
    assert "It was not sent yet." not in one.client.get(f"/en/mine/{page}").content.decode()


def test_the_codes_that_the_device_worked_out_come_back_with_what_they_are() -> None:
    one, form = Guest(), items()
    one.too_late("add/", hashes=form, kind="deepfake")
    shown = one.client.get(one.sign_in(*one.code)["Location"])
    assert json.loads(textarea(shown)) == json.loads(form)
    assert re.search(r'value="deepfake"\s+checked', shown.content.decode())
    one.post("add/", hashes=textarea(shown), kind="deepfake")
    assert [i.kind for i in service.view(one.mine).status.items] == ["intimate", "deepfake"]


@pytest.mark.parametrize("fields", [{"how": "everything", "sure": "1"}, {"how": "close"}])
def test_an_end_that_came_too_late_ends_nothing_and_is_ticked_nowhere(fields) -> None:
    one = Guest()
    one.too_late("end/", **fields)
    back = one.sign_in(*one.code)
    assert back["Location"] == "/en/mine/end/"
    assert "checked" not in one.client.get(back["Location"]).content.decode()
    assert service.view(one.mine).state == "new"


@pytest.mark.parametrize("size", [10, 200_000])
def test_a_browser_that_lost_its_cookie_or_wrote_very_much_carries_the_words_itself(size: int) -> None:
    one = Guest()
    form, words = (
        one.form("addresses/"),
        "\n".join(f"https://a.example/{n:080}" for n in range(size // 100 + 1)),
    )
    Visit.objects.all().delete()
    if size < 100:
        one.client = Client()
    answer = post(one.client, "/en/mine/addresses/", {"form": form, "where": words})
    assert answer.status_code == 403 and "You were signed out" in answer.content.decode()
    assert words.splitlines()[0] not in answer.content.decode() and not Kept.objects.exists()
    fields = {"number": one.code[0], "words": "wrong", "carry": hidden(answer, "carry")}
    wrong = post(one.client, COME_BACK, fields)
    fields = {"number": one.code[0], "words": one.code[1], "carry": hidden(wrong, "carry")}
    back = post(one.client, COME_BACK, fields)
    assert back["Location"] == "/en/mine/addresses/"
    assert textarea(one.client.get(back["Location"])) == words


def test_nobody_who_comes_through_another_door_sees_them() -> None:
    one = Guest()
    sister = helpers.add(one.mine, "sister", ["places"])
    stranger, _ = signed_in()
    other = stranger.receipt()
    for code in ((sister.number, sister.secret), other):
        one.too_late("addresses/", where="https://secret.example")
        back = one.sign_in(*code)
        assert back["Location"] == "/en/mine/"
        for page in ("addresses/", "messages/"):
            assert b"secret.example" not in one.client.get(f"/en/mine/{page}").content
        one.client = Client()
        one.sign_in(*one.code)
    assert locations.read(one.mine).count == 0


def test_words_carried_in_the_page_open_for_their_own_door_only() -> None:
    one = Guest()
    form = one.form("messages/")
    code = Visitor().receipt()
    answer = post(Client(), "/en/mine/messages/", {"form": form, "text": "not for you"})
    fields = {"number": code[0], "words": code[1], "carry": hidden(answer, "carry")}
    browser = Client()
    assert post(browser, COME_BACK, fields)["Location"] == "/en/mine/"
    assert b"not for you" not in browser.get("/en/mine/messages/").content


def test_a_page_from_before_signing_in_anew_does_nothing_and_keeps_its_words() -> None:
    one = Guest()
    form = one.form("messages/")
    one.sign_in(*one.code)  # in another tab, say
    answer = post(one.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    assert answer["Location"] == "/en/mine/messages/" and thread.read(one.mine) == []
    assert textarea(arrived(answer)) == WORDS


def test_a_page_of_another_case_in_the_same_browser_is_refused_with_its_words() -> None:
    one = Guest()
    form = one.form("messages/")
    other = Visitor().receipt()
    one.sign_in(*other)
    answer = post(one.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    assert answer.status_code == 403
    fields = {"number": one.code[0], "words": one.code[1], "carry": hidden(answer, "carry")}
    back = post(one.client, COME_BACK, fields)
    assert textarea(one.client.get(back["Location"])) == WORDS
    assert thread.read(one.mine) == [] == thread.read(access_codes.enter(*other))


def test_two_pages_that_came_too_late_both_wait() -> None:
    one = Guest()
    forms = {page: one.form(page) for page in ("messages/", "addresses/")}
    Visit.objects.all().delete()
    post(one.client, "/en/mine/addresses/", {"form": forms["addresses/"], "where": "https://a.example"})
    post(one.client, "/en/mine/messages/", {"form": forms["messages/"], "text": "hello"})
    assert one.client.get("/en/mine/").status_code == 302  # a page that only looks forgets nothing
    assert one.sign_in(*one.code)["Location"] == "/en/mine/messages/"
    assert textarea(one.client.get("/en/mine/messages/")) == "hello"
    assert textarea(one.client.get("/en/mine/addresses/")) == "https://a.example"


def test_an_address_taken_off_the_list_leaves_what_is_being_typed_below_it() -> None:
    one = Guest(where="https://a.example")
    one.post("addresses/", remove="1", where="https://half.typ")
    shown = one.client.get("/en/mine/addresses/")
    assert textarea(shown) == "https://half.typ" and "a.example" not in shown.content.decode()
    one.post("addresses/", remove="1", where="")
    assert textarea(one.client.get("/en/mine/addresses/")) == ""


@pytest.mark.parametrize("how", ["leave", "sign-out"])
def test_leaving_forgets_what_waits(how: str) -> None:
    one = Guest()
    one.too_late("messages/", text=WORDS)
    if how == "leave":
        one.client.get("/en/x/")
    else:
        one.sign_in(*one.code)
        post(one.client, "/en/mine/out/", {"form": one.form("")})
    assert not Kept.objects.exists()
    assert one.sign_in(*one.code)["Location"] == "/en/mine/"
    assert textarea(one.client.get("/en/mine/messages/")) == ""


def test_nobody_fills_the_table_who_never_had_a_visit(monkeypatch) -> None:
    one = Guest()
    form = one.form("messages/")
    before = Kept.objects.count()
    for fields in ({}, {"form": "x"}, {"form": form}, {"form": form[:-6] + "AAAAA="}):
        stranger = Client()
        stranger.cookies["v"] = "made up"
        post(stranger, "/en/mine/messages/", {"text": "x" * 1000, **fields})
    assert Kept.objects.count() == before
    monkeypatch.setattr(store, "MOST_ROWS", before)
    Visit.objects.all().delete()
    full = post(one.client, "/en/mine/messages/", {"form": form, "text": WORDS})
    fields = {"number": one.code[0], "words": one.code[1], "carry": hidden(full, "carry")}
    back = post(one.client, COME_BACK, fields)
    assert textarea(one.client.get(back["Location"])) == WORDS


def test_a_page_of_yesterday_has_nothing_kept_and_carries_its_words_itself() -> None:
    one = Guest()
    form = one.form("messages/")
    Visit.objects.all().delete()
    with later(25 * 60):
        answer = post(one.client, "/en/mine/messages/", {"form": form, "text": WORDS})
        assert answer.status_code == 403 and not Kept.objects.exists()
        fields = {"number": one.code[0], "words": one.code[1], "carry": hidden(answer, "carry")}
        back = post(one.client, COME_BACK, fields)
        assert textarea(one.client.get(back["Location"])) == WORDS


def test_the_way_is_kept_in_french_too() -> None:
    one = Guest()
    one.too_late("messages/", text=WORDS)
    back = post(one.client, "/fr/revenir/", {"number": one.code[0], "words": one.code[1]})
    assert back["Location"] == "/fr/suivi/messages/"
    assert "Rien n’est encore envoyé." in one.client.get(back["Location"]).content.decode()


def test_a_visit_s_form_works_for_as_long_as_the_visit_does() -> None:
    one = Guest()
    form = one.form("messages/")
    for minutes in (20, 40, 60, 80):
        with later(minutes):
            assert sessions.going_on(one.client.cookies["v"].value)
    with later(85):
        sent = post(one.client, "/en/mine/messages/", {"form": form, "text": "late and welcome"})
        assert sent["Location"] == "/en/mine/messages/"
    assert [m.text for m in thread.read(one.mine)] == ["late and welcome"]


def test_a_helper_s_code_in_the_visit_survives_nothing_that_ends_the_visit() -> None:
    one = Guest()
    code = code_in(one.post("helpers/", rights=["status"]))
    Visit.objects.all().delete()
    assert one.client.get("/en/mine/code/")["Location"] == COME_BACK
    assert code[1].encode() not in in_the_database()
