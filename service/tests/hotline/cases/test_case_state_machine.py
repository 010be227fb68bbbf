"""Whatever persons, helpers and caseworkers do in whatever order: nobody loses a case or reads another's."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from making import PASSPHRASE, file_of, picture, staff

from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, NotFound, NotGranted, TooLarge, TransitionRefused
from repit.hotline.bank import feed
from repit.hotline.cases import (
    access_codes,
    access_log,
    casework,
    caseworkers,
    closing,
    desk,
    helpers,
    locations,
    recovery,
    service,
    tasks,
    thread,
    vault,
)
from repit.hotline.cases.access_codes import Code
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.models import Case, CaseStep
from repit.hotline.cases.states import TRANSITIONS

pytestmark = pytest.mark.django_db
STEPS = 80
REFUSALS = (InputRefused, NotFound, NotGranted, TooLarge, TransitionRefused)
WAITS = (timedelta(hours=2), timedelta(days=20), timedelta(days=91), timedelta(days=370))
NAMES = ("ana", "bea", "cyd")


@dataclass
class Mine:
    """What a person knows of their own case."""

    file: Casefile
    wants: list[bytes | None]
    slot: int
    said: list[str] = field(default_factory=list)
    friends: dict[int, tuple[Code, frozenset[helpers.Right]]] = field(default_factory=dict)
    gone: list[Code] = field(default_factory=list)


class Story:
    """A hotline, its persons, and how things ought to stand."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.values = [self.random.randbytes(32) for _ in range(4)]
        self.persons: list[Mine] = []
        self.staff: dict[str, Holder] = dict(zip(NAMES, staff(*NAMES), strict=True))
        self.moment = clock.now()
        for _ in range(3):
            self.open()

    def one(self) -> Mine:
        return self.random.choice(self.persons)

    def worker(self) -> Holder:
        return self.random.choice(list(self.staff.values()))

    def at_desk(self) -> Holder:
        return desk.unlock(self.staff[self.random.choice(desk.members())])

    def worked(self) -> Casefile:
        return casework.file_of(self.worker(), self.one().file.case_id)

    # --- what persons do

    def open(self) -> Mine:
        wanted = [self.random.choice(self.values) for _ in range(self.random.choice((0, 1, 1, 3)))]
        receipt = service.open_case(
            [picture(value) for value in wanted],
            wishes=Wishes(("talk",)),
            seen_at=["somewhere"] * self.random.randrange(2),
        )
        file = file_of(receipt)
        self.persons.append(Mine(file, [*wanted], Case.objects.get(pk=file.case_id).slot))
        return self.persons[-1]

    def add(self) -> None:
        mine, value = self.one(), self.random.choice(self.values)
        service.add_items(mine.file, [picture(value)])
        mine.wants.append(value)

    def take_back(self) -> None:
        mine = self.one()
        which = [n for n in range(1, len(mine.wants) + 1) if self.random.random() < 0.5]
        service.take_back(mine.file, which)
        for number in which:
            mine.wants[number - 1] = None

    def write(self) -> None:
        mine, text = self.one(), f"words {self.random.random()}"
        thread.write(mine.file, text)
        mine.said.append(text)

    def befriend(self) -> None:
        mine = self.one()
        rights = frozenset(right for right in helpers.RIGHTS if self.random.random() < 0.6)
        code = helpers.add(mine.file, "a friend", rights)
        mine.friends[max(helper.number for helper in helpers.listed(mine.file))] = (code, rights)

    def part(self) -> None:
        mine = self.one()
        number = self.random.choice([*mine.friends, 99])
        helpers.remove(mine.file, number)
        mine.gone.append(mine.friends.pop(number)[0])

    def new_words(self) -> None:
        mine = self.one()
        mine.file = file_of(recovery.change_words(mine.file))  # type: ignore[arg-type]

    def erase(self) -> None:
        mine = self.one()
        keep = self.random.random() < 0.7
        closing.erase_now(mine.file, keep_protection=keep)
        if not keep:
            mine.wants = [None] * len(mine.wants)

    # --- what helpers and caseworkers do

    def help(self) -> None:
        mine = self.one()
        code, rights = self.random.choice(list(mine.friends.values()) or [(Code("", ""), frozenset())])
        file = file_of(code)  # type: ignore[arg-type]
        seen = service.view(file)
        assert (seen.status is not None) == ("status" in rights)
        assert (seen.wishes is None and seen.places is None) or "places" in rights
        assert (seen.state is not None) == ("status" in rights)
        if "log" in rights:
            assert service.looks(file)
        else:
            with pytest.raises(NotGranted):
                service.looks(file)
        for forbidden in (thread.read, helpers.listed, recovery.prepare):
            with pytest.raises(NotGranted):
                forbidden(file)
        with pytest.raises(NotGranted):
            service.take_back(file, "all")
        locations.add(file, ["seen by a friend"])

    def assign(self) -> None:
        casework.assign(self.at_desk(), self.one().file.case_id, self.random.choice(NAMES))

    def release(self) -> None:
        case = self.one().file.case_id
        casework.release(self.at_desk(), case, self.random.choice(casework.holders(case) or NAMES))

    def part_with(self) -> None:
        by, leaving = self.worker(), self.random.choice(NAMES)
        casework.part_with(by, leaving)
        self.staff[leaving] = caseworkers.enrol(leaving, PASSPHRASE)

    def wait(self) -> None:
        self.moment += self.random.choices(WAITS, (6, 4, 2, 1))[0]

    def deed(self) -> Callable[[], Any]:
        new = tasks.New("other", "ask", self.moment + timedelta(days=1))
        persons = [self.add, self.take_back, self.write, self.write, self.befriend, self.part, self.new_words]
        persons += [self.erase] if self.random.random() < 0.3 else []
        persons += [
            lambda: locations.add(self.one().file, ["elsewhere"]),
            lambda: closing.close(self.one().file),
            lambda: recovery.prepare(self.one().file),
            self.help,
        ]
        workers: list[Callable[[], Any]] = [
            self.assign,
            self.assign,
            self.release,
            lambda: casework.take(self.worked()),
            lambda: casework.overview(self.worked()),
            lambda: thread.write(self.worked(), "an answer"),
            lambda: tasks.add(self.worked(), new),
            lambda: tasks.move(self.worked(), 1, "done"),
            lambda: closing.close(self.worked()),
            lambda: desk.admit(self.worker(), self.random.choice(NAMES)),
            lambda: desk.dismiss(self.worker(), self.random.choice(NAMES)),
            self.part_with,
        ]
        turns: list[Callable[[], Any]] = [self.wait, closing.act_due, closing.finish_erasures]
        rooms = [[self.open], persons, workers, turns]
        return self.random.choice(self.random.choices(rooms, (1, 5, 5, 3))[0])

    # --- what must be true between any two steps

    def holds(self) -> None:
        wanted = {value for mine in self.persons for value in mine.wants if value}
        served = {hash_.value for item in feed.everything() for hash_ in item.hashes}
        assert served == wanted
        for mine in self.persons:
            case = Case.objects.filter(pk=mine.file.case_id).first()
            assert any(vault.pool().read([mine.slot])[0]) == (case is not None)
            if case is None:
                assert not any(mine.wants)
                with pytest.raises(NotFound):
                    service.view(mine.file)
            elif self.random.random() < 0.4:  # a visit begins the year anew, so that not each step has one
                self.is_whole(mine, case)

    def is_whole(self, mine: Mine, case: Case) -> None:
        seen = service.view(mine.file).status
        assert seen is not None
        assert [one.state for one in seen.items] == ["active" if want else "withdrawn" for want in mine.wants]
        if case.state == "kept":
            with pytest.raises(NotGranted):
                thread.read(mine.file)
        else:
            said = [message.text for message in thread.read(mine.file) if message.by == "person"]
            assert said == mine.said
        assert {helper.number for helper in helpers.listed(mine.file)} == set(mine.friends)
        steps = list(CaseStep.objects.filter(case=case).order_by("number"))
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert all((step.before, step.after) in TRANSITIONS for step in steps[1:])
        assert steps[-1].after == case.state
        assert access_log.verify(case.pk) is None
        has = casework.holders(case.pk)
        at_desk = desk.members()
        assert at_desk and not (case.state in ("in-hand", "waiting") and not has)
        for name in NAMES:
            if name not in has and name not in at_desk:
                with pytest.raises(NotFound):
                    casework.file_of(self.staff[name], case.pk)
            elif name in has:
                casework.overview(Casefile(case.pk, self.staff[name]))

    def opens_nothing_that_was_taken_back(self) -> None:
        for mine in self.persons:
            for code in mine.gone:
                with pytest.raises(NotFound):
                    access_codes.enter(code.number, code.secret)


@pytest.mark.parametrize("seed", range(3))
def test_every_step_is_refused_by_name_or_leaves_cases_that_hold(seed: int) -> None:
    story = Story(seed)
    with clock.at(lambda: story.moment):
        for _ in range(STEPS):
            deed = story.deed()
            with suppress(*REFUSALS), transaction.atomic():
                deed()
            story.holds()
        story.opens_nothing_that_was_taken_back()
    assert audit.verify() is None
