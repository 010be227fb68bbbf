"""A code that was typed with a mistake: the page says which, keeps what was typed, and asks no case."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from visitors import PLAIN, Visitor, post

from repit.hotline.cases import access_codes, misspelt, words
from repit.hotline.web.case_pages import entry

EIGHT = "abord abri absolu acacia acajou accent accord achat"


def messages(typed: str, language: str = "fr") -> list[str]:
    return [text.in_language(language) for text in misspelt.secret(typed)]


def test_each_mistake_in_the_words_is_told_from_the_lists_alone() -> None:
    assert (
        messages(EIGHT)
        == messages("ABCD-EFGH-JKMN-PQRS")
        == messages("abor ABRI absolus Acacia 5. acajou accent accord achat")
        == []
    )
    assert messages("") == ["Il manque les huit mots."]
    assert messages(EIGHT.removesuffix(" achat")) == [
        "Il y a sept mots\u202f; il en faut huit\u00a0: il en manque un."
    ]
    assert messages(EIGHT, "en") == [] and messages(EIGHT.removesuffix(" achat"), "en") == [
        "There are seven words; there must be eight: one is missing."
    ]
    assert messages(f"{EIGHT} acier") == ["Il y a 9 mots\u202f; il en faut huit."]
    assert messages(EIGHT.replace("absolu", "abzolu")) == [
        "Le mot 3 n’est pas dans la liste. Vouliez-vous écrire «\u00a0absolu\u00a0»\u202f?"
    ]
    assert messages(EIGHT.replace("absolu", "qqqqq").replace("achat", "xxxx")) == [
        f"Le mot {at} n’est pas dans la liste. Comparez-le avec ce que vous avez noté." for at in (3, 8)
    ]
    assert len(messages("qqqqq " * 50)) == 1 + 8
    assert messages("ABCD-EFGH-JKMN-PQR") == ["Il y a 15 caractères\u202f; il en faut seize."]
    assert messages("ABCD-EFGH-JKUN-PQRS")[0].startswith("Le caractère 11 n’existe pas")


def test_a_word_is_hinted_at_only_where_one_alone_is_near_and_never_a_retired_one() -> None:
    assert misspelt.nearest("nuaje", "fr") == misspelt.nearest("nuagw", "fr") == "nuage"
    assert misspelt.nearest("nauge", "fr") == ""  # jauge, nuage, sauge
    assert misspelt.nearest("zzzzzz", "fr") == ""
    for retired in words.retired("fr"):
        assert misspelt.nearest(retired + "x", "fr") not in words.retired("fr")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("", "The number is missing."),
        ("ABCDE", "The number has ten letters and digits; here there are 5."),
        ("00000-00001", "There is a typing error in the number. Compare it with what you wrote down."),
    ],
)
def test_a_mistake_in_the_number_is_told_from_the_number_alone(typed: str, text: str) -> None:
    found = misspelt.number(typed)
    assert found is not None and found.en == text
    assert misspelt.number("00000-00000") is None


def test_the_script_s_lists_are_those_of_the_service() -> None:
    assert (entry.FOLDER / entry.LISTS).read_text(encoding="utf-8") == entry.lists()


def _shown(answer, name: str) -> str:
    page = answer.content.decode()
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page) or re.search(
        rf'<textarea[^>]*name="{name}"[^>]*>([^<]*)<', page
    )
    assert found
    return html.unescape(found[1])


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["come-back", "lost", "lost/two-parts", "practise"])
def test_what_was_typed_comes_back_with_what_is_amiss(page: str) -> None:
    person = Visitor()
    number, right = person.receipt()
    seven = right.rpartition(" ")[0]
    answer = post(person.client, f"/en/{page}/", {"number": number, "words": seven})
    assert answer.status_code == 400 and answer["Cache-Control"] == "no-store"
    assert "There are seven words; there must be eight" in answer.content.decode()
    assert (_shown(answer, "number"), _shown(answer, "words")) == (number, seven)


@pytest.mark.django_db
def test_a_second_code_is_checked_in_its_own_fields() -> None:
    both = {"number": "00000-00000", "words": EIGHT, "second_number": "", "second_words": "abord"}
    answer = post(Client(), "/en/lost/two-parts/", both)
    page = answer.content.decode()
    assert "The number is missing." in page and "There is one word" in page
    assert _shown(answer, "second_words") == "abord"


@pytest.mark.django_db
def test_the_practice_says_which_word_is_not_the_receipt_s() -> None:
    person = Visitor()
    number, right = person.receipt()
    others = right.split()
    others[2] = next(word for word in words.listed("en") if word not in others)
    answer = post(person.client, "/en/practise/", {"number": number, "words": " ".join(others)})
    assert "Word 3 is not the one on your receipt." in answer.content.decode()
    # Whoever may not be shown the receipt is told nothing of the kind.
    elsewhere = post(Client(), "/en/practise/", {"number": number, "words": " ".join(others)})
    assert (
        "Word 3" not in elsewhere.content.decode() and "open nothing together" in elsewhere.content.decode()
    )
    assert post(person.client, "/en/practise/", {"number": number, "words": right}).status_code == 302


@pytest.mark.django_db
def test_what_cannot_be_right_asks_no_case_and_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(access_codes.keys, "stretch", lambda *_: pytest.fail("derived"))
    client = Client()
    body = urlencode({"number": "00000-00000", "words": f"{EIGHT} acier"})
    with django_assert_num_queries(0):
        assert client.post("/en/come-back/", body, content_type=PLAIN).status_code == 400


@pytest.mark.django_db
def test_after_a_wrong_word_and_an_expired_session_the_person_is_where_they_wanted_to_be() -> None:
    person = Visitor("fr")
    number, right = person.receipt()
    seven = right.rpartition(" ")[0]
    wrong = person.sign_in(number, seven)
    mended = _shown(wrong, "words") + " " + right.rpartition(" ")[2]
    assert person.sign_in(_shown(wrong, "number"), mended).status_code == 302
    person.client.cookies.clear()
    assert person.client.get("/fr/suivi/messages/")["Location"] == "/fr/revenir/"
    assert person.sign_in(number, right).status_code == 302
    assert person.client.get("/fr/suivi/messages/").status_code == 200
