"""Whatever is done to an index, it answers as a dull list of entries does; in memory as in shards."""

from typing import Any, ClassVar

import numpy as np
from gate_pictures import entry, made_up
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from test_index_contract import MAKERS

from repit.foundation.hashes import ROLES, Hash
from repit.platform.gate.entries import FEED, Key, KnownEntry
from repit.platform.gate.index.protocol import ANCHORED, Index
from repit_engine.decision import unpacked

SOURCES = (FEED, "file/one", "ncmec/two")
NAMES = ("a", "b", "c", "d")


def near(number: int, flipped: int) -> bytes:
    """A value `flipped` bits from the base of this number."""
    bits = np.unpackbits(np.frombuffer(made_up(number).value, np.uint8))
    bits[:flipped] ^= 1
    return np.packbits(bits).tobytes()


VALUES = st.builds(near, st.integers(0, 2), st.sampled_from((0, 1, 30, 31, 32, 60)))
PDQ = st.builds(Hash, st.just("pdq"), st.sampled_from(ROLES), VALUES, st.sampled_from((None, 90, 10)))
FILES = st.builds(lambda n: Hash("md5", "whole", bytes([n]) * 16), st.integers(0, 2))
HASHES = st.lists(st.one_of(PDQ, FILES), max_size=4, unique=True)
STATES = st.sampled_from(("active", "active", "disputed", "withdrawn"))


def made(item: str, source: str, state: str, hashes: list[Hash]) -> KnownEntry:
    return entry(item, *([] if state == "withdrawn" else hashes), state=state, source=source)


ENTRIES = st.lists(
    st.builds(made, st.sampled_from(NAMES), st.sampled_from(SOURCES), STATES, HASHES), max_size=5
)


class Oracle:
    """Every entry in one table, every answer by looking at all of them."""

    def __init__(self) -> None:
        self.held: dict[Key, KnownEntry] = {}

    def apply(self, entries: list[KnownEntry]) -> None:
        for known in entries:
            self.held.pop(known.key, None)
            if known.state != "withdrawn":
                self.held[known.key] = known

    def drop(self, source: str) -> None:
        self.held = {key: known for key, known in self.held.items() if key.source != source}

    @staticmethod
    def voices(known: KnownEntry, role: str) -> list[bytes]:
        return [
            hash_.value
            for hash_ in known.hashes
            if hash_.algorithm == "pdq"
            and hash_.role == role
            and (hash_.quality is None or hash_.quality >= 50)
        ]

    def searched(self) -> dict[Key, KnownEntry]:
        return {
            key: known
            for key, known in self.held.items()
            if any(hash_.algorithm != "pdq" for hash_ in known.hashes)
            or any(self.voices(known, role) for role in ROLES)
        }

    def within(self, query: bytes, radius: int, role: str) -> list[tuple[int, Key]]:
        found = [
            ((int.from_bytes(query, "big") ^ int.from_bytes(value, "big")).bit_count(), key)
            for key, known in self.searched().items()
            for value in self.voices(known, role)
        ]
        return sorted(pair for pair in found if pair[0] <= radius)


class AnIndex(RuleBasedStateMachine):
    maker: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.index: Index = self.maker()
        self.oracle = Oracle()

    @rule(entries=ENTRIES)
    def apply(self, entries: list[KnownEntry]) -> None:
        self.index.apply(*entries)
        self.oracle.apply(entries)

    @rule(entries=ENTRIES)
    def replace_all(self, entries: list[KnownEntry]) -> None:
        self.index.replace_all(iter(entries))
        self.oracle.held.clear()
        self.oracle.apply(entries)

    @rule(entries=ENTRIES, source=st.sampled_from(SOURCES))
    def replace(self, entries: list[KnownEntry], source: str) -> None:
        theirs = [known for known in entries if known.source == source]
        self.index.replace(source, iter(theirs))
        self.oracle.drop(source)
        self.oracle.apply(theirs)

    @rule(source=st.sampled_from(SOURCES))
    def drop(self, source: str) -> None:
        self.index.drop(source)
        self.oracle.drop(source)

    @rule(query=VALUES, radius=st.sampled_from((0, 1, 30, 31, 61, 256)), role=st.sampled_from(ROLES))
    def within(self, query: bytes, radius: int, role: str) -> None:
        row = np.frombuffer(query, np.uint8).reshape(1, 32)
        found = [(met.distance, met.entry.key) for met in self.index.within(row, radius, role)]
        assert found == sorted(found, key=lambda pair: pair[0])
        assert sorted(found) == self.oracle.within(query, radius, role)

    @rule(queries=st.lists(VALUES, min_size=1, max_size=3), radius=st.sampled_from((0, 31, 46, 256)))
    def search(self, queries: list[bytes], radius: int) -> None:
        view = self.index.view()
        found = view.search(np.frombuffer(b"".join(queries), np.uint8).reshape(-1, 32), radius)
        numbers, slots = unpacked(found.ids)
        entries, families = view.entries(set(numbers.tolist())), view.families(set(numbers.tolist()))
        for place, query in enumerate(queries):
            at = slice(int(found.lims[place]), int(found.lims[place + 1]))
            seen = list(zip(found.distances[at].tolist(), found.ids[at].tolist(), strict=True))
            assert seen == sorted(seen)
            for role in ROLES:
                of_role = (slots[at] >= ANCHORED) == (role == "anchored")
                keys = [entries[number].key for number in numbers[at][of_role].tolist()]
                pairs = sorted(zip(found.distances[at][of_role].tolist(), keys, strict=True))
                assert pairs == self.oracle.within(query, radius, role)
        for number, known in entries.items():
            hashes, held = families[number]
            wanted = self.oracle.held[known.key]
            for role in ROLES:
                rows = hashes[(held >= ANCHORED) == (role == "anchored")]
                assert [row.tobytes() for row in rows] == self.oracle.voices(wanted, role)

    @rule(numbers=st.lists(st.integers(0, 3), max_size=3, unique=True))
    def same_files(self, numbers: list[int]) -> None:
        digests = [bytes([number]) * 16 for number in numbers]
        found = [known.key for known in self.index.same_files(("md5", digest) for digest in digests)]
        held = self.oracle.held.items()
        wanted = [
            key for digest in digests for key, known in held if Hash("md5", "whole", digest) in known.hashes
        ]
        assert sorted(found) == sorted(wanted)

    @invariant()
    def counts_and_names_agree(self) -> None:
        searched, view = self.oracle.searched(), self.index.view()
        assert self.index.holdings.items == view.items == len(searched)
        rejected = len(self.oracle.held) - len(searched)
        assert sum(self.index.holdings.rejected.values()) == rejected
        for source in SOURCES:
            assert self.index.names(source) == {key.item for key in self.oracle.held if key.source == source}
        files = any(hash_.algorithm == "md5" for known in searched.values() for hash_ in known.hashes)
        voices = {key: self.oracle.voices(known, "anchored") for key, known in searched.items()}
        assert self.index.knows_files("md5") == files
        assert view.has_families == any(
            self.oracle.voices(known, role) for known in searched.values() for role in ROLES
        )
        held = self.index.anchored(list(self.oracle.held))
        assert {key: [row.tobytes() for row in rows] for key, rows in held.items() if len(rows)} == {
            key: values for key, values in voices.items() if values
        }

    def teardown(self) -> None:
        self.index.close()


def machine(name: str) -> type:
    made = type(
        f"AnIndexOf{name.title().replace(' ', '')}", (AnIndex,), {"maker": staticmethod(MAKERS[name])}
    )
    made.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
    return made.TestCase


TestTheLiveIndex = machine("live")
TestThreeShards = machine("three shards")
