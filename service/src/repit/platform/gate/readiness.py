"""What the gate says of itself, truthfully.

In: index, feed status, decoders, index store. Out: a report as plain data, and whether traffic should come.
Next: `GET /ready`, the demo, an operator's monitoring.

Ready means: entries are loaded and a decoder lives (`health`). A feed that is silent does not make the gate
unready, for to take the uploads away from a gate that knows nearly everything would protect nobody; the
report says since when, and whether it is too old (`REPIT_GATE_STALE_HOURS`).
"""

from typing_extensions import TypedDict

from repit.foundation.clock import elapsed, now
from repit.foundation.health.findings import Shown, wing
from repit.platform.gate.index.protocol import VideoHoldings
from repit.platform.gate.index_store import Mode
from repit.platform.gate.runtime import Gate


class FeedReport(TypedDict):
    """How the gate stands with the feed that it follows."""

    followed: bool
    sequence: int
    head: int
    lag_changes: int
    lag_seconds: float | None
    last_contact_seconds: float | None
    stale: bool
    trouble: str | None


class DecodersReport(TypedDict):
    """Children that open pictures."""

    alive: int
    wanted: int
    replaced: int


class RecordingReport(TypedDict):
    """Whether decisions are written down; `unrecorded`: verdicts, since the start, given before they were."""

    working: bool
    failing_seconds: float | None
    unrecorded: int


class VideosReport(TypedDict):
    """Items known by what they show over time, by how many hashes, in how many bytes of memory; `watched` and
    `waiting`: uploads that are looked at and wait now, `spooled`: bytes of those that are too long for
    memory; `crowds`: moments that many unrelated uploads show; `looked_at`: whether videos
    are looked at at all."""

    items: int
    hashes: int
    bytes: int
    looked_at: bool
    watched: int
    waiting: int
    spooled: int
    crowds: int


class Report(TypedDict):
    """What is served, how old it is, how far behind, who is alive. `missing`: why traffic should not come, by
    code; `problems`: the same in words, with what to do; `warnings`: what a person should see to."""

    ready: bool
    problems: list[Shown]
    warnings: list[Shown]
    missing: list[str]
    entries: int
    hashes: int
    rejected: dict[str, int]
    hashes_of_crowds: int
    videos: VideosReport
    newest_entry_at: str | None
    newest_entry_age_seconds: float | None
    feed: FeedReport
    decoders: DecodersReport
    recording: RecordingReport
    storage: Mode
    dry_run: bool


def report(gate: Gate, language: str | None = None) -> tuple[bool, Report]:
    """(ready, the report)."""
    status, holdings = gate.board.read(), gate.index.holdings
    alive, moment, found = gate.pool.alive, elapsed(), wing("gate").look()
    age = None if status.newest_at is None else round(max(0.0, (now() - status.newest_at).total_seconds()), 3)
    lag = status.lag_seconds(moment)
    silent, failing = status.silent_seconds(moment), gate.recorder.failing_since
    return found.ready, {
        "ready": found.ready,
        "problems": found.problems(language),
        "warnings": found.warnings(language),
        "missing": [finding.code for finding in found.all if finding.grave],
        "entries": holdings.items,
        "hashes": holdings.hashes,
        "rejected": holdings.rejected,
        "hashes_of_crowds": gate.inspector.altered.rejected,
        "videos": _videos(gate, holdings.videos),
        "newest_entry_at": None if status.newest_at is None else status.newest_at.isoformat(),
        "newest_entry_age_seconds": age,
        "feed": {
            "followed": status.followed,
            "sequence": status.sequence,
            "head": status.head,
            "lag_changes": status.lag_changes,
            "lag_seconds": None if lag is None else round(lag, 3),
            "last_contact_seconds": None if silent is None else round(silent, 3),
            "stale": gate.board.is_stale(),
            "trouble": status.trouble,
        },
        "decoders": {"alive": alive, "wanted": gate.pool.wanted, "replaced": gate.pool.restarts},
        "recording": {
            "working": failing is None,
            "failing_seconds": None if failing is None else round(moment - failing, 3),
            "unrecorded": gate.recorder.unrecorded,
        },
        "storage": gate.store.mode,
        "dry_run": gate.policy.dry_run,
    }


def _videos(gate: Gate, held: VideoHoldings) -> VideosReport:
    spool = gate.admission.spool
    return {
        "items": held.items,
        "hashes": held.hashes,
        "bytes": held.nbytes,
        "looked_at": gate.inspector.watches(),
        "watched": gate.pool.films_watched,
        "waiting": gate.pool.films_waiting,
        "spooled": 0 if spool is None else spool.held,
        "crowds": gate.inspector.films.rejected,
    }


def present(gate: Gate) -> dict[str, float]:
    """Present values for monitoring, by name."""
    status, holdings = gate.board.read(), gate.index.holdings
    lag = status.lag_seconds(elapsed())
    values = {
        "loaded": float(status.loaded),
        "entries": float(holdings.items),
        "hashes": float(holdings.hashes),
        "entries_rejected": float(sum(holdings.rejected.values())),
        "feed_lag_changes": float(status.lag_changes),
        "decoders_alive": float(gate.pool.alive),
        "decoders_wanted": float(gate.pool.wanted),
        "decoders_replaced": float(gate.pool.restarts),
        "uploads_held_bytes": float(gate.admission.room.held),
        "uploads_waiting": float(gate.pool.waiting),
        **{f"videos_{name}": float(value) for name, value in _videos(gate, holdings.videos).items()},  # type: ignore[arg-type]
        "feed_stale": float(gate.board.is_stale()),
        "recording": float(gate.recorder.failing_since is None),
    }
    silent = status.silent_seconds(elapsed())
    if silent is not None:
        values["feed_silent_seconds"] = silent
    return values if lag is None else {**values, "feed_lag_seconds": lag}
