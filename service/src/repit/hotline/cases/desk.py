"""The desk's key: new cases are sealed to it until a caseworker takes them up.

In: caseworkers who take cases in. Out: the desk as a `Holder`; new cases readable by it. Next: `service`
(which grants each new case), `casework` (which hands cases on).

Not everyone at the hotline holds it: supervisors who only see load and times need no key at all. Dismissing
a member makes a new desk key, and the open cases are granted to it instead.
"""

from typing import Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.errors import NotFound, NotGranted, TransitionRefused
from repit.foundation.ids import random_key
from repit.foundation.sealing import Place, operator
from repit.hotline.cases import caseworkers, grants, keys
from repit.hotline.cases.casefile import Casefile, Turn
from repit.hotline.cases.grants import Holder, Named
from repit.hotline.cases.models import Caseworker, Desk, DeskMember
from repit.hotline.cases.rooms import RoomName

ROOMS: Final[tuple[RoomName, ...]] = ("protection", "locations", "thread")
_USE: Final = "desk"
_USE_MEMBER: Final = "caseworker"


def found(by: Holder) -> Holder:
    """The hotline's first desk key, held by who makes it. Raises `TransitionRefused` if there is one."""
    with transaction.atomic():
        if Desk.objects.select_for_update().exists():
            raise TransitionRefused(detail="the desk has a key")
        return _new(by, [by.named])


def unlock(by: Holder) -> Holder:
    """The desk's keys, for one of its members. Raises `NotGranted`."""
    desk = _newest()
    member = None
    if desk is not None:
        member = DeskMember.objects.filter(desk=desk, caseworker_id=by.id).first()
    if desk is None or member is None:
        raise NotGranted
    boxed = operator(_USE_MEMBER).open(member.sealed, caseworkers.member_place(member))
    return Holder("desk", desk.version, keys.pair_of(keys.unbox(boxed, by.pair)), by.who)


def admit(by: Holder, who: str) -> None:
    """Let another caseworker take cases in. Raises `NotGranted`, `NotFound`."""
    held, to = unlock(by), caseworkers.named(who)
    with transaction.atomic():
        _member(held, to)
        audit.record(by.who, "desk.admit", who)


def dismiss(by: Holder, who: str) -> Holder:
    """Someone takes no cases in any more: a new key for those who stay, granted the cases of the old."""
    old = unlock(by)
    leaving = caseworkers.named(who)
    if leaving.id == by.id:
        raise TransitionRefused(detail="one cannot dismiss oneself")
    staying = [caseworkers.named(name) for name in members() if name != who]
    with transaction.atomic():
        new = _new(by, staying)
        for case_id in caseworkers.cases_of(old):
            with Casefile(case_id, old).turn() as turn:
                turn.give(new.named, list(turn.rooms))
                grants.withdraw(case_id, "desk", old.id)
        audit.record(by.who, "desk.dismiss", who)
    return new


def members() -> list[str]:
    """The accounts that take cases in."""
    return list(
        DeskMember.objects.filter(desk=_newest())
        .order_by("caseworker__who")
        .values_list("caseworker__who", flat=True)
    )


def named() -> Named | None:
    """The desk as new cases are granted to it, if the hotline has set one up."""
    desk = _newest()
    return None if desk is None else Named("desk", desk.version, _public(desk))


def hand_over(turn: Turn) -> None:
    """Let the desk's newest key have a case that nobody at the hotline has yet. In the person's turn."""
    to = named()
    if to is None or turn.role != "person" or turn.case.state not in ("new", "closed"):
        return
    if not grants.holds(turn.case.id, to):
        turn.give(to, [room for room in ROOMS if turn.may_read(room)])


def _new(by: Holder, those: list[Named]) -> Holder:
    pair = keys.new_pair()
    desk = Desk.objects.create(sealed_public=b"")
    desk.sealed_public = operator(_USE).seal(pair.public, _place(desk))
    desk.save(update_fields=["sealed_public"])
    held = Holder("desk", desk.version, pair, by.who)
    for to in those:
        _member(held, to)
    audit.record(by.who, "desk.key", str(desk.version))
    return held


def _member(held: Holder, to: Named) -> None:
    if not Caseworker.objects.filter(pk=to.id).exists():
        raise NotFound
    member = DeskMember(id=random_key(), desk_id=held.id, caseworker_id=to.id)
    DeskMember.objects.filter(desk_id=held.id, caseworker_id=to.id).delete()
    member.sealed = operator(_USE_MEMBER).seal(
        keys.box(held.pair.private, to.public), caseworkers.member_place(member)
    )
    member.save(force_insert=True)


def _newest() -> Desk | None:
    return Desk.objects.order_by("-version").first()


def _public(desk: Desk) -> bytes:
    return operator(_USE).open(desk.sealed_public, _place(desk))


def _place(desk: Desk) -> Place:
    return Place("cases_desk", str(desk.version), "sealed_public")
