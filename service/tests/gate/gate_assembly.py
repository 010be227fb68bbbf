"""A gate put together by hand, and the decoder that does as a test tells it.

A module of its own: whoever imports from `conftest` gets the one that was loaded last.
"""

import sys
from pathlib import Path

from repit.gate import runtime
from repit.gate.decisions import Recorder
from repit.gate.decoder.pool import DecoderPool
from repit.gate.feed_status import StatusBoard
from repit.gate.inspection import Inspector
from repit.gate.live_index import LiveIndex
from repit.gate.mirror import Mirror
from repit.gate.policy import Policy, default_policy

SCRIPTED = [sys.executable, str(Path(__file__).with_name("scripted_decoder.py"))]


def assembled(pool: DecoderPool, policy: Policy | None = None, max_bytes: int = 5_000_000) -> runtime.Gate:
    index, board, recorder = LiveIndex(), StatusBoard(), Recorder()
    policy = policy or default_policy()
    inspector = Inspector(index, pool, policy, recorder, board, 30.0, max_bytes)
    return runtime.Gate(index, Mirror(None, sealed=False), pool, policy, recorder, board, inspector)
