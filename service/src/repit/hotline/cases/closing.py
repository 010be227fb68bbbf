"""How a case ends: closed, then its words destroyed, then nothing.

In: the person's or a caseworker's wish, the calendar. Out: steps; keys destroyed. Next: the pages,
`hotline.loops.case_calendar`.

A closed case waits for its retention time, so that the person may still come back. Then, if something of it
is still protected, its messages and addresses are destroyed and only the receipt and the links stay, since
without them nobody could ever take the protection back; else everything goes, as it does after the same time
when the person has taken the last of it back. Destroying starts with the key outside the database: from that
moment no backup opens either.
"""

from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import NotFound, NotGranted
from repit.hotline.cases import due, links, stopping, vault
from repit.hotline.cases.casefile import Casefile, take_step
from repit.hotline.cases.models import Case, Grant, Record, Task
from repit.hotline.cases.rooms import RoomName
from repit.hotline.cases.states import LIVE, Role

_WORDS: Final[tuple[RoomName, ...]] = ("locations", "thread")


def close(file: Casefile) -> None:
    """Close the case; the protection goes on. Raises `TransitionRefused`, `NotGranted`."""
    with file.turn() as turn:
        if turn.role not in ("person", "caseworker"):
            raise NotGranted
        turn.move("closed")
        turn.log_access("closed")


def erase_now(file: Casefile, *, keep_protection: bool) -> None:
    """Destroy what was said and where, at once; without `keep_protection` take everything back first and
    leave nothing. Raises `NotGranted`."""
    with file.turn() as turn:
        if turn.role != "person":
            raise NotGranted
        if not keep_protection:
            stopping.at_once(turn, "all")
            _erase(turn.case, "person")
            return
        if turn.case.state in LIVE:
            turn.move("closed")
        if turn.case.state == "closed":
            _keep_only_the_protection(turn.case, "person")


def act_due(most: int = 100) -> int:
    """What the calendar asks for, case by case; how many acted. Safe in several processes at once."""
    done = 0
    acting = Case.objects.filter(due_on__lte=now().date())
    for case_id in list(acting.values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            case = acting.select_for_update().filter(pk=case_id).first()
            if case is None:
                continue
            if case.state in LIVE:
                take_step(case, "closed", "clock")
            elif not _protects(case):
                _erase(case, "clock")
            elif case.state == "closed":
                _keep_only_the_protection(case, "clock")
            else:
                # Looked at again later: the row of a case that protects something is like any other.
                case.due_on = due.at_the_latest(now().date())
                case.save(update_fields=["due_on"])
                continue
            done += 1
    return done


def _protects(case: Case) -> bool:
    try:
        return links.keep_anything(case, vault.of(case))
    except NotFound:
        return False


def finish_erasures() -> int:
    """What a crash between key and row left half done, or an older database brought back: keys of erased
    rooms go, rows whose keys are gone go; how many cases."""
    lost = vault.lost()
    for case in Case.objects.filter(pk__in=lost):
        with transaction.atomic():
            _erase(case, "clock")
    for case in Case.objects.filter(state="kept"):
        vault.destroy(case, _WORDS)
    return len(lost)


def _keep_only_the_protection(case: Case, by: Role) -> None:
    vault.destroy(case, _WORDS)
    Record.objects.filter(case=case, room__in=_WORDS).delete()
    Grant.objects.filter(case=case, room__in=_WORDS).delete()
    Task.objects.filter(case=case).delete()
    take_step(case, "kept", by)


def _erase(case: Case, by: Role) -> None:
    vault.destroy(case)
    # Of which case stands nowhere: together with a backup, a name here would say whose items went with it.
    audit.record(by, "case.erase", "")
    case.delete()
