"""A gate without a hotline: exchanges straight into its index, kept over a restart, forgotten one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from gate_pictures import entry, made_up

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.pulling import pull
from repit.foundation import clock
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.inspection.question import BareHashes
from repit.platform.gate.models import Decision, MatchTally
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.loops import gate_target
from repit.platform.loops.gate_target import GateTarget

Pull = Callable[[str], object]


def hexadecimal(number: int) -> str:
    return made_up(number).value.hex()


def listed(path: Path, *numbers: int) -> None:
    path.write_text("".join(f"pdq {hexadecimal(number)}\n" for number in numbers))


@pytest.fixture(autouse=True)
def unaudited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit only grows, so a test that empties the database afterwards must leave none."""
    monkeypatch.setattr(partners.audit, "record", lambda *_: 0)


@pytest.fixture
def follow(gate: Gate, tmp_path: Path) -> Pull:
    """A list of these hashes, pulled into the gate under this name."""
    checkpoints: dict[str, str] = {}

    def run(name: str, *numbers: int) -> object:
        path = tmp_path / name
        listed(path, *numbers)
        if not Partner.objects.filter(name=name).exists():
            partners.add("file", name, {}, address=str(path), item_kind="deepfake")
        claimed = partners.claim_one(Partner.objects.get(name=name).pk)
        assert claimed is not None
        return pull(claimed, GateTarget(gate, claimed, checkpoints))

    return run


def outcome(gate: Gate, number: int) -> str:
    return gate.inspector.inspect(BareHashes((made_up(number),), "check")).outcome


def test_a_platform_follows_exchanges_without_a_hotline(gate: Gate, follow: Pull) -> None:
    follow("one", 1, 2)
    follow("two", 2, 3)
    assert [outcome(gate, number) for number in (1, 2, 3, 4)] == ["block", "block", "block", "allow"]
    verdict = gate.inspector.inspect(BareHashes((made_up(2),), "check"))
    assert {(seen.origin, seen.kind) for seen in verdict.evidence} == {
        ("file/one", "deepfake"),
        ("file/two", "deepfake"),
    }
    follow("one", 1)
    assert [outcome(gate, number) for number in (1, 2, 3)] == ["block", "block", "block"]
    follow("two", 3)
    assert [outcome(gate, number) for number in (1, 2, 3)] == ["block", "allow", "block"]


def test_a_policy_tells_exchanges_apart(gate: Gate, follow: Pull) -> None:
    policy = parse_policy(
        '{"version": 1, "rules": [{"name": "ours", "when": {"origin": ["file/one"]}, "then": "block"},'
        ' {"name": "rest", "then": "review"}]}'
    )
    follow("one", 1)
    follow("two", 2)
    inspector = replace(gate.inspector, policy=policy)
    outcomes = [inspector.inspect(BareHashes((made_up(number),), "check")).outcome for number in (1, 2)]
    assert outcomes == ["block", "review"]


def test_a_snapshot_of_the_feed_keeps_what_exchanges_told_of(gate: Gate, follow: Pull) -> None:
    follow("one", 1)
    gate.take_snapshot("f", 5, [entry("a", made_up(7))], clock.now())
    gate.take_snapshot("f", 6, [entry("b", made_up(8))], clock.now())
    assert [outcome(gate, number) for number in (1, 7, 8)] == ["block", "allow", "block"]
    follow("one", 2)
    assert [outcome(gate, number) for number in (1, 2)] == ["allow", "block"]


def test_an_exchange_that_is_removed_is_forgotten(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "list"
    listed(path, 1)
    partners.add("file", "list", {}, address=str(path))
    puller = gate_target.for_gate(gate)
    assert puller._begin_pull()
    until = clock.elapsed() + 60
    while outcome(gate, 1) != "block" and clock.elapsed() < until:
        time.sleep(0.02)
    assert gate.board.read().loaded and outcome(gate, 1) == "block"
    partners.remove("list")
    puller._tidy()
    assert outcome(gate, 1) == "allow"


def test_the_store_keeps_exchanges_apart_and_over_a_restart(tmp_path: Path) -> None:
    first = IndexStore(tmp_path, sealed=True)
    first.apply_exchange("stopncii/org", [entry("abc", made_up(1), source="stopncii/org")], "here")
    first.apply_exchange("ncmec/ngo", [entry("abc", made_up(2), source="ncmec/ngo")], "there")
    first.close()
    second = IndexStore(tmp_path, sealed=True)
    assert second.exchanges() == {"stopncii/org": "here", "ncmec/ngo": "there"}
    assert {known.source for known in second.entries()} == {"stopncii/org", "ncmec/ngo"}
    second.apply_exchange("stopncii/org", [entry("abc", state="withdrawn", source="stopncii/org")], "further")
    second.drop_exchange("ncmec/ngo")
    assert list(second.entries()) == [] and second.exchanges() == {"stopncii/org": "further"}
    second.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert made_up(1).value not in raw and made_up(2).value not in raw


def test_an_item_whose_name_looks_like_an_exchanges_is_not_taken_for_one(gate: Gate, follow: Pull) -> None:
    """Names are the hotline's to give: it may call an item as it likes."""
    follow("one", 1)
    alike = "x0123456789:an-item-of-the-hotline"
    gate.take_snapshot("f", 5, [entry(alike, made_up(7))], clock.now())
    verdict = gate.inspector.inspect(BareHashes((made_up(7),), "check"))
    row = Decision.objects.get(pk=verdict.decision)
    assert (row.item, row.source, row.sources()) == (alike, "", {alike: ""})
    gate.take_snapshot("f", 6, [entry("b", made_up(8))], clock.now())
    assert [outcome(gate, number) for number in (1, 7, 8)] == ["block", "allow", "block"]


def test_a_decision_says_from_which_exchange_each_item_came(gate: Gate, follow: Pull) -> None:
    follow("one", 1)
    follow("two", 1)
    gate.take_changes("f", 1, [entry("a", made_up(1))], clock.now())
    verdict = gate.inspector.inspect(BareHashes((made_up(1),), "check"))
    row = Decision.objects.get(pk=verdict.decision)
    assert sorted(row.sources().values()) == ["", "file/one", "file/two"]
    assert row.source == row.sources()[row.item] == row.evidence[0]["source"]
    assert len(row.sources()) == 3, "no two sources give one name"


def test_the_hotline_hears_of_matches_with_its_own_items_alone(gate: Gate, follow: Pull) -> None:
    follow("one", 1)
    gate.take_changes("f", 1, [entry("a", made_up(1))], clock.now())
    recorder = Recorder(tally=True).start()
    inspector = replace(gate.inspector, recorder=recorder)
    assert inspector.inspect(BareHashes((made_up(1),), "check")).outcome == "block"
    recorder.close()
    assert list(MatchTally.objects.values_list("item", "count")) == [("a", 1)]


def test_a_paused_exchange_writes_nothing_more(gate: Gate, follow: Pull) -> None:
    follow("one", 1)
    partners.set_active("one", False)
    follow("one", 2)
    assert [outcome(gate, number) for number in (1, 2)] == ["block", "allow"]
    assert Partner.objects.get().trouble == "input-refused"
