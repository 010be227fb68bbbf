"""Every form of a person's pages, sent empty and wrong: what is amiss is said where it is, and what was
chosen or typed is kept."""

from __future__ import annotations

import pytest
from amiss import amiss, chosen, typed
from django.test import Client
from visitors import Visitor, hidden, post, signed_in

pytestmark = pytest.mark.django_db

LONG = "x" * 5_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_question_of_the_intake_leads_to_what_was_left_out(language: str) -> None:
    visitor = Visitor(language)
    answer = visitor.client.get(visitor.root + visitor.start)
    for field, right in (
        ("who", {"who": "adult"}),
        ("kind", {"kind": "intimate"}),
        ("wants", {"wants": ["block", "talk"]}),
    ):
        wrong = visitor.step(answer)
        assert wrong.status_code == 400
        amiss(wrong, field)
        answer = visitor.step(wrong, **right)
        assert answer.status_code == 200
    page = amiss(visitor.step(answer, where=LONG), "where")
    assert typed(page, "where").startswith("xxx")
    answer = visitor.step(answer, where="https://site.example/1")
    amiss(visitor.step(answer), "level")
    answer = visitor.step(answer, level="family")
    page = amiss(visitor.step(answer, hashes="not a list"), "hashes")
    assert typed(page, "hashes") == "not a list"


def test_codes_that_do_not_open_lead_to_the_number_which_is_kept_and_never_the_words() -> None:
    for path in ("/en/come-back/", "/en/lost/", "/en/lost/two-parts/"):
        client = Client()
        fields: dict[str, object]
        for fields in ({"number": ""}, {"number": "ABCD", "words": "one two"}):
            page = amiss(post(client, path, fields), "number")
            assert typed(page, "number") == fields["number"]
            assert typed(page, "words") == ""


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


def test_an_end_that_is_not_sure_keeps_what_was_chosen() -> None:
    visitor, _file = signed_in()
    amiss(visitor.post("end/"), "how")
    page = amiss(visitor.post("end/", how="everything"), "sure")
    assert chosen(page, "how") == ["everything"]


def test_a_withdrawal_of_nothing_leads_to_the_boxes() -> None:
    visitor, _file = signed_in()
    amiss(visitor.post("take-back/"), "item")


def test_what_is_our_doing_marks_no_field() -> None:
    visitor = Visitor()
    answer = visitor.to_the_device()
    shown = visitor.step(answer, hashes="[]", language="en")
    assert b"error-summary" not in shown.content
    assert hidden(shown, "state")
