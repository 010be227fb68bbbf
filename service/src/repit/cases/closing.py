"""How a case ends: closed, then its words destroyed, then nothing.

In: the person's or a caseworker's wish, the calendar. Out: steps; keys destroyed. Next: the pages,
`workers.case_clock`.

A closed case waits for its retention time, so that the person may still come back. Then, if something of it
is still protected, its messages and addresses are destroyed and only the receipt and the links stay, since
without them nobody could ever take the protection back; else everything goes, as it does after the same time
when the person has taken the last of it back. Destroying starts with the key outside the database: from that
moment no backup opens either.
"""

from typing import Final

from django.db import transaction
from django.db.models import Q

from repit.cases import protection, vault
from repit.cases.casefile import Casefile, take_step
from repit.cases.models import Case, Grant, Record, Task
from repit.cases.states import LIVE, Role
from repit.cases.vault import RoomName
from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotGranted
from repit.foundation.sealing import keyed_digest

_WORDS: Final[tuple[RoomName, ...]] = ("places", "thread")


def close(file: Casefile) -> None:
    """Close the case; the protection goes on. Raises `TransitionRefused`, `NotGranted`."""
    with file.turn() as turn:
        if turn.role not in ("person", "caseworker"):
            raise NotGranted
        turn.case.keeps_protection = protection.protects(turn)
        turn.case.save(update_fields=["keeps_protection"])
        turn.move("closed")
        turn.look("closed")


def erase_now(file: Casefile, *, keep_protection: bool) -> None:
    """Destroy what was said and where, at once; without `keep_protection` take everything back first and
    leave nothing. Raises `NotGranted`."""
    with file.turn() as turn:
        if turn.role != "person":
            raise NotGranted
        if not keep_protection:
            protection.take_back(turn, "all")
            _erase(turn.case, "person")
            return
        if turn.case.state in LIVE:
            turn.move("closed")
        if turn.case.state == "closed":
            _keep_only_the_protection(turn.case, "person")


def act_due(most: int = 100) -> int:
    """What the calendar asks for, case by case; how many acted. Safe in several processes at once."""
    done = 0
    acts = Q(state__in=[*LIVE, "closed"]) | Q(state="kept", keeps_protection=False)
    due = Case.objects.filter(acts, due_on__lte=now().date())
    for case_id in list(due.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            case = due.select_for_update().filter(pk=case_id).first()
            if case is None:
                continue
            if case.state in LIVE:
                take_step(case, "closed", "clock")
            elif case.keeps_protection:
                _keep_only_the_protection(case, "clock")
            else:
                _erase(case, "clock")
            done += 1
    return done


def finish_erasures() -> int:
    """Destroy keys that a crash left behind: of erased rooms, and files of no case; how many files."""
    for case_id in Case.objects.filter(state="kept").values_list("pk", flat=True):
        vault.destroy(case_id, _WORDS)
    return vault.destroy_strays(Case.objects.values_list("pk", flat=True))


def _keep_only_the_protection(case: Case, by: Role) -> None:
    vault.destroy(case.id, _WORDS)
    Record.objects.filter(case=case, room__in=_WORDS).delete()
    Grant.objects.filter(case=case, room__in=_WORDS).delete()
    Task.objects.filter(case=case).delete()
    take_step(case, "kept", by)


def _erase(case: Case, by: Role) -> None:
    vault.destroy(case.id)
    audit.record(by, "case.erase", keyed_digest("case in the audit", str(case.id).encode()).hex()[:16])
    case.delete()
