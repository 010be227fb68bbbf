"""Every form of a person's pages, sent empty and wrong: what is amiss is said where it is, and what was
chosen or typed is kept."""

from __future__ import annotations

import pytest
from amiss import amiss, chosen, read, typed
from django.http import HttpResponse
from django.test import Client
from visitors import Visitor, hidden, post, signed_in

pytestmark = pytest.mark.django_db

LONG = "x" * 5_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_question_of_the_intake_leads_to_what_was_left_out(language: str) -> None:
    visitor = Visitor(language)
    answer = visitor.client.get(visitor.root + visitor.start)
    for field, right in (("happening", "unsure"), ("who", "adult")):
        wrong = visitor.step(answer)
        assert wrong.status_code == 400
        leads_to_the_answers(wrong, field)
        answer = visitor.step(wrong, **{field: right})
        assert answer.status_code == 200
    page = read(visitor.step(answer, kind="deepfake", level="one").content.decode())
    [link] = page.only("", id="error-summary").having("a")
    assert link["href"] == "#device" and page.only("div", id="device")["tabindex"] == "-1"
    assert chosen(page, "kind") == ["deepfake"] and chosen(page, "level") == ["one"]
    page = amiss(visitor.step(answer, hashes="not a list"), "hashes")
    assert typed(page, "hashes") == "not a list"


def leads_to_the_answers(answer: HttpResponse, field: str) -> None:
    """Answers that are pressed: the summary leads to the first, and their group is described."""
    page = read(answer.content.decode())
    [link] = page.only("", id="error-summary").having("a")
    first = page.only("button", id=link["href"].removeprefix("#"))
    group = page.only("div", role="group")
    assert first["name"] == field and first in group.all()
    assert page.only("p", id=group["aria-describedby"]).text() == link.text()


def test_codes_that_do_not_open_lead_to_what_cannot_be_right_and_keep_it() -> None:
    for path in ("/en/come-back/", "/en/lost/"):
        client = Client()
        for number, words in (("", ""), ("ABCD", "one two")):
            page = amiss(post(client, path, {"number": number, "words": words}), "number", "words")
            assert (typed(page, "number"), typed(page, "words")) == (number, words)


def test_a_receipt_that_is_practised_wrongly_leads_to_the_words() -> None:
    visitor = Visitor()
    number, _words = visitor.receipt()
    wrong = post(visitor.client, "/en/practise/", {"number": number, "words": "one two three"})
    assert typed(amiss(wrong, "words"), "number") == number


def test_what_was_typed_in_a_case_is_kept() -> None:
    visitor, _file = signed_in()
    for path, sent, field in (
        ("messages/", {"text": ""}, "text"),
        ("messages/", {"text": LONG * 5}, "text"),
        ("addresses/", {"where": " "}, "where"),
        ("addresses/", {"where": LONG}, "where"),
        ("add/", {"hashes": "{", "kind": "deepfake"}, "hashes"),
        ("helpers/", {"label": "my sister"}, "rights"),
        ("helpers/", {"label": LONG, "rights": ["log", "recovery"]}, "label"),
    ):
        page = amiss(visitor.post(path, **sent), field)
        for name, value in sent.items():
            if isinstance(value, list) or name == "kind":
                assert chosen(page, name) == ([value] if isinstance(value, str) else value), path
            else:
                assert typed(page, name) == value.strip(), path


def test_an_end_that_is_not_chosen_leads_to_the_answers() -> None:
    visitor, _file = signed_in()
    amiss(visitor.post("end/"), "how")


def test_an_end_of_protection_that_names_nothing_leads_to_the_boxes() -> None:
    visitor, _file = signed_in()
    form = hidden(visitor.client.get("/en/mine/stop-protecting/"), "form")
    amiss(post(visitor.client, "/en/mine/stop-protecting/sure/", {"form": form}), "item")


def test_what_is_our_doing_marks_no_field() -> None:
    visitor = Visitor()
    answer = visitor.to_the_device()
    shown = visitor.step(answer, hashes="[]", language="en")
    assert b"error-summary" not in shown.content
    assert hidden(shown, "state")
