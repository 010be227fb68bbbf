"""From a person's case through bank, feed and gate to a platform's people, and back as their opinions."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import machines
import pytest
from django.apps import apps
from gate_assembly import held_by
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, initialize, invariant, multiple, precondition, rule
from in_process import Platform
from story_world import ISSUED, NEIGHBOURS, PICTURES, ROLES, SPREAD, Mine, World

from repit.foundation import audit
from repit.foundation.errors import NotFound, NotGranted, TooLarge, TransitionRefused
from repit.hotline.bank import carrying, feed, items, partner_records
from repit.hotline.bank.models import Item
from repit.hotline.bank.record import Record
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Published
from repit.hotline.cases import access_codes, closing, service
from repit.hotline.feeds import erasure, opinions, subscribers
from repit.platform.gate.inspection.question import BareHashes
from repit.platform.gate.models import Decision
from repit.platform.gate.pictures import Signature
from repit.platform.loops import tell_banks
from repit.platform.review import asking, deciding, let_go, objections, questions, queue
from repit.platform.review.deciding import Answer
from repit.platform.review.models import OutgoingOpinion, Review, Step

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(machines.SHRINKING)]
PICTURE = st.integers(0, len(PICTURES) - 1)
MEMBER = st.integers(0, len(ROLES) - 1)
REFUSE, FREE = Answer("refuse", "terms-intimate"), Answer("allow", picture=True)
ANSWER = st.sampled_from((REFUSE, FREE, Answer("allow"), Answer("refer")))
OPENINGS = ("nothing", "protected", "asked about", "refused", "let go", "suspended", "withdrawn")
PARTIES = 3
"""Whose moderators must have looked before anything is suspended (docs/en/game.md)."""


class Rooms(machines.Story):
    """A hotline, a partner, a gate with its desk, three other platforms."""

    persons = Bundle("persons")
    uploads = Bundle("uploads")
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        ISSUED.clear()
        let_go.forget_memory()
        self.within.callback(let_go.forget_memory)
        self.within.callback(shutil.rmtree, self.world.folder, ignore_errors=True)
        self.platform = Platform(self.world.folder, self.world.key)
        self.within.callback(lambda: self.platform.close())  # noqa: PLW0108 - the one after a restart
        self.cases: list[Mine] = []
        self.recorded: dict[str, tuple[int, bool]] = {}
        """The partner's records: the picture, and whether the hotline's people have withdrawn it since."""
        self.carrier, self.held = carrying.Carrier(), dict[str, Published]()
        self.over: set[str] = set()

    # --- persons, a partner, the hotline's own people

    @initialize(target=persons, opening=st.builds(lambda: Rooms.opening), picture=PICTURE)
    def begin(self, opening: str, picture: int) -> Mine:
        mine = self.open([picture])
        if opening == "nothing":
            return mine
        self.letters_arrive(SPREAD)
        self.follow()
        if opening in ("asked about", "refused", "let go"):
            for _ in range(asking.LOOK_AFTER):
                self.upload(picture, 90, known=True)
        if opening in ("refused", "let go"):
            for member in (0, 1):
                self.work(member, REFUSE if opening == "refused" else FREE)
            assert Review.objects.get().state == "decided"
            self.opinions_travel()
        if opening == "suspended":
            for neighbour in range(PARTIES):
                self.a_neighbour_says(neighbour, picture, "not_blocked", 90)
            assert self.item_of(picture).state == "disputed"
        if opening == "withdrawn":
            self.take_back(mine, 0)
            self.letters_arrive(SPREAD)
        if opening in ("suspended", "withdrawn"):
            self.follow()
            self.upload(picture, 90, known=True)
        return mine

    @rule(target=persons, pictures=st.lists(PICTURE, min_size=1, max_size=2))
    def open(self, pictures: list[int]) -> Mine:
        receipt = service.open_case([PICTURES[picture] for picture in pictures])
        file = access_codes.enter(receipt.number, receipt.secret)
        self.cases.append(Mine(file, (receipt.number, receipt.secret), [*pictures], [False] * len(pictures)))
        return self.cases[-1]

    @rule(mine=persons, picture=PICTURE)
    def add(self, mine: Mine, picture: int) -> None:
        deed = lambda: service.add_items(mine.file, [PICTURES[picture]])  # noqa: E731
        if self.whole_or_refused(deed, NotFound, NotGranted, TooLarge):
            mine.wants.append(picture)
            mine.ended.append(False)

    @rule(mine=persons, number=st.integers(0, 3))
    def take_back(self, mine: Mine, number: int) -> None:
        which = number % len(mine.wants)
        if self.whole_or_refused(
            lambda: service.take_back(mine.file, [which + 1]), NotFound, TransitionRefused
        ):
            mine.wants[which] = None

    @rule(mine=persons, keep=st.booleans())
    def erase(self, mine: Mine, keep: bool) -> None:
        deed = lambda: (closing.erase_now(mine.file, keep_protection=keep),)  # noqa: E731
        if self.whole_or_refused(deed, NotFound) and not keep:
            mine.wants = [None] * len(mine.wants)

    @rule(name=st.sampled_from("rs"), picture=st.none() | PICTURE)
    def a_partner_tells(self, name: str, picture: int | None) -> None:
        partner_records.take(
            "a", [Record(name, None if picture is None else PICTURES[picture])], publish=True
        )
        ended = self.recorded.get(name, (0, False))[1]
        if picture is None:
            self.recorded.pop(name, None)
        elif not ended:
            self.recorded[name] = picture, False

    @precondition(lambda self: self.all_arrived)
    @rule(picture=PICTURE, what=st.sampled_from(("keep", "suspend", "ask again", "withdraw")))
    def the_hotline_decides(self, picture: int, what: str) -> None:
        item = self.item_of(picture)
        if item is None:
            return
        deeds = {
            "keep": items.settle,
            "suspend": items.suspend,
            "ask again": items.ask_again,
            "withdraw": items.withdraw,
        }
        deed = lambda: (deeds[what](item.token, actor="a person", reason=""),)  # noqa: E731
        done = self.whole_or_refused(deed, TransitionRefused)
        if done and what == "withdraw":
            for mine in self.cases:
                mine.ended = [was or mine.wants[at] == picture for at, was in enumerate(mine.ended)]
            self.recorded = {
                name: (of, ended or of == picture) for name, (of, ended) in self.recorded.items()
            }

    # --- the way there

    @precondition(lambda self: not self.all_arrived)
    @rule(seconds=st.sampled_from((SPREAD, SPREAD, SPREAD // 4)))
    def letters_arrive(self, seconds: int) -> None:
        self.wait(timedelta(seconds=seconds))
        self.carrier.once()
        assert seconds < SPREAD or self.all_arrived

    @precondition(lambda self: not self.loaded or feed.head().sequence != self.followed)
    @rule(restart=st.sampled_from((False, False, True)))
    def follow(self, restart: bool = False) -> None:
        """What the bank serves is what the gate holds, in memory and over a restart."""
        if restart:
            self.platform.restart()
            self.gate_holds(self.held, asked=False)
        self.platform.follow()
        self.held = {item.item: item for item in feed.everything()}
        self.gate_holds(self.held)
        assert [status.lag for status in subscribers.statuses() if status.name == "a platform"] == [0]

    def gate_holds(self, wanted: dict[str, Published], *, asked: bool = True) -> None:
        held = held_by(self.platform.gate.index)
        kept = list(self.platform.gate.store.entries())
        for some in (held, kept):
            assert {item.item: recorded(item) for item in some} == {
                name: recorded(item) for name, item in wanted.items()
            }
        assert not asked or {item.item: item.asked for item in held} == {
            n: item.asked for n, item in wanted.items()
        }

    # --- the platform

    @rule(target=uploads, picture=PICTURE, depth=st.sampled_from((90, 5)), known=st.booleans())
    def upload(self, picture: int, depth: int, known: bool) -> MultipleResults[str]:
        """What the gate was told of is refused; what was suspended is looked at; anything else passes."""
        let_go.forget_memory()
        [shown, *_] = PICTURES[picture].hashes
        met = [item for item in self.held.values() if shown in item.hashes]
        passes = {item for row in let_go.rows() for item in row.exact}
        verdict = self.platform.gate.inspector.inspect(BareHashes((shown,), "check"))
        states = {item.state for item in met if item.item not in passes}
        unsure = states or not self.loaded
        assert verdict.outcome == ("block" if "active" in states else "review" if unsure else "allow")
        self.note(f"upload: {verdict.outcome}, {verdict.rule}")
        if verdict.decision is None:
            return multiple()
        if verdict.wanted:
            seen = Signature(bytes(32), bytes(128)) if known else None
            questions.compared(verdict.decision, {item.item: depth for item in met}, seen)
        return multiple(verdict.decision)

    @rule(upload=uploads)
    def object_to(self, upload: str) -> None:
        row = Decision.objects.get(pk=upload)
        deed = lambda: objections.object_to(row, "That is my dog.")  # noqa: E731
        self.whole_or_refused(deed, NotFound, TransitionRefused)

    @rule(member=MEMBER, answer=ANSWER)
    def work(self, member: int, answer: Answer) -> None:
        """A refusal of what surely is an item's picture is owed to its bank as a confirmation."""
        who = self.world.members[member]
        taken = queue.take(who)
        if taken is None:
            return
        review = deciding.decide(who, taken.name, answer)
        if review.state == "decided":
            self.note(f"decided: {answer.outcome}")
            owed = OutgoingOpinion.objects.filter(review=review, state="due")
            sure = review.decision.tier in ("exact", "standard", "altered")
            if answer is REFUSE and sure:
                assert owed.filter(item=review.decision.item, opinion="blocked").exists()

    @rule(time=st.sampled_from((timedelta(minutes=16), timedelta(days=1), timedelta(days=8))))
    def time_passes(self, time: timedelta) -> None:
        self.wait(time)
        self.carrier.once()
        queue.free_overdue()
        erasure.begin()
        erasure.go_on()

    # --- and back

    @precondition(lambda self: OutgoingOpinion.objects.filter(state="due").exists())
    @rule()
    def opinions_travel(self) -> None:
        """What the desk refused confirms its item at the bank; of what is gone there, it is given up."""
        due = {row.pk: row for row in OutgoingOpinion.objects.filter(state="due", due_at__lte=self.moment)}
        live = set(Item.objects.filter(state__in=LIVE).values_list("token", flat=True))
        self.weighed(tell_banks.tell_hotline)
        for row in OutgoingOpinion.objects.filter(pk__in=due):
            assert row.state == ("answered" if row.item in live else "given-up")
            self.note(f"{row.opinion}: {row.state}")
            if row.state == "answered":
                [ours] = [
                    opinion for opinion in opinions.of([row.item])[row.item] if opinion.name == "a platform"
                ]
                assert ours.people and ours.view == row.opinion and ours.depth == row.depth

    @precondition(lambda self: self.all_arrived)
    @rule(
        neighbour=st.integers(0, len(NEIGHBOURS) - 1),
        picture=PICTURE,
        view=st.sampled_from(("not_blocked", "not_blocked", "blocked")),
        depth=st.sampled_from((90, 5)),
    )
    def a_neighbour_says(self, neighbour: int, picture: int, view: opinions.View, depth: int) -> None:
        item = self.item_of(picture)
        if item is not None:
            who = self.world.neighbours[neighbour]
            self.weighed(lambda: opinions.give(who, [item.token], view, (), depth))

    def weighed(self, deed: Callable[[], object]) -> None:
        """No opinion takes anything of an item away; people of fewer than three parties suspend nothing."""
        before = {item.token: item for item in Item.objects.filter(state__in=LIVE)}
        served = {item.item: item.hashes for item in feed.everything()}
        deed()
        assert {item.item: item.hashes for item in feed.everything()} == served
        for after in Item.objects.filter(token__in=before):
            was = before[after.token]
            assert (after.own, after.confirmations) == (was.own, was.confirmations)
            if after.state != was.state:
                given = opinions.of([after.token])[after.token]
                against = [opinion for opinion in given if opinion.people and opinion.view == "not_blocked"]
                assert (was.state, after.state) == ("active", "disputed") and len(against) >= PARTIES
                self.note("suspended by platforms' people")

    # --- what must be true between any two steps

    @invariant()
    def holds(self) -> None:
        self.what_was_withdrawn_never_lives_again()
        self.every_review_is_decided_once_an_objection()
        self.nothing_at_the_gate_refers_to_a_case()
        assert audit.verify() is None
        if self.all_arrived:
            self.what_persons_and_partners_want_is_protected_and_counted()

    def what_was_withdrawn_never_lives_again(self) -> None:
        over = set(Item.objects.exclude(state__in=LIVE).values_list("token", flat=True))
        assert self.over <= over and not over & {item.item for item in feed.everything()}
        self.over = over

    def every_review_is_decided_once_an_objection(self) -> None:
        ends = Counter(Step.objects.filter(after="decided").values_list("review", flat=True))
        for review in Review.objects.filter(pk__in=ends):
            assert ends[review.pk] <= 1 + review.appeals
            assert not review.about or ends[review.pk] == 1

    def nothing_at_the_gate_refers_to_a_case(self) -> None:
        rows = [row for model in at_the_gate() for row in model.objects.values_list()]
        entries = held_by(self.platform.gate.index)
        written = repr([rows, [(entry, entry.record) for entry in entries]])
        for mine in self.cases:
            assert not [word for word in (*mine.code, str(mine.file.case_id)) if word in written]
        assert not [name for name in ISSUED if name in written]

    def what_persons_and_partners_want_is_protected_and_counted(self) -> None:
        own = Counter(
            want
            for mine in self.cases
            for want, ended in zip(mine.wants, mine.ended, strict=True)
            if not ended
        )
        partners = Counter(picture for picture, ended in self.recorded.values() if not ended)
        for picture in range(len(PICTURES)):
            item, wanted = self.item_of(picture), own[picture] + partners[picture]
            assert (item is not None) == bool(wanted)
            if item is not None:
                assert (item.own, item.confirmations) == (own[picture], wanted)
                assert item.state in ("active", "disputed")

    @property
    def loaded(self) -> bool:
        return self.platform.gate.board.read().loaded

    @property
    def followed(self) -> int:
        return self.platform.gate.board.read().sequence

    @property
    def all_arrived(self) -> bool:
        """Whether the bank has carried out everything that cases asked for."""
        return not self.carrier._waiting()

    def item_of(self, picture: int) -> Any:
        """The living item of a picture."""
        found = [item for item in feed.everything() if set(item.hashes) == set(PICTURES[picture].hashes)]
        assert len(found) <= 1
        return Item.objects.get(token=found[0].item) if found else None


def recorded(item: Any) -> tuple[object, ...]:
    """What a bank serves of an item, or a gate holds of it; a gate's index forgets qualities."""
    hashes = {(known.algorithm, known.role, known.value) for known in item.hashes}
    return item.state, item.kind, item.origin, item.confirmations, frozenset(hashes)


def at_the_gate() -> Iterator[Any]:
    for room in ("gate", "review"):
        yield from apps.get_app_config(room).get_models()


def test_every_step_leaves_protected_what_persons_want_and_nothing_else(world: World) -> None:
    Rooms.world = world
    reached = machines.tell(Rooms, stories=7, steps=14, openings=OPENINGS)
    wanted = {"upload: allow, no-match", "upload: block, known", "upload: review, disputed"}
    wanted |= {"blocked: answered", "not_blocked: answered", "decided: refuse", "decided: allow"}
    assert {*wanted, "suspended by platforms' people"} <= set(reached)
