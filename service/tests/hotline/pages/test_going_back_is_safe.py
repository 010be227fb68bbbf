"""Going back is as safe as going on: reload, a double press, an answer that never came lose nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in

from repit.foundation import clock
from repit.foundation.kept import store
from repit.foundation.kept.models import Kept
from repit.hotline.cases import access_codes, helpers, keys, recovery, service, sessions, thread
from repit.hotline.cases.models import AccessCode, Case, Session
from repit.hotline.web.case_pages import receipts

pytestmark = pytest.mark.django_db
RECEIPT = {"/en/": "/en/receipt/", "/fr/": "/fr/recepisse/"}


def later(minutes: float):
    moment = clock.now() + timedelta(minutes=minutes)
    return clock.at(lambda: moment)


def with_only_the_cookie(client: Client) -> Client:
    """The same browser after the phone threw the tab away, or the page was closed."""
    other = Client(raise_request_exception=False)
    other.cookies["v"] = client.cookies["v"].value
    return other


def rows() -> bytes:
    """Everything that is kept for browsers, as it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest, sealed, until FROM kept_kept")
        return repr(cursor.fetchall()).encode()


# --- the receipt --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_receipt_can_be_opened_again_for_an_hour_by_the_browser_that_made_it(language: str) -> None:
    person = Visitor(language)
    code = code_in(person.step(person.to_the_device(), hashes=items()))
    address = RECEIPT[person.root]
    for minutes in (0, 30, 58):
        with later(minutes):
            again = person.client.get(address)
            assert code_in(again) == code and again["Cache-Control"] == "no-store"
            assert code_in(with_only_the_cookie(person.client).get(address)) == code
    assert Client().get(address).status_code == 410
    with later(60.1):
        over = person.client.get(address)
        assert over.status_code == 410 and 'class="words"' not in over.content.decode()
        assert store.delete_expired() >= 1
    assert not Kept.objects.exists()


def test_its_cookie_ends_within_the_hour_and_is_the_only_one() -> None:
    person = Visitor()
    person.receipt()
    [(name, cookie)] = person.client.cookies.items()
    assert name == "v" and cookie["max-age"] == 3600 and cookie["httponly"] and cookie["samesite"] == "Strict"


def test_the_form_whose_answer_never_came_gives_the_same_case_and_receipt_to_a_browser_without_its_cookie():
    person = Visitor()
    last, form = person.to_the_device(), items()
    code = code_in(person.step(last, hashes=form))
    for browser in (Visitor(), Visitor()):
        assert code_in(browser.step(last, hashes=form)) == code
    with later(58):
        assert code_in(Visitor().step(last, hashes=form)) == code
    assert Case.objects.count() == 1 and AccessCode.objects.count() == 1


def test_a_form_of_an_hour_ago_still_leads_to_the_receipt_that_it_made_at_the_end_of_that_hour() -> None:
    person = Visitor()
    last, form = person.to_the_device(), items()
    with later(55):
        code = code_in(person.step(last, hashes=form))
    with later(100):
        assert code_in(Visitor().step(last, hashes=form)) == code
    assert Case.objects.count() == 1


def test_a_step_gone_back_to_leads_on_to_the_receipt() -> None:
    person = Visitor()
    last = person.to_the_device()
    code = code_in(person.step(last, hashes=items()))
    for fields in ({"back": "1"}, {"show": "who"}, {"level": "one"}):
        assert code_in(person.step(last, **fields)) == code
    assert Case.objects.count() == 1


def test_a_browser_that_keeps_no_cookie_gets_its_receipt_as_the_answer_and_can_try_it() -> None:
    person = Visitor()
    last = person.to_the_device()

    def without(path: str, **fields: object) -> HttpResponse:
        return post(Client(), path, fields, again=Client())

    state, form = hidden(last, "state"), items()
    shown = without("/en/start/", state=state, hashes=form)
    number, words = code_in(shown)
    assert shown.status_code == 200
    assert code_in(without("/en/start/", state=state, hashes=form)) == (number, words)
    held = hidden(shown, "state")
    assert "Try your receipt once" in without("/en/practise/", state=held).content.decode()
    assert without("/en/practise/", state=held, number=number, words="x").status_code == 400
    assert code_in(without("/en/practise/", state=held, again="1")) == (number, words)
    assert without("/en/practise/", state=held, number=number, words=words).status_code == 302


def test_two_cases_of_one_browser_keep_both_receipts_and_practising_one_leaves_the_other() -> None:
    person = Visitor()
    first, second = person.receipt(), person.receipt()
    shown = person.client.get("/en/receipt/").content.decode()
    assert first[0] in shown and second[0] in shown and shown.index(second[0]) < shown.index(first[0])
    assert post(person.client, "/en/practise/", {"number": first[0], "words": first[1]}).status_code == 302
    left = person.client.get("/en/receipt/").content.decode()
    assert second[0] in left and first[0] not in left
    with later(58):
        assert person.client.get("/en/receipt/").status_code == 200
    with later(61):
        assert person.client.get("/en/receipt/").status_code == 410


@pytest.mark.parametrize("how", ["practise", "come-back", "leave"])
def test_a_receipt_is_shown_no_more_once_it_was_tried_or_the_page_was_left_quickly(how: str) -> None:
    person = Visitor()
    last, form = person.to_the_device(), items()
    code = code_in(person.step(last, hashes=form))
    before = with_only_the_cookie(person.client)
    if how == "leave":
        assert person.client.get("/en/x/")["Location"] == "https://www.wikipedia.org/"
    else:
        assert post(person.client, f"/en/{how}/", {"number": code[0], "words": code[1]}).status_code == 302
    assert not Kept.objects.exists()
    for browser in (person.client, before):
        assert browser.get("/en/receipt/").status_code == 410
    again = Visitor().step(last, hashes=form)
    assert again.status_code == 409 and 'class="words"' not in again.content.decode()
    assert Case.objects.count() == 1


def test_what_is_kept_opens_for_nobody_but_the_browser_and_tells_nothing() -> None:
    person, mine = signed_in()
    thread.write(mine, "x")
    two = Visitor()
    code = two.receipt()
    digits = access_codes.words.read(code[1])
    raw = rows()
    for secret in (code[0], code[1], digits, person.client.cookies["v"].value, two.client.cookies["v"].value):
        assert secret.encode() not in raw
    sealed = {len(row.sealed) for row in Kept.objects.all()}
    assert len(sealed) == 1
    # With the operator's key, which this process has, and everything in the database, it still does not open.
    for guess in ("", code[0], Kept.objects.get().digest.hex(), str(Kept.objects.get().id)):
        assert store.of(guess, receipts.RECEIPT) is None
    assert Kept.objects.get().until.second == 0


def test_every_page_is_left_by_the_way_that_ends_what_the_browser_holds(visitor: Visitor) -> None:
    pages = ["", "first-steps/", "who-can-help/", "what-we-keep/", "start/", "come-back/", "lost/"]

    def text_of(page: str) -> str:
        text = visitor.client.get(f"/en/{page}").content.decode()
        assert text.count('href="/en/x/"') == 2 and "wikipedia" not in text, page
        return text

    for page in [*pages, "absent/"]:
        assert "No cookies." in text_of(page)
    visitor.receipt()
    for page in [*pages, "receipt/", "practise/"]:
        assert "No cookies." not in text_of(page), page
    assert "No cookies." in text_of("done/")


# --- what waited too long -----------------------------------------------------------------------------------


def test_a_page_that_waited_for_hours_comes_back_with_everything_and_opens_nothing_by_itself() -> None:
    person = Visitor()
    last, form = person.to_the_device("unsure"), items()
    with later(90):
        again = person.step(last, hashes=form, kind="deepfake", level="one")
        assert again.status_code == 400 and not Case.objects.exists() and not person.client.cookies
        text = again.content.decode()
        assert "This page waited for more than an hour." in text
        assert json.loads(form)[0]["hashes"][0]["value"] in text
        assert re.findall(r'value="(\w+)"\s+(?:required\s+)?checked', text) == ["deepfake", "one"]
        code = code_in(person.step(again, hashes=form, kind="deepfake", level="one"))
        assert [item.kind for item in service.view(access_codes.enter(*code)).status.items] == ["deepfake"]
    with later(7 * 60):
        assert "Nothing was kept" in person.step(last, hashes=form).content.decode()


def test_hashes_that_were_refused_stand_in_the_page_again() -> None:
    person = Visitor()
    again = person.step(person.to_the_device(), hashes="[not quite")
    assert again.status_code == 400 and ">[not quite</textarea>" in again.content.decode()


# --- forms sent twice ---------------------------------------------------------------------------------------


def twice(person: Visitor, path: str, fields: dict[str, object]) -> list[HttpResponse]:
    """The very same form, two times."""
    form = hidden(person.client.get(f"/en/mine/{path}"), "form")
    return [post(person.client, f"/en/mine/{path}", {"form": form, **fields}) for _ in range(2)]


SENT_TWICE: list[tuple[str, dict[str, object], Callable[..., object]]] = [
    ("messages/", {"text": "hello"}, lambda mine: [m.text for m in thread.read(mine)]),
    ("addresses/", {"where": "one\ntwo"}, lambda mine: service.view(mine).locations.count),
    ("addresses/", {"remove": "1", "where": ""}, lambda mine: service.view(mine).locations.count),
    ("add/", {"hashes": items()}, lambda mine: len(service.view(mine).status.items)),
    ("choices/", {"wants": ["talk"], "level": "one"}, lambda mine: service.view(mine).wishes),
    ("nicknames/", {"nickname-1": "the beach"}, lambda mine: service.view(mine).status.items),
    ("helpers/", {"rights": ["status"]}, lambda mine: len(helpers.listed(mine))),
    ("spare/", {"slip": "1"}, lambda mine: AccessCode.objects.get(kind="slip").pk),
    ("spare/", {"refuse": "1"}, lambda mine: [m.text for m in thread.read(mine)]),
    ("end/", {"how": "close"}, lambda mine: service.view(mine).state),
    ("end/words/", {}, lambda mine: service.view(mine).state),
]


@pytest.mark.parametrize(("path", "fields", "outcome"), SENT_TWICE)
def test_a_form_sent_twice_does_what_it_says_once(path, fields, outcome) -> None:
    person, mine = signed_in(where="https://a.example")
    first, second = twice(person, path, fields)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    after = outcome(mine)
    assert person.client.get(second["Location"]).status_code == 200
    other, theirs = signed_in(where="https://a.example")
    other.post(path, **fields)
    if path != "spare/":
        assert after == outcome(theirs)
    if path == "spare/" and "slip" in fields:
        assert after == AccessCode.objects.filter(kind="slip", case_id=mine.case_id).get().pk


def test_the_page_with_other_words_is_another_act_and_so_is_the_same_from_a_new_page() -> None:
    person, mine = signed_in()
    form = hidden(person.client.get("/en/mine/messages/"), "form")
    for text in ("one", "two", "one"):
        post(person.client, "/en/mine/messages/", {"form": form, "text": text})
    person.post("messages/", text="one")
    assert [m.text for m in thread.read(mine)] == ["one", "two", "one"]


def test_a_refused_form_can_be_mended_and_sent() -> None:
    person, mine = signed_in()
    form = hidden(person.client.get("/en/mine/stop-protecting/"), "form")
    for expected, fields in ((400, {}), (400, {}), (302, {"item": ["1"]}), (302, {"item": ["1"]})):
        sent = {"form": form, "how": "now", **fields}
        assert post(person.client, "/en/mine/stop-protecting/sure/", sent).status_code == expected
    assert [i.state for i in service.view(mine).status.items] == ["withdrawn"]


def test_an_act_that_fails_is_not_taken_for_done() -> None:
    person, mine = signed_in()
    form = hidden(person.client.get("/en/mine/messages/"), "form")
    fields = {"form": form, "text": "hello"}
    with mock.patch.object(thread, "write", side_effect=ValueError):
        assert post(person.client, "/en/mine/messages/", fields).status_code == 500
    assert post(person.client, "/en/mine/messages/", fields).status_code == 302
    assert [m.text for m in thread.read(mine)] == ["hello"]


def test_a_helper_s_code_and_a_slip_can_be_opened_again_in_the_session_and_nowhere_else() -> None:
    person, _ = signed_in()
    for path, fields in (("helpers/", {"rights": ["status"]}), ("spare/", {"slip": "1"})):
        code = code_in(person.post(path, **fields))
        assert code_in(person.client.get("/en/mine/code/")) == code
        assert code_in(with_only_the_cookie(person.client).get("/en/mine/code/")) == code
        assert code[1].encode() not in rows()
    other, _ = signed_in()
    assert other.client.get("/en/mine/code/")["Location"] == "/en/mine/"
    post(person.client, "/en/mine/out/", {"form": hidden(person.client.get("/en/mine/"), "form")})
    assert person.client.get("/en/mine/code/").status_code == 302
    assert not Kept.objects.filter(digest=store._digest(other.client.cookies["v"].value, "code")).exists()


def test_new_words_asked_for_twice_are_one_receipt_and_a_reload_shows_it() -> None:
    person, mine = signed_in()
    first, second = twice(person, "spare/", {"new-words": "1"})
    code = code_in(first)
    assert code_in(second) == code == code_in(person.client.get("/en/receipt/"))
    assert access_codes.enter(*code).case_id == mine.case_id
    assert code_in(person.client.get("/en/mine/spare/")) == code
    assert post(person.client, "/en/practise/", {"number": code[0], "words": code[1]}).status_code == 302
    assert person.client.get("/en/mine/").status_code == 200


def test_everything_erased_twice_says_so_twice() -> None:
    person, _ = signed_in()
    token = person.client.cookies["v"].value
    form = hidden(person.client.get("/en/mine/end/everything/"), "form")
    for _ in range(2):
        person.client.cookies["v"] = token  # both were sent before the first answer came
        answer = post(person.client, "/en/mine/end/everything/", {"form": form})
        assert "Everything is erased" in arrived(answer).content.decode()
    assert not Case.objects.exists() and not Session.objects.exists()
    assert "Everything is erased" in person.client.get("/en/done/").content.decode()


@pytest.mark.parametrize("moment", ["before the session is looked for", "after"])
@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("end/everything/", {}, "Everything is erased"),
        ("spare/", {"new-words": "1"}, 'class="words"'),
    ],
)
def test_a_second_press_that_the_first_one_overtakes_leads_where_it_led(path, fields, words, moment) -> None:
    person, _ = signed_in()
    form = hidden(person.client.get(f"/en/mine/{path}"), "form")
    first, second = with_only_the_cookie(person.client), with_only_the_cookie(person.client)
    session_of_a_token = sessions.going_on
    answers: list[HttpResponse] = []

    def overtaken(token: str):
        """The other request, whole, while this one has come here."""
        found = session_of_a_token(token)
        with mock.patch.object(sessions, "going_on", session_of_a_token):
            answers.append(post(first, f"/en/mine/{path}", {"form": form, **fields}))
        return found if moment == "after" else session_of_a_token(token)

    with mock.patch.object(sessions, "going_on", overtaken):
        answers.append(post(second, f"/en/mine/{path}", {"form": form, **fields}))
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert words in arrived(answers[0]).content.decode()


def test_a_form_that_was_done_is_done_in_a_later_session_too_and_its_words_do_not_wait() -> None:
    person = Visitor()
    code = person.receipt()
    person.sign_in(*code)
    form = {"form": hidden(person.client.get("/en/mine/messages/"), "form"), "text": "only once"}
    first = post(person.client, "/en/mine/messages/", form)
    person.sign_in(*code)
    again = post(person.client, "/en/mine/messages/", form)
    assert again.status_code == 302 and again["Location"] == first["Location"]
    assert arrived(again).content.decode().count("only once") == 1


def test_signing_out_twice_ends_on_the_first_page() -> None:
    person, _ = signed_in()
    form = hidden(person.client.get("/en/mine/"), "form")
    for _ in range(2):
        out = post(person.client, "/en/mine/out/", {"form": form})
        assert (out.status_code, out["Location"]) == (302, "/en/")


def test_a_recovery_whose_answer_never_came_gives_the_same_receipt_to_the_same_codes(settings) -> None:
    settings.REPIT_OFFLINE_KEY = keys.new_pair().public
    person, mine = signed_in()
    slip = code_in(person.post("spare/", slip="1"))
    helper = code_in(person.post("helpers/", rights=["recovery"]))
    ask = {"number": slip[0], "words": slip[1]}
    asked = [arrived(post(Client(), "/en/lost/", ask)).content.decode() for _ in range(2)]
    references = {re.findall(r"<code>(\w{8})</code>", text)[0] for text in asked}
    assert len(references) == 1
    browser = Client()
    arrived(post(browser, "/en/lost/", ask))
    again = with_only_the_cookie(browser).get("/en/lost/asked/").content.decode()
    assert references.pop() in again
    both = {**ask, "second_number": helper[0], "second_words": helper[1]}
    with later(73 * 60):
        first = post(Client(), "/en/lost/two-parts/", both)
        code = code_in(first)
        for browser in (Client(), Client()):
            assert code_in(post(browser, "/en/lost/two-parts/", both)) == code
            assert code_in(with_only_the_cookie(browser).get("/en/receipt/")) == code
        other = {**ask, "second_number": "", "second_words": ""}
        assert post(Client(), "/en/lost/two-parts/", other).status_code == 400
        assert access_codes.enter(*code).case_id == mine.case_id
        finished = recovery.brought(*slip, helper).secret
        receipts.practised(finished, code[0])
        assert post(Client(), "/en/lost/two-parts/", both).status_code == 400


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()
