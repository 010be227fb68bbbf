"""New machines, with nothing on them but Debian, on a network of their own from which they reach the world.

In: Debian's archive, by mmdebstrap; root on this machine. Out: `Machine`s that run systemd, whose lines are
typed as root would. Next: `walk`.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drills import namespaces
from drills.namespaces import INIT, first_of

NEEDED: Final = ("mmdebstrap", "ip", "iptables", "nsenter", "unshare", "setpriv", "chromium")
BASE: Final = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps"
_AUTHORITIES: Final = "etc/ssl/certs/ca-certificates.crt"
_SURROUNDINGS: Final = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "PIP_INDEX_URL",
    "UV_INDEX_URL",
    "http_proxy",
    "https_proxy",
)
"""What the network around this machine asks of whoever uses it, and would of any other."""
_SECONDS: Final = 1_200.0


class Refused(Exception):
    """A line that was typed did not succeed."""


def missing() -> str:
    """What keeps this machine from making others; empty where nothing does."""
    if os.geteuid() != 0:
        return "only root can start machines"
    lacking = [program for program in NEEDED if shutil.which(program) is None]
    return f"install first: {', '.join(lacking)}" if lacking else ""


def debian(kept: Path) -> Path:
    """An archive of a Debian 12 with nothing on it, made once."""
    archive = kept / "debian-12.tar"
    if not archive.exists():
        kept.mkdir(parents=True, exist_ok=True)
        part = archive.with_suffix(".part.tar")
        _do("mmdebstrap", "--quiet", "--variant=minbase", f"--include={BASE}", "bookworm", str(part))
        part.rename(archive)
    return archive


@dataclass
class Machine(namespaces.Machine):
    """One that lines are typed at, in the folder where the last one left off."""

    name: str
    address: str
    power: ExitStack = field(repr=False)
    _where: str = field(default="/root", repr=False)

    def type(self, line: str) -> str:
        """What it prints, both streams. Raises `Refused`."""
        script = f"cd {shlex.quote(self._where)} && {line}\nstatus=$?; pwd >/run/where; exit $status"
        around = [f"{name}={os.environ[name]}" for name in _SURROUNDINGS if name in os.environ]
        root = ["HOME=/root", "LANG=C.UTF-8", "TERM=dumb", f"PATH={_PATH}"]
        done = self.run("env", "-i", *root, *around, "bash", "-c", script, seconds=_SECONDS)
        self._where = self.must("cat", "/run/where").strip()
        if done.returncode:
            raise Refused(f"{self.name}: {line}\n{done.stdout}{done.stderr}")
        return f"{done.stdout}\n{done.stderr}\n"


_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class World:
    """A network of machines, and names on it."""

    folder: Path
    archive: Path
    bridge: str
    names: dict[str, str] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)

    @property
    def network(self) -> str:
        """Another one for each drill on this computer."""
        return f"10.213.{os.getpid() % 250}.0/24"

    def address(self, number: int) -> str:
        """Of the machine with that number; the first is this computer."""
        return f"{self.network.removesuffix('.0/24')}.{number}"

    def call(self, name: str, machine: Machine) -> None:
        """From now on the name leads there, as a change in the DNS would have it."""
        self.names[name] = machine.address
        text = "127.0.0.1 localhost\n" + "".join(f"{at} {each}\n" for each, at in self.names.items())
        for each in self.machines:
            each.write("/etc/hosts", text)

    @contextmanager
    def machine(self, name: str, authority: str) -> Iterator[Machine]:
        """A new one, that trusts an authority besides those that this machine trusts."""
        address = self.address(len(self.machines) + 2)
        root = self.folder / name
        root.mkdir()
        _do("tar", "--extract", "--file", str(self.archive), "--directory", str(root), "--exclude=./dev/*")
        (root / "etc/hostname").write_text(f"{name}\n")
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        (root / _AUTHORITIES).write_text(Path("/", _AUTHORITIES).read_text() + authority)
        with self._cable(name, address), ExitStack() as power:
            started = Machine(power.enter_context(self._powered(name)), name, address, power)
            self.machines.append(started)
            yield started

    def power_cut(self, machine: Machine) -> None:
        """Every process of it is gone at once; then it starts again, as its files have it."""
        machine.power.close()
        machine.process = machine.power.enter_context(self._powered(machine.name))

    @contextmanager
    def _powered(self, name: str) -> Iterator[int]:
        with namespaces.group(name) as group:
            outer = _started(self.folder / name, self._network(name), group, self.folder / f"{name}.log")
            try:
                yield _awaited(outer)
            finally:
                os.kill(first_of(outer.pid) or outer.pid, signal.SIGKILL)
                outer.wait(60)

    def _network(self, name: str) -> str:
        return f"{self.bridge}-{name}"

    @contextmanager
    def _cable(self, name: str, address: str) -> Iterator[None]:
        network = self._network(name)
        here = f"v{address.rpartition('.')[2]}-{self.bridge}"
        _do("ip", "netns", "add", network)
        try:
            _do("ip", "link", "add", here, "type", "veth", "peer", "name", "eth0", "netns", network)
            _do("ip", "link", "set", here, "master", self.bridge, "up")
            inside = ("ip", "-n", network)
            _do(*inside, "address", "add", f"{address}/24", "dev", "eth0")
            for device in ("eth0", "lo"):
                _do(*inside, "link", "set", device, "up")
            _do(*inside, "route", "add", "default", "via", self.address(1))
            yield
        finally:
            _do("ip", "netns", "delete", network)


@contextmanager
def world(folder: Path, archive: Path) -> Iterator[World]:
    """A network that ends with the block."""
    made = World(folder, archive, f"rd{os.getpid()}")
    outward = ("POSTROUTING", "--source", made.network, "!", "--destination", made.network)
    translated = (*outward, "--jump", "MASQUERADE")
    forwarding = Path("/proc/sys/net/ipv4/ip_forward")
    before = forwarding.read_text()
    _do("ip", "link", "add", made.bridge, "type", "bridge")
    try:
        _do("ip", "address", "add", f"{made.address(1)}/24", "dev", made.bridge)
        _do("ip", "link", "set", made.bridge, "up")
        _do("iptables", "--table", "nat", "--append", *translated)
        forwarding.write_text("1")
        try:
            yield made
        finally:
            forwarding.write_text(before)
            _do("iptables", "--table", "nat", "--delete", *translated)
    finally:
        _do("ip", "link", "delete", made.bridge)


def _started(root: Path, network: str, group: Path, log: Path) -> "subprocess.Popen[bytes]":
    begin = (
        f"echo $$ >{group}/cgroup.procs; mount --bind {root} {root};"
        f" for each in run tmp; do mount -t tmpfs tmpfs {root}/$each; done;"
        f" mount --rbind /dev {root}/dev; exec ip netns exec {network} unshare --mount --pid --fork --uts"
        f" --ipc --cgroup bash -c 'hostname -F {root}/etc/hostname; exec {INIT} {root}'"
    )
    with log.open("wb") as out:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "bash", "-ec", begin],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _awaited(outer: "subprocess.Popen[bytes]") -> int:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        first = first_of(outer.pid)
        if (
            first
            and namespaces.Machine(first).run("systemctl", "is-system-running", "--wait").returncode == 0
        ):
            return first
        time.sleep(0.1)
    raise Refused("the machine did not come up; its log lies beside its files")


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{shlex.join(command)}: {done.stderr.strip()}")
