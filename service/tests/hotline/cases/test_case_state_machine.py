"""Whatever persons, helpers and caseworkers do in whatever order: nobody loses a case or reads another's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import machines
import pytest
from argon2.low_level import hash_secret_raw
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, rule
from making import PASSPHRASE, file_of, picture, staff

from repit.foundation import audit
from repit.foundation.errors import InputRefused, NotFound, NotGranted, TooLarge, TransitionRefused
from repit.hotline.bank import feed
from repit.hotline.bank.carrying import Carrier
from repit.hotline.cases import (
    access_codes,
    access_log,
    casework,
    caseworkers,
    closing,
    desk,
    helpers,
    keys,
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
from repit.hotline.cases.states import LIVE, TRANSITIONS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(machines.SHRINKING)]
REFUSALS = (InputRefused, NotFound, NotGranted, TooLarge, TransitionRefused)
WAITS = (timedelta(hours=2), timedelta(days=20), timedelta(days=91), timedelta(days=370))
NAMES = ("ana", "bea", "cyd")
WHO = st.sampled_from(NAMES)
VALUES = st.integers(1, 4).map(lambda number: bytes([number]) * 32)
RIGHTS = st.sets(st.sampled_from(helpers.RIGHTS))
OPENINGS = {
    "new": "new",
    "in hand": "in-hand",
    "asked": "waiting",
    "answered": "in-hand",
    "released": "new",
    "released when asked": "new",
    "closed": "closed",
    "come back": "new",
    "taken up again": "in-hand",
    "closed in hand": "closed",
    "closed when asked": "closed",
    "kept": "kept",
}
PERSON_SAYS = ("write", "write", "close", "new words", "prepare recovery", "add a location")
WORKER_SAYS = (
    *("take", "take", "overview", "answer", "add a task", "end a task", "close"),
    *("assign", "assign", "release", "admit", "dismiss"),
)


@dataclass(eq=False)
class Mine:
    """What a person knows of their own case."""

    file: Casefile
    wants: list[bytes | None]
    slot: int
    stopping: set[int] = field(default_factory=set)
    written: list[str] = field(default_factory=list)
    friends: dict[int, tuple[Code, frozenset[helpers.Right]]] = field(default_factory=dict)
    gone: list[Code] = field(default_factory=list)
    code: Code | None = None

    def __repr__(self) -> str:
        return "Mine()"


class Hotline(machines.Story):
    """A hotline and its persons, and how things ought to stand."""

    persons = Bundle("persons")
    founders: ClassVar[dict[str, Holder]]

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[Mine] = []
        self.staff = dict(self.founders)

    def tried(self, deed: Any) -> bool:
        """Whether it was done, and not refused by name."""
        return self.whole_or_refused(lambda: (deed(),), *REFUSALS) is not None

    # --- what persons do

    @initialize(target=persons, opening=st.builds(lambda: Hotline.opening))
    def begin(self, opening: str) -> Mine:
        mine = self.open([bytes([1]) * 32], "somewhere")
        case, at_desk = mine.file.case_id, desk.unlock(self.staff["ana"])
        if opening not in ("new", "closed", "kept", "come back", "taken up again"):
            casework.assign(at_desk, case, "bea")
        if opening in ("asked", "answered", "released when asked", "closed when asked"):
            thread.write(casework.file_of(self.staff["bea"], case), "a question")
        if opening in ("released", "released when asked"):
            casework.release(at_desk, case, "bea")
        if opening in (
            "closed",
            "closed in hand",
            "closed when asked",
            "kept",
            "come back",
            "taken up again",
        ):
            closing.close(mine.file)
        if opening == "taken up again":
            casework.assign(at_desk, case, "bea")
        if opening in ("answered", "come back"):
            self.person(mine, "write")
        if opening == "kept":
            self.erase(mine, keep=True)
        assert Case.objects.get(pk=case).state == OPENINGS[opening]
        return mine

    @rule(target=persons, values=st.lists(VALUES, max_size=3), seen=st.sampled_from(("", "somewhere")))
    def open(self, values: list[bytes], seen: str) -> Mine:
        receipt = service.open_case(
            [picture(value) for value in values], wishes=Wishes(("talk",)), seen_at=[seen] if seen else []
        )
        file = file_of(receipt)
        mine = Mine(file, [*values], Case.objects.get(pk=file.case_id).slot, code=receipt)
        self.cases.append(mine)
        return mine

    @rule(mine=persons, value=VALUES)
    def add(self, mine: Mine, value: bytes) -> None:
        if self.tried(lambda: service.add_items(mine.file, [picture(value)])):
            mine.wants.append(value)

    @rule(mine=persons, which=st.sets(st.integers(1, 3), min_size=1))
    def take_back(self, mine: Mine, which: set[int]) -> None:
        numbers = sorted(which)
        if self.tried(lambda: service.take_back(mine.file, numbers)):
            for number in numbers:
                mine.wants[number - 1] = None

    @rule(mine=persons, which=st.sets(st.integers(1, 3), min_size=1))
    def stop_in_an_hour(self, mine: Mine, which: set[int]) -> None:
        numbers = sorted(which)
        if self.tried(lambda: service.stop_in_an_hour(mine.file, numbers)):
            mine.stopping |= {number for number in numbers if mine.wants[number - 1]}
            self.note("asked to stop in an hour")

    @rule(mine=persons)
    def keep_after_all(self, mine: Mine) -> None:
        waits = any(mine.wants[number - 1] for number in mine.stopping)
        goes_on = bool(mine.wants) and all(mine.wants)
        case = Case.objects.filter(pk=mine.file.case_id).exists()
        self.done_or_refused(
            lambda: service.keep_after_all(mine.file),
            (waits or goes_on) and case,
            TransitionRefused,
            NotFound,
        )
        mine.stopping.clear()
        self.note("kept after all" if waits else "nothing to keep")

    @rule(mine=persons, what=st.sampled_from(PERSON_SAYS))
    def person(self, mine: Mine, what: str) -> None:
        text = f"words {len(mine.written)}"
        if what == "write" and self.tried(lambda: thread.write(mine.file, text)):
            mine.written.append(text)
        if what == "new words":
            self.change_words(mine)
        if what == "close":
            self.tried(lambda: closing.close(mine.file))
        if what == "prepare recovery":
            self.tried(lambda: recovery.prepare(mine.file))
        if what == "add a location":
            self.tried(lambda: locations.add(mine.file, ["elsewhere"]))

    def change_words(self, mine: Mine) -> None:
        new = self.whole_or_refused(lambda: recovery.change_words(mine.file), *REFUSALS)
        if new is not None and mine.code is not None:
            mine.gone.append(mine.code)
            mine.code, mine.file = new, file_of(new)  # type: ignore[arg-type]

    @rule(mine=persons, rights=RIGHTS)
    def befriend(self, mine: Mine, rights: set[helpers.Right]) -> None:
        code = self.whole_or_refused(lambda: helpers.add(mine.file, "a friend", rights), *REFUSALS)
        if code is not None:
            mine.friends[max(helper.number for helper in helpers.listed(mine.file))] = (
                code,
                frozenset(rights),
            )

    @rule(mine=persons, number=st.integers(0, 5))
    def part(self, mine: Mine, number: int) -> None:
        known = machines.pick([*mine.friends, 99], number)
        if self.tried(lambda: helpers.remove(mine.file, known)):
            mine.gone.append(mine.friends.pop(known)[0])

    @rule(mine=persons, keep=st.booleans())
    def erase(self, mine: Mine, keep: bool) -> None:
        if self.tried(lambda: closing.erase_now(mine.file, keep_protection=keep)) and not keep:
            mine.wants = [None] * len(mine.wants)

    # --- what helpers and caseworkers do

    @rule(mine=persons, number=st.integers(0, 5))
    def help(self, mine: Mine, number: int) -> None:
        """A helper reads what the person has let them read, and nothing else."""
        if not mine.friends or not Case.objects.filter(pk=mine.file.case_id).exists():
            return
        code, rights = machines.pick(list(mine.friends.values()), number)
        file = file_of(code)  # type: ignore[arg-type]
        seen = service.view(file)
        assert (seen.status is not None) == ("status" in rights)
        assert seen.wishes is None
        assert seen.locations is None or "locations" in rights
        assert (seen.state is not None) == ("status" in rights)
        if "log" in rights:
            assert service.access_log(file)
        else:
            with pytest.raises(NotGranted):
                service.access_log(file)
        for forbidden in (thread.read, helpers.listed, recovery.prepare):
            with pytest.raises(NotGranted):
                forbidden(file)
        with pytest.raises(NotGranted):
            service.take_back(file, "all")
        kept = Case.objects.get(pk=mine.file.case_id).state == "kept"
        allowed = "locations" in rights and not kept
        self.done_or_refused(lambda: locations.add(file, ["seen by a friend"]), allowed, NotGranted, NotFound)
        self.note("a friend helped")

    @rule(mine=persons, by=WHO, other=WHO, theirs=st.booleans(), what=st.sampled_from(WORKER_SAYS))
    def caseworker(self, mine: Mine, by: str, other: str, theirs: bool, what: str) -> None:
        case = mine.file.case_id
        if theirs and casework.holders(case):
            [by, *_] = [other, *_] = casework.holders(case)
        if what in ("assign", "release"):
            by = desk.members()[0]
        who = self.staff[by]
        new = tasks.New("other", "ask", self.moment + timedelta(days=1))
        deeds = {
            "take": lambda: casework.take(casework.file_of(who, case)),
            "overview": lambda: casework.overview(casework.file_of(who, case)),
            "answer": lambda: thread.write(casework.file_of(who, case), "an answer"),
            "add a task": lambda: tasks.add(casework.file_of(who, case), new),
            "end a task": lambda: tasks.move(casework.file_of(who, case), 1, "done"),
            "close": lambda: closing.close(casework.file_of(who, case)),
            "assign": lambda: casework.assign(desk.unlock(who), case, other),
            "release": lambda: casework.release(desk.unlock(who), case, other),
            "admit": lambda: desk.admit(who, other),
            "dismiss": lambda: desk.dismiss(who, other),
        }
        if self.tried(deeds[what]):
            self.note(what)

    @rule(by=WHO, leaving=WHO)
    def part_with(self, by: str, leaving: str) -> None:
        if self.tried(lambda: casework.part_with(self.staff[by], leaving)):
            self.staff[leaving] = caseworkers.enrol(leaving, PASSPHRASE)
            self.note("parted with a colleague")

    @rule(time=st.sampled_from(WAITS), act=st.booleans())
    def time_passes(self, time: timedelta, act: bool) -> None:
        self.wait(time)
        Carrier().once()
        for mine in self.cases:
            for number in mine.stopping:
                mine.wants[number - 1] = None
            mine.stopping.clear()
        if act:
            closing.act_due()
            closing.finish_erasures()

    # --- what must be true between any two steps

    @invariant()
    def holds(self) -> None:
        wanted = {value for mine in self.cases for value in mine.wants if value}
        served = {hash_.value for item in feed.everything() for hash_ in item.hashes}
        assert served == wanted
        assert desk.members()
        assert audit.verify() is None
        for mine in self.cases:
            case = Case.objects.filter(pk=mine.file.case_id).first()
            assert any(vault.pool().read([mine.slot])[0]) == (case is not None)
            for code in mine.gone:
                with pytest.raises(NotFound):
                    access_codes.enter(code.number, code.secret)
            if case is None:
                self.is_gone(mine)
            else:
                self.steps_are_in_the_table(case)

    @rule(mine=persons)
    def visit(self, mine: Mine) -> None:
        """The person finds everything as they left it. A visit begins the year anew: it is a step."""
        case = Case.objects.filter(pk=mine.file.case_id).first()
        if case is None:
            return
        seen = service.view(mine.file).status
        assert seen is not None
        assert [item.state for item in seen.items] == [
            "active" if want else "withdrawn" for want in mine.wants
        ]
        assert {helper.number for helper in helpers.listed(mine.file)} == set(mine.friends)
        if case.state == "kept":
            with pytest.raises(NotGranted):
                thread.read(mine.file)
        else:
            assert [m.text for m in thread.read(mine.file) if m.by == "person"] == mine.written
        self.only_those_who_have_it_read_it(case)
        self.note(f"visited: {case.state}")

    def is_gone(self, mine: Mine) -> None:
        assert not any(mine.wants)
        with pytest.raises(NotFound):
            service.view(mine.file)
        self.reached["a case is gone"] += 1

    def steps_are_in_the_table(self, case: Case) -> None:
        steps = list(CaseStep.objects.filter(case=case).order_by("number"))
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert all((step.before, step.after) in TRANSITIONS for step in steps[1:])
        assert steps[-1].after == case.state
        assert access_log.verify(case.pk) is None
        self.reached.update(f"{step.before} to {step.after}" for step in steps[1:])

    def only_those_who_have_it_read_it(self, case: Case) -> None:
        has, at_desk = casework.holders(case.pk), desk.members()
        assert has or case.state not in set(LIVE) - {"new"}
        for name in NAMES:
            if name not in has and name not in at_desk:
                with pytest.raises(NotFound):
                    casework.file_of(self.staff[name], case.pk)
            elif name in has:
                casework.overview(Casefile(case.pk, self.staff[name]))


def test_every_step_is_refused_by_name_or_leaves_cases_that_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    # How dear a guess is changes nothing of what is told here, and is most of what it would take.
    cheap = {"time_cost": 1, "memory_cost": 8}
    monkeypatch.setattr(
        keys,
        "hash_secret_raw",
        lambda secret, salt, **cost: hash_secret_raw(secret, salt, **{**cost, **cheap}),
    )
    Hotline.founders = dict(zip(NAMES, staff(*NAMES), strict=True))
    reached = machines.tell(Hotline, stories=5, steps=12, openings=list(OPENINGS))
    assert {f"{before} to {after}" for before, after in TRANSITIONS} <= set(reached)
    assert {"a case is gone", "a friend helped"} <= set(reached)
