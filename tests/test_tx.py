"""The unmodified `tx` of PyPI, and our plug-in beside it, against a running hotline.

Children of their own, as an operator runs them: configured by environment alone, with a home of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from threatexchange.exchanges.clients.stopncii import api as stopncii
from threatexchange.signal_type.pdq.signal import PdqSignal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "service" / "tests"))

from running import Hotline, environment  # noqa: E402

CANARY = ROOT / "docs" / "canary.png"
PICTURES = Path(__import__("skimage").__file__).parent / "data"
TX = [sys.executable, "-c", "from threatexchange.cli.main import main; main()"]


class Tx:
    """`tx` with a home of its own."""

    def __init__(self, home: Path, **secrets: str) -> None:
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        self.env = {**keep, "HOME": str(home), "TZ": "UTC", **secrets}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*TX, *arguments],
            env=self.env,
            cwd=self.env["HOME"],
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def matches(self, picture: Path) -> bool:
        return "pdq" in self("match", "photo", str(picture))


@pytest.fixture
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A bank of its own for each test: tests run in any order, and one's pictures are another's strangers."""
    started = Hotline(environment(tmp_path_factory.mktemp("hotline")))
    yield started
    started.kill()


def pdq(picture: Path) -> str:
    return PdqSignal.hash_from_file(picture)


def test_the_unmodified_tx_fetches_matches_and_hears_of_a_new_hash(hotline: Hotline, tmp_path: Path):
    coffee, rocket = PICTURES / "coffee.png", PICTURES / "rocket.jpg"
    key = hotline.add_subscriber("forum with tx")
    tx = Tx(tmp_path, TX_STOPNCII_KEYS=f"FetchHashes,{key},{hotline.base_url}/exchange/stopncii/v1")
    tx("config", "collab", "edit", "stop_ncii", "--create", "REPIT")
    tx("fetch")
    assert tx.matches(CANARY) and not tx.matches(coffee)
    hotline.open_case(pdq(coffee))
    tx("fetch")
    assert tx.matches(coffee) and not tx.matches(rocket)
    hotline.open_case(pdq(rocket))
    tx("fetch")
    assert tx.matches(coffee) and tx.matches(rocket) and tx.matches(CANARY)


def test_the_unmodified_tx_keeps_a_withdrawn_hash_until_its_next_clean_fetch(
    hotline: Hotline, tmp_path: Path
):
    """A fault of that client, told to platforms in docs/en/exchanges.md: it compares the wrong field."""
    picture = PICTURES / "chelsea.png"
    key = hotline.add_subscriber("forum that must clear")
    tx = Tx(tmp_path, TX_STOPNCII_KEYS=f"FetchHashes,{key},{hotline.base_url}/exchange/stopncii/v1")
    tx("config", "collab", "edit", "stop_ncii", "--create", "REPIT")
    receipt = hotline.open_case(pdq(picture))
    tx("fetch")
    hotline.withdraw(receipt)
    tx("fetch")
    assert tx.matches(picture)
    tx("fetch", "--clear")
    tx("fetch")
    assert not tx.matches(picture) and tx.matches(CANARY)


def test_the_unmodified_library_gives_feedback_and_proposes_hashes(hotline: Hotline):
    value = "a5" * 32
    hotline.open_case(value)
    key = hotline.add_subscriber("library")
    client = stopncii.StopNCIIAPI(
        key,
        "FetchHashes",
        {endpoint: endpoint.value for endpoint in stopncii.StopNCIIEndpoint},
        f"{hotline.base_url}/exchange/stopncii/v1",
    )
    kind, blocked = stopncii.StopNCIISignalType.ImagePDQ, stopncii.StopNCIICSPFeedbackValue.Blocked
    client.submit_feedback(kind, value, blocked, {"seen"})
    client.submit_hash(kind, "5a" * 32)
    records = {r.hashValue: r for page in client.fetch_hashes_iter() for r in page.hashRecords}
    assert "5a" * 32 not in records
    assert [(f.source, f.feedbackValue, f.tags) for f in records[value].CSPFeedbacks] == [
        ("library", blocked, {"seen"})
    ]


def test_repit_tx_drops_a_withdrawn_hash_at_the_next_fetch(hotline: Hotline, tmp_path: Path):
    picture, kept = PICTURES / "chelsea.png", PICTURES / "rocket.jpg"
    tx = Tx(tmp_path, TX_REPIT_KEY=hotline.add_subscriber("forum with the plug-in"))
    tx("config", "extensions", "add", "repit_tx")
    tx("config", "collab", "edit", "repit", "--create", "HOTLINE", "--base-url", hotline.base_url)
    receipt = hotline.open_case(pdq(picture))
    hotline.open_case(pdq(kept))
    tx("fetch")
    assert tx.matches(picture) and tx.matches(kept) and tx.matches(CANARY)
    hotline.withdraw(receipt)
    tx("fetch")
    assert not tx.matches(picture) and tx.matches(kept)
    hotline.open_case(pdq(picture))
    tx("fetch")
    assert tx.matches(picture)
