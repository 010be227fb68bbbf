"""Pull from StopNCII v1, and give feedback to it.

In: an address, keys, a checkpoint. Out: batches. Next: `exchanges.pulling`.

Clock traps. Times are whole seconds and pages come in order, so the reading goes on `OVERLAP` seconds before
where it stood, and a second that was cut in two is seen whole. The time to go on from never goes back, and
never beyond our own clock. A reading of which the last was too long ago may have missed withdrawals, which
are listed for 30 days at least: then everything is read, and what is not seen any more has gone.
"""

from collections.abc import Collection, Iterator
from typing import Final

from repit.exchanges import checkpoints
from repit.exchanges.paging import Pages
from repit.exchanges.records import Batch, GivenOpinion
from repit.exchanges.retrying import Wait, ask, pause
from repit.exchanges.stopncii.records_wire import Fetched, decode_fetched, encode_feedback
from repit.foundation.clock import now
from repit.foundation.errors import AnswerTooLarge, KeyRefused, NotGranted, PeerFailed
from repit.foundation.outbound import Outbound

ADDRESS: Final = "https://api.stopncii.org/v1"
CREDENTIALS: Final = ("subscription_key", "fetch_key")
MORE_CREDENTIALS: Final = ("feedback_key",)
EVERY_SECONDS: Final = 300
FIRST_SECOND: Final = 10
PAGES: Final = (800, 100, 12)
"""Records of a page: fewer, where so many are too long. A TMK hash alone is of 344,000 characters."""
OVERLAP: Final = 5
MAX_PAGES: Final = 20_000
MAX_BYTES: Final = 8 * 1024**2
STALE_SECONDS: Final = 25 * 86_400
TOKEN_SECONDS: Final = 300
_KEY_SIGNS: Final = range(33, 127)


class StopNCIIClient:
    """One StopNCII service."""

    def __init__(
        self,
        address: str,
        credentials: dict[str, str],
        *,
        allow: Collection[str] | None = None,
        wait: Wait = pause,
    ) -> None:
        self._wait, self._smaller = wait, 0
        keys = {"fetch": credentials.get("fetch_key", ""), "feedback": credentials.get("feedback_key", "")}
        subscription = credentials.get("subscription_key", "")
        if not all(ord(sign) in _KEY_SIGNS for key in (subscription, *keys.values()) for sign in key):
            raise KeyRefused(detail="a key holds signs that no key has")
        self._endpoints = {
            endpoint: Outbound(
                address,
                headers={"x-functions-key": key, "Ocp-Apim-Subscription-Key": subscription},
                allow=allow,
            )
            for endpoint, key in keys.items()
            if key
        }

    def close(self) -> None:
        """Close every connection."""
        for endpoint in self._endpoints.values():
            endpoint.close()

    def batches(self, checkpoint: str) -> Iterator[Batch]:
        """See `records.Puller`."""
        held = checkpoints.read(checkpoint)
        second, moment = checkpoints.number(held, "second", FIRST_SECOND), int(now().timestamp())
        read_at = checkpoints.number(held, "read_at", moment)
        whole = second > FIRST_SECOND and moment - read_at > STALE_SECONDS
        start = FIRST_SECOND if whole else max(FIRST_SECOND, second - OVERLAP)
        fresh = 0 <= moment - checkpoints.number(held, "token_at") <= TOKEN_SECONDS
        token = checkpoints.word(held, "token") if fresh and not whole else ""
        reached, pages = second, Pages(MAX_PAGES)
        while True:
            page, start_again = self._page(start, token)
            if start_again:
                token, reached = "", second
                continue
            # Not beyond our own clock: a partner's that runs ahead would hide what it lists later.
            reached = max(reached, min(page.second, int(now().timestamp())))
            if not page.token:
                done = checkpoints.write(second=reached, read_at=moment)
                yield Batch(page.records, done, page.rejected, page.skipped, whole, True, page.unmatched)
                return
            pages.turn(page.token)
            token = page.token
            midway = checkpoints.write(
                second=second, read_at=read_at, token=token, token_at=int(now().timestamp())
            )
            yield Batch(
                page.records,
                checkpoint if whole else midway,
                page.rejected,
                page.skipped,
                whole,
                False,
                page.unmatched,
            )

    def _page(self, start: int, token: str) -> tuple[Fetched, bool]:
        """A page, and whether the token was too old, so that the reading starts again."""
        params: dict[str, str | int | float] = {"startTimestamp": start, "pageSize": PAGES[self._smaller]}
        if token:
            params["nextPageToken"] = token
        endpoint = self._endpoints.get("fetch")
        if endpoint is None:
            raise KeyRefused(detail="no key to fetch with")
        try:
            answer = ask(lambda: endpoint.get("/FetchHashes", params=params, max_bytes=MAX_BYTES), self._wait)
        except AnswerTooLarge:
            if self._smaller + 1 == len(PAGES):
                raise
            self._smaller += 1
            return self._page(start, token)
        except PeerFailed as failed:
            if token and failed.detail in ("status 400", "status 410"):
                return Fetched((), (), 0, "", 0), True
            raise
        return decode_fetched(answer.body), False

    def give_opinion(self, opinion: GivenOpinion) -> None:
        """See `records.Puller`."""
        endpoint = self._endpoints.get("feedback")
        if endpoint is None:
            raise NotGranted(detail="no key to give feedback with")
        body = encode_feedback(opinion)
        ask(lambda: endpoint.post("/SubmitFeedback", body), self._wait)
