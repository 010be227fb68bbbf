"""The gate of a platform, put together from settings: what it holds, and what the review desk lends it.

In: Django's settings. Out: a `Gate`, not yet started. Next: `process`, tests.

The gate knows no desk; what it asks of one (whom to tell, what people have let pass, what to hold for them)
is handed to it here.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

from django.conf import settings
from django.db import Error as DatabaseError

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate.classifier import Classifier, read_sheet
from repit.platform.gate.decisions import Recorder
from repit.platform.gate.decoder.pool import DecoderPool
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.feed_status import StatusBoard
from repit.platform.gate.index.live import LiveIndex
from repit.platform.gate.index_store import IndexStore
from repit.platform.gate.indicators import Indicators
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.inspection.video_work import VideoWork, Which
from repit.platform.gate.policy import Policy, default_policy
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.gate.spool import Spool
from repit.platform.gate.verdict import Outcome
from repit.platform.review import grounds, let_go, media, questions
from repit_engine.anchors import Stage

_log: Final = logging.getLogger(__name__)
_UNDECIDED: Final[dict[str, Outcome]] = {"pass": "allow", "review": "review", "refuse": "block"}
_WHICH: Final[dict[str, Which]] = {which: which for which in get_args(Which)}
_CHANNELS: Final[dict[str, Outcome]] = {"open": "allow", "review": "review", "closed": "block"}


def tell_the_desk(entries: Sequence[KnownEntry]) -> None:
    """What banks ask of people here, and what they have withdrawn. The index is served already: a database
    that is away keeps nobody from being protected."""
    asked = {entry.item: entry.asked for entry in entries if entry.asked and entry.state != "withdrawn"}
    gone = [entry.item for entry in entries if entry.state == "withdrawn"]
    try:
        questions.bank_asks(asked, gone)
    except DatabaseError as error:
        _log.warning("the desk does not hear of a bank's wish: %s", type(error).__name__)


def assemble(decoder: Sequence[str] | None = None) -> Gate:
    """A gate as the settings want it, not yet started. Raises `SettingsRefused`."""
    index, board = LiveIndex(), StatusBoard(settings.REPIT_GATE_STALE_HOURS * 3600)
    reports = settings.REPIT_GATE_REPORT_MATCHES and bool(settings.REPIT_GATE_FEED_URL)
    recorder = Recorder(tally=reports, ask=questions.met)
    policy = _policy()
    grounds.of_gate("known")  # a file of grounds that cannot be read stops the gate before it refuses anybody
    cores = os.cpu_count() or 1
    films = settings.REPIT_GATE_VIDEO_WORKERS or max(1, cores // 2)
    pool = DecoderPool(settings.REPIT_GATE_WORKERS or cores, decoder, films=films)
    inspector = Inspector(
        index=index,
        pool=pool,
        policy=policy,
        recorder=recorder,
        board=board,
        budget_seconds=settings.REPIT_GATE_BUDGET_MS / 1000,
        max_bytes=settings.REPIT_GATE_MAX_BYTES,
        last_stage=Stage[settings.REPIT_GATE_STAGES.upper()],
        videos=VideoWork(_WHICH[settings.REPIT_GATE_VIDEOS], settings.REPIT_GATE_VIDEO_SECONDS),
        hold=media.hold,
        indicators=Indicators(_classifier()),
        here=let_go.here,
        compared=questions.compared,
    )
    return Gate(index, _store(), pool, policy, recorder, board, inspector, tell_the_desk, spool=_spool())


def _spool() -> Spool | None:
    wanted: str = settings.REPIT_GATE_SPOOL
    if wanted == "none" or settings.REPIT_GATE_VIDEOS == "no":
        return None
    folder = Path(settings.REPIT_DATA) / "spool" if wanted == "data" else Path(wanted).absolute()
    spool = Spool(folder, settings.REPIT_GATE_SPOOL_BYTES)
    spool.try_folder()
    return spool


def _classifier() -> Classifier | None:
    path: str = settings.REPIT_GATE_CLASSIFIER
    return Classifier(read_sheet(Path(path))) if path else None


def _store() -> IndexStore:
    wanted: str = settings.REPIT_GATE_INDEX
    if wanted == "memory":
        return IndexStore(None, sealed=False)
    if wanted == "sealed":
        return IndexStore(Path(settings.REPIT_DATA), sealed=True)
    return IndexStore(Path(wanted).absolute(), sealed=False)


def _policy() -> Policy:
    undecided = _UNDECIDED[settings.REPIT_GATE_UNDECIDED]
    channels = {
        "clamd": _CHANNELS[settings.REPIT_GATE_CLAMD_UNDECIDED],
        "icap": _CHANNELS[settings.REPIT_GATE_ICAP_UNDECIDED],
    }
    if settings.REPIT_GATE_S3_UNDECIDED:
        channels["s3"] = _CHANNELS[settings.REPIT_GATE_S3_UNDECIDED]
    videos = _UNDECIDED.get(settings.REPIT_GATE_VIDEO_UNDECIDED)
    path: str = settings.REPIT_GATE_POLICY
    if not path:
        return default_policy(undecided, channels, _UNDECIDED[settings.REPIT_GATE_CONTAINERS], videos)
    try:
        policy = parse_policy(Path(path).read_bytes())
        return replace(
            policy,
            undecided_channels={**channels, **policy.undecided_channels},
            videos=policy.videos or videos,
        )
    except OSError:
        raise SettingsRefused(
            Text(f"The policy {path} cannot be read.", f"La politique {path} est illisible."),
            Text(
                "Correct REPIT_GATE_POLICY, or give the service’s user the right to read it.",
                "Corrigez REPIT_GATE_POLICY, ou donnez à l’utilisateur du service le droit de la lire.",
            ),
        ) from None
