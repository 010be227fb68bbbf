"""Hostile sessions at the clamd and ICAP channels: no crash, no leak, no wrong "OK".

A session is made well-formed and then bent: bytes flipped, dropped, doubled, cut, or two sessions spliced.
`REPIT_DRILL=1` runs 100,000 sessions through each parser and 6,000 through each socket.
"""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from at_channels import At, everything, listening
from gate_pictures import entry

from repit.foundation.clock import elapsed
from repit.foundation.hashes import Hash
from repit.platform.gate.runtime import Gate
from repit.platform.integrations import clamd, icap
from repit.platform.integrations.clamd import session as clamd_session
from repit.platform.integrations.clamd import wire as clamd_wire
from repit.platform.integrations.icap import session as icap_session
from repit.platform.integrations.icap import wire as icap_wire
from repit.platform.integrations.sockets import connection

FULL = os.environ.get("REPIT_DRILL") == "1"
PARSED, SENT = (100_000, 6_000) if FULL else (1_500, 600)
MOST = 5_000
KNOWN = random.Random(8).randbytes(700)
COMMANDS = (b"PING", b"VERSION", b"STATS", b"IDSESSION", b"END", b"SCAN /etc", b"nonsense", b"", b"INSTREAM")


# --- making sessions ----------------------------------------------------------------------------------------


def clamd_sent(dice: random.Random) -> bytes:
    prefix, end = dice.choice(((b"z", b"\0"), (b"n", b"\n"), (b"", b"\n")))
    octets = bytearray(prefix + b"IDSESSION" + end if dice.random() < 0.5 else b"")
    for _ in range(dice.randint(1, 4)):
        command = dice.choice(COMMANDS) if dice.random() < 0.6 else b"INSTREAM"
        octets += prefix + command + end
        if command == b"INSTREAM":
            content = KNOWN if dice.random() < 0.5 else dice.randbytes(dice.randint(0, 900))
            for piece in pieces(dice, content):
                octets += len(piece).to_bytes(4, "big") + piece
            octets += bytes(4)
    return bytes(octets)


def icap_sent(dice: random.Random) -> bytes:
    octets = bytearray()
    for _ in range(dice.randint(1, 3)):
        content = KNOWN if dice.random() < 0.5 else dice.randbytes(dice.randint(0, 900))
        head = dice.choice((b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n", b"POST /a HTTP/1.0\r\n\r\n"))
        if dice.random() < 0.3:
            content, head = form(dice, content)
        more = dice.choice((b"Allow: 204\r\n", b"", b"Preview: 1024\r\nAllow: 204\r\n", b"X-Some: thing\r\n"))
        if dice.random() < 0.2:
            octets += b"OPTIONS icap://a/b ICAP/1.0\r\nHost: a\r\n\r\n"
        if dice.random() < 0.5:
            octets += b"REQMOD icap://a/b ICAP/1.0\r\n" + more
            octets += b"Encapsulated: req-hdr=0, req-body=%d\r\n\r\n" % len(head) + head
        else:
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
            octets += b"RESPMOD icap://a/b ICAP/1.0\r\n" + more
            octets += b"Encapsulated: res-hdr=0, res-body=%d\r\n\r\n" % len(answer) + answer
        for piece in pieces(dice, content):
            octets += b"%x%s\r\n" % (len(piece), dice.choice((b"", b";a=b", b" "))) + piece + b"\r\n"
        octets += dice.choice((b"0\r\n\r\n", b"0; ieof\r\n\r\n", b"0\r\nA: b\r\n\r\n"))
    return bytes(octets)


def form(dice: random.Random, content: bytes) -> tuple[bytes, bytes]:
    mark = b"b%d" % dice.randint(1, 9)
    body = b'--%s\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' % mark
    head = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=%s\r\n\r\n" % mark
    return body + content + b"\r\n--%s--\r\n" % mark, head


def pieces(dice: random.Random, content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        size = dice.randint(1, 400)
        yield content[at : at + size]
        at += size


def bent(dice: random.Random, sent: bytes, other: bytes) -> bytes:
    """The session, hurt in up to three places; or, one time in four, as it was."""
    octets = bytearray(sent)
    for _ in range(dice.randint(0, 3)):
        at = dice.randrange(len(octets) + 1)
        how = dice.randrange(7)
        if how == 0 and at < len(octets):
            octets[at] = dice.randrange(256)
        elif how == 1:
            del octets[at : at + dice.randint(1, 40)]
        elif how == 2:
            octets[at:at] = dice.choice((b"\r\n", b"\0", b"\n", b"\xff" * 4, b"0\r\n\r\n", dice.randbytes(9)))
        elif how == 3:
            octets[at:at] = octets[at : at + dice.randint(1, 200)]
        elif how == 4:
            del octets[at:]
        elif how == 5:
            octets[at:] = other[dice.randrange(len(other) + 1) :]
        else:
            octets[at : at + 4] = dice.randrange(2**32).to_bytes(4, "big")
    return bytes(octets)


# --- what the parsers make of them --------------------------------------------------------------------------


def heard(reader: object, parts: list[bytes], go_on: bool) -> list[object]:
    """Events with neighbouring pieces joined; a bounded buffer throughout."""
    events: list[object] = []
    for part in parts:
        reader.feed(part)
        while (event := reader.next()) is not None:
            data = getattr(event, "data", None)
            if data is not None and events and isinstance(events[-1], bytearray):
                events[-1] += data
            else:
                events.append(bytearray(data) if data is not None else event)
            if getattr(event, "more", False):
                reader.go_on() if go_on else reader.leave()
        assert reader.waiting <= len(part) + icap_wire.MOST_HEAD + icap_wire.MOST_ENCAPSULATED
    return events


def split(dice: random.Random, sent: bytes) -> list[bytes]:
    if dice.random() < 0.2:
        return [sent[at : at + 1] for at in range(len(sent))]
    return list(pieces(dice, sent))


def clamd_files(sent: bytes) -> list[bytes]:
    """Files that a session carries to their end; a second, duller reading of clamd(8) that shares no code."""
    files = []
    while sent:
        end = b"\0" if sent[0] == ord("z") else b"\n"
        line, found, sent = sent.partition(end)
        name = line[1:] if line[:1] in (b"n", b"z") else line.rstrip(b"\r")
        name = name.split(b" ")[0]
        if not found or len(line) > 4160 or not name.isalpha() or name.upper() != name:
            return files
        if name != b"INSTREAM":
            continue
        content, size = b"", None
        while size != 0:
            size, rest = int.from_bytes(sent[:4], "big"), sent[4:]
            if len(sent) < 4 or len(rest) < size or len(content) + size > MOST:
                return files
            content, sent = content + rest[:size], rest[size:]
        files.append(content)
    return files


def files_heard(events: list[object]) -> list[bytes]:
    files, current = [], b""
    for event in events:
        if isinstance(event, bytearray):
            current = bytes(event)
        elif isinstance(event, clamd_wire.StreamEnd):
            files.append(current)
            current = b""
        else:
            current = b""
    return files


def test_the_clamd_parser_reads_every_session_as_a_second_reader_does_however_it_is_cut() -> None:
    dice = random.Random(1)
    whole = 0
    for _ in range(PARSED):
        sent = bent(dice, clamd_sent(dice), clamd_sent(dice))
        at_once = heard(clamd_wire.Reader(MOST), [sent], go_on=True)
        assert heard(clamd_wire.Reader(MOST), split(dice, sent), go_on=True) == at_once
        assert files_heard(at_once) == clamd_files(sent)
        whole += len(files_heard(at_once))
        broken = [isinstance(event, clamd_wire.Broken) for event in at_once]
        assert not any(broken[:-1])
    assert whole > PARSED / 4


def unchunked(sent: bytes) -> bytes | None:
    """The body of a chunked message that is not hurt."""
    body = b""
    while True:
        line, _, rest = sent.partition(b"\r\n")
        try:
            size = int(line.split(b";")[0].strip(b" \t"), 16)
        except ValueError:
            return None
        if size == 0:
            return body
        if rest[size : size + 2] != b"\r\n":
            return None
        body, sent = body + rest[:size], rest[size + 2 :]


def test_the_icap_parser_reads_every_session_alike_however_it_is_cut() -> None:
    dice = random.Random(2)
    bodies = 0
    for _ in range(PARSED):
        sent = bent(dice, icap_sent(dice), icap_sent(dice))
        go_on = dice.random() < 0.7
        at_once = heard(icap_wire.Reader(), [sent], go_on=go_on)
        assert heard(icap_wire.Reader(), split(dice, sent), go_on=go_on) == at_once
        broken = [isinstance(event, icap_wire.Broken) for event in at_once]
        assert not any(broken[:-1])
        bodies += _first_body_is_right(sent, at_once)
    assert bodies > PARSED / 4


def _first_body_is_right(sent: bytes, events: list[object]) -> bool:
    """The first message's body, if it is whole and had no preview, is what the chunks say."""
    if len(events) < 3 or not isinstance(events[0], icap_wire.Request) or not events[0].has_body:
        return False
    if not isinstance(events[1], bytearray) or not isinstance(events[2], icap_wire.BodyEnd) or events[2].more:
        return False
    carried = events[0].request_head + events[0].response_head
    rest = sent.lstrip(b"\r\n").partition(b"\r\n\r\n")[2]
    assert rest.startswith(carried)
    assert unchunked(rest[len(carried) :]) == bytes(events[1])
    return True


# --- through sockets ----------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels that wait for nobody, so that sessions cut short end soon."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.1)
    for module in (clamd_session, icap_session):
        monkeypatch.setattr(module, "READ_SECONDS", 0.5)
    monkeypatch.setattr(clamd_session, "COMMAND_SECONDS", 0.5)
    monkeypatch.setattr(icap_session, "IDLE_SECONDS", 0.5)


def bombard(at: At, sessions: list[bytes], check: Callable[[bytes, bytes], None]) -> None:
    """All sessions, from several clients at once; half of them stop sending, half leave without a word."""
    wrong: list[BaseException] = []

    def client(mine: list[bytes]) -> None:
        try:
            for number, sent in enumerate(mine):
                with at.connect() as connection:
                    try:
                        connection.sendall(sent)
                        connection.shutdown(1)
                    except OSError:
                        pass
                    if number % 2:
                        check(sent, everything(connection))
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            wrong.append(error)

    threads = [threading.Thread(target=client, args=(sessions[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def known_file(gate: Gate) -> None:
    gate.index.apply(entry("file", Hash("sha256", "whole", hashlib.sha256(KNOWN).digest())))


@pytest.mark.usefixtures("impatient")
def test_hostile_sessions_at_the_clamd_socket_get_no_wrong_ok_and_leave_nothing(gate: Gate, settings) -> None:
    settings.REPIT_GATE_MAX_BYTES = settings.REPIT_GATE_MAX_FILE_BYTES = MOST
    known_file(gate)
    dice = random.Random(3)
    sessions = [bent(dice, clamd_sent(dice), clamd_sent(dice)) for _ in range(SENT)]
    at, held = listening(clamd.listener, "clamd")
    found = 0

    def check(sent: bytes, octets: bytes) -> None:
        nonlocal found
        verdicts = [part for part in octets.replace(b"\0", b"\n").split(b"\n") if b"stream: " in part]
        for content, verdict in zip(clamd_files(sent), verdicts, strict=False):
            if content == KNOWN:
                assert verdict.endswith((b"stream: Repit.known FOUND", b" try again later. ERROR")), verdict
                found += verdict.endswith(b"FOUND")

    with held:
        bombard(at, sessions[:100], check)
        before = settled(gate)
        bombard(at, sessions[100:], check)
        assert settled(gate) <= before + 2
        assert at.say(b"zPING\0") == b"PONG\0"
    assert found > SENT / 60


@pytest.mark.usefixtures("impatient")
def test_hostile_sessions_at_the_icap_socket_get_no_wrong_204_and_leave_nothing(gate: Gate, settings) -> None:
    settings.REPIT_GATE_MAX_BYTES = settings.REPIT_GATE_MAX_FILE_BYTES = MOST
    known_file(gate)
    dice = random.Random(4)
    sessions = [bent(dice, icap_sent(dice), icap_sent(dice)) for _ in range(SENT)]
    at, held = listening(icap.listener, "icap")
    found = 0

    def check(sent: bytes, octets: bytes) -> None:
        nonlocal found
        events = heard(icap_wire.Reader(), [sent], go_on=True)
        plain = len(events) > 2 and isinstance(events[0], icap_wire.Request)
        plain = plain and isinstance(events[2], icap_wire.BodyEnd) and not events[2].more
        if plain and events[1] == KNOWN and b"encoding" not in events[0].request_head.lower():
            refused = b"Threat=Repit.known;" in octets.split(b"<!doctype")[0]
            assert refused or octets.startswith(b"ICAP/1.0 503"), octets[:300]
            found += refused

    with held:
        bombard(at, sessions[:100], check)
        before = settled(gate)
        bombard(at, sessions[100:], check)
        assert settled(gate) <= before + 2
        assert at.say(b"OPTIONS icap://a/b ICAP/1.0\r\nConnection: close\r\n\r\n").startswith(b"ICAP/1.0 200")
    assert found > SENT / 60


def settled(gate: Gate) -> int:
    """Open files of this process once the last sessions have ended; no byte of an upload is held then."""
    until, before = elapsed() + 20, -1
    while (now := psutil.Process().num_fds()) != before or gate.admission.room.held:
        assert elapsed() < until, (now, gate.admission.room.held)
        before = now
        time.sleep(1.0)
    return now
