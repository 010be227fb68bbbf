"""The clamd channel beside ClamAV's own daemon: the same conversations, the same unmodified clients.

Real: clamd and clamdscan as Debian ships them, the Python client `clamd`; sockets in the file system, over
which files are handed in opened.
"""

import io
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import clamd as client
import psutil
import pytest
from at_channels import everything, listening, stream
from gate_pictures import entry, jpeg, pdq, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_clamd import real_clamd

from repit.platform.gate.runtime import Gate
from repit.platform.integrations import clamd
from repit.platform.integrations.clamd import session
from repit.platform.integrations.sockets.start import opened

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))
MOST = 2_000_000
Step = bytes | tuple[bytes, str]
"""What is sent; with the name of a file, that file's descriptor goes along."""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "below").mkdir()
    (folder / "clean").mkdir()
    for name, content in {
        "banked.jpg": CAT,
        "other.jpg": ROCKET,
        "empty": b"",
        "below/banked.jpg": CAT,
        "clean/other.jpg": ROCKET,
        "clean/letter": b"a letter",
    }.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with real_clamd(tmp_path_factory.mktemp("clamd"), CAT, MOST) as path:
        yield path


@pytest.fixture
def ours(gate: Gate, tmp_path: Path, files: Path, settings) -> Iterator[Path]:
    settings.REPIT_GATE_CLAMD_PATHS = (str(files),)
    settings.REPIT_GATE_MAX_FILE_BYTES = settings.REPIT_GATE_MAX_BYTES = MOST
    gate.index.apply(entry("cat", pdq(CAT)))
    with opened(f"unix:{tmp_path}/ours.sock", clamd.listener, "clamd"):
        yield tmp_path / "ours.sock"
    assert gate.admission.room.held == 0


def conversation(at: Path, files: Path, steps: tuple[Step, ...], *, leaves: bool = False) -> str:
    """All that is said until the connection ends, without what may differ."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(at))
        try:
            for step in steps:
                answer, name = step if isinstance(step, tuple) else (step, "")
                answer = answer.replace(b"FILES", os.fsencode(files))
                if not name:
                    connection.sendall(answer)
                    continue
                descriptor = os.open(files / name, os.O_RDONLY)
                socket.send_fds(connection, [answer], [descriptor])
                os.close(descriptor)
            if leaves:
                connection.shutdown(socket.SHUT_WR)
        except BrokenPipeError:
            pass
        heard = everything(connection).decode(errors="replace")  # names of files may be any bytes
    heard = re.sub(r"fd\[\d+\]", "fd[N]", heard.replace(".UNOFFICIAL", "").replace(". ERROR", " ERROR"))
    # clamd answers the commands of a session in the order in which it is done with them.
    numbered = re.findall(r"\d+: [^\0\n]*[\0\n]", heard)
    return "".join(sorted(numbered)) if heard.startswith(("1: ", "2: ")) else heard


def hand(name: str, command: bytes = b"zFILDES\0") -> tuple[Step, ...]:
    return command, (b"\0", name)


SESSION = b"zIDSESSION\0"
CONVERSATIONS: dict[str, tuple[Step, ...]] = {
    "a command without newline": (b"PING",),
    "an old scan without newline": (b"SCAN FILES/banked.jpg",),
    "an old scan": (b"CONTSCAN FILES/other.jpg\n",),
    "lines that end in CRLF": (b"nPING\r\n",),
    "old lines that end in CRLF": (b"PING\r\n",),
    "a banked file handed in": hand("banked.jpg"),
    "another file handed in": hand("other.jpg"),
    "a file handed in by lines": hand("banked.jpg", b"nFILDES\n"),
    "a file handed in the old way": hand("banked.jpg", b"FILDES\n"),
    "a file handed in with the command": ((b"zFILDES\0\0", "banked.jpg"),),
    "no file handed in": (b"zFILDES\0\0",),
    "a folder handed in": hand("below"),
    "a file handed in unasked": ((b"zPING\0", "banked.jpg"),),
    "files in a session": (SESSION, *hand("banked.jpg"), *hand("other.jpg"), b"zEND\0"),
    "no file in a session": (SESSION, b"zFILDES\0\0"),
    "a stream": (b"zINSTREAM\0" + stream(CAT),),
    "streams in a session": (
        SESSION + b"zINSTREAM\0" + stream(CAT) + b"zINSTREAM\0" + stream(ROCKET) + b"zEND\0",
    ),
    "all matches of a file": (b"zALLMATCHSCAN FILES/banked.jpg\0",),
    "all matches of another": (b"zALLMATCHSCAN FILES/other.jpg\0",),
    "all matches of a clean folder": (b"zALLMATCHSCAN FILES/clean\0",),
    "all matches the old way": (b"ALLMATCHSCAN FILES/banked.jpg\n",),
    "all matches in a session": (SESSION + b"zALLMATCHSCAN FILES/banked.jpg\0",),
    "a folder": (b"zCONTSCAN FILES/below\0",),
    "a clean folder": (b"zMULTISCAN FILES/clean\0",),
    "a folder in a session": (SESSION + b"zCONTSCAN FILES/below\0",),
    "a file in a session": (SESSION + b"zSCAN FILES/below/banked.jpg\0zEND\0",),
    "a tab before the path": (b"zSCAN\tFILES/other.jpg\0",),
    "no path": (b"zSCAN\0",),
    "too much": (b"zPING x\0",),
    "a longer word": (b"zVERSIONS\0",),
    "an unknown word": (b"zHELLO\0",),
    "an unknown word in a session": (SESSION + b"zHELLO\0",),
    "a session in a session": (SESSION + SESSION,),
    "the end of no session": (b"zEND\0",),
    "what was removed": (b"STREAM\n",),
    "what was removed, without newline": (b"SESSION",),
    "nothing": (b"\n",),
    "almost nothing": (b"n\n",),
    "two commands": (b"nPING\nnPING\n",),
    "two old commands": (b"PING\nPING\n",),
    "small letters": (b"zping\0",),
    "a newline before the zero": (b"zPING\n\0",),
    "too large a stream": (b"zINSTREAM\0" + (MOST + 1).to_bytes(4, "big"),),
    "too large a stream in a session": (SESSION + b"zINSTREAM\0" + (MOST + 1).to_bytes(4, "big"),),
    "an empty stream": (b"zINSTREAM\0" + bytes(4),),
    "an empty file": hand("empty"),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_channel_answers_as_clamd_does(theirs: Path, ours: Path, files: Path, name: str) -> None:
    answer = conversation(ours, files, CONVERSATIONS[name])
    assert answer == conversation(theirs, files, CONVERSATIONS[name])
    assert answer


SAFE: dict[str, tuple[Step, ...]] = {
    "options": (b"zOPTSCAN ALLMATCH INSTREAM \0" + stream(CAT),),
    "options, a file handed in": hand("banked.jpg", b"zOPTSCAN ALLMATCH FILDES \0"),
    "options of a path": (b"zOPTSCAN ALLMATCH CONTSCAN FILES/below\0",),
    "options of a path in a session": (SESSION + b"zOPTSCAN MULTISCAN FILES/below\0",),
    "options that nobody knows": (b"zOPTSCAN DEPTH=3 FILDES \0", (b"\0", "banked.jpg")),
    "options and nothing else": (b"zOPTSCAN ALLMATCH\0",),
    "an old command in a session": (SESSION + b"PING\n",),
    "a file handed in the old way, without newline": hand("banked.jpg", b"FILDES"),
    "two files at once": (b"zFILDES\0", (b"\0", "banked.jpg"), (b"\0", "other.jpg")),
    "a path that is not allowed": (b"zALLMATCHSCAN /etc/passwd\0",),
    "to reload": (b"zRELOAD\0",),
    "to end": (b"zSHUTDOWN\0",),
    "to end the old way": (b"QUIT",),
    "statistics that were removed": (b"zDETSTATS\0",),
    "statistics that were removed, in a session": (SESSION + b"zDETSTATSCLEAR\0",),
}


@pytest.mark.parametrize("name", SAFE)
def test_what_another_clamd_may_know_is_never_answered_with_ok(ours: Path, files: Path, name: str) -> None:
    answer = conversation(ours, files, SAFE[name])
    assert answer
    assert "OK" not in answer
    replies = [part for part in re.split(r"[\0\n]", answer) if part]
    fine = ("FOUND", "ERROR", "UNKNOWN COMMAND", "COMMAND UNAVAILABLE")
    assert all(reply.endswith(fine) for reply in replies), replies
    if name in ("options", "options, a file handed in", "options of a path", "two files at once"):
        assert "FOUND" in answer
    assert conversation(ours, files, (b"zPING\0",)) == "PONG\0"


def test_a_command_that_the_client_leaves_behind_is_answered(ours: Path, files: Path) -> None:
    assert conversation(ours, files, (b"PING",), leaves=True) == "PONG\n"
    assert conversation(ours, files, (b"SCAN FILES/banked.jpg",), leaves=True).endswith("Repit.known FOUND\n")


def test_a_file_is_looked_at_from_its_beginning_wherever_its_owner_stands_in_it(
    ours: Path, files: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as connection, (files / "banked.jpg").open("rb") as file:
        file.read(100)
        connection.connect(str(ours))
        socket.send_fds(connection, [b"zFILDES\0\0"], [file.fileno()])
        assert everything(connection).endswith(b"Repit.known FOUND\0")


def test_what_cannot_be_read_is_an_error(ours: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    unreadable = os.open(tmp_path / "written", os.O_WRONLY | os.O_CREAT)
    large = os.open(tmp_path / "large", os.O_RDWR | os.O_CREAT)
    os.truncate(large, MOST + 1)
    for descriptor, words in (
        (reading, b"Not a regular file. ERROR"),
        (unreadable, b"Can't read file. ERROR"),
        (large, b"File too large. ERROR"),
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(ours))
            socket.send_fds(connection, [b"zFILDES\0\0"], [descriptor])
            assert words in everything(connection)
    for descriptor in (reading, writing, unreadable, large):
        os.close(descriptor)


def test_descriptors_that_nobody_asked_for_do_not_pile_up(ours: Path, files: Path) -> None:
    before = psutil.Process().num_fds()
    for _ in range(30):
        with socket.socket(socket.AF_UNIX) as connection, (files / "other.jpg").open("rb") as file:
            connection.connect(str(ours))
            connection.sendall(b"zINSTREAM\0")
            try:
                for _ in range(40):
                    socket.send_fds(connection, [b"\0\0\0\1a"], [file.fileno()] * 3)
            except OSError:
                pass  # it was enough
            connection.close()
    assert conversation(ours, files, hand("banked.jpg")).endswith("FOUND\0")
    assert psutil.Process().num_fds() <= before + 2


def test_folders_that_are_not_looked_into_are_not_ok(ours: Path, files: Path, tmp_path: Path) -> None:
    (files / "clean" / "elsewhere").symlink_to(tmp_path)
    try:
        for command in (b"SCAN", b"CONTSCAN", b"MULTISCAN", b"ALLMATCHSCAN"):
            answer = conversation(ours, files, (b"z" + command + b" FILES/clean\0",))
            assert answer.endswith("/clean/elsewhere: Folder not looked into ERROR\0")
            assert "OK" not in answer
    finally:
        (files / "clean" / "elsewhere").unlink()


# --- unmodified clients -----------------------------------------------------------------------------------


def clamdscan(at: Path, folder: Path, *how: str) -> tuple[int, str]:
    found = shutil.which("clamdscan")
    assert found, "clamdscan is missing: run tools/test-parts"
    config = folder / "client.conf"
    config.write_text(f"LocalSocket {at}\nStreamMaxLength {MOST}\n")
    done = subprocess.run(
        (found, f"--config-file={config}", "--no-summary", *how), capture_output=True, timeout=60, check=False
    )
    answer = (done.stdout + done.stderr).decode().replace(".UNOFFICIAL", "")
    return done.returncode, "".join(sorted(answer.splitlines(keepends=True)))


WAYS = [
    tuple(option for option in chosen if option)
    for chosen in product(("", "--fdpass", "--stream"), ("", "--multiscan"), ("", "--allmatch"))
]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_clamdscan_says_of_every_file_what_it_says_with_clamd(
    theirs: Path, ours: Path, files: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    for name, code in (("banked.jpg", 1), ("other.jpg", 0), ("clean", 0), ("below", 1), ("", 1)):
        answer = clamdscan(ours, tmp_path, *way, str(files / name))
        assert answer == clamdscan(theirs, tmp_path, *way, str(files / name)), name
        assert answer[0] == code
        assert answer[1].count("FOUND") == {"banked.jpg": 1, "below": 1, "": 2}.get(name, 0)


def test_clamdscan_takes_an_undecided_file_for_what_the_channel_is_set_to(
    gate: Gate, ours: Path, files: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.jpg"
    damaged.write_bytes(CAT[:2000] + b"\xff" * 500)
    for undecided, code in (("block", 1), ("allow", 0)):
        gate.policy.undecided_channels["clamd"] = undecided
        for way in (("--fdpass",), ("--fdpass", "--multiscan"), ("--stream",)):
            assert clamdscan(ours, tmp_path, *way, str(damaged))[0] == code


@pytest.mark.parametrize("way", [way for way in WAYS if way], ids=" ".join)
def test_clamdscan_calls_nothing_clean_where_the_gate_has_no_room(
    gate: Gate, ours: Path, files: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    gate.admission.room.size = 10
    code, answer = clamdscan(ours, tmp_path, *way, str(files))
    assert code == 2
    assert not re.search(r"banked.jpg: OK|^\S+scanned\S*: OK", answer, re.MULTILINE), answer


def test_clamdscan_calls_nothing_clean_where_the_session_fails(
    ours: Path, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session._Session, "_answer", None)
    for way in WAYS:
        code, answer = clamdscan(ours, tmp_path, *way, str(files))
        assert code == 2, (way, answer)
        assert ": OK" not in answer


def test_the_python_client_finds_the_same_at_both(theirs: Path, ours: Path, files: Path) -> None:
    answers = []
    for at in (theirs, ours):
        scanner = client.ClamdUnixSocket(str(at), timeout=60)
        assert scanner.ping() == "PONG"
        answer = [scanner.instream(io.BytesIO(content)) for content in (CAT, ROCKET, b"")]
        answer += [scanner.scan(str(files / name)) for name in ("banked.jpg", "other.jpg")]
        answer += [scan(str(files / "below")) for scan in (scanner.contscan, scanner.multiscan)]
        answers.append(str(answer).replace(".UNOFFICIAL", ""))
        assert "END" in scanner.stats()
    assert answers[0] == answers[1]


# --- anything at all --------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    [
        b"SCAN FILES/banked.jpg",
        b"ALLMATCHSCAN FILES/below",
        b"PING",
        b"FILDES",
        b"INSTREAM",
        b"STREAM",
        b"HELLO",
        b"OPTSCAN ALLMATCH FILDES ",
        b"OPTSCAN INSTREAM ",
        b"CONTSCAN FILES",
        b"END",
        b"DETSTATS",
        b"VERSION",
    ]
)
_FORMS = st.sampled_from(
    [(b"z", b"\0"), (b"n", b"\n"), (b"", b"\n"), (b"", b""), (b"z", b"\n"), (b"n", b"\r\n")]
)


class _Sent(bytes):
    """A picture as INSTREAM wants it, of which a report of Hypothesis shows no byte."""

    def __repr__(self) -> str:
        return "stream(CAT, 5000)"


@st.composite
def _conversation(draw: st.DrawFn) -> tuple[Step, ...]:
    steps: list[Step] = [SESSION] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 5))):
        (prefix, end), word = draw(_FORMS), draw(_WORDS)
        steps.append(prefix + word + end)
        if b"FILDES" in word and draw(st.integers(0, 3)):
            steps.append((b"\0", "banked.jpg"))
        if b"INSTREAM" in word and draw(st.integers(0, 3)):
            steps.append(_Sent(stream(CAT, 5000)))
    return tuple(steps)


def test_no_conversation_about_a_banked_file_is_answered_with_ok(
    ours: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PACKET_SECONDS", 0.01)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_conversation())
    def holds(steps: tuple[Step, ...]) -> None:
        replies = re.split(r"[\0\n]", conversation(ours, files, steps, leaves=True))
        assert not [
            reply
            for reply in replies
            if reply.endswith(": OK") and not reply.endswith(("other.jpg: OK", "empty: OK"))
        ]

    holds()


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way and way[0] in ("--fdpass", "--stream")], ids=" ".join
)
def test_clamdscan_finds_the_same_over_a_port_which_carries_no_descriptors(
    gate: Gate, files: Path, tmp_path: Path, settings, way: tuple[str, ...]
) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    at, held = listening(clamd.listener, "clamd")
    config = tmp_path / "client.conf"
    config.write_text(f"TCPSocket {at.port}\nTCPAddr 127.0.0.1\nStreamMaxLength {MOST}\n")
    with held:
        command = ("clamdscan", f"--config-file={config}", "--no-summary", *way, str(files))
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    answer = (done.stdout + done.stderr).decode()
    assert done.returncode in (1, 2), answer
    assert not re.search(r"banked.jpg: OK|^\S+scanned\S*: OK", answer, re.MULTILINE), answer
