"""What a person is told once it is done: how many files are protected, who takes part, what comes next."""

from __future__ import annotations

import json
import re
import secrets

import pytest
from django.db import connection
from django.test import Client
from visitors import Visitor, arrived, code_in, hidden, post, signed_in

from repit.hotline.feeds import subscribers

pytestmark = pytest.mark.django_db


def pdq(quality: int = 90) -> dict[str, object]:
    return {"algorithm": "pdq", "role": "whole", "value": secrets.token_hex(32), "quality": quality}


def digest() -> dict[str, object]:
    return {"algorithm": "sha256", "role": "whole", "value": secrets.token_hex(32)}


def files(*hashes: dict[str, object]) -> str:
    """One file for each of these hashes."""
    return json.dumps([{"media": "picture", "kind": "intimate", "hashes": [each]} for each in hashes])


def words_above(page: str) -> str:
    """The words of a page, above the receipt."""
    text = page.split("<main", 1)[1].split('class="code"', 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def confirmed(hashes: str, person: Visitor | None = None) -> str:
    person = person or Visitor()
    return words_above(arrived(person.step(person.to_the_device(), hashes=hashes)).content.decode())


def test_it_counts_the_files_and_says_of_how_many_only_exact_copies_are_known() -> None:
    six = confirmed(files(pdq(), pdq(), pdq(), pdq(), digest(), digest()))
    assert "6 files are protected" in six and "Of 2 of them only exact copies" in six
    single = confirmed(files(pdq()))
    assert "1 file is protected" in single and "exact copies" not in single
    # test_a_hash_below_quality_fifty_is_never_published
    plain = confirmed(files(pdq(quality=49)))
    assert "1 file is protected" in plain and "Only exact copies can be recognised" in plain


def test_where_someone_looks_first_nothing_is_said_to_be_protected_yet(settings) -> None:
    settings.REPIT_PUBLISH = "after-review"
    shown = confirmed(files(pdq(), pdq()))
    assert "2 files are ready to be protected" in shown and "are protected" not in shown
    assert "Someone at the hotline looks at what you sent in." in shown


def test_it_says_how_many_sites_take_part_and_that_none_does() -> None:
    assert "No site takes part here yet." in confirmed(files(pdq()))
    for name in ("a forum", "an app"):
        subscribers.add(name)
    shown = confirmed(files(pdq()))
    assert re.search(r"On \d+ \w+ \d{4}, 2 sites take part\.", shown)
    assert "a forum" not in shown


def test_it_stands_before_the_receipt_as_often_as_that_is_shown_and_no_longer() -> None:
    person = Visitor()
    confirmed(files(pdq()), person)
    for _ in range(2):
        assert "1 file is protected" in words_above(person.client.get("/en/receipt/").content.decode())
    code = code_in(person.client.get("/en/receipt/"))
    assert post(person.client, "/en/practise/", {"number": code[0], "words": code[1]}).status_code == 302
    assert person.client.get("/en/receipt/").status_code == 410


def test_a_browser_that_keeps_no_cookie_reads_it_too() -> None:
    last = Visitor().to_the_device()
    fields = {"state": hidden(last, "state"), "hashes": files(pdq(), pdq())}
    shown = post(Client(), "/en/start/", fields, again=Client())
    assert "2 files are protected" in words_above(shown.content.decode())


def test_of_two_cases_it_is_the_newer_one_s() -> None:
    person = Visitor()
    confirmed(files(pdq(), pdq()), person)
    assert "1 file is protected" in confirmed(files(pdq()), person)


def test_a_new_receipt_of_an_old_case_stands_alone() -> None:
    person, _ = signed_in()
    shown = words_above(arrived(person.post("spare/", **{"new-words": "1"})).content.decode())
    assert "Keep this receipt" in shown and "protected" not in shown


def test_the_count_is_readable_for_nobody_but_the_browser() -> None:
    """A row with a count is as long as one without, and neither says it."""
    lengths = set()
    for hashes in (files(pdq()), files(*(pdq() for _ in range(40)))):
        confirmed(hashes)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sealed FROM kept_kept")
            rows = [bytes(row[0]) for row in cursor.fetchall()]
        lengths |= {len(row) for row in rows}
        assert not any(b"files" in row for row in rows)
    assert len(lengths) == 1
