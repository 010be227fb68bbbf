"""A code carried to another device by a QR code and six digits: who has one of the two has nothing."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import timedelta
from unittest import mock

import pytest
from django.http import HttpResponse
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in

from repit.foundation import clock
from repit.foundation.kept import store
from repit.foundation.kept.models import Kept
from repit.hotline.cases import access_codes
from repit.hotline.cases.models import Session
from repit.hotline.web.case_pages import handover, lines, qr, receipts
from repit.hotline.web.case_pages.limits import TooOften

pytestmark = pytest.mark.django_db
OFFER = "/en/receipt/other-device/"


def way(page: str) -> tuple[str, str]:
    """The path of the ticket and the six digits, as the first device shows them."""
    path = re.search(r"http://testserver(/en/q/[\w-]+/)", page)
    digits = re.search(r'class="digits"[^>]*>(\d{3} \d{3})<', page)
    assert path and digits, page
    return path[1], digits[1]


def offered(client: Client) -> tuple[str, str]:
    return way(arrived(post(client, OFFER, {"make": "1"})).content.decode())


def words_of(answer: HttpResponse) -> str:
    """What a page says, without its random names: a word of a receipt may stand in any sentence by chance."""
    return re.sub(r"[\w-]{16,}", "", answer.content.decode())


def test_the_other_device_is_signed_in_and_may_show_the_receipt_once() -> None:
    person = Visitor()
    code = person.receipt()
    stranger = Visitor()
    stranger.receipt()
    path, digits = offered(person.client)
    other = Client()
    shown = other.get(path)
    assert shown.status_code == 200 and not other.cookies
    assert words_of(shown) == words_of(Client().get(offered(stranger.client)[0]))
    answer = post(other, path, {"digits": digits})
    assert answer["Location"] == "/en/receipt/"
    assert code_in(other.get("/en/receipt/")) == code and other.get("/en/mine/").status_code == 200
    assert post(Client(), path, {"digits": digits}).status_code == 410
    assert code_in(person.client.get("/en/receipt/")) == code


def test_what_the_camera_sees_holds_neither_number_nor_words_nor_digits() -> None:
    person = Visitor()
    number, words = person.receipt()
    path, digits = offered(person.client)
    access = access_codes.AccessCode.objects.get()
    long = [
        word for word in words.split() if len(word) > 4
    ]  # three letters stand in 16 of a ticket by chance
    assert not any(part in path for part in (number, digits.replace(" ", ""), str(access.id), *long))


def test_five_wrong_tries_end_it() -> None:
    person = Visitor()
    person.receipt()
    path, digits = offered(person.client)
    wrong = "000 000" if digits != "000 000" else "111 111"
    answers = [post(Client(), path, {"digits": wrong}).status_code for _ in range(handover.TRIES)]
    assert answers == [400] * (handover.TRIES - 1) + [410]
    assert post(Client(), path, {"digits": digits}).status_code == 410
    assert not Session.objects.exists()


def test_it_ends_after_an_hour_when_asked_for_anew_when_practised_and_when_left_quickly() -> None:
    for end in ("hour", "anew", "practised", "left"):
        person = Visitor()
        code = person.receipt()
        path, digits = offered(person.client)
        moment = clock.now() + timedelta(minutes=61 if end == "hour" else 1)
        with clock.at(lambda moment=moment: moment):
            if end == "anew":
                assert offered(person.client)[0] != path
            elif end == "practised":
                fields = {"number": code[0], "words": code[1]}
                assert post(person.client, "/en/practise/", fields).status_code == 302
            elif end == "left":
                person.client.get("/en/x/")
            assert post(Client(), path, {"digits": digits}).status_code == 410, end


def test_however_often_it_is_handed_on_a_code_is_shown_no_longer_than_at_first() -> None:
    person, second, third = Visitor(), Client(), Client()
    code, begun = person.receipt(), clock.now()

    def after(minutes: int) -> AbstractContextManager[object]:
        return clock.at(lambda: begun + timedelta(minutes=minutes))

    with after(40):
        path, digits = offered(person.client)
        assert post(second, path, {"digits": digits}).status_code == 302
    with after(50):
        path, digits = offered(second)
        assert post(third, path, {"digits": digits}).status_code == 302
    with after(55):
        assert code_in(third.get("/en/receipt/")) == code
        path, digits = offered(third)
    with after(61):
        assert [browser.get("/en/receipt/").status_code for browser in (second, third)] == [410, 410]
        assert post(Client(), path, {"digits": digits}).status_code == 410


def test_a_helper_s_code_is_shown_there_no_longer_than_here() -> None:
    person, _ = signed_in()
    begun, sister = clock.now(), Client()
    code = code_in(person.post("helpers/", label="", rights=["status"]))
    for minutes in (20, 40):
        # Whoever works on stays signed in.
        with clock.at(lambda minutes=minutes: begun + timedelta(minutes=minutes)):
            mark = hidden(person.client.get("/en/mine/code/"), "form")
            shown = arrived(post(person.client, "/en/mine/code/", {"form": mark}))
            path, digits = way(shown.content.decode())
    with clock.at(lambda: begun + timedelta(minutes=45)):
        assert post(sister, path, {"digits": digits}).status_code == 302
        assert code_in(sister.get("/en/receipt/")) == code
    with clock.at(lambda: begun + timedelta(minutes=61)):
        assert sister.get("/en/receipt/").status_code == 410


def test_what_is_kept_for_it_opens_with_nothing_but_the_ticket() -> None:
    person = Visitor()
    number, _words = person.receipt()
    path, _ = offered(person.client)
    ticket = path.split("/")[3]
    rows = b"".join(bytes(row.sealed) + bytes(row.digest) for row in Kept.objects.all())
    assert ticket.encode() not in rows and number.encode() not in rows
    assert store.of(ticket, "ticket") is not None and store.of(ticket + "x", "ticket") is None


def test_a_ticket_of_a_code_that_was_taken_back_opens_nothing() -> None:
    person, _ = signed_in()
    person.post("helpers/", label="", rights=["status"])
    mark = hidden(person.client.get("/en/mine/code/"), "form")
    shown = arrived(post(person.client, "/en/mine/code/", {"form": mark})).content.decode()
    path, digits = way(shown)
    person.post("helpers/", remove="1")
    assert post(Client(), path, {"digits": digits}).status_code == 410


def test_a_helper_arrives_where_it_says_what_they_may_do() -> None:
    person, _ = signed_in()
    code = code_in(person.post("helpers/", label="", rights=["status"]))
    mark = hidden(person.client.get("/en/mine/code/"), "form")
    path, digits = way(arrived(post(person.client, "/en/mine/code/", {"form": mark})).content.decode())
    sister = Client()
    answer = post(sister, path, {"digits": digits})
    assert answer["Location"] == "/en/mine/part/"
    page = sister.get("/en/mine/part/").content.decode()
    assert "See what is protected" in page and "Add addresses" not in page and "Who can help" in page
    assert Visitor().sign_in(*code)["Location"] == "/en/mine/part/"
    assert person.client.get("/en/mine/part/")["Location"] == "/en/mine/"


def test_a_helper_is_shown_their_code_as_a_helper_s_on_whatever_device() -> None:
    person, _ = signed_in()
    code, begun = code_in(person.post("helpers/", label="", rights=["status"])), clock.now()
    mark = hidden(person.client.get("/en/mine/code/"), "form")
    path, digits = way(arrived(post(person.client, "/en/mine/code/", {"form": mark})).content.decode())
    phone, computer = Client(), Client()
    assert post(phone, path, {"digits": digits}).status_code == 302
    path, digits = offered(phone)
    assert post(computer, path, {"digits": digits})["Location"] == "/en/mine/part/"
    for device in (phone, computer):
        answer = device.get("/en/receipt/")
        page = answer.content.decode()
        assert code_in(answer) == code and "Card for a trusted person" in page
        assert "Do not give the code to anyone else" in page and 'href="/en/mine/part/"' in page
        # Nothing that is for the person whose case it is.
        for theirs in ("Receipt<", "receipt.", "Your case", "my case", "stop the protection", "/practise/"):
            assert theirs not in page, theirs
    # The visit ends before the hour does.
    with clock.at(lambda: begun + timedelta(minutes=45)):
        later = phone.get("/en/receipt/")
        assert code_in(later) == code and 'href="/en/come-back/"' in later.content.decode()
        assert 'href="/en/mine/part/"' not in later.content.decode()
        assert "Show my code" in phone.get("/en/come-back/").content.decode()
        # Whoever helps may open a case of their own on the same phone: each code stays what it is.
        helper = Visitor()
        helper.client = phone
        helper.receipt()
        both = phone.get("/en/receipt/").content.decode()
        assert (
            both.index("Keep this receipt")
            < both.index('class="code receipt"')
            < both.index('class="code card"')
        )


def test_a_browser_without_cookies_is_shown_the_way_too() -> None:
    person = Visitor()
    last = person.to_the_device()
    body = {"state": hidden(last, "state"), "hashes": items()}
    direct = post(Client(), "/en/start/", body, again=Client())
    state = hidden(direct, "state")
    path, digits = way(post(Client(), OFFER, {"state": state, "make": "1"}).content.decode())
    assert post(Client(), path, {"digits": digits}).status_code == 302


def test_nobody_without_a_receipt_to_show_gets_a_ticket() -> None:
    assert post(Client(), OFFER, {"make": "1"}).status_code == 410 and Client().get(OFFER).status_code == 410
    assert post(Client(), "/en/q/nothing/", {"digits": "123456"}).status_code == 410
    assert not Kept.objects.exists()


def test_the_drawing_is_read_back_as_the_address() -> None:
    """Every module of the path is where the library put it, quiet zone included."""
    drawing = qr.drawn("https://aide.example/en/q/abcdefghijklmnop/")
    black = {
        (int(x) + step, int(y))
        for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawing.path)
        for step in range(int(run))
    }
    assert all(4 <= x < drawing.size - 4 and 4 <= y < drawing.size - 4 for x, y in black)
    finder = {(x, y) for x in range(7) for y in range(7) if max(abs(x - 3), abs(y - 3)) != 2}
    assert {(x + 4, y + 4) for x, y in finder} <= black


def test_of_two_devices_that_come_at_once_one_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Visitor()
    person.receipt()
    path, digits = offered(person.client)
    found, answers = handover.found, []

    def overtaken(ticket: str, typed: str) -> handover.Found:
        """Another device, whole, once this one has read what is kept."""
        mine = found(ticket, typed)
        monkeypatch.setattr(handover, "found", found)
        answers.append(post(Client(), path, {"digits": digits}))
        return mine

    monkeypatch.setattr(handover, "found", overtaken)
    answers.append(post(Client(), path, {"digits": digits}))
    assert [answer.status_code for answer in answers] == [302, 410]
    assert Session.objects.count() == 1


def test_nothing_is_taken_up_once_the_first_device_was_left_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = Visitor()
    person.receipt()
    path, digits = offered(person.client)
    enter = access_codes.enter

    def left_meanwhile(*code: str) -> object:
        person.client.get("/en/x/")
        return enter(*code)

    monkeypatch.setattr(access_codes, "enter", left_meanwhile)
    assert post(Client(), path, {"digits": digits}).status_code == 410 and not Session.objects.exists()


@pytest.mark.parametrize("at", ["once", "the same moment"])
def test_the_same_form_sent_again_is_led_to_the_same_session(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, other, answers = Visitor(), Client(), []
    code = person.receipt()
    path, digits = offered(person.client)
    form = {"state": hidden(other.get(path), "state"), "digits": digits}
    if at == "the same moment":
        found = handover.found

        def overtaken(ticket: str, typed: str) -> handover.Found:
            mine = found(ticket, typed)
            monkeypatch.setattr(handover, "found", found)
            answers.append(post(Client(), path, form))
            return mine

        monkeypatch.setattr(handover, "found", overtaken)
    # The first answer never arrived: the browser brings no cookie.
    answers += [post(Client(), path, form), post(other, path, form), post(other, path, form)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/en/receipt/")}
    assert len({answer.cookies["v"].value for answer in answers}) == 1 == Session.objects.count()
    assert code_in(other.get("/en/receipt/")) == code
    # Another page of the same ticket, and the same form once that device was left, open nothing.
    assert post(Client(), path, {**form, "state": hidden(Client().get(path), "state")}).status_code == 410
    other.get("/en/x/")
    assert post(other, path, form).status_code == 410 and not Session.objects.exists()


@pytest.mark.parametrize("what", ["no turn", "a failure"])
def test_a_ticket_is_not_spent_for_nothing(what: str) -> None:
    person, other = Visitor(), Client(raise_request_exception=False)
    code = person.receipt()
    path, digits = offered(person.client)
    form = {"state": hidden(other.get(path), "state"), "digits": digits}
    in_the_way = {
        "no turn": mock.patch.object(lines.lines, "turn", side_effect=TooOften()),
        "a failure": mock.patch.object(receipts, "handed", side_effect=OSError()),
    }[what]
    with in_the_way:
        for _ in range(handover.TRIES + 1):
            held_up = post(other, path, form)
            assert held_up.status_code in (429, 500) and not other.cookies and not Session.objects.exists()
    # One press on the page that says so sends the same again.
    assert post(other, path, {"sent": hidden(held_up, "sent")})["Location"] == "/en/receipt/"
    assert code_in(other.get("/en/receipt/")) == code
