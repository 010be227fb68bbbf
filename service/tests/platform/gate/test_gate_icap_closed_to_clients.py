"""The unmodified ICAP clients at a closed channel: what they send by themselves is nothing odd."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_channels import At, everything, listening
from gate_pictures import entry, jpeg, pdq, sample
from icap import IcapClient

from repit.platform.gate.runtime import Gate
from repit.platform.integrations import icap as our_icap
from repit.platform.integrations.sockets.start import opened

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))
FILES = {"banked.jpg": CAT, "other.jpg": ROCKET, "letter": b"Dear all,\n" * 2000, "empty": b""}


@pytest.fixture
def closed(gate: Gate) -> Iterator[At]:
    gate.policy.undecided_channels["icap"] = "block"
    gate.index.apply(entry("cat", pdq(CAT)))
    at, held = listening(our_icap.listener, "icap")
    with held:
        yield at


def test_python_icap_gets_through_what_is_not_known(closed: At) -> None:
    head = b"PUT /a HTTP/1.1\r\nHost: site\r\n\r\n"
    for name, content in FILES.items():
        with IcapClient("127.0.0.1", closed.port, timeout=60) as client:
            answers = [
                client.scan_bytes(content, service="repit"),
                client.reqmod("repit", head, content),
            ]
        for answer in answers:
            assert ("X-Infection-Found" in answer.headers) is (name == "banked.jpg"), name


@pytest.mark.parametrize(
    "how",
    [
        (),
        ("-req", "http://site/a"),
        ("-nopreview", "-no204"),
        ("-w", "64"),
        ("-req", "http://site/a", "-w", "64"),
    ],
)
def test_c_icap_client_gets_through_what_is_not_known(
    closed: At, tmp_path: Path, how: tuple[str, ...]
) -> None:
    client = shutil.which("c-icap-client")
    assert client, "c-icap-client is missing: run tools/test-parts"
    for name, content in FILES.items():
        path = tmp_path / name
        path.write_bytes(content)
        where = (
            "-i",
            "127.0.0.1",
            "-p",
            str(closed.port),
            "-s",
            "repit",
            "-f",
            str(path),
            "-o",
            f"{path}.out",
            "-v",
        )
        done = subprocess.run((client, *where, *how), capture_output=True, timeout=60, check=False)
        output = (done.stdout + done.stderr).decode(errors="replace")
        assert "ICAP HEADERS" in output
        assert ("Threat=Repit." in output) is (name == "banked.jpg"), (name, output)
        Path(f"{path}.out").unlink(missing_ok=True)


def test_the_channel_also_listens_at_a_socket_in_the_file_system(gate: Gate, tmp_path: Path) -> None:
    gate.index.apply(entry("cat", pdq(CAT)))
    head = b"PUT /a HTTP/1.1\r\nHost: site\r\n\r\n"
    start = b"REQMOD icap://a/b ICAP/1.0\r\nEncapsulated: req-hdr=0, req-body=%d\r\n\r\n" % len(head) + head
    large = b"a letter" * 500_000
    with opened(f"unix:{tmp_path}/icap.sock", our_icap.listener, "icap"):
        for content, words in ((CAT, b"Threat=Repit.known;"), (large, b"%x\r\n" % len(large) + large)):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(f"{tmp_path}/icap.sock")
                connection.sendall(start + b"%x\r\n" % len(content) + content + b"\r\n0\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                assert words in everything(connection)
    assert gate.admission.room.held == 0
