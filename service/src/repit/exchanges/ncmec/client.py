"""Pull from NCMEC hash sharing v2, and give feedback to it.

In: an address, a user and a password, a checkpoint. Out: batches. Next: `exchanges.pulling`.

Clock traps. The exchange orders by its own clock and answers windows [from, to), in which entries are in no
order, so a window counts only once all its pages are read. Each window ends five seconds before the earlier
of both clocks, begins `OVERLAP` seconds before the former one ended, and is written in UTC whatever the
machine's time zone. A reading that is cut off goes on from its next page for half a day. Tombstones are kept
for ever there, so that no reading is ever too old.
"""

import base64
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from repit.exchanges import checkpoints
from repit.exchanges.ncmec.records_wire import (
    ENTRIES,
    Fingerprint,
    decode_entries,
    decode_reasons,
    encode_feedback,
    split_name,
)
from repit.exchanges.ncmec.wire import print_time
from repit.exchanges.paging import Pages
from repit.exchanges.records import Batch, GivenOpinion
from repit.exchanges.retrying import Wait, ask, pause, peer_second
from repit.foundation.clock import now
from repit.foundation.errors import NotGranted, PeerFailed
from repit.foundation.outbound import Outbound

ADDRESS: Final = "https://hashsharing.ncmec.org/npo"
CREDENTIALS: Final = ("user", "password")
MORE_CREDENTIALS: Final = ()
EVERY_SECONDS: Final = 600
MARGIN: Final = 5
OVERLAP: Final = 300
MAX_PAGES: Final = 20_000
MAX_BYTES: Final = 16 * 1024**2
RESUME_SECONDS: Final = 12 * 3_600


class NCMECClient:
    """One environment of NCMEC's exchange."""

    def __init__(
        self,
        address: str,
        credentials: dict[str, str],
        *,
        allow: Collection[str] | None = None,
        wait: Wait = pause,
    ) -> None:
        self._wait = wait
        both = f"{credentials.get('user', '')}:{credentials.get('password', '')}"
        basic = base64.b64encode(both.encode()).decode()
        self._http = Outbound(address, headers={"Authorization": f"Basic {basic}"}, allow=allow)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """See `records.Puller`."""
        held = checkpoints.read(checkpoint)
        until = checkpoints.number(held, "until")
        # Who we are is of no interest here: the answer brings the partner's clock.
        clock = peer_second(ask(lambda: self._http.get("/v2/status"), self._wait))
        begin, end, query = max(0, until - OVERLAP), max(clock - MARGIN, 1), self._resumed(held)
        if query:
            end = checkpoints.number(held, "end")
        pages = Pages(MAX_PAGES)
        while True:
            params = dict(parse_qsl(query)) or {"from": print_time(begin), "to": print_time(end)}
            try:
                raw = self._entries(params)
            except PeerFailed as failed:
                if query and not pages and failed.detail in ("status 400", "status 404", "status 410"):
                    query, end = "", max(clock - MARGIN, 1)
                    continue
                raise
            page = decode_entries(raw)
            if not page.following:
                done = checkpoints.write(until=max(until, end))
                yield Batch(page.records, done, page.rejected, page.skipped, last=True)
                return
            query = urlencode(page.following)
            pages.turn(query)
            midway = checkpoints.write(until=until, next=query, end=end, at=int(now().timestamp()))
            yield Batch(page.records, midway, page.rejected, page.skipped)

    def _resumed(self, held: dict[str, object]) -> str:
        age = int(now().timestamp()) - checkpoints.number(held, "at")
        return checkpoints.word(held, "next") if 0 <= age <= RESUME_SECONDS else ""

    def _entries(self, params: dict[str, str]) -> bytes:
        return ask(lambda: self._http.get(ENTRIES, params=params, max_bytes=MAX_BYTES), self._wait).body

    def give_opinion(self, opinion: GivenOpinion) -> None:
        """See `records.Puller`. There is no word for "pending"."""
        if opinion.view == "pending":
            raise NotGranted(detail="no word for this opinion")
        member, entry = split_name(opinion.name)
        kind: Fingerprint = "PDQ" if len(opinion.value) == 32 else "MD5"
        guid = None
        if opinion.view == "not_blocked":
            guid = decode_reasons(
                ask(lambda: self._http.get(f"/v2/feedback/{kind}/reasons"), self._wait).body
            )
        path = f"{ENTRIES}/{quote(member, safe='')}/{quote(entry, safe='')}/{kind}/feedback"
        body = encode_feedback(guid)
        ask(lambda: self._http.put(path, body, content_type="application/xml; charset=utf-8"), self._wait)
