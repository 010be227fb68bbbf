"""A gate put together by hand, and the decoder that does as a test tells it.

A module of its own: whoever imports from `conftest` gets the one that was loaded last.
"""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from repit.platform.assembly import tell_the_desk
from repit.platform.gate import runtime
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.policy import Policy, default_policy
from repit.platform.gate.verdict import Verdict
from repit.platform.review import let_go, media, questions

SCRIPTED = [sys.executable, str(Path(__file__).parent / "platform" / "gate" / "scripted_decoder.py")]


class AtOnce(Recorder):
    """Writes each decision in the thread that made it, within the test's own transaction: what people do at
    the desk leaves rows that no test may empty."""

    def __init__(self) -> None:
        super().__init__(tally=True, ask=questions.met)
        self._rows = _Written(self)


class _Written(list):  # type: ignore[type-arg]
    def __init__(self, recorder: AtOnce) -> None:
        super().__init__()
        self._recorder = recorder

    def append(self, pending: object) -> None:
        self._recorder._commit([pending], Counter())  # type: ignore[list-item]


def assembled(
    pool: DecoderPool, policy: Policy | None = None, max_bytes: int = 5_000_000, *, desk: bool = False
) -> runtime.Gate:
    """`desk`: with a review desk that is asked about what refuses, as installations have it."""
    index, board, recorder = LiveIndex(), StatusBoard(), AtOnce() if desk else Recorder()
    policy = policy or default_policy()
    inspector = Inspector(index, pool, policy, recorder, board, 30.0, max_bytes)
    if desk:
        lent = {"hold": media.hold, "here": let_go.here, "compared": questions.compared}
        inspector = replace(inspector, **lent, later=lambda work: work())
    store = IndexStore(None, sealed=False)
    return runtime.Gate(index, store, pool, policy, recorder, board, inspector, tell_the_desk)


def inspect(content: bytes, channel: str) -> Verdict:
    """What the gate of this process says of a file."""
    return runtime.current().inspector.inspect(WholeFile(content, channel))


def held_by(index: LiveIndex) -> list[KnownEntry]:
    """Everything that an index holds, with its hashes."""
    return list(index._now.kept_from("no source"))
