"""The clients that platforms have, unmodified, at a gate's channels: clamdscan, clamd, python-icap,
c-icap-client, curl."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import clamd
from icap import IcapClient

from installation import Banked, GateWithChannels, eventually

MISSING = "{0} is missing: run tools/test-parts as root, or install Debian's package {1}"


def tool(name: str, package: str) -> str:
    found = shutil.which(name)
    assert found, MISSING.format(name, package)
    return found


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


class Clients:
    """Each says of a file whether it is refused."""

    def __init__(self, gate: GateWithChannels, folder: Path) -> None:
        self.gate = gate
        self.config = folder / "clamd.conf"
        self.config.write_text(f"TCPSocket {gate.clamd}\nTCPAddr 127.0.0.1\n")

    def clamdscan(self, path: Path) -> bool:
        command = tool("clamdscan", "clamdscan")
        code, output = run(command, f"--config-file={self.config}", "--no-summary", "--stream", str(path))
        assert code in (0, 1), output
        assert ("Repit.known FOUND" in output) == (code == 1), output
        return code == 1

    def clamdscan_at_once(self, path: Path) -> bool:
        """In one session, several files at once."""
        command = tool("clamdscan", "clamdscan")
        options = (f"--config-file={self.config}", "--no-summary", "--stream", "-m")
        code, output = run(command, *options, str(path.parent / path.name))
        assert code in (0, 1), output
        return code == 1

    def clamd(self, path: Path) -> bool:
        scanner = clamd.ClamdNetworkSocket("127.0.0.1", self.gate.clamd, timeout=60)
        assert scanner.ping() == "PONG"
        (verdict, name) = scanner.instream(io.BytesIO(path.read_bytes()))["stream"]
        assert (verdict, name) in (("OK", None), ("FOUND", "Repit.known"))
        return bool(verdict == "FOUND")

    def python_icap(self, path: Path) -> bool:
        with IcapClient("127.0.0.1", self.gate.icap, timeout=60) as client:
            assert client.options("repit").is_success
            answers = [
                client.scan_bytes(path.read_bytes(), service="repit"),
                client.reqmod("repit", b"PUT /a HTTP/1.1\r\nHost: site\r\n\r\n", path.read_bytes()),
            ]
        refused = [
            answer.headers.get("X-Infection-Found", "").count("Threat=Repit.known;") for answer in answers
        ]
        assert refused[0] == refused[1]
        return bool(refused[0])

    def c_icap_client(self, path: Path) -> bool:
        command = tool("c-icap-client", "c-icap")
        where = ("-i", "127.0.0.1", "-p", str(self.gate.icap), "-s", "repit", "-f", str(path), "-v")
        outputs = []
        for how in ((), ("-req", "http://site/a"), ("-nopreview", "-no204"), ("-w", "64")):
            out = path.with_suffix(".out")
            outputs.append(run(command, *where, "-o", str(out), *how)[1])
            assert "ICAP HEADERS" in outputs[-1]
            out.unlink(missing_ok=True)
        refused = ["Threat=Repit.known;" in answer for answer in outputs]
        assert len(set(refused)) == 1, outputs
        return refused[0]

    def curl_raw(self, path: Path) -> bool:
        return self._curl(path, "--data-binary", f"@{path}", "-H", "Content-Type: application/octet-stream")

    def curl_form(self, path: Path) -> bool:
        return self._curl(path, "-F", f"file=@{path}")

    def curl_chunked(self, path: Path) -> bool:
        kind = "Content-Type: application/octet-stream"
        return self._curl(path, "--data-binary", f"@{path}", "-H", kind, "-H", "Transfer-Encoding: chunked")

    def curl_form_chunked(self, path: Path) -> bool:
        return self._curl(path, "-F", f"file=@{path}", "-H", "Transfer-Encoding: chunked")

    def _curl(self, path: Path, *how: str) -> bool:
        empty = not path.stat().st_size
        status = ("-s", "-o", "/dev/null", "-w", "%{http_code}")
        code, output = run(tool("curl", "curl"), *status, *how, f"{self.gate.base}/v1/refuse")
        assert code == 0, output
        # An empty body is a mistake of the caller's, and no upload.
        assert output in (("400",) if empty else ("200", "202", "451")), output
        return output == "451"

    def all(self) -> dict[str, Callable[[Path], bool]]:
        names = ("clamdscan", "clamdscan_at_once", "clamd", "python_icap", "c_icap_client")
        curl = ("curl_raw", "curl_form", "curl_chunked", "curl_form_chunked")
        return {name: getattr(self, name) for name in (*names, *curl)}


def test_each_client_blocks_a_banked_picture_and_its_altered_copy_and_passes_an_unrelated_one(
    gate_with_channels: GateWithChannels, banked: Banked, tmp_path: Path
) -> None:
    gate = gate_with_channels
    picture, sent = banked.picture, banked.sent
    files = {
        "banked": picture,
        "mirrored": sent["Mirrored"],
        "bordered": sent["With a border"],
        "unrelated": sent["Unrelated: a coffee"],
        "empty": b"",
        "letter": b"Dear all,\n" * 2000,
        "damaged": picture[: len(picture) // 3],
        "hostile": b"\xff\xd8\xff" + b"\xff" * 70_000,
    }
    paths = {}
    for name, content in files.items():
        paths[name] = tmp_path / f"{name}.jpg"
        paths[name].write_bytes(content)
    clients = Clients(gate, tmp_path).all()
    for client, refuses in clients.items():
        refused = {name for name, path in paths.items() if refuses(path)}
        assert refused == {"banked", "mirrored", "bordered"}, client
    banked.withdraw()
    assert eventually(lambda: gate.verdict(picture)[0] == "allow")
    for client, refuses in clients.items():
        assert not refuses(paths["banked"]), client


def test_a_terminal_client_learns_the_version_and_what_can_be_asked(
    gate_with_channels: GateWithChannels, tmp_path: Path
) -> None:
    gate = gate_with_channels
    clients = Clients(gate, tmp_path)
    code, output = run(tool("clamdscan", "clamdscan"), f"--config-file={clients.config}", "--version")
    assert code == 0
    assert re.search(r"Repit \d+\.\d+\.\d+/\d+/", output), output
    code, output = run(tool("clamdscan", "clamdscan"), f"--config-file={clients.config}", "--ping", "3")
    assert code == 0
    assert "PONG" in output
    output = run(tool("c-icap-client", "c-icap"), "-i", "127.0.0.1", "-p", str(gate.icap), "-s", "repit")[1]
    assert "Repit" in output
    assert "Allow 204: Yes" in output
    scanner = clamd.ClamdNetworkSocket("127.0.0.1", gate.clamd, timeout=60)
    assert "STATE: VALID" in scanner.stats()
    assert scanner.scan("/etc/passwd") == {"/etc/passwd": ("ERROR", "Access denied.")}
    assert eventually(gate.answers)
