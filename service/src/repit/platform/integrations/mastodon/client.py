"""The two calls of Mastodon's API that are made, within what the server allows.

In: the server's address and an access token. Out: the id of a report; a measure taken. Next: `report`.
`POST /api/v1/reports` (docs.joinmastodon.org/methods/reports) needs the scope `write:reports`, nothing else;
`POST /api/v1/admin/accounts/:id/action` (…/methods/admin/accounts) needs `admin:write:accounts` and a role.

Why no library: Mastodon.py is well kept, but brings an HTTP client of its own, and every request of ours goes
out through `foundation.outbound`.
"""

from datetime import UTC, datetime
from typing import Final, Self
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from repit.foundation.clock import elapsed, now
from repit.foundation.errors import InputRefused, KeyRefused, NotFound, NotGranted, PeerBusy, PeerFailed
from repit.foundation.outbound import Answer, Outbound

SECONDS: Final = 20.0
_LONGEST_REST: Final = 3600.0
_DEFAULT_REST: Final = 300.0
_FORM: Final = "application/x-www-form-urlencoded"


class _Made(BaseModel):
    id: str


class Mastodon:
    """One server, spoken to as one account. Safe to use from several threads; use it in a `with`."""

    def __init__(self, address: str, token: str) -> None:
        self._server = Outbound(address, headers={"Authorization": f"Bearer {token}"})
        self._resting_until = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._server.close()

    def report(self, account: str, statuses: list[str], comment: str) -> str:
        """Open a report to the moderators; its id. Raises `PeerBusy`, `PeerFailed`, `KeyRefused`,
        `NotGranted`, `NotFound`, `InputRefused`.
        """
        form = [("account_id", account), ("comment", comment), ("category", "other"), ("forward", "false")]
        answer = self._post("/api/v1/reports", [*form, *(("status_ids[]", status) for status in statuses)])
        try:
            return _Made.model_validate_json(answer.body).id[:40]
        except ValidationError:
            raise PeerFailed(detail="not a report") from None

    def mark_as_sensitive(self, account: str, report: str, text: str) -> None:
        """Mark all media of an account as sensitive, on the ground of a report, and have its owner told why.

        Raises as `report` does.
        """
        mail = ("send_email_notification", "true")
        form = [("type", "sensitive"), ("report_id", report), ("text", text), mail]
        self._post(f"/api/v1/admin/accounts/{account}/action", form)

    def _post(self, path: str, form: list[tuple[str, str]]) -> Answer:
        rest = self._resting_until - elapsed()
        if rest > 0:
            raise PeerBusy(rest, detail="its limit is used up")
        answer = self._server.post(path, urlencode(form).encode(), content_type=_FORM, seconds=SECONDS)
        self._mind_limits(answer)
        _refuse(answer)
        return answer

    def _mind_limits(self, answer: Answer) -> None:
        if answer.status == 429 or answer.headers.get("x-ratelimit-remaining", "").strip() == "0":
            self._resting_until = elapsed() + _until_reset(answer)


def _refuse(answer: Answer) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    if status == 429:
        raise PeerBusy(_until_reset(answer), detail="status 429")
    named = {401: KeyRefused, 403: NotGranted, 404: NotFound, 410: NotFound, 422: InputRefused}
    raise named.get(status, PeerFailed)(detail=f"by the server: status {status}")


def _until_reset(answer: Answer) -> float:
    """Seconds until the limit is there again, as the header's time says; five minutes where it says none."""
    try:
        moment = datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", "").strip())
    except ValueError:
        return _DEFAULT_REST
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(1.0, (aware - now()).total_seconds()), _LONGEST_REST)
