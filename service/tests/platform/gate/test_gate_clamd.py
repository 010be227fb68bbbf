"""The channel that speaks as ClamAV does, over real sockets."""

import hashlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from at_channels import At, everything, listening, stream
from django.conf import settings as django_settings
from gate_pictures import entry, jpeg, pdq, sample
from PIL import ImageOps

from repit.foundation.errors import PortTaken, SettingsRefused
from repit.foundation.hashes import Hash
from repit.platform.gate.runtime import Gate
from repit.platform.integrations import clamd
from repit.platform.integrations.clamd import session
from repit.platform.integrations.sockets.start import opened

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))
MIRRORED = jpeg(ImageOps.mirror(sample()))
SILENT = b"The malware scanner behind the gate did not answer. ERROR"
DAMAGED = CAT[:2000] + b"\xff" * 500


@pytest.fixture
def at(gate: Gate) -> Iterator[At]:
    gate.index.apply(entry("cat", pdq(CAT)))
    at, held = listening(clamd.listener, "clamd")
    with held:
        yield at


def test_a_banked_picture_and_its_altered_copy_are_found_and_an_unrelated_one_is_ok(at: At) -> None:
    for prefix, end in ((b"z", b"\0"), (b"n", b"\n")):
        for content in (CAT, MIRRORED):
            reply = at.say(prefix + b"INSTREAM" + end, stream(content))
            assert reply == b"stream: Repit.known FOUND" + end
        assert at.say(prefix + b"INSTREAM" + end, stream(ROCKET)) == b"stream: OK" + end
    assert at.say(b"INSTREAM\n", stream(CAT)) == b"stream: Repit.known FOUND\n"


def test_a_stream_may_come_in_pieces_of_any_size(at: At) -> None:
    sent = b"zINSTREAM\0" + stream(CAT, 7_001)
    with at.connect() as connection:
        for begin in range(0, len(sent), 3_333):
            connection.sendall(sent[begin : begin + 3_333])
        assert everything(connection) == b"stream: Repit.known FOUND\0"


@pytest.mark.parametrize("content", [b"", b"a letter", b"%PDF-1.7 a document", b"PK\3\4 an archive"])
def test_what_is_no_picture_is_ok_whatever_the_channel_does_with_what_it_cannot_decide(
    gate: Gate, at: At, content: bytes
) -> None:
    undecided_is(gate, "block")
    assert at.say(b"zINSTREAM\0", stream(content)) == b"stream: OK\0"


@pytest.mark.parametrize(("outcome", "reply"), [("allow", b"OK"), ("block", b"Repit.undecided FOUND")])
def test_a_damaged_picture_is_answered_as_the_channel_is_set(
    gate: Gate, at: At, outcome: str, reply: bytes
) -> None:
    undecided_is(gate, outcome)
    assert at.say(b"zINSTREAM\0", stream(DAMAGED)) == b"stream: " + reply + b"\0"


def undecided_is(gate: Gate, outcome: str) -> None:
    gate.policy.undecided_channels["clamd"] = outcome


def test_a_film_is_found_by_its_exact_file_beyond_the_size_that_is_looked_at(
    gate: Gate, at: At, settings
) -> None:
    settings.REPIT_GATE_MAX_BYTES = 100_000
    film = b"\x1aE\xdf\xa3" + np.random.default_rng(3).bytes(500_000)
    assert at.say(b"zINSTREAM\0", stream(film)) == b"stream: OK\0"
    gate.index.apply(entry("film", Hash("sha256", "whole", hashlib.sha256(film).digest())))
    assert at.say(b"zINSTREAM\0", stream(film)) == b"stream: Repit.known FOUND\0"


def test_commands_are_answered_in_the_framing_they_came_in(at: At) -> None:
    assert at.say(b"zPING\0") == b"PONG\0"
    assert at.say(b"nPING\n") == b"PONG\n"
    assert at.say(b"PING\n") == b"PONG\n"
    assert at.say(b"PING\r\n") == b"PONG\n"
    program, sequence, newest = at.say(b"nVERSION\n").decode().strip().split("/")
    assert program.startswith("Repit ")
    assert (sequence, newest) == ("0", "never")
    assert b"| COMMANDS: SCAN " in at.say(b"zVERSIONCOMMANDS\0")
    assert at.say(b"zSTATS\0").startswith(b"POOLS: 1\n\nSTATE: VALID PRIMARY\nTHREADS: live 4 ")


def test_only_the_first_command_of_a_connection_is_answered_outside_a_session(at: At) -> None:
    assert at.say(b"nPING\nnPING\n") == b"PONG\n"


def test_a_session_numbers_its_replies_until_its_end(at: At) -> None:
    reply = at.say(
        b"zIDSESSION\0zPING\0zINSTREAM\0" + stream(CAT) + b"zINSTREAM\0" + stream(ROCKET) + b"zEND\0"
    )
    assert reply == b"1: PONG\0" + b"2: stream: Repit.known FOUND\0" + b"3: stream: OK\0"


@pytest.mark.parametrize(
    ("sent", "reply"),
    [
        (b"zSHUTDOWN\0", b"COMMAND UNAVAILABLE\0"),
        (b"nRELOAD\n", b"COMMAND UNAVAILABLE\n"),
        (b"zFILDES\0", b"UNKNOWN COMMAND\0"),
        (b"zEND\0", b"UNKNOWN COMMAND\0"),
        (b"IDSESSION\n", b"UNKNOWN COMMAND\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"UNKNOWN COMMAND\n"),
        (b"zping\0", b"UNKNOWN COMMAND\0"),
        (b"z" + b"A" * 10_000, b"UNKNOWN COMMAND\0"),
        (b"\n", b"UNKNOWN COMMAND\n"),
    ],
)
def test_what_is_not_served_gets_clamds_own_words(at: At, sent: bytes, reply: bytes) -> None:
    assert at.say(sent) == reply


def test_a_stream_beyond_the_limit_is_an_error_in_clamds_words(gate: Gate, settings) -> None:
    settings.REPIT_GATE_MAX_FILE_BYTES = settings.REPIT_GATE_MAX_BYTES = 100_000
    at, held = listening(clamd.listener, "clamd")
    with held:
        too_long = b"INSTREAM size limit exceeded. ERROR\0"
        assert at.say(b"zINSTREAM\0", stream(bytes(100_001))) == too_long
        assert at.say(b"zINSTREAM\0", struct.pack(">I", 0xFFFFFFFF)) == too_long
    assert gate.admission.room.held == 0


def test_without_room_or_decoders_the_channel_says_that_it_is_busy(gate: Gate, at: At, monkeypatch) -> None:
    monkeypatch.setattr(gate.admission.room, "size", 1000)
    assert at.say(b"zINSTREAM\0", stream(CAT)) == b"stream: The gate is busy, try again later. ERROR\0"
    monkeypatch.setattr(gate.admission.room, "size", 10**9)
    assert at.say(b"zINSTREAM\0", stream(CAT)) == b"stream: Repit.known FOUND\0"


def test_a_client_that_falls_silent_is_told_so_and_its_memory_comes_back(
    gate: Gate, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "COMMAND_SECONDS", 0.2)
    monkeypatch.setattr(session, "READ_SECONDS", 0.2)
    assert at.say(b"zPI") == b"COMMAND READ TIMED OUT\n"
    assert at.say(b"zINSTREAM\0", stream(CAT)[:-4]) == b"COMMAND READ TIMED OUT\0"
    assert gate.admission.room.held == 0


def test_a_client_that_leaves_in_the_midst_costs_nothing(gate: Gate, at: At) -> None:
    for _ in range(20):
        with at.connect() as connection:
            connection.sendall(b"zINSTREAM\0" + stream(CAT)[:5000])
    assert at.say(b"zINSTREAM\0", stream(CAT)) == b"stream: Repit.known FOUND\0"
    assert gate.admission.room.held == 0


# --- paths ------------------------------------------------------------------------------------------------


def test_files_are_not_read_by_name_unless_the_operator_allows_their_folder(at: At, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(CAT)
    named = f"{tmp_path}/cat.jpg".encode()
    assert at.say(b"zSCAN " + named + b"\0") == named + b": Access denied. ERROR\0"


def test_allowed_folders_are_scanned_and_nothing_beyond_them(gate: Gate, tmp_path: Path, settings) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    allowed, other = tmp_path / "allowed", tmp_path / "allowed-not"
    (allowed / "below").mkdir(parents=True)
    other.mkdir()
    for path in (allowed / "a.jpg", allowed / "below" / "b.jpg", other / "secret.jpg"):
        path.write_bytes(CAT)
    (allowed / "fine.jpg").write_bytes(ROCKET)
    (allowed / "link.jpg").symlink_to(other / "secret.jpg")
    os.mkfifo(allowed / "pipe")
    settings.REPIT_GATE_CLAMD_PATHS = (str(allowed),)
    at, held = listening(clamd.listener, "clamd")
    with held:
        reply = at.say(f"nCONTSCAN {allowed}\n".encode()).decode().splitlines()
        assert f"{allowed}/a.jpg: Repit.known FOUND" in reply
        assert f"{allowed}/below/b.jpg: Repit.known FOUND" in reply
        assert f"{allowed}/link.jpg: Access denied. ERROR" in reply
        assert f"{allowed}/pipe: Not supported file type. ERROR" in reply
        assert len(reply) == 4
        assert at.say(f"nSCAN {allowed}\n".encode()).decode().count("FOUND") == 1
        assert at.say(f"nSCAN {allowed}/fine.jpg\n".encode()) == f"{allowed}/fine.jpg: OK\n".encode()
        for beyond in (f"{allowed}/../allowed-not/secret.jpg", f"{other}", "/etc/passwd", "relative", ""):
            assert at.say(f"nSCAN {beyond}\n".encode()) == f"{beyond}: Access denied. ERROR\n".encode()
        gone = f"{allowed}/gone.jpg"
        assert b"No such file or directory. ERROR" in at.say(f"nSCAN {gone}\n".encode())


# --- who may come -----------------------------------------------------------------------------------------


def test_only_listed_networks_may_use_the_channel(gate: Gate, settings) -> None:
    settings.REPIT_GATE_PEERS = ("10.0.0.0/8",)
    at, held = listening(clamd.listener, "clamd")
    # Closed at once, perhaps before this side knew that it was open.
    with held, suppress(ConnectionResetError, BrokenPipeError):
        assert at.say(b"zPING\0") == b""


def test_the_channel_also_listens_at_a_socket_in_the_file_system(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "clamd.sock"
    for _ in range(2):  # the second time a socket lies there already
        with (
            opened(f"unix:{path}", clamd.listener, "clamd"),
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.connect(str(path))
            connection.sendall(b"zPING\0")
            assert everything(connection) == b"PONG\0"


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:0", "unix:/no/such/folder/socket", "127.0.0.1:x"])
def test_a_channel_that_cannot_listen_says_so(gate: Gate, address: str) -> None:
    with pytest.raises(SettingsRefused), opened(address, clamd.listener, "clamd"):
        pass


def test_a_port_that_is_taken_is_named(at: At) -> None:
    with pytest.raises(PortTaken), opened(f"127.0.0.1:{at.port}", clamd.listener, "clamd"):
        pass


# --- a real scanner behind --------------------------------------------------------------------------------


class Scanner:
    """A stand-in for ClamAV's daemon that says one thing of every stream, or hangs up."""

    def __init__(self, reply: bytes | None) -> None:
        self.reply, self.heard = reply, b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            if self.reply is not None:
                self.heard = received(connection)
                connection.sendall(self.reply)

    def __enter__(self) -> "Scanner":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._socket.close()


def received(connection: socket.socket) -> bytes:
    """The file that a stream carries."""
    heard = bytearray()
    with connection.makefile("rb") as lines:
        assert lines.read(10) == b"zINSTREAM\0"
        while size := int.from_bytes(lines.read(4), "big"):
            heard += lines.read(size)
    return bytes(heard)


@pytest.mark.parametrize(
    ("scanner", "failure", "content", "reply"),
    [
        (b"stream: Eicar-Test FOUND\0", "error", ROCKET, b"Eicar-Test FOUND"),
        (b"stream: Eicar-Test FOUND\0", "error", CAT, b"Eicar-Test FOUND"),
        (b"stream: OK\0", "error", CAT, b"Repit.known FOUND"),
        (b"stream: OK\0", "error", ROCKET, b"OK"),
        (b"nonsense\0", "error", ROCKET, SILENT),
        (b"stream: a b c FOUND\0", "error", ROCKET, SILENT),
        (None, "error", ROCKET, SILENT),
        (None, "error", CAT, b"Repit.known FOUND"),
        (None, "pass", ROCKET, b"OK"),
        (None, "pass", CAT, b"Repit.known FOUND"),
    ],
)
def test_malware_wins_and_a_scanner_that_fails_is_answered_as_set(  # noqa: PLR0917
    gate: Gate, settings, scanner: bytes | None, failure: str, content: bytes, reply: bytes
) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    settings.REPIT_GATE_UPSTREAM_FAILURE = failure
    with Scanner(scanner) as behind:
        settings.REPIT_GATE_UPSTREAM = behind.address
        at, held = listening(clamd.listener, "clamd")
        with held:
            assert at.say(b"zINSTREAM\0", stream(content)) == b"stream: " + reply + b"\0"
    if scanner is not None:
        assert behind.heard == content


def test_nobody_listening_behind_is_a_failure_too(gate: Gate, settings) -> None:
    settings.REPIT_GATE_UPSTREAM = "127.0.0.1:1"
    at, held = listening(clamd.listener, "clamd")
    with held:
        assert at.say(b"zINSTREAM\0", stream(ROCKET)).endswith(b"did not answer. ERROR\0")
    assert django_settings.REPIT_GATE_UPSTREAM_FAILURE == "error"


def test_discourse_and_nextcloud_get_the_replies_they_read(at: At) -> None:
    """discourse-antivirus speaks in sessions of one command and strips "1: "; Nextcloud uses nINSTREAM."""

    def discourse(command: bytes) -> bytes:
        reply = at.say(b"zIDSESSION\0" + command + b"zEND\0")
        assert reply.endswith(b"\0")
        return reply.replace(b"1: ", b"").strip(b"\0 ")

    assert discourse(b"zPING\0") == b"PONG"
    assert len(discourse(b"zVERSION\0").split(b"/")) == 3
    assert b"FOUND" in discourse(b"zINSTREAM\0" + stream(CAT, 2048))
    clean = discourse(b"zINSTREAM\0" + stream(ROCKET, 2048))
    assert clean == b"stream: OK"
    assert at.say(b"nINSTREAM\n" + stream(CAT, 8192)) == b"stream: Repit.known FOUND\n"
