"""What a caseworker was writing when their sign-in ended is not lost; what they press twice is done once."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from desk_people import PASSPHRASE, caseworker, file_of, receipt
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from staff_people import PASSWORD, Someone, code_of

from repit.foundation import clock
from repit.foundation.kept import store
from repit.foundation.kept.models import Kept
from repit.hotline.cases import casework, caseworkers, locations, naming, thread
from repit.hotline.cases.casefile import Casefile

pytestmark = pytest.mark.django_db
WORDS = "Nous avons votre dossier.\nCe n'est pas votre faute."


class OpenCase:
    """A caseworker with a case in their hands, at its page."""

    def __init__(self) -> None:
        self.who: Someone = caseworker(founds=True)
        self.opened = receipt()
        self.page = f"/staff/cases/{file_of(self.opened).case_id}/"
        self.who.client.post(f"{self.page}take/")
        self.mine = Casefile(file_of(self.opened).case_id, caseworkers.unlock(self.who.name, PASSPHRASE))

    def mark(self) -> str:
        """Of the form in which an answer is written."""
        return mark_of(self.who.client.get(self.page), f"{self.page}answer/")

    def send(self, to: str, mark: str, /, **fields: str) -> HttpResponse:
        return self.who.client.post(f"{self.page}{to}/", {"form": mark, **fields})

    def shown(self) -> str:
        answer = self.who.client.get(self.page)
        assert answer.status_code == 200, answer.get("Location")
        return answer.content.decode()

    def sent(self) -> list[str]:
        return [m.text for m in thread.read(self.mine) if m.by == "caseworker"]


def mark_of(answer: HttpResponse, action: str) -> str:
    form = answer.content.decode().split(f'action="{action}"')[1].split("</form>")[0]
    found = re.search(r'name="form"\s+value="([^"]+)"', form)
    assert found
    return found[1]


def written(text: str, field: str = "text") -> str:
    found = re.search(rf'<textarea id="{field}".*?>(.*?)</textarea>', text, re.S)
    assert found
    return html.unescape(found[1])


def sign_in(client: Client, who: Someone, begin: str) -> str:
    """By password and code, from where one was sent; where one arrives."""
    address = begin
    client.get(address)
    answer = client.post(address, {"login": who.name, "password": PASSWORD, "next": wish_of(begin)})
    assert answer.status_code == 302, answer.content.decode()
    moment = clock.now() + timedelta(seconds=60)
    with clock.at(lambda: moment):
        answer = client.post(answer["Location"], {"code": code_of(who.secret), "next": wish_of(begin)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def wish_of(address: str) -> str:
    return address.partition("next=")[2]


def rows() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest, sealed, until FROM kept_kept")
        return repr(cursor.fetchall()).encode()


def test_an_answer_sent_when_the_session_had_ended_is_there_after_signing_in_and_unlocking() -> None:
    at = OpenCase()
    mark = at.mark()
    del at.who.client.cookies["repit_staff"]
    sent = at.send("answer", mark, text=WORDS)
    assert sent["Location"] == f"/staff/login/?next={at.page}" and at.sent() == []
    cookie = sent.cookies["repit_draft"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["max-age"] == 3600
    assert cookie["path"] == "/staff/" and b"votre faute" not in rows()
    to = sign_in(at.who.client, at.who, sent["Location"])
    assert to == at.page
    locked = at.who.client.get(to)
    assert locked["Location"].startswith("/staff/cases/unlock/?next=")
    unlocked = at.who.client.post("/staff/cases/unlock/", {"passphrase": PASSPHRASE, "next": at.page})
    assert unlocked["Location"] == at.page
    assert written(at.shown()) == WORDS and "It was not sent yet." in at.shown() and at.sent() == []
    assert at.send("answer", at.mark(), text=WORDS).status_code == 302
    assert at.sent() == [WORDS] and written(at.shown()) == "" and "not sent yet" not in at.shown()


def test_keys_that_were_locked_meanwhile_lose_no_words() -> None:
    at = OpenCase()
    mark = at.mark()
    at.who.client.post("/staff/cases/lock/")
    sent = at.send("answer", mark, text=WORDS)
    page = at.who.client.get(sent["Location"]).content.decode()
    assert "What you wrote is kept for an hour" in page and at.page in page
    wrong = at.who.client.post("/staff/cases/unlock/", {"passphrase": "not these words", "next": at.page})
    assert at.page in wrong.content.decode()
    at.who.client.post("/staff/cases/unlock/", {"passphrase": PASSPHRASE, "next": at.page})
    assert written(at.shown()) == WORDS


def test_a_task_and_addresses_wait_too_each_in_its_form() -> None:
    at = OpenCase()
    mark = at.mark()
    at.who.client.post("/staff/cases/lock/")
    at.send("addresses", mark, where="https://a.example\nhttps://b.example")
    at.send("tasks", mark, kind="evidence", what="Captures à faire", within="72", due_at="2030-01-02T03:04")
    at.send("answer", mark, text=WORDS)
    at.who.client.post("/staff/cases/unlock/", {"passphrase": PASSPHRASE, "next": at.page})
    shown = at.shown()
    assert written(shown) == WORDS and written(shown, "where") == "https://a.example\nhttps://b.example"
    assert 'value="Captures à faire"' in shown and 'value="2030-01-02T03:04"' in shown
    assert re.search(r'value="evidence"\s+selected', shown)
    at.send("answer", at.mark(), text=WORDS)
    shown = at.shown()
    assert written(shown) == "" and 'value="Captures à faire"' in shown and "a.example" in shown
    assert at.sent() == [WORDS] and locations.read(at.mine).count == 0


def test_the_name_of_a_case_waits_too_and_stands_there_again_where_it_was_too_long() -> None:
    at = OpenCase()
    at.send("name", at.mark(), name="Zoé")
    mark = at.mark()
    at.who.client.post("/staff/cases/lock/")
    at.send("name", mark, name="Zoé et son ex")
    at.who.client.post("/staff/cases/unlock/", {"passphrase": PASSPHRASE, "next": at.page})
    shown = at.shown()
    assert 'value="Zoé et son ex"' in shown and "It was not sent yet." in shown
    long = "x" * (naming.MAX_CHARACTERS + 1)
    refused = at.send("name", at.mark(), name=long).content.decode()
    assert f'value="{long}"' in refused and ">Zoé<" in refused
    assert at.send("name", at.mark(), name="").status_code == 302
    shown = at.shown()
    assert "Zoé" not in shown and "It was not sent yet." not in shown


def test_a_page_from_before_signing_in_anew_keeps_its_words_and_does_nothing() -> None:
    at = OpenCase()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["repit_staff"] = at.who.client.cookies["repit_staff"].value
    at.who.client = strict
    mark = at.mark()
    strict.cookies["csrftoken"] = "a" * 32  # signing in draws another one
    sent = at.send("answer", mark, text=WORDS, csrfmiddlewaretoken="b" * 32)
    assert sent["Location"] == at.page and at.sent() == []
    assert written(at.shown()) == WORDS
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        fields = {"form": mark, "text": "planted", "csrfmiddlewaretoken": "b" * 32}
        assert strict.post(f"{at.page}answer/", fields, headers=headers).status_code == 403
    for fields in ({"text": "planted"}, {"text": "planted", "form": mark[:-5] + "AAAA="}):
        assert strict.post(f"{at.page}answer/", fields).status_code == 403
    assert written(at.shown()) == WORDS


def test_words_are_shown_to_the_member_who_wrote_them_and_to_no_colleague() -> None:
    at = OpenCase()
    mark = at.mark()
    bea = caseworker("bea")
    casework.assign(at.mine.holder, at.mine.case_id, "bea")
    del at.who.client.cookies["repit_staff"]
    draft = at.send("answer", mark, text=WORDS).cookies["repit_draft"].value
    bea.client.cookies["repit_draft"] = draft
    assert written(bea.client.get(at.page).content.decode()) == ""
    # Nor can anyone put words into a colleague's form: the mark says whose it is.
    answer = bea.client.post(f"{at.page}answer/", {"form": mark, "text": "as Béa"})
    assert answer.status_code == 302 and at.sent() == ["as Béa"]
    bea.client.post("/staff/cases/lock/")
    before = Kept.objects.count()
    assert bea.client.post(f"{at.page}answer/", {"form": mark, "text": "planted"})["Location"].endswith(
        "locked=1"
    )
    assert Kept.objects.count() == before


def test_they_are_gone_after_an_hour_and_strangers_have_nothing_kept() -> None:
    at = OpenCase()
    mark = at.mark()
    del at.who.client.cookies["repit_staff"]
    at.send("answer", mark, text=WORDS)
    moment = clock.now() + timedelta(minutes=61)
    with clock.at(lambda: moment):
        assert store.delete_expired() == 2 and not Kept.objects.exists()
    for fields in ({}, {"form": "x"}, {"form": mark[:-5] + "AAAA="}):
        away = Client().post(f"{at.page}answer/", {"text": WORDS, **fields})
        assert away["Location"] == "/staff/login/" and not away.cookies.get("repit_draft")
    day = clock.now() + timedelta(hours=25)
    with clock.at(lambda: day):
        assert (
            Client().post(f"{at.page}answer/", {"text": WORDS, "form": mark})["Location"] == "/staff/login/"
        )
    assert not Kept.objects.exists()


def test_one_form_sent_again_and_again_without_a_sign_in_fills_one_row() -> None:
    at = OpenCase()
    mark = at.mark()
    for n in range(5):
        stranger = Client()
        stranger.cookies["repit_draft"] = f"made up {n}"
        stranger.post(f"{at.page}answer/", {"form": mark, "text": f"{WORDS} {n}"})
    assert Kept.objects.count() == 2
    del at.who.client.cookies["repit_staff"]
    at.send("answer", mark, text=WORDS)
    assert Kept.objects.count() == 2


def test_a_press_without_words_keeps_nothing() -> None:
    at = OpenCase()
    mark = at.mark()
    del at.who.client.cookies["repit_staff"]
    assert at.send("take", mark)["Location"] == f"/staff/login/?next={at.page}"
    assert not Kept.objects.exists()


def test_a_form_pressed_twice_acts_once() -> None:
    at = OpenCase()
    mark = at.mark()
    for _ in range(2):
        assert at.send("answer", mark, text=WORDS)["Location"] == f"{at.page}#answer"
        assert (
            at.send("tasks", mark, kind="evidence", what="once", within="24")["Location"]
            == f"{at.page}#tasks"
        )
        assert at.send("addresses", mark, where="https://a.example").status_code == 302
        assert at.send("close", mark)["Location"] == "/staff/cases/"
    assert at.sent() == [WORDS] and locations.read(at.mine).count == 1
    assert [task.text for task in casework.overview(at.mine).tasks] == ["once"]


def test_a_case_let_go_by_two_presses_leads_back_to_the_inbox_both_times() -> None:
    at, colleague = OpenCase(), caseworker("bea")
    at.send("hand-on", at.mark(), who="bea")
    mark = mark_of(colleague.client.get(at.page), f"{at.page}release/")
    for _ in range(2):
        answer = colleague.client.post(f"{at.page}release/", {"form": mark, "who": "bea"})
        assert answer.status_code == 302 and answer["Location"] == "/staff/cases/"
    assert colleague.client.get(at.page).status_code == 404
    assert casework.holders(at.mine.case_id) == [at.who.name]


def test_a_refused_form_is_not_taken_for_done() -> None:
    at = OpenCase()
    mark = at.mark()
    for _ in range(2):
        assert at.send("answer", mark, text=" ").status_code == 400
    assert at.send("answer", mark, text=WORDS).status_code == 302
    assert at.sent() == [WORDS]


def test_words_in_another_form_of_the_page_go_along_with_what_is_pressed() -> None:
    at = OpenCase()
    beside = {"beside:text": "half an answ", "beside:where": "https://half.exa"}
    at.send("checklist", at.mark(), point="safe:done", **beside)
    shown = at.shown()
    assert written(shown) == "half an answ" and written(shown, "where") == "https://half.exa"
    assert at.sent() == [] and casework.overview(at.mine).checklist.open == 9
