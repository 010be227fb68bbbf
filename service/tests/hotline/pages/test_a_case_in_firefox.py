"""A case in Debian's Firefox: stopping and undoing, a helper and their phone, a new receipt.

Each step is pressed twice, loaded anew and gone back from; nothing is done twice, nothing is lost, and the
browser itself asks nothing. Opening a case and writing: `test_going_back_in_firefox`.
"""

from __future__ import annotations

import json
from io import BytesIO

import zxingcpp
from firefox_pages import firefox_at_work
from PIL import Image
from test_going_back_in_a_browser import MINE
from test_going_back_in_firefox import COME_BACK, Person, hotline, person, sign_in

__all__ = ["hotline", "person"]
STOP = {"en": "stop-protecting/", "fr": "arreter/"}
UNDONE = {"en": "stop-protecting/undone/", "fr": "arreter/annule/"}
SURE = {"en": "stop-protecting/sure/", "fr": "arreter/confirmer/"}
HELPERS = {"en": "helpers/", "fr": "aides/"}
SPARE = {"en": "spare/", "fr": "secours/"}
TYPED = {
    "address": ({"en": "addresses/", "fr": "adresses/"}, "#where", "https://site.example/p/1"),
    "wish": ({"en": "choices/", "fr": "choix/"}, "input[value=evidence]", True),
    "nickname": ({"en": "nicknames/", "fr": "surnoms/"}, "#nickname-1", "La plage"),
}
BOX = "input[name=item]"
CONTINUE, HOUR, UNDO = "main form p.actions .button", "button[value=in-an-hour]", ".warning form .button"


def signed_in(person: Person) -> str:
    """With a case of two items; the address of their pages."""
    code = person.open()
    person.browser.goto(person.root + COME_BACK[person.language] + "/")
    sign_in(person.browser, code)
    return MINE[person.language] + "/"


def twice(person: Person, selector: str) -> None:
    """Two presses before the first one's answer."""
    browser, button = person.browser, f"document.querySelector({json.dumps(selector)})"
    browser.see("document.documentElement.dataset.old = '1'")
    browser.see(f"({button}.click(), {button}.click())")
    browser.until("document.readyState === 'complete' && !('old' in document.documentElement.dataset)")


def letters(person: Person) -> int:
    """What lies at the bank's door: sealed, so that only their number can be seen."""
    return person.database("SELECT count(*) FROM bank_letter")[0][0]


def stopping(person: Person) -> int:
    return person.browser.see("document.querySelectorAll('.warning ul > li').length")


def test_a_protection_is_stopped_and_undone_once_whatever_is_pressed(person: Person) -> None:
    browser, mine, language = person.browser, signed_in(person), person.language
    before = letters(person)
    browser.goto(person.root + mine + STOP[language])
    browser.press(BOX)
    browser.go(CONTINUE)
    person.at(mine + SURE[language])
    asked = browser.see("document.querySelector('.chosen').innerText")
    browser.reload()
    assert browser.see("document.querySelector('.chosen').innerText") == asked
    browser.back()
    person.at(mine + STOP[language])
    browser.back(by=1)
    person.at(mine + SURE[language])
    assert letters(person) == before
    twice(person, HOUR)
    person.at(mine + STOP[language])
    assert stopping(person) == 1
    asked_for = letters(person)
    assert asked_for > before
    browser.reload()
    browser.back()
    browser.until("document.querySelector('h1') !== null")
    browser.goto(person.root + mine)
    assert stopping(person) == 1 and letters(person) == asked_for
    twice(person, UNDO)
    person.at(mine + UNDONE[language])
    browser.reload()
    browser.back()
    browser.until("document.querySelector('h1') !== null")
    browser.goto(person.root + mine)
    assert stopping(person) == 0 and letters(person) <= asked_for


def test_a_helper_s_code_reaches_their_phone_by_camera_and_digits(person: Person, firefox: str) -> None:
    browser, mine, language = person.browser, signed_in(person), person.language
    browser.goto(person.root + mine + HELPERS[language])
    browser.press("input[value=status]")
    twice(person, "main form:has(#label) button.button")
    code = person.code()
    browser.reload()
    assert person.code() == code
    browser.goto(person.root + mine + HELPERS[language])
    assert browser.see("document.querySelectorAll('.items > li').length") == 1
    browser.back()
    browser.until("document.querySelector('.code-value') !== null")
    browser.go(".on-screen form button")
    digits = browser.see("document.querySelector('.digits').innerText")
    browser.reload()
    assert browser.see("document.querySelector('.digits').innerText") == digits
    (seen,) = zxingcpp.read_barcodes(Image.open(BytesIO(browser.picture(".qr"))))
    with firefox_at_work(firefox) as phone:
        phone.goto(seen.text)
        for typed in ("000000" if digits != "000 000" else "111111", digits):
            phone.write("#digits", typed)
            phone.go("main form:has(#digits) button.button")
        phone.go("main a[href*=code], main a[href*=receipt], main a[href*=recepisse]")
        shown = phone.see("document.querySelector('.code-value').innerText")
        phone.reload()
        assert (phone.see("document.querySelector('.code-value').innerText"), phone.questions) == (shown, [])
    assert shown == code[0]


def late(person: Person, code: tuple[str, str], selector: str) -> None:
    """A form sent once half an hour had passed; whoever sent it signs in again."""
    person.database("UPDATE cases_session SET until = '2020-01-01 00:00:00'")
    person.browser.go(selector)
    person.browser.reload()
    sign_in(person.browser, code)


def test_what_is_typed_too_late_is_there_again_and_is_kept_once(person: Person) -> None:
    browser, language = person.browser, person.language
    code, mine = person.open(), MINE[language] + "/"
    browser.goto(person.root + COME_BACK[language] + "/")
    sign_in(browser, code)
    for form, (page, field, typed) in TYPED.items():
        send = f"main form:has({field}) p.actions button.button"
        browser.goto(person.root + mine + page[language])
        if field.startswith("#"):
            browser.write(field, typed)
        else:
            browser.press(field)
        late(person, code, send)
        kept = "value" if field.startswith("#") else "checked"
        assert browser.see(f"document.querySelector({field!r}).{kept}") == typed, form
        twice(person, send)
        browser.reload()
        browser.back()
        browser.until("document.querySelector('h1') !== null")
    browser.goto(person.root + mine + TYPED["address"][0][language])
    assert browser.see("document.querySelectorAll('.items > li').length") == 1
    browser.goto(person.root + mine + TYPED["wish"][0][language])
    assert browser.see("document.querySelector('input[value=evidence]').checked") is True
    browser.goto(person.root + mine + TYPED["nickname"][0][language])
    assert browser.see("document.querySelector('#nickname-1').value") == "La plage"


def test_everything_is_erased_once_after_a_late_press_and_a_double_one(person: Person) -> None:
    browser, language, before = person.browser, person.language, person.cases()
    code = person.open()
    browser.goto(person.root + COME_BACK[language] + "/")
    sign_in(browser, code)
    browser.goto(person.root + MINE[language] + "/" + {"en": "end/", "fr": "fin/"}[language])
    everything = "input[value=everything]"
    browser.press(everything)
    send = "main form:has([name=how]) button.button"
    late(person, code, send)
    browser.press(
        everything
    )  # the page stands there again; what would end something is not chosen in advance
    browser.go(send)
    browser.until("document.querySelector('button[name=sure]') !== null")
    browser.reload()
    assert person.cases() == before + 1
    twice(person, "button[name=sure]")
    person.at({"en": "done/", "fr": "fini/"}[language])
    assert person.cases() == before
    browser.reload()
    browser.back()
    browser.until("document.querySelector('h1') !== null")
    assert person.cases() == before


def test_a_new_receipt_is_made_once_and_shown_again(person: Person) -> None:
    browser, mine, language = person.browser, signed_in(person), person.language
    browser.goto(person.root + mine + SPARE[language])
    twice(person, "button[name=new-words]")
    code = person.code()
    browser.reload()
    assert person.code() == code
    browser.back()
    browser.until("document.querySelector('h1') !== null")
    browser.goto(person.root + COME_BACK[language] + "/")
    sign_in(browser, code)
    browser.until("document.querySelector('h1') !== null")
    assert MINE[language] in browser.see("location.href")
