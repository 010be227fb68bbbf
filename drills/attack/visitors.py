"""Those for whom everything must go on working: people on the pages, a platform's users, whoever watches.

In: ports, banked pictures. Out: `Tally`: what they were answered, and how long it took. Next: `attacked`.
"""

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

PAGES = ("/en/", "/fr/", "/en/start/", "/en/come-back/")
TRIES = 3
TIMEOUT = 30.0
_ALTERED = frozenset({"standard", "exact", "orientation", "altered"})


@dataclass
class Tally:
    """What came of every visit. `first`: uploads that were refused without having to come back."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first: int = 0

    def note(self, what: str, answer: str, seconds: float) -> None:
        """One visit."""
        with self.turn:
            self.answers[what][answer] += 1
            self.seconds[what].append(seconds)

    def share(self, what: str, answer: str) -> float:
        """How many of all were answered so, from 0 to 1."""
        counts = self.answers[what]
        return counts[answer] / max(1, counts.total())


def uploads(tally: Tally, port: int, content: Callable[[], bytes], what: str, over: threading.Event) -> None:
    """A platform's users, one upload after another, each of another sender, as its plug-in would send it."""
    for number in itertools.count():
        if over.wait(random.uniform(0.5, 1.5)):
            return
        begun, data, sender = time.monotonic(), content(), f"user-{what}-{number}"
        verdict, tries = _checked(port, data, sender), 1
        while verdict == "busy" and tries < TRIES:
            over.wait(1.0)
            verdict, tries = _checked(port, data, sender), tries + 1
        tally.note(what, verdict, time.monotonic() - begun)
        with tally.turn:
            tally.first += tries == 1 and verdict == "refused"


def _checked(port: int, data: bytes, sender: str) -> str:
    try:
        status, body = _asked(port, "POST", "/v1/check", data, {"Repit-Sender": sender})
    except OSError as error:
        return type(error).__name__
    if status == 503:
        return "busy"
    if status != 200:
        return f"status {status}"
    verdict = json.loads(body)
    if verdict["undecided"]:
        return f"undecided: {verdict['undecided']}"
    known = [load for load in verdict["evidence"] if load["tier"] in _ALTERED]
    return (
        "refused"
        if verdict["verdict"] == "block"
        else f"{verdict['verdict']}{' although known' if known else ''}"
    )


def pages(tally: Tally, port: int, number: int, over: threading.Event) -> None:
    """One person who looks around."""
    address = f"198.51.100.{number}"
    while not over.wait(random.uniform(0.5, 1.5)):
        path = random.choice(PAGES)
        begun = time.monotonic()
        try:
            status, _ = _asked(port, "GET", path, None, {"X-Forwarded-For": address})
            verdict = str(status)
        except OSError as error:
            verdict = type(error).__name__
        tally.note("page", verdict, time.monotonic() - begun)


def health(tally: Tally, port: int, what: str, over: threading.Event) -> None:
    """Whoever watches whether a process lives."""
    while not over.wait(1.0):
        for path in ("/health", "/ready"):
            begun = time.monotonic()
            try:
                verdict = str(_asked(port, "GET", path, None, {})[0])
            except OSError as error:
                verdict = type(error).__name__
            tally.note(f"{what} {path}", verdict, time.monotonic() - begun)


def _asked(
    port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, path, body, {"Content-Type": "application/octet-stream", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()
