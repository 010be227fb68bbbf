"""Every access to a case, in a chain.

In: who opened or did what. Out: rows, each with a keyed digest over itself and the one before; the log again
for those who may see it. Next: the person's page "Who looked", the desk.

Some rows say nothing: whoever counts them does not learn how often somebody came back, and so neither who
took something back.

A row that is altered, dropped, inserted or moved breaks the chain; the newest stand in the case's own row,
so cutting them off shows too. Staff's entries keep the minute, the person's and the helpers' only the day.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from repit.foundation.audit import Chains
from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.cases.models import AccessLogEntry, Case
from repit.hotline.cases.vault import Vault

_LENGTH: Final = 288
_NEWEST: Final = 10
_BLUR: Final = 24
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One access. `who` is an account of staff, or a helper's number, or empty."""

    by: str
    who: str
    what: str
    at: str


def _place(case_id: int, number: int) -> Place:
    return Place("cases_accesslogentry", f"{case_id}/{number}", "sealed")


def _digest(case_id: int, number: int, before: bytes, sealed: bytes) -> bytes:
    return keyed_digest("case access", str(case_id).encode(), str(number).encode(), before, sealed)


def record(case: Case, keys: Vault, *, by: str, who: str, what: str) -> None:
    """Append a row, within the transaction that holds the case's lock."""
    moment = now().astimezone(UTC)
    at = f"{moment:%Y-%m-%d %H:%M}" if by in ("caseworker", "desk") else f"{moment:%Y-%m-%d}"
    _append(case, keys, [by, who, what, at])


def blur(case: Case, keys: Vault) -> None:
    """Append as many rows as chance will have that say nothing, when a case begins."""
    for _ in range(secrets.randbelow(_BLUR)):
        _append(case, keys, ["", "", _NOTHING, ""])


def _append(case: Case, keys: Vault, entry: list[str]) -> None:
    case.accesses += 1
    value = json.dumps(entry).encode().ljust(_LENGTH)
    sealed = keys.sealer("protection").seal(value, _place(case.id, case.accesses))
    case.accesses_digest = _digest(case.id, case.accesses, bytes(case.accesses_digest), sealed)
    AccessLogEntry.objects.create(
        id=random_key(), case=case, number=case.accesses, sealed=sealed, digest=case.accesses_digest
    )
    case.save(update_fields=["accesses", "accesses_digest"])


def noted_within_the_hour(case: Case, keys: Vault, *, by: str, who: str, what: str) -> bool:
    """Whether one of the newest rows says this already, within this hour of the clock."""
    this_hour = f"{now().astimezone(UTC):%Y-%m-%d %H}:"
    sealer = keys.sealer("protection")
    newest = AccessLogEntry.objects.filter(case=case).order_by("-number")[:_NEWEST]
    found = (LogEntry(*json.loads(sealer.open(row.sealed, _place(case.id, row.number)))) for row in newest)
    return any(
        (entry.by, entry.who, entry.what) == (by, who, what) and entry.at.startswith(this_hour)
        for entry in found
    )


def of(case: Case, keys: Vault) -> list[LogEntry]:
    """The log, newest first."""
    sealer = keys.sealer("protection")
    found = (
        LogEntry(*json.loads(sealer.open(row.sealed, _place(case.id, row.number))))
        for row in AccessLogEntry.objects.filter(case=case).order_by("-number")
    )
    return [entry for entry in found if entry.what != _NOTHING]


def verify(case_id: int) -> int | None:
    """The number of the first entry that does not fit, or None if the whole chain holds."""
    before, expected = b"", 0
    for row in AccessLogEntry.objects.filter(case_id=case_id).order_by("number"):
        expected += 1
        digest = _digest(case_id, row.number, before, bytes(row.sealed))
        if row.number != expected or not hmac.compare_digest(digest, bytes(row.digest)):
            return expected
        before = digest
    case = Case.objects.get(pk=case_id)
    if case.accesses != expected or not hmac.compare_digest(bytes(case.accesses_digest), before):
        return expected + 1
    return None


def verify_all() -> Chains:
    """The log of every case, without opening any: the digests are over what is sealed."""
    cases = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    return Chains(
        "case-logs",
        Text("access logs of cases", "journaux d’accès des dossiers"),
        len(cases),
        tuple(case for case in cases if verify(case) is not None),
    )
