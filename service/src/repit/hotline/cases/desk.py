"""The desk's key: new cases are sealed to it until a caseworker takes them up.

In: caseworkers who take cases in. Out: the desk as a `Holder`; new cases readable by it. Next: `service`
(which grants each new case), `casework` (which hands cases on).

Not everyone at the hotline holds it: supervisors who only see load and times need no key at all. Dismissing
a member makes a new desk key, and the open cases are granted to it instead. While nobody holds it, cases wait
at a desk whose key is put by (`waiting_desk`), for the one who sets the desk up.
"""

import logging
from collections.abc import Iterator
from typing import Final, Literal

from django.db import transaction

from repit.foundation import audit
from repit.foundation.errors import NotFound, NotGranted, Text, TransitionRefused
from repit.foundation.health.findings import Finding
from repit.foundation.ids import random_key
from repit.foundation.sealing import operator
from repit.hotline.cases import caseworkers, grants, keys, waiting_desk
from repit.hotline.cases.casefile import Casefile, Turn, take_step
from repit.hotline.cases.grants import Holder, Named
from repit.hotline.cases.models import Case, Caseworker, Desk, DeskMember
from repit.hotline.cases.rooms import RoomName

ROOMS: Final[tuple[RoomName, ...]] = ("protection", "locations", "thread")
_USE_MEMBER: Final = "caseworker"
_log: Final = logging.getLogger(__name__)


def found(by: Holder) -> Holder:
    """The hotline's desk key, held by who makes it: the first, or the first again once nobody holds the
    former. They are given the cases that have waited. Raises `TransitionRefused` if someone holds one."""
    with transaction.atomic():
        desks = list(Desk.objects.select_for_update().order_by("version"))
        if members():
            raise TransitionRefused(detail="the desk has a key")
        made = _new(by, [by.named])
        for desk in filter(waiting_desk.waits, desks):
            _take_over(desk, made)
            waiting_desk.forget(desk)
    waiting_desk.destroy_forgotten()
    return made


def make_ready() -> None:
    """See that cases which come in can be opened by somebody, now or once the desk is set up. Done as a
    hotline starts, so that nothing on the disk tells when the first case came."""
    with transaction.atomic():
        named()


State = Literal["open", "waiting"]


def state() -> State:
    """Whether someone can take cases in, or they wait for the desk to be set up."""
    return "open" if members() else "waiting"


def look() -> Iterator[Finding]:
    """For `foundation.health`: cases that nobody at the hotline can read yet."""
    if state() == "waiting":
        yield Finding(
            "desk-not-set-up",
            Text(
                "Nobody takes cases in yet: they wait, protected and unread.",
                "Personne ne reçoit encore les dossiers : ils attendent, protégés mais non lus.",
            ),
            Text(
                "A caseworker sets the desk up: Cases, “Who takes cases in”.",
                "Une personne qui suit les dossiers met l’accueil en place : Dossiers, « Qui reçoit les"
                " dossiers ».",
            ),
            grave=False,
        )


def give_up(actor: str) -> tuple[str, ...]:
    """Nobody who takes cases in can open their keys any more: they hold nothing from now on, and cases wait
    for the one who sets the desk up again; who they were.

    What is at the former desk opens again as soon as its person signs in. Raises `TransitionRefused` where
    nobody takes cases in as it is.
    """
    with transaction.atomic():
        list(Desk.objects.select_for_update().values_list("version"))
        gone = tuple(members())
        if not gone:
            raise TransitionRefused(
                Text("Nobody takes cases in.", "Personne ne reçoit les dossiers."),
                Text(
                    "Cases wait: a caseworker sets the desk up on the page “Who takes cases in”.",
                    "Les dossiers attendent : un membre de l’équipe met l’accueil en place,"
                    " page « Qui reçoit les dossiers ».",
                ),
            )
        for who in gone:
            caseworkers.retire(who, actor=actor)
        _let_go_of_all()
        waiting_desk.begin()
        audit.record(actor, "desk.give-up", "", f"{len(gone)} members")
    return gone


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


def named() -> Named:
    """The desk as new cases are granted to it; one that waits, where nobody holds the newest or can take it
    over."""
    desk = _newest()
    if desk is None or not (desk.members.exists() or waiting_desk.holder(desk, "")):
        desk = waiting_desk.begin()
    return Named("desk", desk.version, waiting_desk.public(desk))


def hand_over(turn: Turn) -> None:
    """Let the desk's newest key have a case that nobody at the hotline has yet. In the person's turn."""
    to = named()
    if turn.role != "person" or turn.case.state not in ("new", "closed"):
        return
    if not grants.holds(turn.case.id, to):
        turn.give(to, [room for room in ROOMS if turn.may_read(room)])


def _new(by: Holder, those: list[Named]) -> Holder:
    pair = keys.new_pair()
    desk = waiting_desk.new(pair)
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


def _take_over(desk: Desk, to: Holder) -> None:
    """Grant the cases of a desk that has waited to one that somebody holds, with new keys: its own lay on
    this machine."""
    held = waiting_desk.holder(desk, to.who)
    if held is None:
        _log.error("the key of a desk that waited is lost: its cases open again as their persons sign in")
        return
    for case_id in caseworkers.cases_of(held):
        with Casefile(case_id, held).turn() as turn:
            grants.withdraw(case_id, "desk", held.id)
            turn.rotate(list(turn.rooms))
            turn.give(to.named, list(turn.rooms))


def _let_go_of_all() -> None:
    """Cases that nobody has any more are new again, so that a person who signs in hands them to the desk."""
    held = {pk for caseload in caseworkers.everyone() for pk in caseload.cases}
    for case in Case.objects.select_for_update().filter(state__in=("in-hand", "waiting")).order_by("pk"):
        if case.pk not in held:
            take_step(case, "new", "desk")
