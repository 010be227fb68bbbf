"""Where a gate without a hotline writes down what it pulls: its index and its store.

In: batches. Out: entries served at once, and the checkpoint with them in the index store, in one
transaction. Next: `exchanges.pulling`. An item's name is made from exchange and record by keyed digest, since
a record's own name may be a hash. What two exchanges have is held twice, until the last of them lets go.
"""

from collections.abc import Sequence

from repit.exchanges import partners
from repit.exchanges.models import Partner
from repit.exchanges.pull_loop import Puller
from repit.exchanges.records import Batch, Pulled
from repit.foundation.errors import InputRefused
from repit.foundation.jobs.claims import ClaimLost
from repit.foundation.sealing import keyed_digest
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.runtime import Gate


class GateTarget:
    """One pull of one partner into this process's gate."""

    def __init__(self, gate: Gate, partner: Partner, checkpoints: dict[str, str]) -> None:
        self._gate, self._partner, self._checkpoints = gate, partner, checkpoints
        self._seen: set[str] | None = None

    def checkpoint(self) -> str:
        """How far the gate has come; without a file to keep it in, for as long as the process lives."""
        source = self._partner.source
        return self._checkpoints.get(source) or self._gate.store.exchanges().get(source, "")

    def take(self, batch: Batch) -> int:
        """Serve a batch and write it down. What a whole reading did not see is forgotten at its end. Raises
        `ClaimLost`."""
        if not Partner.objects.filter(pk=self._partner.pk, active=True).exists():
            raise InputRefused(detail="the partner was paused or removed")
        if not partners.renew(self._partner):
            raise ClaimLost  # what was withdrawn meanwhile must not come back with an older reading
        entries = [self._entry(record) for record in batch.records]
        if batch.whole:
            self._seen = (self._seen or set()) | {entry.item for entry in entries}
            if batch.last:
                entries += self._gone(self._seen)
        source = self._partner.source
        self._gate.take_exchange(source, entries, batch.checkpoint)
        self._checkpoints[source] = batch.checkpoint
        if batch.last:
            self._gate.board.exchange_is_held()
        return len(entries)

    def _gone(self, seen: set[str]) -> Sequence[KnownEntry]:
        source = self._partner.source
        gone = self._gate.index.names(source) - seen
        return [KnownEntry(name, "withdrawn", "", "", "", 0, (), source=source) for name in sorted(gone)]

    def _entry(self, record: Pulled) -> KnownEntry:
        source = self._partner.source
        digest = keyed_digest("gate exchange", source.encode(), record.name.encode())
        return KnownEntry(
            digest[:20].hex(),
            record.state,
            record.media,
            record.kind or self._partner.item_kind,
            source,
            1,
            () if record.state == "withdrawn" else record.hashes,
            self._partner.kind,
            record.name,
            source=source,
        )


def for_gate(gate: Gate) -> Puller:
    """Into this gate. Exchanges that were removed are forgotten, also those removed while it was down."""
    checkpoints: dict[str, str] = {}

    def tidy() -> None:
        wanted = {partner.source for partner in Partner.objects.all()}
        for source in {*gate.store.exchanges(), *checkpoints} - wanted:
            gate.drop_exchange(source)
            checkpoints.pop(source, None)

    if gate.store.exchanges():
        gate.board.exchange_is_held()
    return Puller(lambda partner: GateTarget(gate, partner, checkpoints), tidy=tidy)
