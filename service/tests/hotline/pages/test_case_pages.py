"""A person's pages without a browser: the story by plain forms, and what is refused."""

from __future__ import annotations

import json
import re
import secrets
from datetime import timedelta

import pytest
from damaged_rows import PLANTED, submit
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, items, post, signed_in, stopped

from repit.foundation import clock
from repit.foundation.ids import case_number
from repit.foundation.limits.models import Count
from repit.hotline.bank import looking, unreadable
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.cases import (
    access_codes,
    aliases,
    casework,
    caseworkers,
    desk,
    helpers,
    keys,
    locations,
    service,
    thread,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.models import Case, Session
from repit.hotline.web.case_pages import carried, limits

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}"


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_case_is_opened_step_by_step_without_a_cookie_and_practised(language: str) -> None:
    person = Visitor(language)
    last = person.to_the_device()
    assert not person.client.cookies
    answer = arrived(person.step(last, hashes=items()))
    number, words = code_in(answer)
    assert answer["Cache-Control"] == "no-store"
    path = person.root + {"en": "practise/", "fr": "essayer/"}[language]
    assert person.client.get(path).status_code == 200
    wrong = post(person.client, path, {"number": number, "words": "x"})
    assert wrong.status_code == 400 and words not in wrong.content.decode()
    again = post(person.client, path, {"again": "1"})
    assert code_in(again) == (number, words)
    right = post(person.client, path, {"number": number.lower(), "words": words})
    assert right.status_code == 302 and person.client.get(right["Location"]).status_code == 200
    view = service.view(access_codes.enter(number, words))
    assert view.wishes is not None and (view.wishes.wants, view.wishes.level) == (("block",), "family")
    assert view.status is not None and [item.kind for item in view.status.items] == ["intimate"]


def test_a_code_that_does_not_open_is_spoken_of_until_the_picture_is_added_again(visitor: Visitor) -> None:
    same = items()
    # Of somebody else: where nothing opens, it is the key that is wrong.
    theirs = submit(secrets.token_bytes(32))
    visitor.sign_in(*code_in(visitor.step(visitor.to_the_device(), hashes=same)))
    mine = "/en/mine/"
    assert "Ready. The sites" in visitor.client.get(mine).content.decode()
    PLANTED["a flipped bit"](Item.objects.exclude(token=theirs).get().token)
    assert sum(part.broken for part in looking.everything()) == 1
    shown = visitor.client.get(mine).content.decode()
    assert "Ready." not in shown and "No site has the fingerprint yet" in shown
    assert "can’t be read" in shown and "isn’t your doing" in shown and "add the same picture" in shown
    assert visitor.post("add/", kind="intimate", hashes=same).status_code == 302
    shown = visitor.client.get(mine).content.decode()
    assert "can’t be read" not in shown and shown.count("Ready. The sites") == 2


def test_a_code_that_does_not_open_is_not_spoken_of_once_it_is_taken_back(visitor: Visitor) -> None:
    """Another person may have asked for the same; how theirs stands is told to them alone."""
    visitor.sign_in(*code_in(visitor.step(visitor.to_the_device(), hashes=items())))
    unreadable.mark([Item.objects.get().pk])
    assert "can’t be read" in visitor.client.get("/en/mine/").content.decode()
    stopped(visitor, item="1")
    shown = visitor.client.get("/en/mine/").content.decode()
    assert "Protection stopped." in shown and "can’t be read" not in shown


def test_someone_under_eighteen_is_sent_to_those_who_help_and_nothing_is_kept(visitor: Visitor) -> None:
    answer = visitor.step(visitor.client.get("/en/start/"), happening="shared")
    answer = arrived(visitor.step(answer, who="minor"))
    assert answer.status_code == 200 and "3018" in answer.content.decode()
    assert not visitor.client.cookies and not Case.objects.exists() and not Session.objects.exists()
    assert "state" not in re.findall(r'name="(\w+)"', answer.content.decode())


def test_nothing_is_written_before_the_last_step(visitor: Visitor, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        visitor.to_the_device()


def test_one_code_means_one_code_whatever_the_device_sent(visitor: Visitor) -> None:
    number, words = code_in(visitor.step(visitor.to_the_device(), hashes=items(anchored=8), level="one"))
    assert ItemHash.objects.count() == 1
    assert len(service.status(number, words).items) == 1


def test_steps_can_be_gone_back_and_unanswered_ones_say_what_is_missing(visitor: Visitor) -> None:
    answer = visitor.client.get("/en/start/")
    unanswered = visitor.step(answer)
    assert unanswered.status_code == 400
    assert "Choose one of the answers." in unanswered.content.decode()
    second = visitor.step(unanswered, happening="fake")
    assert visitor.step(second).status_code == 400 and visitor.step(second, who="x").status_code == 400
    first = visitor.step(second, back="1")
    assert "What is happening?" in first.content.decode()
    last = visitor.step(second, who="adult")
    assert "go on without" in visitor.step(last).content.decode() and not Case.objects.exists()


@pytest.mark.parametrize(
    ("happening", "chosen", "kind"),
    [
        ("shared", "deepfake", "intimate"),
        ("fake", "intimate", "deepfake"),
        ("threatened", "", "intimate"),
        ("threatened", "deepfake", "deepfake"),
        ("unsure", "x", "intimate"),
    ],
)
def test_what_the_pictures_are_follows_from_the_first_answer_or_is_asked_beside_them(
    visitor: Visitor, happening: str, chosen: str, kind: str
) -> None:
    last = visitor.to_the_device(happening)
    asked = happening in ("threatened", "unsure")
    assert (last.content.decode().count('name="kind"') == 2) is asked
    code = code_in(visitor.step(last, hashes=items(), kind=chosen))
    assert [item.kind for item in service.status(*code).items] == [kind]


def test_altered_copies_are_protected_unless_the_person_chooses_less(visitor: Visitor) -> None:
    code_in(visitor.step(visitor.to_the_device(), hashes=items(anchored=8)))
    assert ItemHash.objects.count() == 9


def test_without_files_a_case_opens_and_nothing_is_said_to_be_protected(visitor: Visitor) -> None:
    shown = arrived(visitor.step(visitor.to_the_device("threatened"), without="1"))
    view = service.view(access_codes.enter(*code_in(shown)))
    assert view.wishes.wants == ("talk",) and not view.status.items
    assert 'id="protected"' not in shown.content.decode()


def test_whoever_is_threatened_reads_first_what_helps(visitor: Visitor) -> None:
    for happening, shown in (("threatened", True), ("shared", False)):
        answer = visitor.step(visitor.client.get("/en/start/"), happening=happening)
        assert ("Don’t pay" in answer.content.decode()) is shown
        assert ('href="tel:116006"' in answer.content.decode()) is shown


OLD_STEPS = ("who", "kind", "wants", "where", "level", "device")
OLD_ANSWERS: dict[str, object] = {"number": case_number(), "secret": "s" * 43, "kind": "deepfake"}
OLD_ANSWERS |= {"wants": ["block", "remove"], "where": "https://example.org/1", "level": "one"}


@pytest.mark.parametrize("pressed", ["", "back", "language", "show"])
@pytest.mark.parametrize("begun", ["first time", "gone back"])
@pytest.mark.parametrize("step", OLD_STEPS[:-1])
def test_a_form_begun_before_the_questions_changed_begins_again(
    visitor: Visitor, step: str, begun: str, pressed: str
) -> None:
    answers = OLD_ANSWERS if begun == "gone back" else {}
    old = carried.sealed("intake", {**answers, "step": step})
    sent = {"state": old, "who": "adult", "wants": "block", **({pressed: "who"} if pressed else {})}
    answer = post(visitor.client, "/en/start/", sent)
    assert answer.status_code == 400 and "What is happening?" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_last_form_begun_before_the_questions_changed_keeps_its_files_and_answers(
    visitor: Visitor,
) -> None:
    old = {"state": carried.sealed("intake", {**OLD_ANSWERS, "step": OLD_STEPS[-1]})}
    nothing = post(visitor.client, "/en/start/", old)
    assert nothing.status_code == 400 and "Choose what to protect" in nothing.content.decode()
    assert "What is happening?" in visitor.step(visitor.step(nothing, back="1"), back="1").content.decode()
    code = code_in(post(visitor.client, "/en/start/", {**old, "hashes": items(anchored=8)}))
    view = service.view(access_codes.enter(*code))
    assert [item.kind for item in view.status.items] == ["deepfake"] and ItemHash.objects.count() == 1
    assert (view.wishes.wants, view.wishes.level) == (("block", "remove"), "one")
    seen_at = locations.read(access_codes.enter(*code)).shown
    assert [each.text for each in seen_at] == [OLD_ANSWERS["where"]]


def test_the_last_form_sent_twice_opens_one_case(visitor: Visitor) -> None:
    last = visitor.to_the_device()
    first = code_in(visitor.step(last, hashes=items()))
    assert code_in(visitor.step(last, hashes=items())) == first
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "field", ["[", "{}", "[]", '[{"media":"x"}]', "[[[[", '"a"', "1e999", "\ud800", "[" * 9999]
)
def test_hashes_in_any_other_form_are_refused_and_open_nothing(visitor: Visitor, field: str) -> None:
    answer = visitor.step(visitor.to_the_device(), hashes=field.encode("utf-8", "surrogatepass"))
    assert answer.status_code == 400 and not Case.objects.exists()


def test_the_text_of_the_page_without_internet_is_taken_as_it_is(visitor: Visitor) -> None:
    carried = [{key: item[key] for key in ("media", "hashes")} for item in json.loads(items())]
    text = json.dumps({"repit": "hashes 1", "items": carried}, indent=1)
    number, words = code_in(visitor.step(visitor.to_the_device(), hashes=text))
    assert [i.kind for i in service.status(number, words).items] == ["intimate"]


def test_a_state_that_is_old_altered_or_from_elsewhere_is_refused(visitor: Visitor) -> None:
    last = visitor.to_the_device()
    state = hidden(last, "state")
    for wrong in ("", "x", state[:-4], state[:-6] + "AAAAA=", "é", "=" * 50):
        answer = post(visitor.client, "/en/start/", {"state": wrong, "hashes": items()})
        assert answer.status_code == 400, wrong
    moment = clock.now() + timedelta(minutes=61)
    with clock.at(lambda: moment):
        assert visitor.step(last, hashes=items()).status_code == 400
    code_in(visitor.step(last, hashes=items()))
    mark = hidden(signed_in()[0].client.get("/en/mine/"), "form")
    assert post(visitor.client, "/en/start/", {"state": mark}).status_code == 400
    assert Case.objects.count() == 2


def test_every_page_of_a_case_opens_and_asks_strangers_to_sign_in() -> None:
    person, _ = signed_in()
    for path in PAGES:
        assert person.client.get(f"/en/mine/{path}").status_code == 200, path
        away = Client().get(f"/en/mine/{path}")
        assert (away.status_code, away["Location"]) == (302, "/en/come-back/"), path


PAGES = (
    "",
    "first/",
    "messages/",
    "addresses/",
    "add/",
    "choices/",
    "nicknames/",
    "stop-protecting/",
    "stop-protecting/undone/",
    "helpers/",
    "spare/",
    "log/",
    "end/",
    "end/everything/",
)


def test_what_is_done_on_the_pages_is_done_to_the_case() -> None:
    person, mine = signed_in()
    assert person.post("messages/", text="hello there").status_code == 302
    assert [m.text for m in thread.read(mine)] == ["hello there"]
    assert person.post("messages/", text=" ").status_code == 400
    person.post("addresses/", where="one\ntwo")
    person.post("addresses/", remove="1")
    assert b"two" in person.client.get("/en/mine/addresses/").content
    person.post("choices/", wants=["evidence"], level="family")
    assert service.view(mine).wishes.wants == ("evidence",)
    person.post("add/", hashes=items(anchored=2))
    assert [i.state for i in service.view(mine).status.items] == ["active", "active"]
    assert person.post("add/", hashes="").status_code == 400
    stopped(person, item="2")
    assert [i.state for i in service.view(mine).status.items] == ["active", "withdrawn"]
    stopped(person, all="1")
    assert (
        "No site has the fingerprint from you"
        in person.client.get("/en/mine/stop-protecting/").content.decode()
    )
    assert person.post("end/").status_code == 400
    assert person.post("end/", how="everything")["Location"] == "/en/mine/end/everything/"
    assert service.view(mine).state == "new", "nothing before the page that asks"
    person.post("end/", how="close")
    assert service.view(mine).state == "closed"
    gone = person.post("end/everything/")
    assert arrived(gone).status_code == 200 and not Case.objects.exists() and not Session.objects.exists()
    assert person.client.get("/en/mine/").status_code == 302


def test_a_helper_sees_their_pages_and_no_other() -> None:
    person, mine = signed_in(where="secret.example")
    thread.write(mine, "secret words")
    number, words = code_in(person.post("helpers/", label="my sister", rights=["status", "locations"]))
    sister = Visitor()
    assert sister.sign_in(number, words).status_code == 302
    assert sister.client.get("/en/mine/").status_code == 200
    assert sister.post("addresses/", where="found.example").status_code == 302
    shown = [sister.client.get(f"/en/mine/{path}") for path in PAGES]
    assert {a.status_code for a in shown} == {200, 403}
    assert not any(word in a.content.decode() for a in shown for word in ("secret", "my sister"))
    person.post("helpers/", remove="1")
    assert sister.client.get("/en/mine/").status_code == 302


def test_a_lost_receipt_comes_back_through_the_pages(settings) -> None:
    offline = keys.new_pair()
    settings.REPIT_OFFLINE_KEY = offline.public
    person, mine = signed_in()
    slip = code_in(person.post("spare/", slip="1"))
    helper = code_in(person.post("helpers/", rights=["recovery"]))
    lost = Visitor()
    asked = arrived(post(lost.client, "/en/lost/", {"number": slip[0], "words": slip[1]}))
    assert asked.status_code == 200 and "The three days have begun" in asked.content.decode()
    assert post(lost.client, "/en/lost/", {"number": slip[0], "words": "x"}).status_code == 400
    assert "Someone asked for a new receipt" in person.client.get("/en/mine/").content.decode()
    both = {"number": slip[0], "words": slip[1], "second_number": helper[0], "second_words": helper[1]}
    assert post(lost.client, "/en/lost/two-parts/", both).status_code == 400
    moment = clock.now() + timedelta(hours=73)
    with clock.at(lambda: moment):
        new = code_in(post(lost.client, "/en/lost/two-parts/", both))
        assert lost.sign_in(*new).status_code == 302
    assert person.client.get("/en/mine/").status_code == 302
    assert mine.case_id == access_codes.enter(*new).case_id


def test_new_words_are_shown_and_end_the_session() -> None:
    person, _ = signed_in()
    number, words = code_in(person.post("spare/", **{"new-words": "1"}))
    assert person.client.get("/en/mine/")["Location"] == "/en/receipt/"
    assert Visitor().sign_in(number, words).status_code == 302


def test_the_hotline_answers_and_the_person_sees_it() -> None:
    ana = caseworkers.enrol("ana", "four words and a comma,")
    desk.found(ana)
    person, mine = signed_in()
    casework.assign(desk.unlock(ana), mine.case_id, "ana")
    thread.write(Casefile(mine.case_id, ana), "We are here")
    assert "waits for your answer" in person.client.get("/en/mine/").content.decode()
    assert "We are here" in person.client.get("/en/mine/messages/").content.decode()
    for page in ("messages", "log"):
        shown = person.client.get(f"/en/mine/{page}/").content.decode()
        assert f"{aliases.of('ana')}, from the hotline" in " ".join(shown.split())


# --- what is refused ---------------------------------------------------------------------------------------


def test_every_field_shows_hostile_text_as_text() -> None:
    person, _ = signed_in(where=HOSTILE)
    person.post("messages/", text=HOSTILE)
    person.post("helpers/", label=HOSTILE[:60], rights=["status"])
    answers = [person.client.get(f"/en/mine/{path}") for path in PAGES]
    answers.append(person.post("addresses/", where="x" * 3000 + HOSTILE))
    answers.append(person.post("messages/", text=HOSTILE * 200))
    answers.append(person.post("helpers/", label=HOSTILE))
    answers.append(person.sign_in(HOSTILE[:60], HOSTILE))
    answers.append(post(person.client, "/en/lost/", {"number": HOSTILE[:60], "words": HOSTILE}))
    guest = Visitor()
    answers.append(guest.step(guest.client.get("/en/start/"), happening=HOSTILE, who=HOSTILE))
    shown = 0
    for answer in answers:
        text = answer.content.decode()
        assert "<script>alert" not in text and "<img src=x" not in text and "onerror=alert(2)>14" not in text
        shown += "&lt;script&gt;" in text
    assert shown >= 5


@pytest.mark.parametrize("path", ["start/", "come-back/", "practise/", "lost/", "lost/two-parts/"])
def test_nothing_can_be_uploaded(visitor: Visitor, path: str) -> None:
    file = SimpleUploadedFile("a.png", b"\x89PNG", content_type="image/png")
    assert visitor.client.post(f"/en/{path}", {"state": "x", "file": file}).status_code == 415
    for kind in ("image/png", "application/json", "text/plain", "multipart/form-data"):
        assert visitor.client.post(f"/en/{path}", b"\x89PNG", content_type=kind).status_code == 415


def test_nothing_can_be_uploaded_in_a_session_either() -> None:
    person, _ = signed_in()
    for path in PAGES:
        file = SimpleUploadedFile("a.png", b"\x89PNG", content_type="image/png")
        assert person.client.post(f"/en/mine/{path}", {"file": file}).status_code == 415


def test_no_field_for_a_file_has_a_name() -> None:
    person, _ = signed_in()
    for answer in (Visitor().to_the_device(), *(person.client.get(f"/en/mine/{path}") for path in PAGES)):
        assert not [
            f
            for f in re.findall(r"<input[^>]*>", answer.content.decode())
            if 'type="file"' in f and "name=" in f
        ]


def test_forms_from_other_sites_and_without_their_token_are_refused() -> None:
    person, mine = signed_in()
    token = hidden(person.client.get("/en/mine/messages/"), "form")
    for fields, headers in (
        ({"text": "x"}, {}),
        ({"text": "x", "form": "wrong"}, {}),
        ({"text": "x", "form": "é"}, {}),
        ({"text": "x", "form": token}, {"Sec-Fetch-Site": "cross-site"}),
        ({"text": "x", "form": token}, {"Sec-Fetch-Site": "same-site"}),
    ):
        assert post(person.client, "/en/mine/messages/", fields, **headers).status_code == 403
    assert thread.read(mine) == []
    other, _ = signed_in()
    assert post(other.client, "/en/mine/messages/", {"text": "x", "form": token}).status_code == 403
    code = Visitor().receipt()
    fields = {"number": code[0], "words": code[1]}
    crossed = post(Client(), "/en/come-back/", fields, **{"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403 and not crossed.cookies


def test_the_cookie_is_strict_new_at_each_sign_in_and_worthless_when_planted(settings) -> None:
    code = Visitor().receipt()
    person = Visitor()
    person.client.cookies["v"] = "planted"
    answer = person.sign_in(*code)
    cookie = answer.cookies["v"]
    assert cookie.value != "planted" and len(cookie.value) > 40
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["expires"]
    second = person.sign_in(*code).cookies["v"].value
    assert second != cookie.value
    stale = Client()
    stale.cookies["v"] = cookie.value
    assert stale.get("/en/mine/").status_code == 302
    settings.REPIT_HTTPS = True
    secure = person.sign_in(*code).cookies["__Host-v"]
    assert secure["secure"] and secure["path"] == "/" and not secure["domain"]


def test_leaving_ends_the_session_and_signing_out_needs_the_token() -> None:
    person, _ = signed_in()
    assert post(person.client, "/en/mine/out/", {"form": "x"}).status_code == 403
    kept = person.client.cookies["v"].value
    away = person.client.get("/en/x/")
    assert away["Location"] == "https://www.wikipedia.org/" and "cookies" in away["Clear-Site-Data"]
    again = Client()
    again.cookies["v"] = kept
    assert again.get("/en/mine/").status_code == 302 and not Session.objects.exists()


def test_wrong_receipts_are_one_refusal() -> None:
    code, unknown = Visitor().receipt(), Visitor().receipt()[0]
    refusals = set()
    for number, words in ((code[0], "able accent acorn actor adobe acre advice aerial"), (unknown, code[1])):
        answer = post(Client(), "/en/come-back/", {"number": number, "words": words})
        assert answer.status_code == 400
        refusals.add(re.sub(r'value="[^"]*"|>[a-z ]+</textarea>', "", answer.content.decode()))
    assert len(refusals) == 1


def test_behind_a_proxy_the_address_it_wrote_counts_and_none_is_kept(settings, rf) -> None:
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.9"})
    assert limits.address_of(request) == ""
    settings.REPIT_HTTPS = True
    assert limits.address_of(request) == "203.0.113.9"
    six = rf.get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "2001:db8:1:2:3::4"})
    assert limits.address_of(six) == "2001:db8:1:2::/64"
    with limits.opening(request, 5):
        pass
    assert "203.0.113" not in repr(list(Count.objects.values()))


def test_personal_pages_are_neither_stored_nor_listed_nor_titled() -> None:
    person, _ = signed_in()
    for path in PAGES:
        answer = person.client.get(f"/en/mine/{path}")
        assert answer["Cache-Control"] == "no-store" and "noindex" in answer["X-Robots-Tag"]
        title = answer.content.decode().split("<title>")[1].split("</title>")[0].lower()
        assert not any(word in title for word in ("intim", "image", "nud", "sex", "picture", "case"))


def test_where_files_are_chosen_no_connection_is_allowed(visitor: Visitor) -> None:
    person, _ = signed_in()
    for answer in (visitor.to_the_device(), person.client.get("/en/mine/add/")):
        assert "connect-src 'none'" in answer["Content-Security-Policy"]


def test_helpers_are_limited_in_number() -> None:
    _, mine = signed_in()
    for _ in range(helpers.MAX_HELPERS):
        helpers.add(mine, "", ["status"])
    with pytest.raises(helpers.TooLarge):
        helpers.add(mine, "", ["status"])


def test_a_page_that_fails_says_nothing_of_the_person_in_the_log(monkeypatch, caplog) -> None:
    person, _ = signed_in()

    def fails(*_args: object) -> None:
        raise ValueError(f"{HOSTILE} secret words")

    monkeypatch.setattr(thread, "write", fails)
    answer = person.post("messages/", text="secret words")
    assert answer.status_code == 500 and b"secret" not in answer.content
    assert "ValueError at test_case_pages.py" in caplog.text and "secret" not in caplog.text
