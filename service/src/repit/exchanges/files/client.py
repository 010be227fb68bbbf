"""Read a list of hashes from a file on this machine or at an address.

In: a path or an address, a checkpoint. Out: batches. Next: `exchanges.pulling`.

A list says nothing of what was taken out of it, so each reading of a list that has changed is a whole one,
and what it does not see has gone. A list that lost more than half of its hashes since is not believed: a file
that is just being written looks so. The operator says that it is meant (`repit exchange pull --shrunk`).
"""

import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from repit.exchanges import checkpoints
from repit.exchanges.files.wire import decode_lines
from repit.exchanges.records import Batch, GivenOpinion, Pulled, Rejected
from repit.exchanges.retrying import Wait, ask, pause
from repit.foundation.errors import ExchangeRefused, NotGranted, PeerFailed, Text
from repit.foundation.outbound import Outbound
from repit.foundation.sealing import keyed_hasher

ADDRESS: Final = ""
CREDENTIALS: Final = ()
MORE_CREDENTIALS: Final = ("bearer",)
EVERY_SECONDS: Final = 60
MAX_BYTES: Final = 256 * 1024**2
TOGETHER: Final = 500
_PIECE: Final = 1024**2
_FEW: Final = 20


class ListShrank(ExchangeRefused):
    code = "list-shrank"
    message = Text(
        "The list lost more than half of its hashes and was not taken.",
        "La liste a perdu plus de la moitié de ses empreintes et n’a pas été prise en compte.",
    )
    next_step = Text(
        "If that is meant: repit exchange pull NAME --shrunk.",
        "Si c’est voulu : repit exchange pull NOM --shrunk.",
    )


class FileClient:
    """One list."""

    def __init__(
        self,
        address: str,
        credentials: dict[str, str],
        *,
        allow: Collection[str] | None = None,
        wait: Wait = pause,
        may_shrink: bool = False,
    ) -> None:
        self._address, self._wait, self._may_shrink = address, wait, may_shrink
        bearer = credentials.get("bearer", "")
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        self._http = None
        if address.startswith(("https://", "http://")):
            parts = urlsplit(address)
            self._http = Outbound(f"{parts.scheme}://{parts.netloc}", headers=headers, allow=allow)
            self._path = parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        """Close every connection."""
        if self._http is not None:
            self._http.close()

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """See `records.Puller`."""
        held = checkpoints.read(checkpoint)
        file = io.BytesIO(self._content())
        digest, count = _measured(file)
        if checkpoints.word(held, "digest") == digest:
            yield Batch((), checkpoint, last=True)
            return
        before = checkpoints.number(held, "count")
        if before >= _FEW and count < before / 2 and not self._may_shrink:
            raise ListShrank
        records: list[Pulled] = []
        rejected: list[Rejected] = []
        for decoded in decode_lines(_lines(file)):
            if isinstance(decoded, Pulled):
                records.append(decoded)
            else:
                rejected.append(decoded)
            if len(records) + len(rejected) == TOGETHER:
                yield Batch(tuple(records), checkpoint, tuple(rejected), whole=True)
                records, rejected = [], []
        done = checkpoints.write(digest=digest, count=count)
        yield Batch(tuple(records), done, tuple(rejected), whole=True, last=True)

    def _content(self) -> bytes:
        """The list as it is now, in memory: it does not change between two looks, and leaves no copy."""
        if self._http is not None:
            http = self._http
            return ask(lambda: http.get(self._path, max_bytes=MAX_BYTES), self._wait).body
        path = Path(self._address)
        try:
            if not path.is_file() or path.stat().st_size > MAX_BYTES:
                raise PeerFailed(detail="no file, or a very large one")
            return path.read_bytes()
        except OSError as error:
            raise PeerFailed(detail=type(error).__name__) from None

    def give_opinion(self, opinion: GivenOpinion) -> None:  # noqa: ARG002
        """See `records.Puller`."""
        raise NotGranted(detail="a list hears nothing")


def _measured(file: IO[bytes]) -> tuple[str, int]:
    """Digest, and how many records can be read."""
    # Keyed, since a list may be so short that whoever has a hash could test it.
    digest = keyed_hasher("list")
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest(), sum(isinstance(decoded, Pulled) for decoded in decode_lines(_lines(file)))


def _lines(file: IO[bytes]) -> Iterator[str]:
    file.seek(0)
    while line := file.readline(_PIECE):
        yield line.decode("utf-8", "replace")
