"""One attack from beginning to end.

In: minutes. Out: the page, and 0 if everything held. Next: `drills.__main__`.
"""

import itertools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from bench.common import Options, Report, Table, publish

from drills.attack import opponents, visitors
from drills.attack.pictures import bomb, jpeg
from drills.attack.visitors import Tally
from repit.demo import installations, processes, story
from repit.demo.ports import free_port

BANKED, PEOPLE, USERS = 6, 4, 3
STOCK = 20_000
PAGE_SECONDS = 2.0
LEAST = 0.99
ROOT = Path(__file__).resolve().parent.parent.parent


def run(minutes: float) -> int:
    """The whole drill."""
    with tempfile.TemporaryDirectory(prefix="repit-attack-") as name:
        folder = Path(name)
        os.environ["REPIT_DATA"] = str(folder / "own")
        installations.set_up("hotline")  # for outbound, which `story` uses
        icap = free_port()
        behind = {"REPIT_PROXIES": "1"}
        # Told of matches, the hotline would soon put before a person what matches thousands of times a day.
        gate_settings = {
            **behind,
            "REPIT_GATE_ICAP": f"127.0.0.1:{icap}",
            "REPIT_GATE_REPORT_MATCHES": "no",
            "REPIT_GATE_BUDGET_MS": "3000",
        }
        os.environ.update(behind)
        with (
            processes.hotline(folder, behind) as hotline,
            processes.gate(folder, hotline, gate_settings) as gate,
        ):
            return _attacked(folder, hotline, gate, icap, minutes)


def _attacked(
    folder: Path, hotline: processes.Service, gate: processes.Service, icap: int, minutes: float
) -> int:
    _fill(folder)
    banked = [jpeg(number) for number in range(BANKED)]
    others = [jpeg(1000 + number) for number in range(BANKED)]
    with hotline.client() as person, gate.client() as platform:
        for picture in banked:
            story.open_case(person, picture)
        story.until(platform, _Upload(banked[-1]), refused=True, since=time.monotonic())
    before = _measured(hotline, gate, banked, others, 10.0, lambda: None)
    attack = _begun(folder, hotline, gate, icap)
    time.sleep(3.0)
    peaks = _Peaks([hotline.process.pid, gate.process.pid])
    during = _measured(hotline, gate, banked, others, minutes * 60, peaks.look)
    outcome_of_attack = _ended(attack)
    after = _measured(hotline, gate, banked, others, 10.0, lambda: None)
    return _reported(before, during, after, outcome_of_attack, peaks, minutes)


def _fill(folder: Path) -> None:
    """A bank of some size, so that its snapshot is no small answer."""
    lines = folder / "hashes.txt"
    lines.write_text("".join(f"{secrets.token_hex(32)},90\n" for _ in range(STOCK)))
    subprocess.run(
        [sys.executable, "-m", "repit.cli", "bank", "import", str(lines), "--reason", "stock"],
        env={**os.environ, "REPIT_DATA": str(folder / "hotline")},
        check=True,
        stdout=subprocess.DEVNULL,
    )


class _Upload:
    """What `story` asks with."""

    kind = "jpeg"

    def __init__(self, data: bytes) -> None:
        self.data = data


def _begun(
    folder: Path, hotline: processes.Service, gate: processes.Service, icap: int
) -> "subprocess.Popen[bytes]":
    key = processes.subscribe(folder / "hotline", "a-key-that-got-about")
    with hotline.client() as asked:
        sequence = json.loads(asked.get("/ready").body)["sequence"]
    words = [str(hotline.port), str(gate.port), str(icap), key, str(sequence)]
    return subprocess.Popen(
        [sys.executable, "-m", "drills.attack.opponents", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )


def _ended(attack: "subprocess.Popen[bytes]") -> dict[str, object]:
    out, _ = attack.communicate(b"", timeout=60)
    outcome_of_attack: dict[str, object] = json.loads(out)
    return outcome_of_attack


class _Peaks:
    """How large the attacked processes became, and how many threads they had."""

    def __init__(self, roots: list[int]) -> None:
        self._roots = roots
        self.memory = self.threads = self.connections = 0

    def look(self) -> None:
        """Now."""
        memory = threads = 0
        for root in self._roots:
            parent = psutil.Process(root)
            threads = max(threads, parent.num_threads())
            memory += sum(_memory(process) for process in [parent, *parent.children(recursive=True)])
            self.connections = max(self.connections, parent.num_fds())
        self.memory, self.threads = max(self.memory, memory), max(self.threads, threads)


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0


def _measured(
    hotline: processes.Service,
    gate: processes.Service,
    banked: list[bytes],
    others: list[bytes],
    seconds: float,
    look: Callable[[], None],
) -> Tally:
    tally, over = Tally(), threading.Event()
    known, unknown = itertools.cycle(banked), itertools.cycle(others)
    turn = threading.Lock()

    def next_of(pictures: "itertools.cycle[bytes]") -> bytes:
        with turn:
            return next(pictures)

    people = [
        *((visitors.uploads, tally, gate.port, lambda: next_of(known), "banked", over) for _ in range(USERS)),
        (visitors.uploads, tally, gate.port, lambda: next_of(unknown), "unrelated", over),
        *((visitors.pages, tally, hotline.port, number, over) for number in range(PEOPLE)),
        (visitors.health, tally, hotline.port, "hotline", over),
        (visitors.health, tally, gate.port, "gate", over),
    ]
    threads = [threading.Thread(target=person[0], args=person[1:]) for person in people]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(min(1.0, max(0.0, until - time.monotonic())))
        look()
    over.set()
    for thread in threads:
        thread.join()
    return tally


def _percentile(tally: Tally, what: str, share: float) -> float:
    return float(np.percentile(tally.seconds[what] or [0.0], share))


def _reported(
    before: Tally,
    during: Tally,
    after: Tally,
    outcome_of_attack: dict[str, object],
    peaks: _Peaks,
    minutes: float,
) -> int:
    counts = during.answers["banked"]
    report = Report(
        "attack",
        f"Everything at once for {minutes:g} minutes",
        f"At once and all the time: {opponents.BODIES} unfinished bodies and {opponents.HEADS} unfinished"
        f" heads, a byte every {opponents.DRIBBLE_SECONDS:g} s; {opponents.POLLS} long polls and"
        f" {opponents.UNREAD} unread snapshots of one key; {opponents.ICAP} unfinished ICAP requests;"
        f" {opponents.BOMBERS} senders of PNGs of {len(bomb()) // 1000} kB and 119 megapixels, one after"
        f" another; {opponents.FLOOD_PACE:g} uploads and {opponents.CALL_PACE:g} page requests a second,"
        " more than two cores can do. Beside them people look at pages and a platform's users upload."
        " Hotline, gate, opponents and visitors share the machine's cores, and whatever else ran there. The"
        " opponents used"
        f" {float(str(outcome_of_attack['processor_seconds'])):,.0f} s of processor themselves.",
    )
    for what, unit, least in (("banked", "s", 50), ("page", "s", 50), ("page", "s", 99), ("page", "s", 100)):
        name = f"{what}, {'median' if least == 50 else 'slowest' if least == 100 else f'p{least}'}"
        value, quiet = _percentile(during, what, least), _percentile(before, what, least)
        report.compare(name, unit, value, "the same before the attack", quiet)
    rows = [
        (what, answer, b[answer], d[answer], a[answer])
        for what in sorted(during.answers)
        for b, d, a in [(before.answers[what], during.answers[what], after.answers[what])]
        for answer in sorted({*b, *d, *a})
    ]
    report.tables.append(
        Table("What visitors were answered", ("what", "answer", "before", "during", "after"), rows)
    )
    slow = [
        (
            what,
            len(during.seconds[what]),
            *(round(_percentile(during, what, p), 3) for p in (50, 95, 99, 100)),
        )
        for what in sorted(during.seconds)
    ]
    report.tables.append(
        Table("How long it took, in seconds", ("what", "how many", "p50", "p95", "p99", "most"), slow)
    )
    seen = outcome_of_attack["seen"]
    heard = sorted(seen.items()) if isinstance(seen, dict) else []
    report.tables.append(Table("What opponents were answered", ("what", "how many"), heard))
    report.tables.append(
        Table(
            "What it took",
            ("what", "most"),
            [
                ("threads of one process", peaks.threads),
                ("open files of one process", peaks.connections),
                ("memory of all processes, MiB", round(peaks.memory / 2**20)),
            ],
        )
    )
    share, late = during.share("banked", "refused"), _percentile(during, "page", 100)
    passed = sum(count for answer, count in counts.items() if answer.startswith("allow"))
    good = during.share("page", "200")
    report.notes.append(
        f"Banked uploads refused: {share:.2%} of {counts.total()} ({during.first} at the first try), let"
        f" pass: {passed}. Pages answered: {good:.2%} of {during.answers['page'].total()}, the slowest in"
        f" {late:.2f} s."
    )
    publish(report, Options(), f"make drill NAME=attack ARGS='--minutes {minutes:g}'")
    held = share >= LEAST and not passed and good >= LEAST and late < PAGE_SECONDS
    return 0 if held else 1
