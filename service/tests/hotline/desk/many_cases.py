"""A desk with many cases, made cheaply: receipts at the price of a moment, nothing in the bank.

In: a caseworker who takes cases in. Out: cases in their hands and at the desk, one more pressing than all
others. Next: tests of the list, the program that serves one to a browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from repit.foundation import clock
from repit.foundation.clock import now
from repit.hotline.cases import (
    access_codes,
    access_log,
    casework,
    checklist,
    keys,
    naming,
    service,
    tasks,
    thread,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import Case, Task

WORDS = "Bonjour. Quelqu’un a publié mes photos dans un groupe et les envoie à mes collègues. Que faire ?"


@contextmanager
def cheap_receipts() -> Iterator[None]:
    """Receipts stretched for a moment only, logs not blurred: the tests of both pay the real price."""
    dear, blur = keys.stretch.__defaults__, access_log._BLUR
    keys.stretch.__defaults__, access_log._BLUR = (keys.Cost(8, 1),), 1
    try:
        yield
    finally:
        keys.stretch.__defaults__, access_log._BLUR = dear, blur


def filled(mine: Holder, at_desk: Holder, in_hand: int, waiting: int = 0) -> int:
    """So many cases in someone's hands and so many that nobody has; the key of the most pressing one."""
    with cheap_receipts():
        pressing = [_in_hand(number, mine, at_desk) for number in range(in_hand)][in_hand // 2]
        for number in range(waiting):
            _opened(number)
    checklist.set_danger(Casefile(pressing, mine), danger=True)
    return pressing


def _opened(number: int) -> Casefile:
    opened = service.open_case(
        [], wishes=Wishes(("remove", "talk")), seen_at=[f"https://forum{number}.example/1"]
    )
    theirs = access_codes.enter(opened.number, opened.secret)
    with clock.at(lambda: clock._wall() - timedelta(minutes=7 * number + 1)):
        thread.write(theirs, f"{WORDS} ({number})")
    return theirs


def _in_hand(number: int, mine: Holder, at_desk: Holder) -> int:
    theirs = _opened(number)
    casework.assign(at_desk, theirs.case_id, mine.who)
    file = Casefile(theirs.case_id, mine)
    if number % 3 == 0:
        naming.call(file, f"Camille, groupe de messagerie {number}")
    if number % 2:
        thread.write(file, f"Nous avons votre dossier, voici la suite. ({number})")
    if number % 5 == 0:
        with clock.at(lambda: clock._wall() - timedelta(hours=50)):
            tasks.add(file, tasks.New("other", "appeler l’hébergeur", now() + timedelta(hours=2)))
        Task.objects.filter(case=theirs.case_id).update(due_on=now().date() - timedelta(days=2))
    Case.objects.filter(pk=theirs.case_id).update(opened_on=now().date() - timedelta(days=number % 20))
    return theirs.case_id
