"""SIGKILL at fifty random moments under load: nothing acknowledged is lost.

Each round kills hotline and gate ten times in quick succession, while cases are opened, withdrawn and asked
about: in full service, and anywhere in their start. Once both stand again the gate must at once answer as it
did before, and in the end everything that the hotline acknowledged must hold at the gate.
"""

import random
import threading
import time
from pathlib import Path

from installation import Gate, Hotline, eventually, random_hash

MOMENTS = 50
KILLS_A_ROUND = 10


class Load:
    """Opens and withdraws cases and asks the gate, noting only what was acknowledged."""

    def __init__(self, hotline: Hotline, gate: Gate) -> None:
        self.hotline, self.gate = hotline, gate
        self.banked: set[str] = set()
        self.withdrawn: set[str] = set()
        self.open_question: set[str] = set()
        self.refused: set[str] = set()
        self.turn = threading.Lock()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=work) for work in (self.submit, self.ask)]

    def submit(self) -> None:
        number = 0
        while not self.stop.is_set():
            hashes = [random_hash() for _ in range(3)]
            try:
                receipt = self.hotline.open_case(*hashes)
            except OSError:
                self.stop.wait(0.05)
                continue
            number += 1
            if number % 3:
                with self.turn:
                    self.banked.update(hashes)
                continue
            with self.turn:
                self.open_question.update(hashes)
            try:
                self.hotline.withdraw(receipt)
            except OSError:
                continue  # not acknowledged: it may or may not hold
            with self.turn:
                self.withdrawn.update(hashes)

    def ask(self) -> None:
        while not self.stop.is_set():
            with self.turn:
                held = list(self.banked)
            for value in random.sample(held, min(5, len(held))):
                try:
                    if self.gate.refuses(value):
                        self.refused.add(value)
                except OSError:
                    self.stop.wait(0.05)
            self.stop.wait(0.005)


def test_nothing_acknowledged_is_lost_by_fifty_kills(hotline: Hotline, gate: Gate, tmp_path: Path) -> None:
    # Asked about as often as here, an item would be reported as a flood and suspended: answered 202, held.
    gate.env["REPIT_GATE_REPORT_MATCHES"] = "no"
    gate.kill()
    gate.start()
    gate.ready()
    chance = random.Random(2026)
    load = Load(hotline, gate)
    for thread in load.threads:
        thread.start()
    try:
        for _ in range(MOMENTS // KILLS_A_ROUND):
            before = set(load.refused)
            for service in chance.sample([hotline] * 4 + [gate] * 6, KILLS_A_ROUND):
                time.sleep(chance.uniform(0.0, 1.2))
                service.kill()
                service.start()
            hotline.ready()
            gate.ready()
            assert all(gate.refuses(value) for value in before), "the gate forgot something over a restart"
            time.sleep(chance.uniform(0.3, 1.0))
    finally:
        load.stop.set()
        for thread in load.threads:
            thread.join()
    assert load.banked
    assert load.withdrawn
    assert load.refused
    assert eventually(lambda: gate.report()["feed"]["lag_changes"] == 0 and holds(load, gate))


def holds(load: Load, gate: Gate) -> bool:
    return all(gate.refuses(value) for value in load.banked) and not any(
        gate.refuses(value) for value in load.withdrawn
    )
