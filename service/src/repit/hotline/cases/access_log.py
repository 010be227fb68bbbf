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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Final

from django.db.models import F

from repit.foundation.audit import Chains
from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, keyed_digest
from repit.hotline.cases import aliases
from repit.hotline.cases.models import AccessLogEntry, Case
from repit.hotline.cases.vault import Vault

_LENGTH: Final = 288
_NEWEST: Final = 10
_BLUR: Final = 24
_NOTHING: Final = "nothing"
LIST: Final = "list"
_STAFF: Final = ("caseworker", "desk")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One access. `who` is an account of staff (to a person or a helper: its alias), or a helper's number,
    or empty."""

    by: str
    who: str
    what: str
    at: str


Seen = tuple[Case, Vault]
"""A case whose lock is held, with its keys."""


def _place(case_id: int, number: int) -> Place:
    return Place("cases_accesslogentry", f"{case_id}/{number}", "sealed")


def _digest(case_id: int, number: int, before: bytes, sealed: bytes) -> bytes:
    return keyed_digest("case access", str(case_id).encode(), str(number).encode(), before, sealed)


def record(case: Case, keys: Vault, *, by: str, who: str, what: str) -> None:
    """Append a row, within the transaction that holds the case's lock."""
    _append(case, keys, [by, who, what, _at(by)])


def blur(case: Case, keys: Vault) -> None:
    """Append as many rows as chance will have that say nothing, when a case begins."""
    for _ in range(secrets.randbelow(_BLUR)):
        _append(case, keys, ["", "", _NOTHING, ""])


def note_list(seen: Sequence[Seen], *, by: str, who: str) -> None:
    """Append to the log of each case that its line was seen on a list: once an hour for each who saw it, so
    that a person is able to read their log. Within the transaction that holds the cases' locks."""
    this_hour = f"{now().astimezone(UTC):%Y-%m-%d %H}:"
    newest: dict[int, list[tuple[int, bytes | memoryview]]] = {case.id: [] for case, _keys in seen}
    rows = AccessLogEntry.objects.filter(case__in=list(newest), number__gt=F("case__accesses") - _NEWEST)
    for pk, number, sealed in rows.order_by("-number").values_list("case", "number", "sealed"):
        newest[pk].append((number, sealed))
    added, moved = [], []
    for case, keys in seen:
        read = (_opened(case.id, number, sealed, keys) for number, sealed in newest[case.id])
        if not any(
            (entry.by, entry.who, entry.what) == (by, who, LIST) and entry.at.startswith(this_hour)
            for entry in read
        ):
            added.append(_next(case, keys, [by, who, LIST, _at(by)]))
            moved.append(case)
    AccessLogEntry.objects.bulk_create(added)
    Case.objects.bulk_update(moved, ["accesses", "accesses_digest"])


def _append(case: Case, keys: Vault, entry: list[str]) -> None:
    _next(case, keys, entry).save(force_insert=True)
    case.save(update_fields=["accesses", "accesses_digest"])


def _next(case: Case, keys: Vault, entry: list[str]) -> AccessLogEntry:
    """The next row, which is not written yet; the case's own row is ahead of it."""
    case.accesses += 1
    value = json.dumps(entry).encode().ljust(_LENGTH)
    sealed = keys.sealer("protection").seal(value, _place(case.id, case.accesses))
    case.accesses_digest = _digest(case.id, case.accesses, bytes(case.accesses_digest), sealed)
    return AccessLogEntry(
        id=random_key(), case=case, number=case.accesses, sealed=sealed, digest=case.accesses_digest
    )


def _opened(case_id: int, number: int, sealed: bytes | memoryview, keys: Vault) -> LogEntry:
    return LogEntry(*json.loads(keys.sealer("protection").open(sealed, _place(case_id, number))))


def _at(by: str) -> str:
    moment = now().astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M}" if by in _STAFF else f"{moment:%Y-%m-%d}"


def of(case: Case, keys: Vault) -> list[LogEntry]:
    """The log, newest first."""
    rows = AccessLogEntry.objects.filter(case=case).order_by("-number")
    found = (_opened(case.id, row.number, row.sealed, keys) for row in rows)
    return [entry for entry in found if entry.what != _NOTHING]


def without_accounts(entries: Iterable[LogEntry]) -> list[LogEntry]:
    """The same for a person or a helper: aliases stand where accounts stood, nothing for those who are gone.
    Whom a case was given to or taken from is a matter of the desk."""
    named = aliases.known()
    return [
        replace(
            entry,
            who=named.get(entry.who, "") if entry.by in _STAFF else entry.who,
            what=entry.what.split(" to ")[0].split(" by ")[0],
        )
        for entry in entries
    ]


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
