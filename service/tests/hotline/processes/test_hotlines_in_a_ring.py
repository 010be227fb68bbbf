"""Three hotlines that exchange in a ring, as processes that are killed: all banks end equal."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Hotline, environment, start_script

from repit.demo.ports import free_port
from repit.exchanges.repit.client import FeedClient

pytestmark = pytest.mark.timeout(900)  # a starved machine takes its time
STEPS = int(os.environ.get("RING_STEPS", "20"))
TIMEOUT = 240.0
NAMES = ("ada", "bea", "cleo")


class Ring:
    """Each pulls from the one before it."""

    def __init__(self, folder: Path) -> None:
        ports = {name: free_port() for name in NAMES}
        allow = ",".join(f"127.0.0.1:{port}" for port in ports.values())
        self.envs = {
            name: {**environment(folder / name), "REPIT_ORIGIN": name, "REPIT_OUTBOUND_ALLOW": allow}
            for name in NAMES
        }
        self.ports = ports
        scripts = {name: start_script(self.envs[name], "admit", "the next one") for name in NAMES}
        self.keys = {name: script.result() for name, script in scripts.items()}
        joins = []
        for place, name in enumerate(NAMES):
            before = NAMES[place - 1]
            key = json.dumps({"key": self.keys[before]})
            address = f"http://127.0.0.1:{ports[before]}"
            joins.append(start_script(self.envs[name], "join", "repit", before, address, key))
        for join in joins:
            join.result()
        self.running: dict[str, Hotline] = {}
        for name in NAMES:
            self.start(name)

    def start(self, name: str) -> None:
        self.running[name] = Hotline(self.envs[name], self.ports[name])

    def kill(self, name: str) -> None:
        self.running[name].kill()

    def bank(self, name: str) -> Counter[str]:
        """Each hash that this hotline serves, as often as it says that it was submitted."""
        hotline = self.running[name]
        with FeedClient(hotline.base_url, self.keys[name], allow=hotline.allow) as follower:
            _, entries = follower.snapshot()
            return Counter({e.hashes[0].value.hex(): e.confirmations for e in entries})

    def origins(self, name: str) -> dict[str, str]:
        hotline = self.running[name]
        with FeedClient(hotline.base_url, self.keys[name], allow=hotline.allow) as follower:
            return {e.hashes[0].value.hex(): e.origin for e in follower.snapshot()[1]}

    def settle(self, wanted: Counter[str]) -> None:
        until = time.monotonic() + TIMEOUT
        banks: dict[str, Counter[str]] = {}
        while time.monotonic() < until:
            banks = {name: self.bank(name) for name in NAMES}
            if all(bank == wanted for bank in banks.values()):
                return
            time.sleep(0.3)
        missing = {name: (len(wanted - bank), len(bank - wanted)) for name, bank in banks.items()}
        raise AssertionError(f"banks differ (missing, too many): {missing}")


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ring]:
    hotlines = Ring(tmp_path_factory.mktemp("ring"))
    yield hotlines
    for hotline in hotlines.running.values():
        hotline.kill()


def test_whatever_happens_all_banks_end_equal(ring: Ring):
    chance = random.Random(os.environ.get("RING_SEED", "a ring"))
    values = [random.Random(f"picture {n}").randbytes(32).hex() for n in range(12)]
    open_cases: list[tuple[str, str, dict[str, Any]]] = []
    for step in range(STEPS):
        name = chance.choice(NAMES)
        if step % 10 == 9:
            ring.kill(name)
            ring.start(name)
        elif open_cases and chance.random() < 0.4:
            where, _, receipt = open_cases.pop(chance.randrange(len(open_cases)))
            ring.running[where].withdraw(receipt)
        else:
            value = chance.choice(values)
            open_cases.append((name, value, ring.running[name].open_case(value)))
    ring.settle(Counter(value for _, value, _ in open_cases))
    for where, _, receipt in open_cases:
        ring.running[where].withdraw(receipt)
    ring.settle(Counter())


def test_an_item_goes_round_once_and_its_origin_is_told(ring: Ring):
    value = random.Random("alone").randbytes(32).hex()
    receipt = ring.running["ada"].open_case(value)
    ring.settle(Counter({value: 1}))
    assert [ring.origins(name)[value] for name in NAMES] == ["ada", "repit/ada", "repit/bea"]
    sequences = [ring.running[name].call("GET", "/ready")[1]["sequence"] for name in NAMES]
    time.sleep(3)
    assert [ring.running[name].call("GET", "/ready")[1]["sequence"] for name in NAMES] == sequences
    lags = ring.running["bea"].call("GET", "/ready")[1]["exchanges"]
    assert [(lag["name"], lag["trouble"]) for lag in lags] == [("ada", "")] and lags[0]["lag_seconds"] < 30
    ring.running["ada"].withdraw(receipt)
    ring.settle(Counter())
