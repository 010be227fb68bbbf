"""From a person's submission to a refusal at a subscribed gate, and from their withdrawal to the end of it.

In: `--sizes`, items in the bank; `--runs`. Out: `docs/bench/freshness.md`. Next: a reader.

Real processes: `repit hotline` and `repit gate`, each with its own SQLite file, joined by HTTP on loopback.
The clock starts before the request that opens (or withdraws) the case is sent, and ends with the first answer
of the gate that differs; the gate is asked again as soon as it has answered. The peer's figures are cited:
its index is rebuilt by a timer, and was measured apart from this run.
"""

import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.common import Options, Report, Table, percentiles
from repit.demo.ports import free_port

SIZES = (100_000, 1_000_000)
HMA = "HMA, cited: 18 to 157 s"
HMA_SECONDS = (18.0, 157.0)
REPIT = [sys.executable, "-m", "repit.cli"]
TIMEOUT = 1_800.0
WARM_UP = 5


def run(options: Options) -> Report:
    """Fill a bank, start a hotline and a gate, and time one case after another, at each size."""
    report = Report(
        "freshness",
        "From a submission to a refusal",
        "A case of one picture is opened at a running hotline while a running gate, which follows it, is"
        " asked for that picture's hash again and again. Then the case is withdrawn. Everything runs on one"
        " machine; the gate's questions and the hotline's work share its processors.",
        notes=[
            "HMA's 18 to 157 s are cited, not measured in this run: a hash is added, its index is rebuilt by"
            " a timer, and the first match is awaited. They stand beside our p50 and p99 in that order.",
            "A submission includes Argon2id for the receipt, the bank's commit to disk, the change over the"
            " feed, and its entry into the gate's index. The gate's own copy on disk follows.",
            "Both include a wait drawn by chance between 0 and 5 s (`REPIT_SPREAD_SECONDS`), so that the"
            " items of one case do not come together: 2.5 s in the middle.",
        ],
    )
    loading: list[tuple[object, ...]] = []
    sizes = SIZES if options.sizes == Options().sizes else options.sizes
    load_before = os.getloadavg()[0]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="repit-freshness-") as folder:
            _one_size(report, loading, Path(folder), size, options.runs)
    columns = ("items", "import s", "items/s", "hotline ready s", "gate ready from a snapshot s")
    report.tables.append(Table("Until both are ready", columns, loading))
    report.notes.append(
        f"Load average of the machine before and after: {load_before:.1f} and {os.getloadavg()[0]:.1f}."
    )
    return report


def _one_size(report: Report, loading: list[tuple[object, ...]], folder: Path, size: int, runs: int) -> None:
    own = {"REPIT_DATA": str(folder / "hotline"), "REPIT_LOG_LEVEL": "ERROR", "REPIT_LANGUAGE": "en"}
    env = {**os.environ, **own}
    importing = _imported(folder / "bank.txt", env, size)
    with _serving("hotline", env) as (hotline, hotline_ready):
        key = _operate(env, "subscriber", "add", "platform", "--key-only").strip()
        follow = {
            **env,
            "REPIT_DATA": str(folder / "gate"),
            "REPIT_GATE_FEED_URL": f"http://127.0.0.1:{hotline}",
            "REPIT_GATE_FEED_KEY": key,
            "REPIT_OUTBOUND_ALLOW": f"127.0.0.1:{hotline}",
            "REPIT_GATE_WORKERS": "1",
        }
        with _serving("gate", follow) as (gate, gate_ready):
            loading.append((size, importing, size / importing, hotline_ready, gate_ready))
            appearing, going = _timed_cases(hotline, gate, runs)
    for what, spent in (("submission to refusal", appearing), ("withdrawal to acceptance", going)):
        for name, milliseconds, theirs in zip(("p50", "p99"), percentiles(spent), HMA_SECONDS, strict=True):
            work = f"{what}, {size:,} banked, {runs} runs"
            report.compare(work, f"s {name}", milliseconds / 1e3, HMA, theirs)
        report.compare(f"{what}, {size:,} banked, slowest of {runs}", "s", max(spent))


def _imported(file: Path, env: dict[str, str], size: int) -> float:
    """Seconds that `repit bank import` takes for so many random hashes."""
    with file.open("w", encoding="ascii") as out:
        for _ in range(size):
            out.write(f"{secrets.token_hex(32)},90\n")
    begun = time.perf_counter()
    output = _operate(env, "bank", "import", str(file), "--reason", "bench")
    spent = time.perf_counter() - begun
    if f"Published: {size}." not in output:
        raise RuntimeError(output)
    file.unlink()
    return spent


def _timed_cases(hotline: int, gate: int, runs: int) -> tuple[list[float], list[float]]:
    """Seconds until each hash was refused, and until it was accepted again."""
    person, platform = _Connection(hotline), _Connection(gate)
    appearing, going = [], []
    for number in range(runs + WARM_UP):
        value = secrets.token_hex(32)
        question = {"hashes": [{"algorithm": "pdq", "value": value}]}
        hashes = [{"algorithm": "pdq", "role": "whole", "value": value, "quality": 90}]
        item = {"media": "picture", "kind": "intimate", "hashes": hashes}
        begun = time.perf_counter()
        status, receipt = person.post("/api/v1/cases", {"items": [item]})
        if status != 201:
            raise RuntimeError(f"status {status}")
        _until(lambda question=question: platform.post("/v1/refuse", question)[0] == 451)
        appeared = time.perf_counter() - begun
        back = {"number": receipt["number"], "secret": receipt["secret"], "items": "all"}
        begun = time.perf_counter()
        person.post("/api/v1/cases/withdraw", back)
        _until(lambda question=question: platform.post("/v1/refuse", question)[0] == 200)
        gone = time.perf_counter() - begun
        if number >= WARM_UP:
            appearing.append(appeared)
            going.append(gone)
    return appearing, going


class _Connection:
    """One connection that is kept open, as a platform or a browser keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: object) -> tuple[int, Any]:
        self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        with self._connection.getresponse() as answer:
            raw = answer.read()
            return answer.status, json.loads(raw) if raw else None


def _until(true: Callable[[], bool]) -> None:
    end = time.perf_counter() + 60
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError


@contextmanager
def _serving(role: str, env: dict[str, str]) -> Iterator[tuple[int, float]]:
    """(port, seconds until ready) of a process of its own, ended afterwards."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*REPIT, role, "--port", str(port)], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() - begun > TIMEOUT:
                raise RuntimeError(f"{role} did not become ready")
            time.sleep(0.1)
        yield port, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(60)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _operate(env: dict[str, str], *command: str) -> str:
    done = subprocess.run([*REPIT, *command], env=env, capture_output=True, check=True)
    return done.stdout.decode()
