"""Whether what is said of a fault while it lasts is what an operator needs, and all is well after it.

In: a fault, a world. Out: what was said, complaints. Next: the drill, and the test that does the same.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from drills.faults.live.known import LiveFault, Meanwhile
from drills.faults.live.world import PASSWORD, Hotline, Live, mail_server, running
from drills.faults.world import Terminal, World
from repit.foundation.errors import RepitError

SECONDS: Final = 60.0
_ELSEWHERE: Final = "hotline.internal"
_GATE: Final = "gate"


@dataclass
class Account:
    """`words`: message and next step, by language."""

    words: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


def ask(fault: LiveFault, live: Live, terminal: Terminal, *languages: str) -> Account:
    """Do it, ask, mend it, and see that it is over."""
    account, process = Account(), live.at(fault.at)
    begun = len(process.log)
    with fault.spoil(live):
        for language in languages:
            found = _eventually(lambda language=language: _named(fault, live, language))
            if not found:
                account.complaints.append(f"{fault.code} does not name {fault.names} [{language}]")
                continue
            account.words[language] = live.common(f"{found['message']} {found['next_step']}", fault.at)
            account.complaints += _wrong(fault, account.words[language], language)
            if fault.checked:
                account.complaints += _unchecked(fault, process, terminal, language)
        account.complaints += _meanwhile(fault, live)
        logged = b"".join(process.log[begun:]).decode(errors="replace")
    if fault.restart is not None:
        fault.restart(live)
    if not fault.answered and not _eventually(lambda: _over(fault, live)):
        account.complaints.append(f"{fault.code} is not over")
    account.complaints += [
        f"in the log: {what}"
        for what in ("Traceback", RepitError.next_step.en, PASSWORD, mail_server.PASSWORD)
        if what in logged
    ]
    return account


def _findings(fault: LiveFault, live: Live, language: str, *, lasting: bool = False) -> list[dict[str, str]]:
    headers = {"Accept-Language": language, **({"Host": _ELSEWHERE} if fault.answered else {})}
    _, answer = _get(live.at(fault.at), "/ready", headers)
    if fault.answered:
        return [{"code": answer["code"], "message": answer["title"], "next_step": answer["next_step"]}]
    if lasting and fault.trouble and answer["feed"]["trouble"] != fault.trouble:
        return []  # it was cut off a moment ago, and says so
    found: list[dict[str, str]] = [*answer["problems"], *answer["warnings"]]
    return found


def _named(fault: LiveFault, live: Live, language: str) -> dict[str, str] | None:
    for finding in _findings(fault, live, language, lasting=True):
        stated = live.common(f"{finding['message']} {finding['next_step']}", fault.at)
        if finding["code"] == fault.code and fault.names in stated:
            return finding
    return None


def _over(fault: LiveFault, live: Live) -> bool:
    status, _ = _get(live.at(fault.at), "/ready", {})
    return status == 200 and fault.code not in {found["code"] for found in _findings(fault, live, "en")}


def _wrong(fault: LiveFault, stated: str, language: str) -> list[str]:
    held = {
        "a traceback": "Traceback" not in stated,
        "the general advice, which cannot help": RepitError.next_step.in_language(language) not in stated,
        "a password": PASSWORD not in stated and mail_server.PASSWORD not in stated,
        "a restart is not spoken of": (fault.restart is None and not fault.answered)
        or {"en": "restart", "fr": "redémarre"}[language] in stated,
    }
    return [f"{fault.name.en} [{language}]: {what}: {stated}" for what, good in held.items() if not good]


def _unchecked(fault: LiveFault, process: Hotline, terminal: Terminal, language: str) -> list[str]:
    world = World(Path(process.env["REPIT_DATA"]), process.role, process.env)
    stated = terminal.type(world, ("check",), language)
    return [] if stated.code and fault.names in stated.out else [f"`repit check`: {stated.out}{stated.err}"]


def _meanwhile(fault: LiveFault, live: Live) -> list[str]:
    process = live.at(fault.at)
    if fault.at == _GATE:
        asked = {"hashes": [{"algorithm": "pdq", "value": live.known}]}
        status, answer = process.call("POST", "/v1/refuse", asked)
        wanted = (451, fault.meanwhile is Meanwhile.JUDGED)
        got: tuple[int, Any] = (status, answer["recorded"])
    else:
        status, answer = process.call("POST", "/api/v1/cases", running.case_body(running.random_pdq()))
        wanted = (201, True) if fault.meanwhile is Meanwhile.TAKEN else (503, True)
        got = (status, status == 201 or bool(answer["next_step"]))
    return [] if got == wanted else [f"{fault.name.en}: meanwhile {got}, not {wanted}"]


def _get(process: Hotline, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    asked = urllib.request.Request(process.base_url + path, headers=headers)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - ours
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def _eventually(found: Callable[[], Any]) -> Any:
    until = time.monotonic() + SECONDS
    while not (there := found()) and time.monotonic() < until:
        time.sleep(0.2)
    return there
