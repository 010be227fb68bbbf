"""What an opponent writes into a form at the ICAP channel, over real sockets, the channel open and closed.

Open, what cannot be decided passes; a known picture should be refused even then. Closed, nothing passes that
was not looked at. And what browsers and the usual programs write passes a closed channel.
"""

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from at_channels import At, listening
from form_tricks import CAT, FIELD, FILE, TRICKS, TYPE, form, head_of, part
from gate_pictures import entry, jpeg, pdq, sample

from repit.foundation.hashes import Hash
from repit.platform.gate.runtime import Gate
from repit.platform.integrations import icap
from repit.platform.integrations.icap import bodies

ROCKET = jpeg(sample("rocket"))


@pytest.fixture
def at(gate: Gate) -> Iterator[At]:
    gate.index.apply(entry("cat", pdq(CAT)))
    at, held = listening(icap.listener, "icap")
    with held:
        yield at


def sent(at: At, body: bytes, head: bytes) -> bytes:
    start = b"REQMOD icap://gate/repit ICAP/1.0\r\nAllow: 204\r\nConnection: close\r\n"
    parts = b"req-hdr=0, req-body=%d" % len(head) if head else b"req-body=0"
    start += b"Encapsulated: " + parts + b"\r\n\r\n"
    return at.say(start + head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")


UNSEEN_OPEN = {"quoted-printable", "a form that is packed"}
"""What an open channel lets pass: it is known to be undecided, and the picture is not found beside."""


@pytest.mark.parametrize("name", TRICKS)
def test_a_closed_channel_lets_no_form_pass_that_hides_a_banked_picture(
    gate: Gate, at: At, name: str
) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    head, body = TRICKS[name]
    reply = sent(at, body, head)
    assert b"X-Infection-Found" in reply, reply[:200]


@pytest.mark.parametrize("name", sorted(set(TRICKS) - UNSEEN_OPEN))
def test_even_an_open_channel_refuses_the_banked_picture_in_such_a_form(
    gate: Gate, at: At, name: str
) -> None:
    gate.policy.undecided_channels["icap"] = "allow"
    head, body = TRICKS[name]
    assert b"Threat=Repit.known;" in sent(at, body, head)


def written_by_programs() -> dict[str, tuple[str, bytes]]:
    """As browsers and the usual libraries write a form with one field and one file."""
    webkit = b"----WebKitFormBoundaryq4cDOVZyDkHrdcXM"
    gecko = b"---------------------------293582696224464"
    dotnet = b"6d5ad4ab-4b50-4a2b-bc14-5f1d6e7a7a7a"
    java = b"----=_Part_3_1234567.1700000000000"
    kind = "multipart/form-data; boundary="
    jpeg_ = b"Content-Type: image/jpeg"
    field, file = part(b"a caption\r\nwith lines", FIELD), part(ROCKET, FILE, jpeg_)
    named = 'Content-Disposition: form-data; name="f"; filename="été %22 ü.jpg"'.encode()
    return {
        "Chrome": (kind + webkit.decode(), form(field, part(ROCKET, named, jpeg_), boundary=webkit)),
        "Firefox": (kind + gecko.decode(), form(field, file, boundary=gecko)),
        "curl": (
            kind + "------------------------d74496d66958873e",
            form(file, boundary=b"------------------------d74496d66958873e"),
        ),
        ".NET": (
            f'{kind}"{dotnet.decode()}"',
            form(
                part(
                    ROCKET,
                    jpeg_,
                    b"Content-Disposition: form-data; name=f; filename=a.jpg; filename*=utf-8''a.jpg",
                ),
                boundary=dotnet,
            ),
        ),
        "Java": (
            f'{kind}"{java.decode()}"',
            form(
                part(b"x", b"Content-Disposition: form-data; name=x", b"Content-Transfer-Encoding: 8bit"),
                file,
                boundary=java,
            ),
        ),
        "okhttp": (
            kind + "3c1cd2a5-2f0b",
            form(part(ROCKET, FILE, jpeg_, b"Content-Length: %d" % len(ROCKET)), boundary=b"3c1cd2a5-2f0b"),
        ),
        "an old Android": (
            "multipart/form-data; charset=UTF-8; boundary=*abc*".replace("*", ""),
            form(file, boundary=b"abc"),
        ),
        "Spring": ("multipart/form-data;charset=UTF-8;boundary=_a1Bc-", form(file, boundary=b"_a1Bc-")),
        "Qt": (
            f'{kind}"boundary_.oOo._MTIzNDU2Nzg5MA=="',
            form(file, boundary=b"boundary_.oOo._MTIzNDU2Nzg5MA=="),
        ),
        "Unity": (kind + '"a1B2c3"', b"\r\n" + form(file, boundary=b"a1B2c3")),
        "nothing at all": (kind + "abc", b"--abc--\r\n"),
    }


@pytest.mark.parametrize("name", written_by_programs())
def test_a_closed_channel_lets_pass_what_programs_write_once_it_was_looked_at(
    gate: Gate, at: At, name: str
) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    kind, body = written_by_programs()[name]
    length = f"Content-Length: {len(body)}"
    assert sent(at, body, head_of(kind, length)).startswith(b"ICAP/1.0 204")
    known = body.replace(ROCKET, CAT).replace(b": %d" % len(ROCKET), b": %d" % len(CAT))
    if known != body:
        length = f"Content-Length: {len(known)}"
        assert b"Threat=Repit.known;" in sent(at, known, head_of(kind, length))


# --- pictures in text -------------------------------------------------------------------------------------


def texts(picture: bytes) -> dict[str, tuple[str, bytes]]:
    """As programs send a picture without a form."""
    b64 = base64.b64encode(picture).decode()
    url = f"data:image/jpeg;base64,{b64}"
    lines = base64.encodebytes(picture).decode()
    return {
        "JSON": ("application/json", json.dumps({"name": "a", "image": b64}).encode()),
        "JSON with an address": ("application/json; charset=utf-8", json.dumps({"image": url}).encode()),
        "JSON as PHP writes it": ("application/json", json.dumps([url]).replace("/", "\\/").encode()),
        "JSON of references": (
            "application/vnd.api+json",
            json.dumps([url]).replace("/", "\\u002f").encode(),
        ),
        "GraphQL": ("application/graphql", f'mutation {{ a(image: "{url}") }}'.encode()),
        "a query": ("application/x-www-form-urlencoded", f"a=1&image={quote(url, safe='')}&b=2".encode()),
        "a query of bytes": (
            "application/x-www-form-urlencoded",
            b"a=1&image=" + quote(picture, safe="").encode(),
        ),
        "XML-RPC": ("text/xml", f"<methodCall><base64>\n{lines}</base64></methodCall>".encode()),
        "XML with references": ("text/xml", f"<a>{b64.replace('/', '&#x2F;')}</a>".encode()),
        "base64 for addresses": ("application/json", json.dumps(b64.translate({43: 45, 47: 95})).encode()),
        "a field of a form": (TYPE, form(part(url.encode(), FIELD))),
        "a field of JSON in a form": (
            TYPE,
            form(part(json.dumps([b64]).encode(), FIELD, b"Content-Type: application/json")),
        ),
        "a packed text": ("application/json", json.dumps([b64]).encode()),
    }


@pytest.mark.parametrize("name", texts(b""))
def test_a_picture_that_travels_as_text_is_looked_at(gate: Gate, at: At, name: str) -> None:
    for undecided in ("allow", "block"):
        gate.policy.undecided_channels["icap"] = undecided
        for picture, known in ((CAT, True), (ROCKET, False)):
            kind, body = texts(picture)[name]
            more = ["Content-Encoding: gzip"] if name == "a packed text" else []
            reply = sent(at, gzip.compress(body) if more else body, head_of(kind, *more))
            assert (b"Threat=Repit.known;" in reply) is known, reply[:200]
            assert known or reply.startswith(b"ICAP/1.0 204")


@pytest.mark.parametrize(
    ("kind", "body", "passes"),
    [
        ("application/json", b'{"a": "hello, BMW and RIFF and II* and /9j/ and GIF89"}', True),
        ("application/x-www-form-urlencoded", b"a=b&c=%C3%A9+%2B&d=", True),
        ("text/plain", b"--xyz\r\nnot a form", True),
        ("application/json", b'{"a": "data:image/jpeg;base64,"}', False),
        ("application/json", b'{"a": "data:image/jpeg;base64,/9j/4AAQ"}', False),
        ("text/xml", b"<a>data:image/webp,%52%49</a>", False),
    ],
)
def test_a_closed_channel_passes_text_unless_it_announces_a_picture_that_is_not_found(
    gate: Gate, at: At, kind: str, body: bytes, passes: bool
) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    assert sent(at, body, head_of(kind)).startswith(b"ICAP/1.0 204") is passes
    packed = form(part(body, FIELD))
    assert sent(at, packed, head_of()).startswith(b"ICAP/1.0 204") is passes or kind != "application/json"


# --- other bodies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "body", "known"),
    [
        (("Content-Encoding: gzip",), gzip.compress(CAT), True),
        (("Content-Encoding: gzip",), CAT, True),
        (("Content-Encoding: deflate",), zlib.compress(CAT), True),
        (("Content-Encoding: br",), CAT, True),
        (("Content-Encoding: gzip",), gzip.compress(b"a letter") + gzip.compress(CAT), False),
        (("Content-Encoding: gzip",), gzip.compress(CAT)[:-9], False),
        (("Content-Encoding: gzip, gzip",), gzip.compress(gzip.compress(CAT)), False),
        (("Content-Encoding: gzip", "Content-Encoding: br"), gzip.compress(CAT), False),
        (("Content-Range: bytes 0-99/200000",), b"a" * 100, False),
        (("Content-Range: bytes */*",), CAT, True),
        (("Upload-Offset: 5000", "Tus-Resumable: 1.0.0"), CAT[5000:], False),
        (("Transfer-Encoding: chunked",), b"%x\r\n%s\r\n0\r\n\r\n" % (len(CAT), CAT), True),
        (("Transfer-Encoding: chunked",), b"4;a=b\r\n%s\r\n" % CAT[:4], False),
        (("Content-Length: 10",), CAT, True),
        (("Content-Length: 10", "Content-Length: 20"), CAT, True),
    ],
)
def test_a_raw_body_that_may_be_read_in_two_ways_is_undecided_and_each_is_looked_at(
    gate: Gate, at: At, more: tuple[str, ...], body: bytes, known: bool
) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    assert b"X-Infection-Found" in sent(at, body, head_of("image/jpeg", *more))
    gate.policy.undecided_channels["icap"] = "allow"
    assert (b"Threat=Repit.known;" in sent(at, body, head_of("image/jpeg", *more))) is known


def test_a_form_that_nobody_says_is_one_is_undecided(gate: Gate, at: At) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    assert b"X-Infection-Found" in sent(at, form(part(CAT)), b"")
    assert sent(at, ROCKET, b"").startswith(b"ICAP/1.0 204")


def test_a_page_in_several_parts_is_undecided_in_an_answer(gate: Gate, at: At) -> None:
    """`multipart/x-mixed-replace` is shown by browsers as one picture after another; a range is no whole."""
    body = form(part(CAT, b"Content-Type: image/jpeg"))
    for kind, more in (
        ("multipart/x-mixed-replace; boundary=xyz", b""),
        ("multipart/byteranges; boundary=xyz", b"Content-Range: bytes 0-9/10\r\n"),
        ("image/jpeg", b"Content-Range: bytes 5-99/100000\r\n"),
    ):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s\r\n" % (kind.encode(), more)
        start = b"RESPMOD icap://gate/repit ICAP/1.0\r\nAllow: 204\r\nConnection: close\r\n"
        start += b"Encapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(head)
        reply = start + head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
        gate.policy.undecided_channels["icap"] = "block"
        assert b"X-Infection-Found" in at.say(reply)
        gate.policy.undecided_channels["icap"] = "allow"
        assert b"Threat=Repit.known;" in at.say(reply)


def test_a_large_film_in_a_form_is_met_by_its_digest(gate: Gate, at: At, settings) -> None:
    settings.REPIT_GATE_MAX_BYTES = 100_000
    film = b"\x1aE\xdf\xa3" + bytes(range(256)) * 2000
    gate.index.apply(entry("film", Hash("sha256", "whole", hashlib.sha256(film).digest())))
    assert b"Threat=Repit.known;" in sent(at, form(part(film)), head_of())
    assert sent(at, form(part(film + b"more")), head_of()).startswith(b"ICAP/1.0 204")
    assert gate.admission.room.held == 0


def test_a_large_film_in_a_form_is_undecided_where_a_virus_scanner_should_have_seen_it(
    gate: Gate, settings
) -> None:
    settings.REPIT_GATE_MAX_BYTES = 100_000
    settings.REPIT_GATE_UPSTREAM = "127.0.0.1:1"
    settings.REPIT_GATE_UPSTREAM_FAILURE = "pass"
    gate.policy.undecided_channels["icap"] = "block"
    at, held = listening(icap.listener, "icap")
    film = b"\x1aE\xdf\xa3" + bytes(500_000)
    with held:
        assert b"Threat=Repit.undecided;" in sent(at, form(part(film)), head_of())
        assert sent(at, form(part(b"a letter")), head_of()).startswith(b"ICAP/1.0 204")


def test_a_bomb_in_a_coding_is_undecided_and_costs_no_memory(gate: Gate, at: At) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    bomb = gzip.compress(bytes(200_000_000))
    assert b"Threat=Repit.undecided;" in sent(at, bomb, head_of("image/jpeg", "Content-Encoding: gzip"))
    assert gate.admission.room.held == 0
    assert bodies._decoded(bomb, ("gzip",), 1_000_000) is None
