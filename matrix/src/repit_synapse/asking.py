"""A question to the gate, and its answer.

In: a body. Out: `Answer`, or `Unanswered` with a short code. Next: `module`.

The gate's bare contract (`POST /v1/refuse`) says the verdict by its status: 200, 202 or 451. The body must
say the same, so that a proxy's page of welcome is not taken for a verdict. A gate that is busy says so with
503; it is asked again, and whoever calls ends that when the time is up.
"""

import json
import re
from dataclasses import dataclass
from typing import Final, Literal

from synapse.http import RequestTimedOutError
from synapse.module_api import ModuleApi, make_deferred_yieldable
from twisted.internet.protocol import Protocol
from twisted.web.client import RequestTransmissionFailed, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

Verdict = Literal["allow", "review", "block"]
_VERDICTS: Final[dict[int, Verdict]] = {200: "allow", 202: "review", 451: "block"}
_BUSY: Final = 503
_LONGEST_PAUSE: Final = 30.0
_MOST_BYTES: Final = 1024 * 1024
_CUT: Final = (RequestTransmissionFailed, RequestTimedOutError)
"""A connection kept from the last question, which the gate has closed since: Synapse's client calls that a
time that ran out, as it does one that was not made in time. Twisted repeats no POST."""
_DECISION: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Answer:
    """`decision`: the name under which the gate recorded it, to ask for reasons; empty for plain passes."""

    verdict: Verdict
    decision: str


class Unanswered(Exception):
    """No verdict; the text is a short code of ours, without anything of the file."""


class Gate:
    """One gate, asked through Synapse's own HTTP client, which uses no proxy."""

    def __init__(self, api: ModuleApi, address: str, key: str, seconds: float = 10.0) -> None:
        """`seconds`: for which an answer is waited for."""
        self._api = api
        self._wait = max(1, int(seconds - 1))
        self._address = f"{address}/v1/refuse?channel=synapse"
        self._key = key

    async def ask(self, content_type: str, body: bytes) -> Answer:
        """Ask until there is a verdict. Raises `Unanswered`, and what the connection raises."""
        while True:
            try:
                response = await self._post(content_type, body)
            except _CUT:
                response = await self._post(content_type, body)
            if response.code != _BUSY:
                return await _read(response)
            _drop(response)
            await self._api.sleep(_pause(response))

    async def _post(self, content_type: str, body: bytes) -> IResponse:
        return await self._api.http_client.request(
            "POST", self._address, data=body, headers=self._headers(content_type)
        )

    def _headers(self, content_type: str) -> Headers:
        headers = Headers(
            {
                "Content-Type": [content_type],
                "Accept": ["application/json"],
                # A video is looked at for as long, and is undecided where that is too short.
                "Prefer": [f"wait={self._wait}"],
            }
        )
        if self._key:
            headers.addRawHeader("Authorization", f"Bearer {self._key}")
        return headers


class _Dropped(Protocol):
    """Lets go of a body that nobody reads."""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        abort = getattr(self.transport, "abortConnection", None)
        if abort is not None:
            abort()


def _drop(response: IResponse) -> None:
    response.deliverBody(_Dropped())  # type: ignore[no-untyped-call,call-arg,misc] # an interface of zope's


async def _read(response: IResponse) -> Answer:
    verdict = _VERDICTS.get(response.code)
    if verdict is None:
        _drop(response)
        raise Unanswered(f"status-{response.code}")
    if not isinstance(response.length, int) or response.length > _MOST_BYTES:
        _drop(response)
        raise Unanswered("not-a-gate")
    body: bytes = await make_deferred_yieldable(readBody(response))
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Unanswered("not-a-gate") from None
    if not isinstance(answer, dict) or answer.get("verdict") != verdict:
        raise Unanswered("not-a-gate")
    decision = answer.get("decision")
    if not isinstance(decision, str) or not _DECISION.fullmatch(decision):
        decision = ""
    return Answer(verdict, decision)


def _pause(response: IResponse) -> float:
    """Seconds that the gate asks for; one where it does not say."""
    header = (response.headers.getRawHeaders("Retry-After") or ["1"])[0]
    return min(float(header), _LONGEST_PAUSE) if header.isascii() and header.isdigit() else 1.0
