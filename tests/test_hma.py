"""Our channels as HMA uses them: its loop around threatexchange's exchanges, as HMA is on no package index.

HMA (hasher-matcher-actioner, `OpenMediaMatch/background_tasks/fetcher.py`) keeps for each exchange the last
checkpoint it committed, walks `fetch_iter` from there, merges deltas and commits them with the checkpoint of
the last, at the latest after 5,000 records; it fails for ever where the time of a checkpoint goes back, and
it stops after four minutes and begins again from what was committed. `Store` does the same with the exchanges
of the real library, unmodified, against a running hotline.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from threatexchange.exchanges.clients.stopncii import api as stopncii
from threatexchange.exchanges.collab_config import CollaborationConfigBase
from threatexchange.exchanges.impl.stop_ncii_api import StopNCIICredentials, StopNCIISignalExchangeAPI
from threatexchange.exchanges.signal_exchange_api import SignalExchangeAPI
from threatexchange.signal_type.pdq.signal import PdqSignal

from repit_tx.exchange import RepitExchange
from repit_tx.settings import RepitConfig, RepitKeys

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "service" / "tests"))

from running import Hotline, environment  # noqa: E402

MANY = 2_000
"""More than two pages of 800, the size that the real client asks for."""


@dataclass
class Store:
    """What HMA keeps of one exchange, written down as text after each commit and read again at each start."""

    exchange: SignalExchangeAPI[Any, Any, Any, Any, Any]
    collab: CollaborationConfigBase
    commit_at: int
    committed: str = ""
    records: dict[Any, Any] = field(default_factory=dict)

    def fetch(self, most_pages: int = 10**9) -> bool:
        """One run of the fetcher, cut after so many pages; whether it came to the end."""
        checkpoint = self._read()
        pending: dict[Any, Any] = {}
        for page, delta in enumerate(self.exchange.fetch_iter([PdqSignal], checkpoint), 1):
            assert delta.checkpoint is not None
            before, after = checkpoint and checkpoint.get_progress_timestamp(), delta.checkpoint
            assert before is None or before <= after.get_progress_timestamp(), "checkpoint time rewound?"
            pending.update(delta.updates)
            checkpoint = after
            if len(pending) >= self.commit_at:
                self._commit(pending, checkpoint)
                pending = {}
            if page >= most_pages:
                self._commit(pending, checkpoint)
                return False
        self._commit(pending, checkpoint)
        return True

    def signals(self) -> set[str]:
        converted = self.exchange.naive_convert_to_signal_type([PdqSignal], self.collab, self.records)
        return set(converted.get(PdqSignal, {}))

    def _commit(self, updates: dict[Any, Any], checkpoint: Any) -> None:
        for key, new in updates.items():
            merged = self.exchange.fetch_value_merge(self.records.get(key), new)
            self.records.pop(key, None)
            if merged is not None:
                self.records[key] = merged
        self.committed = json.dumps(vars(checkpoint)) if checkpoint is not None else ""

    def _read(self) -> Any:
        kept = json.loads(self.committed) if self.committed else None
        return None if kept is None else type(self.exchange).get_checkpoint_cls()(**kept)


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    started = Hotline(environment(tmp_path / "hotline"))
    yield started
    started.kill()


def bank_of_many(hotline: Hotline, folder: Path) -> set[str]:
    values = {secrets.token_hex(32) for _ in range(MANY)}
    file = folder / "many.txt"
    file.write_text("".join(f"{value},90\n" for value in sorted(values)), encoding="ascii")
    assert f"Published: {MANY}." in hotline.operate("bank", "import", str(file), "--reason", "test")
    return values


def stop_ncii(hotline: Hotline) -> Store:
    """As HMA's form fills it in: the three fields of the credential."""
    credentials = StopNCIICredentials(
        subscription_key=hotline.add_subscriber("HMA"),
        fetch_function_key=stopncii.StopNCIIEndpoint.FetchHashes.value,
        base_url_override=f"{hotline.base_url}/exchange/stopncii/v1",
    )
    collab = CollaborationConfigBase(name="REPIT", api="stop_ncii", enabled=True)
    return Store(StopNCIISignalExchangeAPI.for_collab(collab, credentials), collab, commit_at=5_000)


def plug_in(hotline: Hotline) -> Store:
    collab = RepitConfig(name="REPIT", base_url=hotline.base_url)
    keys = RepitKeys(keys=hotline.add_subscriber("HMA with the plug-in"))
    return Store(RepitExchange.for_collab(collab, keys), collab, commit_at=900)


@pytest.mark.parametrize("made", [stop_ncii, plug_in])
def test_a_fetch_that_is_stopped_goes_on_from_its_checkpoint_and_loses_nothing(
    hotline: Hotline, tmp_path: Path, made: Any
):
    values = bank_of_many(hotline, tmp_path)
    store = made(hotline)
    assert store.fetch(most_pages=1) is False
    assert 0 < len(store.signals() & values) < MANY
    late = secrets.token_hex(32)
    hotline.open_case(late)
    assert store.fetch(most_pages=1) is False  # stopped once more, in the middle of the same second
    while not store.fetch():
        pass
    assert store.signals() >= values | {late}
    assert len(store.signals()) == MANY + 1 + 2  # and the two canaries, that never leave it with just one
    receipt = hotline.open_case(newest := secrets.token_hex(32))
    assert store.fetch() and newest in store.signals()
    hotline.withdraw(receipt)
    assert store.fetch()
    # The library's own exchange compares the wrong field and keeps it; the plug-in drops it.
    assert (newest in store.signals()) is (made is stop_ncii)
