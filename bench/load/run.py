"""The run: us with every stage, us with the standard hash alone, the peer.

In: `Options`. Out: `Report`. Next: `bench.__main__`.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.common import ROOT, Options, Report, Table
from bench.load.clients import Measured, measure
from bench.load.pictures import SHARES, Upload, uploads
from repit.demo.ports import free_port

CLIENTS = (1, 4, 16, 64)
TIMEOUT = 900
PEER = (
    "threatexchange PDQ hash + PDQIndex behind the same HTTP server (what HMA's /m/lookup does inside), two"
    " processes"
)


@dataclass(frozen=True)
class Server:
    """A server that runs, with its children."""

    port: int
    process: int

    def processor(self) -> float:
        """Seconds of processor used so far."""
        tasks = Path(f"/proc/{self.process}/task")
        children = " ".join((task / "children").read_text() for task in tasks.iterdir()).split()
        ticks = 0
        for process in [str(self.process), *children]:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def run(options: Options) -> Report:
    """Each server in turn at each number of clients."""
    size, begun = options.sizes[0], os.getloadavg()[0]
    sent = uploads()
    report = Report(
        "load",
        "A gate under load",
        f"A bank of {size:,} hashes. Uploads, made by code: {_mix(sent)}. Clients run on the server's cores,"
        " in a process of their own, one request after another over connections that stay open. Only"
        " uploads that were looked at count; beyond what it can do the gate answers 503. HMA itself was not"
        " installed: the peer is what it does inside, without its web framework and database; the issue that"
        " asked for this bench cites 22 lookups a second for HMA 1.1.7 at 1 M hashes.",
    )
    figures = {
        "all stages": _ours(size, "turned", sent, options.seconds),
        "standard hash alone": _ours(size, "standard", sent, options.seconds),
    }
    theirs = _peer(size, sent, options.seconds)
    for name, measured in figures.items():
        for clients in CLIENTS:
            pair = measured[clients].rate, theirs[clients].rate
            work = f"mixed uploads, {clients} clients, {name}"
            report.compare(work, "uploads/s", pair[0], PEER, pair[1], less=False)
        costs = measured[4].cost, theirs[4].cost
        report.compare(f"processor for one upload, 4 clients, {name}", "ms", costs[0], PEER, costs[1])
    for name, measured in {**figures, "peer": theirs}.items():
        report.tables.append(_table(name, measured))
    report.notes.append(
        "All stages look for altered copies (mirrored, cropped, bordered, in a collage, turned), which the"
        " peer does not; the standard hash alone is the same work as the peer's."
    )
    report.notes.append(
        f"Load average when this began: {begun:.1f} on {os.cpu_count()} cores. Beyond the cores, other"
        " work took part of the machine, and the processor time of an upload says more than uploads a second."
    )
    return report


def _mix(sent: list[Upload]) -> str:
    sizes = {kind: [len(upload.data) for upload in sent if upload.kind == kind] for kind in SHARES}
    return ", ".join(
        f"{share} in 20 {kind} of {np.mean(sizes[kind]) / 1000:,.0f} kB" for kind, share in SHARES.items()
    )


def _ours(size: int, stages: str, sent: list[Upload], seconds: float) -> dict[int, Measured]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "REPIT_DATA": folder,
            "REPIT_GATE_INDEX": "memory",
            "REPIT_GATE_STAGES": stages,
            "REPIT_GATE_BUDGET_MS": "5000",
            "REPIT_LOG_LEVEL": "ERROR",
        }
        with _server("ours", size, environment) as server:
            return _measured([server], "/v1/check", sent, seconds)


def _peer(size: int, sent: list[Upload], seconds: float) -> dict[int, Measured]:
    with _server("peer", size, {}) as first, _server("peer", size, {}) as other:
        return _measured([first, other], "/", sent, seconds)


def _measured(servers: list[Server], path: str, sent: list[Upload], seconds: float) -> dict[int, Measured]:
    ports = [server.port for server in servers]
    measure(ports, path, sent, 2 * len(ports), seconds / 2)  # warm
    measured = {}
    for clients in CLIENTS:
        before = sum(server.processor() for server in servers)
        measured[clients] = measure(ports, path, sent, clients, seconds)
        measured[clients].processor = sum(server.processor() for server in servers) - before
    return measured


@contextmanager
def _server(which: str, size: int, environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REPIT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load.servers", which, str(port), str(size)],
        env={**clean, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        if process.stdout is None or not process.stdout.readline().startswith(b"ready"):
            raise RuntimeError(f"{which} did not start")
        _listening(port)
        yield Server(port, process.pid)
    finally:
        process.kill()  # its decoders end with it
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _listening(port: int) -> None:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("nobody listens")


def _table(name: str, measured: dict[int, Measured]) -> Table:
    rows = []
    for clients, result in measured.items():
        p50, p95, p99 = np.percentile(np.asarray(result.seconds or [np.nan]) * 1e3, [50, 95, 99])
        others: Counter[int] = Counter({status: n for status, n in result.statuses.items() if status != 200})
        statuses = ", ".join(f"{status}: {n}" for status, n in others.items()) or "none"
        rows.append((str(clients), result.rate, float(p50), float(p95), float(p99), statuses))
    return Table(
        f"Latency: {name}", ("clients", "uploads/s", "p50 ms", "p95 ms", "p99 ms", "other answers"), rows
    )
