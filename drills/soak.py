"""A gate at half its capacity for an hour, while its feed changes.

In: minutes. Out: 0 if no decision was lost or wrong, and memory and p99 stayed flat; the page
`docs/bench/soak.md`. Next: a reader.

A real hotline, a real gate with all its channels. Capacity is measured first; then uploads begin at half that
pace, on time or late, through HTTP, clamd and ICAP. Meanwhile cases are opened and withdrawn every five
seconds. Every answer is checked, and at the end every recorded decision is looked up in the gate's database.
"""

import io
import itertools
import os
import random
import sqlite3
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from bench.common import Options, Report, Table, publish
from bench.robustness.scenes import scene

from drills.channels import BUSY, PASSED, REFUSED, Channels, Ports
from repit.demo import installations, processes, story
from repit.demo.ports import free_port

CLIENTS = 8
MEASURING = 8.0
EVERY = 5.0
SHARES = ("check",) * 3 + ("clamd",) + ("icap",)
KNOWN, UNRELATED = 10, 10


@dataclass
class Seen:
    """What came of all uploads."""

    begun: float = field(default_factory=time.monotonic)
    turn: threading.Lock = field(default_factory=threading.Lock)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    decisions: set[str] = field(default_factory=set)
    seconds: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: list[tuple[float, int, int]] = field(default_factory=list)
    changes: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def failed(self, what: str, error: Exception) -> None:
        """Count it, and tell whoever watches at once."""
        self.errors.append(f"{what}: {type(error).__name__}")
        minute = (time.monotonic() - self.begun) / 60
        print(f"minute {minute:.1f}: {what} failed: {type(error).__name__} {error}", flush=True)


def run(minutes: float) -> int:
    """The whole drill."""
    with tempfile.TemporaryDirectory(prefix="repit-soak-") as name:
        folder = Path(name)
        os.environ["REPIT_DATA"] = str(folder / "own")
        installations.set_up("hotline")  # for outbound, which `story` uses
        clamd, icap = free_port(), free_port()
        more = {"REPIT_GATE_CLAMD": f"127.0.0.1:{clamd}", "REPIT_GATE_ICAP": f"127.0.0.1:{icap}"}
        more["REPIT_GATE_BUDGET_MS"] = "10000"
        # Told of matches, the hotline would soon suspend ten pictures that match thousands of times a day, as
        # it must.
        more["REPIT_GATE_REPORT_MATCHES"] = "no"
        with processes.hotline(folder) as hotline, processes.gate(folder, hotline, more) as gate:
            return _soaked(folder, hotline, gate, Ports(gate.port, clamd, icap), minutes)


def _soaked(
    folder: Path, hotline: processes.Service, gate: processes.Service, ports: Ports, minutes: float
) -> int:
    known = [_jpeg(number) for number in range(KNOWN)]
    others = [_jpeg(1000 + number) for number in range(UNRELATED)]
    with hotline.client() as person:
        for picture in known:
            story.open_case(person, picture)
        _until(ports, known[-1], REFUSED)
        capacity = _capacity(ports, others)
        print(f"capacity {capacity:.1f} uploads/s; {minutes:g} minutes at half of it", flush=True)
        seen = Seen()
        end = seen.begun + minutes * 60
        threads = [
            threading.Thread(target=_client, args=args)
            for args in _clients(seen, ports, known, others, capacity / 2, end)
        ]
        threads.append(threading.Thread(target=_watch, args=(seen, gate.process.pid, end)))
        for thread in threads:
            thread.start()
        _churn(seen, ports, hotline, end)
        for thread in threads:
            thread.join()
    time.sleep(2)
    lost = _lost(folder, seen)
    return _reported(seen, capacity, lost, minutes)


def _jpeg(number: int) -> bytes:
    out = io.BytesIO()
    scene(number).save(out, "JPEG", quality=88)
    return out.getvalue()


def _until(ports: Ports, data: bytes, wanted: str) -> float:
    begun, channels = time.monotonic(), Channels(ports)
    while channels.ask("check", data)[0] != wanted:
        if time.monotonic() > begun + 60:
            raise TimeoutError(wanted)
        time.sleep(0.1)
    channels.close()
    return time.monotonic() - begun


def _capacity(ports: Ports, others: list[bytes]) -> float:
    done = itertools.count()
    end = time.monotonic() + MEASURING

    def client() -> None:
        channels = Channels(ports)
        while time.monotonic() < end:
            channels.ask("check", others[next(done) % len(others)])
        channels.close()

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(done) / MEASURING


def _clients(
    seen: Seen, ports: Ports, known: list[bytes], others: list[bytes], pace: float, end: float
) -> list[tuple[object, ...]]:
    numbers = itertools.count()
    return [(seen, ports, known, others, pace, end, numbers) for _ in range(CLIENTS)]


def _client(
    seen: Seen,
    ports: Ports,
    known: list[bytes],
    others: list[bytes],
    pace: float,
    end: float,
    numbers: "itertools.count[int]",
) -> None:
    channels, dice = Channels(ports), random.Random()
    while (moment := time.monotonic()) < end:
        due = seen.begun + next(numbers) / pace
        time.sleep(max(0.0, due - moment))
        banked = dice.random() < 0.3
        data, channel = dice.choice(known if banked else others), dice.choice(SHARES)
        begun = time.monotonic()
        try:
            answer, decision = channels.ask(channel, data)
        except (OSError, ValueError) as error:
            seen.failed(channel, error)
            channels = Channels(ports)
            continue
        lasted = time.monotonic() - begun
        with seen.turn:
            seen.answers[channel, answer] += 1
            seen.seconds[int((begun - seen.begun) // 60)].append(lasted)
            if decision:
                seen.decisions.add(decision)
            if answer not in (BUSY, REFUSED if banked else PASSED):
                seen.wrong[f"{channel}, {'known' if banked else 'unrelated'}: {answer}"] += 1
    channels.close()


def _churn(seen: Seen, ports: Ports, hotline: processes.Service, end: float) -> None:
    """Open a case with a picture, see it refused, withdraw it, see it pass; again and again."""
    with hotline.client() as person:
        for number in itertools.count(5000):
            if time.monotonic() > end:
                return
            picture = _jpeg(number)
            try:
                receipt = story.open_case(person, picture)
                came = _until(ports, picture, REFUSED)
                story.withdraw(person, receipt)
                seen.changes.append((came, _until(ports, picture, PASSED)))
            except (OSError, TimeoutError) as error:
                seen.failed("feed", error)
            time.sleep(EVERY)


def _watch(seen: Seen, gate: int, end: float) -> None:
    process = psutil.Process(gate)
    while time.monotonic() < end:
        children = process.children(recursive=True)
        own = process.memory_full_info().uss
        theirs = 0
        for child in children:
            try:
                theirs += child.memory_full_info().uss
            except psutil.Error:
                continue
        seen.memory.append((time.monotonic() - seen.begun, own, theirs))
        time.sleep(5)


def _lost(folder: Path, seen: Seen) -> dict[str, int]:
    """Answers of which the gate's database knows nothing."""
    database = sqlite3.connect(f"file:{folder / 'gate' / 'gate.sqlite3'}?mode=ro", uri=True)
    recorded = {name for (name,) in database.execute("SELECT name FROM gate_decision")}
    counted = dict(
        database.execute(
            "SELECT channel || ' ' || outcome, SUM(count) FROM gate_decisioncount GROUP BY channel, outcome"
        ).fetchall()
    )
    database.close()
    lost = {"decisions told but not recorded": len(seen.decisions - recorded)}
    for channel in ("clamd", "icap"):
        for outcome, answer in (("block", REFUSED), ("allow", PASSED)):
            missing = seen.answers[channel, answer] - int(counted.get(f"{channel} {outcome}", 0))
            lost[f"{channel} {outcome} answered but not counted"] = max(0, missing)
    return lost


def _thirds(values: list[float]) -> tuple[float, float]:
    """Medians of the first and the last third."""
    third = max(1, len(values) // 3)
    return float(np.median(values[:third])), float(np.median(values[-third:]))


def _reported(seen: Seen, capacity: float, lost: dict[str, int], minutes: float) -> int:
    by_minute = [seen.seconds[minute] for minute in sorted(seen.seconds) if len(seen.seconds[minute]) > 20]
    p99 = [float(np.percentile(seconds, 99)) * 1e3 for seconds in by_minute]
    memory = [own / 2**20 for _, own, _ in seen.memory[3:]]
    children = [theirs / 2**20 for _, _, theirs in seen.memory[3:]]
    answered = sum(seen.answers.values())
    report = Report(
        "soak",
        f"A gate at half its capacity for {minutes:g} minutes",
        f"Capacity as measured at the start: {capacity:.1f} uploads/s with four clients. {answered:,} uploads"
        " through HTTP, clamd and ICAP, three in ten of banked pictures; a case opened and withdrawn every"
        " few seconds. The machine was shared with clients, hotline and whatever else ran on it.",
    )
    first, last = _thirds(p99)
    report.compare("p99 of a minute, last third beside the first", "ms", last, "first third", first)
    own = _thirds(memory)
    report.compare("memory of the gate, last third beside the first", "MiB", own[1], "first third", own[0])
    theirs = _thirds(children)
    report.compare("memory of its decoders", "MiB", theirs[1], "first third", theirs[0])
    answers = [(channel, answer, count) for (channel, answer), count in sorted(seen.answers.items())]
    report.tables.append(Table("Answers", ("channel", "answer", "how many"), answers))
    trouble = [("wrong answers: " + what, count) for what, count in seen.wrong.items()]
    trouble += list(lost.items())
    trouble += [("connections that failed", len(seen.errors))]
    trouble += [("failed, " + what, count) for what, count in Counter(seen.errors).items()]
    report.tables.append(Table("What should be nought", ("what", "how many"), trouble))
    if seen.changes:
        came, went = np.median(np.asarray(seen.changes), axis=0)
        about = [("cases opened and withdrawn", float(len(seen.changes)))]
        about += [("median seconds from case to refusal", float(came))]
        about += [("median seconds from withdrawal to passing", float(went))]
        report.tables.append(Table("The feed", ("what", "value"), about))
    flat = own[1] < own[0] * 1.1 + 8 and last < first * 1.5
    whole = not seen.wrong and not any(lost.values()) and not seen.errors
    report.notes.append(f"Memory and p99 flat: {'yes' if flat else 'no'}. Nothing lost or wrong: {whole}.")
    publish(report, Options(), f"make drill NAME=soak ARGS='--minutes {minutes:g}'")
    return 0 if flat and whole else 1
