"""Pull from ThreatExchange as Meta serves it (`threat_updates` of a privacy group).

In: an address, a token and a group, a checkpoint. Out: batches. Next: `exchanges.pulling`.

Updates come in the order of their time; the reading goes on `OVERLAP` seconds before the latest seen.
Deletions are listed for 90 days: after 85 without a reading everything is read, and what is not seen any more
has gone.
The next page's address is taken apart and only its query used: the token goes to the partner's own address.
"""

from collections.abc import Collection, Iterator
from typing import Final

from repit.exchanges import checkpoints
from repit.exchanges.paging import Pages
from repit.exchanges.records import Batch, GivenOpinion
from repit.exchanges.retrying import Wait, ask, pause
from repit.exchanges.threatexchange.records_wire import FIELDS, decode_updates
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotGranted, Text
from repit.foundation.outbound import Outbound

ADDRESS: Final = "https://graph.facebook.com/v21.0"
CREDENTIALS: Final = ("token", "group")
MORE_CREDENTIALS: Final = ()
EVERY_SECONDS: Final = 300
PAGE: Final = 100
OVERLAP: Final = 5
MAX_PAGES: Final = 200_000
MAX_BYTES: Final = 8 * 1024**2
STALE_SECONDS: Final = 85 * 86_400


class ThreatExchangeClient:
    """One privacy group."""

    def __init__(
        self,
        address: str,
        credentials: dict[str, str],
        *,
        allow: Collection[str] | None = None,
        wait: Wait = pause,
    ) -> None:
        group = credentials.get("group", "")
        if not (group.isascii() and group.isdigit() and len(group) <= 30):
            raise InputRefused(Text("The group is a number.", "Le groupe est un nombre."))
        self._wait = wait
        self._path = f"/{group}/threat_updates/"
        self._token = credentials.get("token", "")
        self._http = Outbound(address, allow=allow)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """See `records.Puller`."""
        held, moment = checkpoints.read(checkpoint), int(now().timestamp())
        since = checkpoints.number(held, "since")
        whole = since > 0 and moment - checkpoints.number(held, "read_at", moment) > STALE_SECONDS
        start = 0 if whole else max(0, since - OVERLAP)
        params: dict[str, str | int | float] = {"start_time": start, "limit": PAGE, "fields": FIELDS}
        reached, pages = since, Pages(MAX_PAGES)
        while True:
            asked = {**params, "access_token": self._token}
            answer = ask(lambda: self._http.get(self._path, params=asked, max_bytes=MAX_BYTES), self._wait)  # noqa: B023 - called at once
            page = decode_updates(answer.body, self._path)
            reached = max(reached, min(page.newest, int(now().timestamp())))
            if not page.following:
                done = checkpoints.write(since=reached, read_at=moment)
                yield Batch(page.records, done, page.rejected, page.skipped, whole, last=True)
                return
            pages.turn(page.following)
            params = dict(page.following)
            # In order of time, so each page is a place to go on from.
            midway = checkpoint if whole else checkpoints.write(since=reached, read_at=moment)
            yield Batch(page.records, midway, page.rejected, page.skipped, whole)

    def give_opinion(self, opinion: GivenOpinion) -> None:  # noqa: ARG002
        """See `records.Puller`."""
        raise NotGranted(detail="nothing is written to ThreatExchange")
