"""Every form of the desks, sent empty and wrong: what is amiss is said where it is, and typed words stay."""

import base64
import secrets

import pytest
from amiss import amiss, chosen, typed
from desk_people import PASSPHRASE, caseworker, file_of, person, receipt

from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.types import Submission
from repit.hotline.cases import tasks

pytestmark = pytest.mark.django_db
CASES = "/staff/cases/"


def test_first_keys_that_are_amiss_lead_to_the_passphrase() -> None:
    someone = person("caseworker")
    for new, again in (("", ""), ("short", "short"), (PASSPHRASE, "other")):
        amiss(someone.client.post(f"{CASES}begin/", {"new": new, "again": again}), "new")


def test_a_passphrase_that_does_not_open_is_asked_for_again_where_it_was_typed() -> None:
    someone = caseworker(founds=True)
    wrong = {"passphrase": "no", "new": PASSPHRASE, "again": PASSPHRASE}
    amiss(someone.client.post(f"{CASES}keys/", wrong), "passphrase")
    amiss(someone.client.post(f"{CASES}keys/", {"passphrase": "no", "renew": "1"}), "renew-passphrase")
    wrong = {"passphrase": PASSPHRASE, "new": PASSPHRASE, "again": "other"}
    amiss(someone.client.post(f"{CASES}keys/", wrong), "new")
    someone.client.post(f"{CASES}lock/")
    amiss(someone.client.post(f"{CASES}unlock/", {"passphrase": ""}), "passphrase")


def test_what_a_passkey_could_not_do_marks_no_field_of_another_form() -> None:
    someone = caseworker(founds=True)
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    pages = [
        someone.client.post(f"{CASES}keys/", sent)
        for sent in ({"secret": secret, "passphrase": "no"}, {"secret": "", "passphrase": PASSPHRASE})
    ]
    someone.client.post(f"{CASES}lock/")
    pages.append(someone.client.post(f"{CASES}unlock/", {"secret": secret}))
    for answer in pages:
        page = amiss(answer)
        assert page.having("", **{"aria-invalid": "true"}) == []
        assert page.only("h2", id="error-summary-title").text() == "This did not work"


def test_the_forms_of_a_case_keep_what_was_chosen_typed_and_dated() -> None:
    someone = caseworker(founds=True)
    page = f"{CASES}{file_of(receipt(seen_at=['https://site.example/1'])).case_id}/"
    someone.client.post(page + "take/")
    amiss(someone.client.post(page + "answer/", {"text": ""}), "text")
    amiss(someone.client.post(page + "addresses/", {"where": ""}), "where")
    sent = {"kind": "write", "what": "Call back", "due_at": "soon", "within": "168", "location": "1"}
    shown = amiss(someone.client.post(page + "tasks/", sent), "due_at")
    assert [typed(shown, name) for name in ("what", "due_at")] == ["Call back", "soon"]
    assert chosen(shown, "kind") == ["write"] and chosen(shown, "location") == ["1"]
    assert "168" in chosen(shown, "within")


TASKS = (
    ({"kind": "other"}, ["what"]),
    ({"kind": "write", "what": "x" * 501}, ["what"]),
    ({"kind": "write", "location": "7"}, ["location"]),
    ({"kind": "write", "due_at": "2001-01-01 08:00"}, ["due_at"]),
)


def test_what_is_amiss_in_a_task_is_said_where_it_is_and_the_form_stands_open() -> None:
    someone = caseworker(founds=True)
    page = f"{CASES}{file_of(receipt(seen_at=['https://site.example/1'])).case_id}/"
    someone.client.post(page + "take/")
    for sent, fields in TASKS:
        shown = amiss(someone.client.post(page + "tasks/", sent), *fields)
        [holds] = [each for each in shown.having("details") if each.having("", id="due_at")]
        assert "open" in holds.attributes, sent


def test_a_case_that_is_full_of_tasks_is_no_fault_of_a_field(monkeypatch: pytest.MonkeyPatch) -> None:
    someone = caseworker(founds=True)
    page = f"{CASES}{file_of(receipt()).case_id}/"
    someone.client.post(page + "take/")
    monkeypatch.setattr(tasks, "MAX_TASKS", 1)
    assert someone.client.post(page + "tasks/", {"kind": "write"}).status_code == 302
    amiss(someone.client.post(page + "tasks/", {"kind": "write", "due_at": ""}))


def test_a_decision_about_an_item_without_a_reason_leads_to_it() -> None:
    someone = person("supervisor")
    picture = Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))
    item = items.submit(picture, actor="test", publish=True).item
    amiss(someone.client.post(f"/staff/bank/{item}/decide/", {"what": "withdraw", "why": ""}), "why")


def test_fields_of_the_public_pages_are_led_to_one_by_one() -> None:
    someone = person("supervisor")
    shown = someone.client.get("/staff/pages/contact/").content.decode()
    mark = shown.split('name="form"')[1].split('value="')[1].split('"')[0]
    sent = {"form": mark, "what": "save", "revision": "0", "phone": "none", "mail": "no address"}
    page = amiss(someone.client.post("/staff/pages/contact/", sent), "phone", "mail")
    assert typed(page, "phone") == "none" and typed(page, "mail") == "no address"
