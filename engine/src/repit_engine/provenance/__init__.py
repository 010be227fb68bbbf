"""What a file says of its own making: facts, never proofs.

In: the bytes of an upload. Out: `Fact`s, each a short code and a word from a fixed list. Next: the gate shows
them and a policy may send to review by them, never more: such marks are removed and forged in seconds.

Only containers are walked, within fixed bounds; nothing is decoded, unpacked or executed, no signature is
checked and nothing is fetched. Free text of the file (a prompt may name a person) is matched against known
words and never handed on.
"""

from typing import Final

from repit_engine.provenance.containers import Marks, marks_of
from repit_engine.provenance.jumbf import source_types
from repit_engine.provenance.names import AI_SOURCES, CODES, Fact, generator_named, source_type

__all__ = ["CODES", "Fact", "facts"]
MOST_FACTS: Final = 8


def facts(data: bytes) -> tuple[Fact, ...]:
    """Every fact found, each once, in the order of `CODES`. Never raises, whatever the bytes are."""
    marks = marks_of(data)
    found = set(_from_manifests(marks)) | set(_from_xmp(marks)) | set(_from_generators(marks))
    return tuple(sorted(found, key=lambda fact: (CODES.index(fact.code), fact.word)))[:MOST_FACTS]


def _from_manifests(marks: Marks) -> list[Fact]:
    if not marks.manifests:
        return []
    types = {word for manifest in marks.manifests for word in source_types(manifest)}
    return [Fact("c2pa", "manifest"), *(Fact("c2pa-ai", word) for word in types & AI_SOURCES)]


def _from_xmp(marks: Marks) -> list[Fact]:
    types = {word for packet in marks.xmp for word in source_type(packet)}
    return [Fact("iptc-ai" if word in AI_SOURCES else "iptc-source", word) for word in types]


def _from_generators(marks: Marks) -> list[Fact]:
    words = {word for key, text in marks.texts for word in generator_named(key, text)}
    return [Fact("generator", word) for word in words]
