"""A gate's description, put to the gate by schemathesis: a loaded one, with everything set that can be."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis_runs
from running import Gate, Hotline, environment, random_pdq
from schemathesis_hooks import SECRET, TO_SIGN
from schemathesis_runs import Described

PLATFORM, STORAGE = "the-platform-s-key", "the-storage-s-token-of-this-gate"
OPERATOR = "the-operator-s-key"
BEYOND = {"refuse": 451}  # which is no error of whoever asked
NOBODY = "http://127.0.0.1:9"
DAMAGED = b"\xff\xd8\xff\xe0" + bytes(5000)


@pytest.fixture
def gate(tmp_path: Path, start_hotline: Any) -> Iterator[tuple[Gate, str]]:
    """A gate, and a hash that it knows."""
    followed: Hotline = start_hotline(environment(tmp_path / "hotline"))
    value = random_pdq()
    followed.open_case(value)
    settings = {
        "REPIT_GATE_KEYS": PLATFORM,
        "REPIT_METRICS_KEY": OPERATOR,
        "REPIT_GATE_S3_URL": NOBODY,
        "REPIT_GATE_S3_KEY_ID": "id",
        "REPIT_GATE_S3_SECRET": "secret",
        "REPIT_GATE_S3_TOKEN": STORAGE,
        "REPIT_GATE_S3_BUCKETS": "uploads",
        "REPIT_MASTODON_URL": NOBODY,
        "REPIT_MASTODON_SECRET": SECRET,
        "REPIT_MASTODON_ACT": "none",
    }
    running = Gate(followed, tmp_path / "gate", **settings)
    yield running, value
    running.kill()


@pytest.mark.timeout(schemathesis_runs.TIMEOUT)
def test_a_gate_answers_as_its_description_says(gate: tuple[Gate, str], tmp_path: Path) -> None:
    running, value = gate
    known = {"hashes": [{"algorithm": "pdq", "value": value}]}
    refused = running.call("POST", "/v1/check", known, PLATFORM)[1]["decision"]
    held = _held(running)
    described = Described(running.base_url, running.call("GET", "/v1/openapi.json")[1])
    for method in ("get", "post"):
        described.only(method, "/v1/reviews/{decision}", "decision", held)
    described.only("post", "/v1/reviews/{decision}/appeals", "decision", refused)
    described.body_for_example("post", "/v1/refuse", known)
    keys = {
        "platform": {"bearer": PLATFORM},
        "operator": {"bearer": OPERATOR},
        "storage": {"bearer": STORAGE},
        "mastodon": {"api_key": TO_SIGN},
    }
    met = schemathesis_runs.run(described, tmp_path, keys, beyond=BEYOND)
    wanted = described.successes()
    # What takes longer than its caller waits is a video: `test_gate_later` meets these.
    wanted["POST /v1/check"].discard(202)
    wanted["GET /v1/checks/{check}"].clear()
    assert {name: statuses & set(met[name]) for name, statuses in wanted.items()} == wanted


def _held(gate: Gate) -> str:
    """The decision of an upload that people are to look at: a picture that is damaged."""
    headers = {"Authorization": f"Bearer {PLATFORM}", "Content-Type": "image/jpeg"}
    asked = urllib.request.Request(f"{gate.base_url}/v1/check", data=DAMAGED, headers=headers)  # noqa: S310
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        body = json.loads(answer.read())
    assert body["verdict"] == "review"
    decision: str = body["decision"]
    return decision
