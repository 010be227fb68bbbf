"""Marks on a page: in the title, in a summary, beside each field; and nothing else of the page changes."""

from __future__ import annotations

import pytest
from amiss import amiss, read
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import override

from repit.foundation.errors import InputRefused, Text
from repit.foundation.web import complaints, marking
from repit.foundation.web.complaints import about, complain
from repit.foundation.web.marking import Mark

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Where – Répit</title></head>
<body><main id="content"><div class="width"><h1>Where?</h1>
<form method="post"><input type="hidden" name="where" value="no">
<div class="field"><label for="where">Where &amp; when</label><p id="hint">A <b>hint</b></p>
<textarea id="where" name="where" aria-describedby="hint">a < b</textarea></div>
<fieldset><legend>Which?</legend>
<label><input type="radio" name="which" value="1"> One</label>
<label><input type="radio" name="which" value="2" checked> Two</label></fieldset>
<fieldset class="old"><legend>What?</legend>
<label><input type="checkbox" name="what" value="1"> One</label>
<label><input type="checkbox" name="what" value="2"> Two</label></fieldset>
<div hidden><input type="radio" name="level" value="one" checked></div>
<label>Alone <select name="alone"><option>1</select></label></form>
<form><input name="where" id="other"></form></div></main></body></html>"""


def answered(*those: complaints.Complaint, page: str = PAGE, ours: bool = False, **sent: str) -> HttpResponse:
    request = RequestFactory().post("/", sent)

    def view(_request: object) -> HttpResponse:
        complain(request, *those, ours=ours)
        return HttpResponse(page)

    with override("en"):
        return complaints.Complaints(view)(request)


def test_a_page_without_complaints_leaves_as_it_came() -> None:
    assert answered().content.decode() == PAGE


@pytest.mark.parametrize("field", ["where", "which", "what", "alone", "other"])
def test_each_kind_of_field_is_led_to_and_marked(field: str) -> None:
    amiss(answered(about(field, "Say <where> & when.")), field)


def test_a_summary_leads_to_several_fields_in_the_order_of_the_complaints() -> None:
    amiss(answered(about("what", "One."), about("where", "Two.")), "what", "where")


def test_a_complaint_about_no_field_of_the_page_stands_in_the_summary_alone() -> None:
    for field in ("", "elsewhere", "level"):
        page = amiss(answered(about(field, "Wait a little.")))
        assert "Wait a little." in page.only("", role="alert").text()


def test_nothing_but_the_marks_is_added() -> None:
    marked = marking.marked(PAGE, [Mark("where", "This."), Mark("which", "That.")], "Error:").page
    for added in (
        "Error: ",
        '<p class="amiss" id="where_error">This.</p>',
        '<p class="amiss" id="field-which_error">That.</p>',
        ' aria-invalid="true"',
        " where_error",
        " wrong",
        ' role="radiogroup"',
        ' class="wrong"',
        ' aria-describedby="field-which_error"',
        ' id="field-which"',
    ):
        assert added in marked
        marked = marked.replace(added, "")
    assert marked == PAGE


FOLDED = """<html lang="en"><head><title>Fold</title></head><body><main>
<details class="outer"><summary>All</summary>
<details><summary>More</summary><form><label>One <input name="one"></label><input name="two"></form></details>
<details><summary>Else</summary><p id="part">A part.</p></details>
<details open><summary>Seen</summary><input name="three"></details></details>
</main></body></html>"""


def test_what_folds_away_is_opened_where_something_in_it_is_amiss() -> None:
    for fields, opened in (
        (("one",), [True, True, False, True]),
        (("one", "two"), [True, True, False, True]),
        (("part",), [True, False, True, True]),
        (("three",), [True, False, False, True]),
        (("",), [False, False, False, True]),
    ):
        answer = answered(*(about(each, f"Say {each}.") for each in fields), page=FOLDED)
        page = read(answer.content.decode())
        assert ["open" in each.attributes for each in page.having("details")] == opened, fields
        assert answer.content.decode().count("<details") == 4


def test_fields_that_share_a_box_are_each_marked_and_the_box_once() -> None:
    page = """<html lang="en"><head><title>When</title></head><body><main><form>
<div class="field"><label for="to">To</label><input id="to" name="to">
<label for="from">From</label><input id="from" name="from"></div>
<fieldset><legend>Which?</legend><label><input type="checkbox" name="red"> Red</label>
<label><input type="checkbox" name="blue"> Blue</label></fieldset>
<div role="group"><button name="yes">Yes</button><button name="no">No</button></div>
</form></main></body></html>"""
    fields = ("to", "from", "red", "blue", "yes", "no")
    marked = marking.marked(page, [Mark(field, f"Of {field}.") for field in fields], "Error:").page
    shown = read(marked)
    assert [each.text() for each in shown.having("p", **{"class": "amiss"})] == [
        f"Of {field}." for field in fields
    ]
    box = shown.only("div", **{"class": "field wrong"})
    assert [each["aria-describedby"] for each in box.having("input")] == ["to_error", "from_error"]
    for both in ("field-red_error field-blue_error", "field-yes_error field-no_error"):
        shown.only("", **{"aria-describedby": both})
    for start in ("<div", "<fieldset", "<input", "<button", "<label"):
        assert marked.count(start) == page.count(start)


def test_an_error_is_shown_in_the_language_of_the_page_with_what_helps() -> None:
    error = InputRefused(Text("Nothing.", "Rien."), Text("Write.", "Écrivez."))
    with override("fr"):
        assert about("where", error).text == "Rien. Écrivez."
    assert about("where", Text("One.", "Un.")).text in ("One.", "Un.")


def test_the_heading_tells_what_is_missing_from_what_does_not_fit_and_from_what_is_our_doing() -> None:
    for answer, heading in (
        (answered(about("where", "Write.")), "Something is missing"),
        (answered(about("where", "Write it so."), where="x"), "Something isn’t right yet"),
        (answered(about("", "Wait."), ours=True), "This did not work"),
    ):
        summary = read(answer.content.decode()).only("", role="alert")
        assert summary.only("h2").text() == heading


def test_an_answer_that_is_no_page_is_left_alone() -> None:
    request = RequestFactory().post("/")

    def view(_request: object) -> HttpResponse:
        complain(request, about("where", "Write."))
        return HttpResponse(b"\xff\xd8", content_type="image/jpeg")

    assert complaints.Complaints(view)(request).content == b"\xff\xd8"
