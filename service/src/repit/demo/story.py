"""The story, step by step, against the running services.

In: a hotline, a gate, a picture, a film. Out: `Line`s and times, as they are measured. Next: `command` shows
them.

The device computes hashes; only these go to the hotline. The platform sends whole uploads to its own gate,
and asks again and again how long it takes until the first refusal, and until the picture passes once the
person has withdrawn.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from repit.demo.device import film_submission, submission
from repit.demo.pictures import Hope, Upload
from repit.foundation.errors import NotFound, PeerFailed, Text
from repit.foundation.outbound import Outbound

TIMEOUT_SECONDS: Final = 30.0
_CHECK_SECONDS: Final = 150.0
"""Longer than the demonstration's gate may look at a film."""
_PAUSE_SECONDS: Final = 0.004
_REFUSED: Final = 451


@dataclass(frozen=True, slots=True)
class Line:
    """One upload's fate; `of`: which part of it agreed; `right`: it came out as it should."""

    name: Text
    verdict: str
    tier: str | None
    turned: str | None
    distance: int | None
    milliseconds: float
    of: str | None
    right: bool
    stretches: tuple[tuple[float, float, float, float], ...] = ()
    """Of a film, in seconds: from and to in the upload, from and to in the film that is known."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person keeps: the case's number and its secret."""

    number: str
    secret: str


class NeverCame(NotFound):
    code = "demo-never-came"
    message = Text("What should have happened did not.", "Ce qui devait arriver n’est pas arrivé.")


def passes_before(gate: Outbound, upload: Upload) -> Line:
    """The same file before anything is known of it."""
    return _line(gate, upload, "passes")


def open_case(hotline: Outbound, picture: bytes, film: bytes) -> Receipt:
    """Hash on the device, open a case with the hashes alone."""
    body = json.dumps({"items": [submission(picture), film_submission(film)]}).encode()
    answer = hotline.post("/api/v1/cases", body)
    if answer.status != 201:
        raise PeerFailed(detail=f"opening a case: status {answer.status}")
    answered = json.loads(answer.body)
    return Receipt(answered["number"], answered["secret"])


def withdraw(hotline: Outbound, receipt: Receipt) -> None:
    """The person takes the picture back out."""
    body = {"number": receipt.number, "secret": receipt.secret, "items": "all"}
    answer = hotline.post("/api/v1/cases/withdraw", json.dumps(body).encode())
    if answer.status != 200:
        raise PeerFailed(detail=f"withdrawing: status {answer.status}")


def until(gate: Outbound, upload: Upload, *, refused: bool, since: float) -> float:
    """Seconds from a moment until the upload is refused (or passes). Raises `NeverCame`."""
    while time.monotonic() - since < TIMEOUT_SECONDS:
        status = gate.post("/v1/refuse", upload.data, content_type=upload.content_type).status
        if (status == _REFUSED) is refused:
            return time.monotonic() - since
        time.sleep(_PAUSE_SECONDS)
    raise NeverCame


def lines(gate: Outbound, uploads: list[Upload]) -> Iterator[Line]:
    """Send every upload once."""
    for upload in uploads:
        yield _line(gate, upload, upload.hope)


def _line(gate: Outbound, upload: Upload, hope: Hope) -> Line:
    begun = time.perf_counter()
    answer = gate.post("/v1/check", upload.data, content_type=upload.content_type, seconds=_CHECK_SECONDS)
    took = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise PeerFailed(detail=f"a check: status {answer.status}")
    answered: dict[str, Any] = json.loads(answer.body)
    best = answered["evidence"][0] if answered["evidence"] else {}
    parts = best.get("parts") or [{}]
    return Line(
        name=upload.name,
        verdict=answered["verdict"],
        tier=best.get("tier"),
        turned=best.get("orientation"),
        distance=best.get("distance"),
        milliseconds=took,
        of=parts[0].get("of"),
        stretches=tuple(
            (
                stretch["upload"]["from"],
                stretch["upload"]["to"],
                stretch["known"]["from"],
                stretch["known"]["to"],
            )
            for stretch in best.get("segments", ())
            if stretch["upload"] and stretch["known"]
        ),
        right=_as_hoped(hope, answered["verdict"], best),
    )


def _as_hoped(hope: Hope, verdict: str, best: dict[str, Any]) -> bool:
    if hope == "passes":
        return verdict == "allow"
    if hope == "altered":
        return verdict == "block"
    if hope == "film":
        return verdict == "block" and bool(best.get("segments"))
    # A picture that is nearly its own mirror image may be met either way.
    return verdict == "block" and best.get("tier") in ("exact", "standard", "orientation")
