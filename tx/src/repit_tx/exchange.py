"""The exchange: pages of the hotline's records as what `tx` and HMA keep.

In: a configuration and a key. Out: deltas, in which a withdrawn hash is None: to be dropped. Next: the stores
and indexes of `tx` and HMA.

The wire is that of StopNCII v1, read by threatexchange's own client. Its own conversion tests `hashValue`
where it means `hashStatus` (still in 1.2.17), so that it never drops anything; this one does.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from threatexchange.exchanges import auth, signal_exchange_api
from threatexchange.exchanges import fetch_state as state
from threatexchange.exchanges.clients.stopncii import api
from threatexchange.exchanges.impl.stop_ncii_api import StopNCIICheckpoint, StopNCIISignalMetadata
from threatexchange.signal_type.md5 import VideoMD5Signal
from threatexchange.signal_type.pdq.signal import PdqSignal
from threatexchange.signal_type.signal_base import SignalType

from repit_tx.settings import NAME, RepitConfig, RepitKeys, endpoint

Key = tuple[str, str]
Delta = state.FetchDelta[Key, StopNCIISignalMetadata, "RepitCheckpoint"]
_SIGNALS: Final = {
    api.StopNCIISignalType.ImagePDQ: PdqSignal.get_name(),
    api.StopNCIISignalType.VideoMD5: VideoMD5Signal.get_name(),
}
# What is not plainly active must not block anybody's picture.
_KEPT: Final = (api.StopNCIICaseStatus.Active,)


@dataclass
class RepitCheckpoint(StopNCIICheckpoint):
    """How far a hotline has been read."""

    def is_stale(self) -> bool:
        """Never: a hotline keeps what was withdrawn listed, so that reading on is always enough."""
        return False


class RepitExchange(
    auth.SignalExchangeWithAuth[RepitConfig, RepitKeys],
    signal_exchange_api.SignalExchangeAPIWithSimpleUpdates[
        RepitConfig, RepitCheckpoint, StopNCIISignalMetadata
    ],
):
    """A Répit hotline."""

    def __init__(self, client: api.StopNCIIAPI) -> None:
        super().__init__()
        self._client = client

    @classmethod
    def get_name(cls) -> str:
        return NAME

    @staticmethod
    def get_config_cls() -> type[RepitConfig]:
        return RepitConfig

    @staticmethod
    def get_checkpoint_cls() -> type[RepitCheckpoint]:
        return RepitCheckpoint

    @staticmethod
    def get_record_cls() -> type[StopNCIISignalMetadata]:
        return StopNCIISignalMetadata

    @staticmethod
    def get_credential_cls() -> type[RepitKeys]:
        return RepitKeys

    @classmethod
    def for_collab(cls, collab: RepitConfig, credentials: RepitKeys | None = None) -> "RepitExchange":
        """The exchange with one hotline. Raises `ValueError` for an address or key that cannot be used."""
        address, host = endpoint(collab.base_url)
        key = (credentials or RepitKeys.get(cls)).for_host(host)
        return cls(api.StopNCIIAPI(key, api.StopNCIIEndpoint.FetchHashes.value, base_url_override=address))

    def fetch_iter(
        self,
        _supported_signal_types: Sequence[type[SignalType]],
        checkpoint: RepitCheckpoint | None,
    ) -> Iterator[Delta]:
        """Pages from the checkpoint on, its second included: repeats are harmless, gaps are not."""
        start = checkpoint.update_time if checkpoint else api.StopNCIIAPI.DEFAULT_START_TIME
        for page in self._client.fetch_hashes_iter(start_timestamp=start):
            yield state.FetchDelta(
                {
                    (_SIGNALS[record.signalType], record.hashValue): (
                        StopNCIISignalMetadata(record.CSPFeedbacks) if record.hashStatus in _KEPT else None
                    )
                    for record in page.hashRecords
                    if record.signalType in _SIGNALS
                },
                RepitCheckpoint(page.nextSetTimestamp, int(time.time())),
            )
