"""The ICAP channel (RFC 3507), over real sockets."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator

import pytest
from at_channels import At, everything, listening, until
from gate_pictures import entry, jpeg, pdq, sample
from PIL import ImageOps

from repit.foundation.hashes import Hash
from repit.platform.gate.models import Decision
from repit.platform.gate.runtime import Gate
from repit.platform.integrations import icap
from repit.platform.integrations.icap import session

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))
MIRRORED = jpeg(ImageOps.mirror(sample()))
DAMAGED = CAT[:2000] + b"\xff" * 500
LETTER = b"Dear all, nothing is shown here. " * 200
PAGE = b"<!doctype html><p>nothing</p>" * 100
PUT = b"PUT /a HTTP/1.1\r\nHost: site\r\n\r\n"
GET = b"GET /a HTTP/1.1\r\nHost: site\r\n\r\n"
FOUND = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"


@pytest.fixture
def at(gate: Gate) -> Iterator[At]:
    gate.index.apply(entry("cat", pdq(CAT)))
    at, held = listening(icap.listener, "icap")
    with held:
        yield at


def chunks(body: bytes, piece: int = 30_000, end: bytes = b"0\r\n\r\n") -> bytes:
    parts = [body[at : at + piece] for at in range(0, len(body), piece)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def reqmod(body: bytes | None, head: bytes = PUT, more: bytes = b"Allow: 204\r\n", end: bytes = b"") -> bytes:
    last = b"null-body" if body is None else b"req-body"
    start = b"REQMOD icap://gate/repit ICAP/1.0\r\nHost: gate\r\n" + more
    start += b"Encapsulated: req-hdr=0, %s=%d\r\n\r\n" % (last, len(head))
    return start + head + (b"" if body is None else chunks(body, end=end or b"0\r\n\r\n"))


def respmod(body: bytes, head: bytes = FOUND, more: bytes = b"Allow: 204\r\n") -> bytes:
    start = b"RESPMOD icap://gate/avscan ICAP/1.0\r\nHost: gate\r\n" + more
    start += b"Encapsulated: req-hdr=0, res-hdr=%d, res-body=%d\r\n\r\n" % (len(GET), len(GET) + len(head))
    return start + GET + head + chunks(body)


def form(*files: bytes, boundary: bytes = b"xyz", named: bool = True) -> tuple[bytes, bytes]:
    """(an HTTP head, a body) of a form."""
    name = b'; filename="a.jpg"' if named else b""
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="f"%s\r\n\r\n%s\r\n' % (boundary, name, file)
        for file in files
    ]
    words = b'--%s\r\nContent-Disposition: form-data; name="t"\r\n\r\nhello\r\n' % boundary
    body = words + b"".join(parts) + b"--%s--\r\n" % boundary
    head = b"POST /a HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=%s\r\n\r\n" % boundary
    return head, body


CLOSE = b"Allow: 204\r\nConnection: close\r\n"


def status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def test_options_say_what_the_service_does(at: At) -> None:
    reply = at.say(b"OPTIONS icap://gate/repit ICAP/1.0\r\nHost: gate\r\nConnection: close\r\n\r\n")
    assert status(reply) == 200
    for line in (b"Methods: REQMOD, RESPMOD", b"Allow: 204", b"Preview: 4096", b"Max-Connections: 256"):
        assert line + b"\r\n" in reply
    assert b'\r\nISTag: "' in reply
    assert b"Encapsulated: null-body=0\r\n" in reply


@pytest.mark.parametrize("make", [reqmod, respmod])
def test_a_banked_picture_and_its_altered_copy_are_refused_and_an_unrelated_one_is_unchanged(
    at: At, make
) -> None:
    for content in (CAT, MIRRORED):
        reply = at.say(make(content, more=CLOSE))
        icap_head, http_head, page = reply.split(b"\r\n\r\n", 2)
        assert status(reply) == 200
        assert b"X-Infection-Found: Type=0; Resolution=2; Threat=Repit.known;" in icap_head
        assert b"X-Virus-ID: Repit.known" in icap_head
        assert b"X-Violations-Found: 1\r\n\t-\r\n\tRepit.known\r\n" in icap_head
        assert icap_head.index(b"X-Infection-Found") < icap_head.index(b"Encapsulated")
        assert http_head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b"This file was not accepted" in page
    assert status(at.say(make(ROCKET, more=CLOSE))) == 204


def test_the_page_of_refusal_is_in_the_language_of_the_person_and_gives_the_number(at: At) -> None:
    head = b"PUT /a HTTP/1.1\r\nAccept-Language: fr-CA, en;q=0.5\r\n\r\n"
    reply = at.say(reqmod(CAT, head, CLOSE)).decode()
    assert '<html lang="fr">' in reply
    assert "n’a pas été accepté" in reply
    assert Decision.objects.get().name in reply
    assert "<script" not in reply
    assert "style=" not in reply


def test_every_file_of_a_form_is_looked_at_with_or_without_a_name(at: At) -> None:
    for files, named in (((CAT,), True), ((ROCKET, CAT), True), ((ROCKET, MIRRORED), False)):
        head, body = form(*files, named=named)
        assert b"X-Infection-Found" in at.say(reqmod(body, head, CLOSE))
    for files in ((ROCKET, ROCKET), (), (b"a letter",)):
        head, body = form(*files)
        assert status(at.say(reqmod(body, head, CLOSE))) == 204


def test_a_form_that_cannot_be_told_apart_is_not_decided(gate: Gate, at: At) -> None:
    _, body = form(ROCKET)
    doubled = (
        b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Type: a/b\r\n\r\n"
    )
    unbounded = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\n\r\n"
    other = b"POST / HTTP/1.1\r\nContent-Type: multipart/related; boundary=xyz\r\n\r\n"
    for head in (doubled, unbounded, other):
        gate.policy.undecided_channels["icap"] = "block"
        assert b"Threat=Repit.undecided;" in at.say(reqmod(body, head, CLOSE))
        gate.policy.undecided_channels["icap"] = "allow"
        assert status(at.say(reqmod(body, head, CLOSE))) == 204


def test_content_codings_are_undone_or_not_decided(gate: Gate, at: At) -> None:
    gate.policy.undecided_channels["icap"] = "block"
    coded = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n"
    for name, body in ((b"gzip", gzip.compress(CAT)), (b"deflate", zlib.compress(CAT))):
        assert b"Threat=Repit.known;" in at.say(respmod(body, coded % name, CLOSE))
    assert status(at.say(respmod(gzip.compress(ROCKET), coded % b"gzip", CLOSE))) == 204
    for name, body in ((b"br", CAT), (b"gzip", CAT), (b"gzip, gzip", gzip.compress(gzip.compress(CAT)))):
        assert b"Threat=Repit.undecided;" in at.say(respmod(body, coded % name, CLOSE))
    bomb = gzip.compress(bytes(100_000_000))
    assert b"Threat=Repit.undecided;" in at.say(respmod(bomb, coded % b"gzip", CLOSE))


def test_a_preview_is_followed_by_the_rest_only_where_that_matters(at: At) -> None:
    wants = b"Allow: 204\r\nConnection: close\r\nPreview: 4096\r\n"
    for content, continued in ((CAT, True), (ROCKET, True), (LETTER, False)):
        preview, rest = content[:4096], content[4096:]
        with at.connect() as connection:
            connection.sendall(reqmod(preview, more=wants))
            begun = until(connection, b"\r\n\r\n")
            if not continued:
                assert status(begun) == 204
                continue
            assert begun == b"ICAP/1.0 100 Continue\r\n\r\n"
            connection.sendall(chunks(rest))
            assert (b"X-Infection-Found" in everything(connection)) is (content is CAT)


def test_a_body_that_ends_within_its_preview_is_answered_at_once(at: At) -> None:
    wants = b"Connection: close\r\nPreview: 1000000\r\n"
    assert b"X-Infection-Found" in at.say(reqmod(CAT, more=wants, end=b"0; ieof\r\n\r\n"))
    assert status(
        at.say(reqmod(b"", more=b"Connection: close\r\nPreview: 0\r\n", end=b"0; ieof\r\n\r\n"))
    ) in (
        200,
        204,
    )


def test_once_whole_files_are_known_even_what_is_no_picture_is_read_to_its_end(gate: Gate, at: At) -> None:
    letter = PAGE * 3
    gate.index.apply(entry("letter", Hash("sha256", "whole", hashlib.sha256(letter).digest())))
    wants = b"Allow: 204\r\nConnection: close\r\nPreview: 4096\r\n"
    with at.connect() as connection:
        connection.sendall(reqmod(letter[:4096], more=wants))
        assert until(connection, b"\r\n\r\n") == b"ICAP/1.0 100 Continue\r\n\r\n"
        connection.sendall(chunks(letter[4096:]))
        assert b"X-Infection-Found" in everything(connection)


@pytest.mark.parametrize("make", [reqmod, respmod])
def test_who_takes_no_204_gets_the_message_back_as_it_came(at: At, make) -> None:
    reply = at.say(make(ROCKET, more=b"Connection: close\r\n"))
    head, _, rest = reply.partition(b"\r\n\r\n")
    assert status(reply) == 200
    carried = PUT if make is reqmod else FOUND
    assert rest == carried + b"%x\r\n" % len(ROCKET) + ROCKET + b"\r\n0\r\n\r\n"
    assert b"-body=%d" % len(carried) in head


def test_a_connection_carries_one_request_after_another(at: At) -> None:
    with at.connect() as connection:
        for _ in range(3):
            connection.sendall(reqmod(None) + b"\r\n")
            assert status(until(connection, b"\r\n\r\n")) == 204
            connection.sendall(reqmod(ROCKET))
            assert status(until(connection, b"\r\n\r\n")) == 204
        connection.sendall(reqmod(ROCKET) + reqmod(CAT, more=CLOSE))
        assert everything(connection).count(b"ICAP/1.0 20") == 2


def test_the_tag_changes_with_what_the_gate_knows(gate: Gate, at: At) -> None:
    ask = b"OPTIONS icap://gate/repit ICAP/1.0\r\nHost: gate\r\nConnection: close\r\n\r\n"

    def tag() -> bytes:
        return next(line for line in at.say(ask).split(b"\r\n") if line.startswith(b"ISTag"))

    before = tag()
    assert tag() == before
    gate.board.served(7, None)
    assert tag() != before


def test_without_room_the_channel_is_overloaded_and_says_when_to_come_back(
    gate: Gate, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate.admission.room, "size", 1000)
    reply = at.say(reqmod(CAT))
    assert status(reply) == 503
    assert b"Retry-After: 1\r\n" in reply
    monkeypatch.setattr(gate.admission.room, "size", 10**9)
    assert status(at.say(reqmod(ROCKET, more=CLOSE))) == 204
    assert gate.admission.room.held == 0


def test_a_damaged_picture_is_answered_as_the_channel_is_set(gate: Gate, at: At) -> None:
    gate.policy.undecided_channels["icap"] = "allow"
    assert status(at.say(reqmod(DAMAGED, more=CLOSE))) == 204
    gate.policy.undecided_channels["icap"] = "block"
    assert b"Threat=Repit.undecided;" in at.say(reqmod(DAMAGED, more=CLOSE))


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"LOGMOD icap://gate/ ICAP/1.0\r\n\r\n", 501),
        (b"REQMOD icap://gate/ ICAP/2.0\r\nEncapsulated: null-body=0\r\n\r\n", 505),
        (b"REQMOD icap://gate/ ICAP/1.0\r\n\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-body=5\r\n\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-hdr=0, req-hdr=5, null-body=9\r\n\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-hdr=0, null-body=9999999\r\n\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nPreview: -1\r\nEncapsulated: req-body=0\r\n\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-body=0\r\n\r\nzz\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-body=0\r\n\r\n-5\r\n", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nEncapsulated: req-body=0\r\n\r\n1\r\nabc", 400),
        (b"REQMOD icap://gate/ ICAP/1.0\r\nFold: a\r\n b\r\nEncapsulated: null-body=0\r\n\r\n", 400),
        (b"A" * 40_000, 400),
        (b"\0\0\0", 400),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_ends_the_connection(
    at: At, sent: bytes, code: int
) -> None:
    assert status(at.say(sent)) == code


def test_a_client_that_falls_silent_in_the_midst_is_told_so(
    gate: Gate, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)
    monkeypatch.setattr(session, "IDLE_SECONDS", 0.2)
    assert at.say(b"") == b""
    assert status(at.say(b"REQMOD ")) == 408
    at.say(reqmod(CAT)[:20_000])
    assert gate.admission.room.held == 0


@pytest.mark.parametrize("mode", ["REQMOD", "RESPMOD"])
def test_nextcloud_finds_what_it_looks_for_where_it_looks(at: At, mode: str) -> None:
    """Its client's bytes (files_antivirus, NC-ICAP-CLIENT/0.5.0), and its reading, which ends at
    Encapsulated."""
    if mode == "REQMOD":
        heads, parts = b"PUT / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", "req-hdr=0, req-body={0}"
    else:
        asked = b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        heads = asked + b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n"
        parts = f"req-hdr=0, res-hdr={len(asked)}, res-body={{0}}"
    start = (
        f"{mode} icap://127.0.0.1/avscan ICAP/1.0\r\nAllow: 204\r\nHost: 127.0.0.1\r\n"
        "User-Agent: NC-ICAP-CLIENT/0.5.0\r\nConnection: close\r\n"
        f"Encapsulated: {parts.format(len(heads))}\r\n\r\n"
    ).encode()
    for content, infected in ((CAT, True), (ROCKET, False), (b"a letter", False)):
        reply = at.say(start + heads + chunks(content, 1_048_576))
        assert status(reply) in (200, 204)
        read, _, _ = reply.partition(b"Encapsulated: ")
        assert (b"\r\nX-Infection-Found: " in read) is infected
        assert (b"403 Forbidden" in reply) is infected
