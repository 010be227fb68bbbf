"""The page on which whoever was refused reads why, objects, and finds the answer."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from review_rows import decision
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.limits.models import Count
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import Evidence, Verdict, explained
from repit.platform.integrations.http_api.answers import answer as api_answer
from repit.platform.integrations.icap import replies
from repit.platform.integrations.sockets.examiner import Refused
from repit.platform.review import deciding, queue
from repit.platform.review.deciding import Answer
from repit.platform.review.models import Appeal, LetGo, Review

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
ALLOW = Answer("allow", "", "It is a dog.")
REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")


@pytest.fixture(autouse=True)
def wanted() -> Iterator[None]:
    with override_settings(
        REPIT_GATE_OBJECTIONS=True, REPIT_ADDRESS="https://gate.example", REPIT_GATE_NAME="Forum Example"
    ):
        yield


def page(row: Decision, language: str = "en") -> str:
    return f"/{language}/objection/{row.name}/"


def read(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def object_to(row: Decision, text: str = "That is my dog.", **headers: str):
    return Client().post(page(row), {"text": text}, **headers)  # type: ignore[arg-type]


def decided(who: Someone, answer: Answer) -> Review:
    taken = queue.take(who.member)
    assert taken is not None
    return deciding.decide(who.member, taken.name, answer)


def test_whoever_has_the_number_reads_the_whole_statement_in_both_languages() -> None:
    row = decision("standard", item="item-1", outcome="block", origin="a-secret-hotline")
    english, french = read(page(row)), read(page(row, "fr"))
    for text in (english, french):
        for secret in ("item-1", "a-secret-hotline", "256", "bits", "intimate</", "style=", "<script"):
            assert secret not in text
        assert "Forum Example" in text and 'name="text"' in text
    assert "Your upload was not accepted" in english and "no person has looked at it yet" in english
    assert "Terms of this service: intimate images" in english and "within six months" in english
    assert "Votre envoi n’a pas été accepté" in french and "personne ne l’a encore regardé" in french
    assert "Conditions du service\u00a0: images intimes" in french


def test_a_page_leaves_no_trace_and_asks_for_nothing() -> None:
    answer = Client().get(page(decision("standard", outcome="block")))
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_an_objection_is_sent_once_read_by_people_and_answered_on_the_same_page(someone: Make) -> None:
    row = decision("possible", outcome="block")
    for _ in range(3):  # a double press, and a reload
        sent = object_to(row)
        assert (sent.status_code, sent["Location"]) == (303, page(row))
    assert Appeal.objects.count() == 1 and Review.objects.get().state == "waiting"
    text = read(page(row))
    assert "Your objection came in" in text and "You get an answer, at the latest" in text
    assert "That is my dog." in text and 'name="text"' not in text
    assert not re.search(r"\d\d:\d\d:\d\d", text)  # of what somebody did, the day alone
    moment = clock.now() + timedelta(days=1, minutes=5)
    with clock.at(lambda: moment):
        queue.take(someone("moderator").member)
        assert "Somebody has begun to look at it" in read(page(row))
        queue.free(Review.objects.get().name, someone("supervisor").member)
        decided(someone("senior"), ALLOW)
        text = read(page(row))
        assert "your objection is accepted" in text and "It is a dog." in text and "after 1 day" in text
        assert "The upload was accepted" in text


def test_no_objection_lowers_protection_by_itself() -> None:
    rows = [decision("standard", item="known", outcome="block") for _ in range(30)]
    for number, row in enumerate(rows):
        object_to(row, f"It shows me, number {number}.")
    for row in rows:
        shown = Client().get(f"/v1/reviews/{row.name}").json()
        assert (shown["outcome"], shown["automated"]) == ("refuse", True)
    assert not LetGo.objects.exists()
    assert Review.objects.count() == 1  # one question about the item, however many object


def test_what_was_typed_is_kept_where_it_was_not_sent() -> None:
    row = decision("possible", outcome="block")
    empty = object_to(row, "   ")
    assert empty.status_code == 400 and b'href="#text"' in empty.content and b"autofocus" in empty.content
    long = object_to(row, "x" * 5001)
    assert long.status_code == 400 and b"x" * 5001 in long.content and not Appeal.objects.exists()
    object_to(row)
    other = object_to(row, "And it is <b>old</b>.")
    text = other.content.decode()
    assert other.status_code == 409 and "People are looking at an objection already." in text
    assert "And it is &lt;b&gt;old&lt;/b&gt;." in text and Appeal.objects.count() == 1


def test_after_three_objections_the_page_says_where_else_to_turn(someone: Make) -> None:
    row = decision("possible", outcome="block")
    for number in range(3):
        object_to(row, f"Number {number}.")
        while Review.objects.exclude(state="decided").exists():
            decided(someone("senior"), REFUSE)
    text = read(page(row))
    assert 'name="text"' not in text and "the decision stays" in text and "court" in text
    assert object_to(row, "Once more.").status_code == 409


@pytest.mark.parametrize("outcome", ["review", "allow"])
def test_what_waits_or_passed_may_be_objected_to_as_well(outcome: str) -> None:
    row = decision("possible", outcome=outcome)
    text = read(page(row))
    sentence = "waits for a person" if outcome == "review" else "If it shows you"
    assert sentence in text
    assert object_to(row).status_code == 303 and Appeal.objects.get().against in ("refuse", "allow")


def test_what_was_stopped_warns_nobody(someone: Make) -> None:
    row = decision("possible")
    decided(someone("senior"), Answer("refer", "", "It may show a minor."))
    for language in ("en", "fr"):
        text = read(page(row, language)).lower()
        for word in ("minor", "mineur", "authorit", "autorité", "refer", "<ol", "textarea", "<dl"):
            assert word not in text


@pytest.mark.parametrize("tier", ["possible", "standard"])
def test_an_objection_to_what_was_stopped_opens_nothing_and_its_answer_warns_nobody(
    someone: Make, tier: str
) -> None:
    row = decision(tier, item="known")
    decided(someone("senior"), Answer("refer"))
    for language in ("en", "fr"):
        refused = Client().post(page(row, language), {"text": "That is my dog."})
        text = html.unescape(refused.content.decode()).lower()
        assert refused.status_code == 409 and "that is my dog." in text
        for word in ("minor", "mineur", "authorit", "autorit", "refer", "in charge", "responsable", "arrêt"):
            assert word not in text
    assert Review.objects.get().state == "decided" and not Appeal.objects.exists()


def test_a_number_is_typed_or_a_whole_link_pasted_and_a_wrong_one_is_kept() -> None:
    row = decision("possible", outcome="block")
    for typed in (row.name, f"  {row.name} ", f"https://gate.example/objection/{row.name}/"):
        found = Client().post("/en/objection/", {"number": typed})
        assert (found.status_code, found["Location"]) == (303, page(row))
    wrong = Client().post("/en/objection/", {"number": "AAAAAAAAAAAAAAAAAAAAAA"})
    assert wrong.status_code == 404 and b'value="AAAAAAAAAAAAAAAAAAAAAA"' in wrong.content
    assert b"After six months it may be gone." in wrong.content  # the least that the settings take
    assert Client().post("/fr/objection/", {"number": ""}).status_code == 400
    for name in ("x", "%00", "a" * 400, "..", "AAAAAAAAAAAAAAAAAAAAAA"):
        assert Client().get(f"/en/objection/{name}/").status_code == 404


def test_whoever_tries_many_numbers_waits_and_a_true_one_still_opens() -> None:
    row = decision("possible", outcome="block")
    seen = {}
    for number in range(35):
        address = f"/en/objection/{number:022d}/"
        seen[number] = Client().get(address, REMOTE_ADDR="203.0.113.9").status_code
    assert seen[0] == 404 and seen[34] == 429
    assert Client().get(page(row), REMOTE_ADDR="203.0.113.9").status_code == 200
    other = Client().get("/en/objection/0000000000000000000000/", REMOTE_ADDR="203.0.113.200")
    assert other.status_code == 404
    assert "203.0.113" not in json.dumps(list(Count.objects.values("slot", "moments")), default=str)


def test_a_flood_of_objections_from_one_connection_ends_and_keeps_the_words() -> None:
    answers = []
    for number in range(12):
        row = decision("possible", outcome="block")
        answers.append(object_to(row, f"Number {number}.", REMOTE_ADDR="203.0.113.9"))
    assert [answer.status_code for answer in answers] == [303] * 10 + [429] * 2
    assert answers[11].has_header("Retry-After") and b"Number 11." in answers[11].content


def test_an_answer_that_was_refused_counts_for_nothing() -> None:
    row = decision("possible", outcome="block")
    for _ in range(20):
        assert object_to(row, "", REMOTE_ADDR="203.0.113.9").status_code == 400
    assert object_to(row, REMOTE_ADDR="203.0.113.9").status_code == 303


def test_the_link_without_a_language_leads_to_the_browsers_own() -> None:
    row = decision("possible", outcome="block")
    for language in ("fr", "en"):
        found = Client().get(f"/objection/{row.name}/", headers={"accept-language": language})
        assert found["Location"] == page(row, language)
    assert f'href="{page(row, "fr")}"' in read(page(row))


def test_where_it_is_not_wanted_there_is_no_page_and_no_link() -> None:
    row = decision("standard", outcome="block")
    with override_settings(REPIT_GATE_OBJECTIONS=False):
        for address in (page(row), "/en/objection/", f"/objection/{row.name}/"):
            assert Client().get(address, follow=True).status_code == 404
        assert Client().get(f"/v1/reviews/{row.name}").json()["objection"] is None
        reply = replies.refused("x", Refused("t", row.name), language="en", closes=False)
        assert b"href" not in reply and b"Give them this number:" in reply


def test_refusals_lead_to_the_page() -> None:
    row = decision("standard", outcome="block")
    link = f"https://gate.example/objection/{row.name}/"
    assert Client().get(f"/v1/reviews/{row.name}").json()["objection"] == link
    known = Evidence("i", "o", "intimate", "picture", "active", 1, "standard", 12)
    verdict = Verdict("block", "known", explained(known), (known,), decision=row.name, recorded=True)
    assert api_answer(verdict, "en")["objection"] == link
    assert api_answer(replace(verdict, outcome="allow"), "en")["objection"] is None
    for language in ("en", "fr"):
        reply = replies.refused("x", Refused("t", row.name), language=language, closes=False).decode()
        assert f'<a href="{link}">' in reply and row.name in reply
        # Nobody else was named to whom the number could be given.
        assert "Give them" not in reply and "Donnez-leur" not in reply
