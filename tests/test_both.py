"""One process for an association with a forum of its own: cases, bank, feed and gate, over one database."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from pathlib import Path

import installations
from terminal import typed

from installation import Gate, Hotline, Service, bare_environment, eventually, random_hash, request

Start = Callable[[Service], Service]


class Both(Gate, Hotline):
    """It follows its own feed, with a key that was made before it started."""

    role = "both"
    key = "the forum's own key"

    def __init__(self, data: Path) -> None:
        own = {"REPIT_GATE_WORKERS": "1", "REPIT_GATE_BUDGET_MS": "20000", "REPIT_GATE_KEYS": self.key}
        Service.__init__(self, data, **own)
        key = self.subscribe("the forum", "--anchored")
        self.env |= {
            "REPIT_GATE_FEED_URL": self.base,
            "REPIT_GATE_FEED_KEY": key,
            "REPIT_OUTBOUND_ALLOW": f"127.0.0.1:{self.port}",
        }

    def follows(self) -> bool:
        """Whether its gate has its own feed."""
        return request(f"{self.base}/v1/ready")[0] == 200


def test_what_is_submitted_is_refused_by_the_same_process_and_passes_once_it_is_withdrawn(
    tmp_path: Path, running: Start
) -> None:
    both = Both(tmp_path / "data")
    running(both)
    known, other = random_hash(), random_hash()
    receipt = both.open_case(known)
    both.open_case(other)
    assert eventually(lambda: both.refuses(known) and both.refuses(other))
    both.withdraw(receipt)
    assert eventually(lambda: not both.refuses(known))
    assert both.refuses(other)
    assert request(f"{both.base}/health")[1] == {"alive": True, "role": "both"}
    both.kill()
    both.start()
    both.ready()
    assert eventually(both.follows)  # its index was in memory
    assert both.refuses(other) and not both.refuses(known)
    assert not list((tmp_path / "data").glob("*index*")), "a second copy of the hashes beside the bank's"
    assert both.terminate() == 0


def test_nobody_who_reaches_its_pages_can_ask_its_gate(tmp_path: Path, running: Start) -> None:
    """Behind a proxy all come from this machine, and all to one port."""
    env = {**bare_environment(), "REPIT_DATA": str(tmp_path / "bare")}
    installations.made(env, "both")
    for language, word in (("en", "no keys"), ("fr", "pas de clés")):
        environment = {**env, "REPIT_LANGUAGE": language}
        done = typed(environment, "both")
        assert done.returncode == 1 and word in done.stderr
        assert "REPIT_GATE_KEYS" in done.stderr
    both = Both(tmp_path / "data")
    running(both)
    body = json.dumps({"hashes": [{"algorithm": "pdq", "value": random_hash()}]}).encode()
    for path in ("/v1/refuse", "/v1/check"):
        for key in ("", "another"):
            assert request(f"{both.base}{path}", body, key=key)[0] == 401


def test_its_pages_its_desks_and_its_gate_answer_side_by_side(tmp_path: Path, running: Start) -> None:
    both = Both(tmp_path / "data")
    running(both)
    assert eventually(both.follows)
    found = {}
    for path in (
        "/en/",
        "/staff/login/",
        "/staff/cases/",
        "/staff/review/",
        "/v1/ready",
        "/docs",
        "/metrics",
        "/v1/metrics",
    ):
        connection = http.client.HTTPConnection("127.0.0.1", both.port, timeout=30)
        connection.request("GET", path)
        found[path] = connection.getresponse().status
        connection.close()
    assert found == {
        "/en/": 200,
        "/staff/login/": 200,
        "/staff/cases/": 302,
        "/staff/review/": 302,
        "/v1/ready": 200,
        "/docs": 200,
        "/metrics": 200,
        "/v1/metrics": 200,
    }
