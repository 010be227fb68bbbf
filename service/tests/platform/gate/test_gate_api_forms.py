"""Forms at the HTTP channel: a platform may hand on the very form that a stranger sent."""

import gzip

import pytest
from django.test import Client
from form_tricks import CAT, FIELD, FILE, TRICKS, form, part
from gate_pictures import entry, jpeg, pdq, sample

from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate

ROCKET = jpeg(sample("rocket"))
OF_HTTP = {
    "a head that ends in LF",
    "a folded Content-Type",
    "two Content-Types",
    "Content_Type",
    "Content-Type with a space",
    "HTTP's own chunks left in",
    "a length that is too short",
    "two lengths",
}
"""What the HTTP server itself reads, before the channel does."""
NONE = {
    "no boundary",
    "a boundary in single quotes",
    "a charset that hides letters",
    "a charset of two bytes",
}
"""In these the boundary that is said does not occur, or the encoding is none that is known."""
FORMS = sorted(set(TRICKS) - OF_HTTP)


@pytest.fixture
def http(gate: Gate) -> Client:
    gate.index.apply(entry("cat", pdq(CAT)))
    return Client()


def sent(http: Client, name: str) -> int:
    head, body = TRICKS[name]
    lines = [line.partition(b": ") for line in head.split(b"\r\n")[1:-2]]
    values = {key.decode(): value.decode() for key, _, value in lines}
    more = {"HTTP_CONTENT_ENCODING": values["Content-Encoding"]} if "Content-Encoding" in values else {}
    kind = values["Content-Type"]
    return http.generic("POST", "/v1/refuse", data=body, content_type=kind, **more).status_code


@pytest.mark.parametrize("name", FORMS)
def test_no_form_that_hides_a_banked_picture_is_accepted(http: Client, name: str) -> None:
    """451 refuses, 202 asks a person, 400 tells the platform that this is no form with one file."""
    assert sent(http, name) in ((400,) if name in NONE else (202, 451))


@pytest.mark.parametrize("name", FORMS)
def test_a_gate_that_lets_the_undecided_pass_refuses_the_picture_all_the_same(
    http: Client, gate: Gate, name: str
) -> None:
    gate.policy.undecided_channels["bare"] = "allow"
    lost = {"quoted-printable": 200, "a form that is packed": 200, **dict.fromkeys(NONE, 400)}
    assert sent(http, name) == lost.get(name, 451)


def test_an_odd_form_leaves_one_decision(http: Client, gate: Gate) -> None:
    odd = b"preamble\r\n" + form(part(ROCKET), part(ROCKET))
    answer = http.post("/v1/check", data=odd, content_type="multipart/form-data; boundary=xyz").json()
    assert (answer["verdict"], answer["undecided"]) == ("review", "damaged-form")
    assert Decision.objects.count() == 1
    assert gate.admission.room.held == 0


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([part(ROCKET)], 200),
        ([part(CAT)], 451),
        ([part(b"words", FIELD), part(ROCKET)], 200),
        ([part(CAT, FIELD)], 451),
        ([part(CAT, FIELD), part(ROCKET)], 400),
        ([part(ROCKET), part(b"a letter", FILE, b"Content-Type: text/plain")], 400),
        ([part(b"words", FIELD)], 400),
        ([], 400),
    ],
)
def test_a_form_holds_one_file_whatever_its_parts_call_themselves(
    http: Client, parts: list[bytes], status: int
) -> None:
    kind = "multipart/form-data; boundary=xyz"
    assert http.post("/v1/refuse", data=form(*parts), content_type=kind).status_code == status


def test_a_raw_body_in_a_coding_is_not_taken_for_what_it_hides(http: Client) -> None:
    for body, coding, status in (
        (CAT, "gzip", 451),
        (gzip.compress(CAT), "gzip", 202),
        (ROCKET, "br", 202),
        (ROCKET, "identity", 200),
    ):
        answer = http.post("/v1/refuse", data=body, content_type="image/jpeg", HTTP_CONTENT_ENCODING=coding)
        assert answer.status_code == status
