"""A decision can be undone for ten seconds; it takes effect after that, once, whatever happens meanwhile."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from review_rows import decision
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.errors import NotFound, TransitionRefused
from repit.foundation.models import AuditRow
from repit.foundation.staff import drafts
from repit.platform.review import objections, opinions, queue, undoing, wellbeing
from repit.platform.review.deciding import Answer
from repit.platform.review.models import OutgoingOpinion, PendingDecision, Review, Statement, Step

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
FORM = {"outcome": "refuse", "ground": "terms-intimate", "why": "It is the picture."}


@contextmanager
def later(**how_much: float) -> Iterator[None]:
    moment = clock.now() + timedelta(**how_much)
    with clock.at(lambda: moment):
        yield


def taken(who: Someone) -> str:
    """The page of the next one."""
    return str(who.client.post("/staff/review/next/")["Location"])


def read(who: Someone, page: str = "/staff/review/") -> str:
    return html.unescape(who.client.get(page, headers={"accept-language": "en"}).content.decode())


def nothing_followed() -> bool:
    return not (Statement.objects.exists() or OutgoingOpinion.objects.exists() or outcomes())


def outcomes() -> set[str]:
    return set(Review.objects.exclude(outcome="").values_list("outcome", flat=True))


def test_nothing_follows_within_ten_seconds_and_everything_once_after(someone: Make) -> None:
    row = decision("altered", item="item-1")
    who = someone("moderator")
    page = taken(who)
    who.client.post(f"{page}decide/", {**FORM, "then": "queue"})
    with later(seconds=9):
        assert undoing.settle() == 0 and nothing_followed()
        shown = Client().get(f"/v1/reviews/{row.name}").json()
        assert (shown["state"], shown["outcome"], shown["statement"]) == ("waiting", None, None)
        assert queue.outcomes([row.name]) == {}
    with later(seconds=11):
        assert (undoing.settle(), undoing.settle()) == (1, 0)
    assert Client().get(f"/v1/reviews/{row.name}").json()["outcome"] == "refuse"
    assert OutgoingOpinion.objects.count() == Statement.objects.count() == 1
    assert Step.objects.exclude(outcome="").count() == 1 and not PendingDecision.objects.exists()


def test_the_next_one_is_decided_meanwhile_and_each_may_be_undone(someone: Make) -> None:
    decision("altered"), decision("altered")
    who = someone("moderator")
    first = taken(who)
    second = str(who.client.post(f"{first}decide/", FORM)["Location"])
    assert second not in ("/staff/review/", first)
    assert "Noted: refuse it." in read(who, second) and f"{first}undo/" in read(who, second)
    who.client.post(f"{second}decide/", {"outcome": "allow", "then": "queue"})
    text = read(who)
    assert f"{first}undo/" in text and f"{second}undo/" in text and "Noted: let it through." in text


def test_what_is_undone_is_held_again_with_what_was_chosen(someone: Make) -> None:
    decision("altered", item="item-1"), decision("altered")
    who = someone("moderator")
    first = taken(who)
    second = str(who.client.post(f"{first}decide/", FORM)["Location"])
    mark = re.search(r'name="form"\s+value="([^"]+)"', read(who, second))
    assert mark
    beside = {"beside:why": "Words for the second.", "form": mark[1]}
    assert who.client.post(f"{first}undo/", beside)["Location"] == first
    text = read(who, first)
    assert "Undone." in text and ">It is the picture.</textarea>" in text
    assert re.search(r'value="refuse"[^>]*checked', text)
    assert re.search(r'value="terms-intimate"\s+selected', text)
    with later(minutes=1):
        assert undoing.settle() == 0 and nothing_followed()
    # Nobody holds two: the second waits again, and its words with it.
    assert set(Review.objects.values_list("state", flat=True)) == {"held", "waiting"}
    who.client.post(f"{first}decide/", {"outcome": "allow"})
    assert ">Words for the second.</textarea>" in read(who, second)
    assert AuditRow.objects.filter(action="review decision undone").count() == 1


def test_undone_twice_or_too_late_it_says_so_and_changes_nothing(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    page = taken(who)
    who.client.post(f"{page}decide/", FORM)
    with later(seconds=11):
        undoing.settle()
        assert who.client.post(f"{page}undo/")["Location"] == "/staff/review/"
        assert "It can be undone no more." in read(who)
    assert outcomes() == {"refuse"}
    assert who.client.post("/staff/review/nothing-here/undo/")["Location"] == "/staff/review/"


def test_pressed_twice_or_after_back_it_is_one_decision(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    page = taken(who)
    for answer in (FORM, FORM, {"outcome": "allow"}):  # the third after Back, from a page that was kept
        assert who.client.post(f"{page}decide/", {**answer, "then": "queue"})["Location"] == "/staff/review/"
    assert who.client.get(page)["Location"] == "/staff/review/"
    assert "Noted: refuse it." in read(who)
    with later(seconds=11):
        undoing.settle()
        assert who.client.post(f"{page}decide/", FORM)["Location"] == "/staff/review/"
    assert outcomes() == {"refuse"} and Step.objects.exclude(outcome="").count() == 1


def test_another_decision_after_back_is_told_and_its_words_are_kept(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    page = taken(who)
    mark = re.search(r'name="form"\s+value="([^"]+)"', read(who, page))
    assert mark
    for answer in (FORM, FORM, {"outcome": "allow", "why": "It is something else."}):
        text = read(who)
        assert "You have decided this one." not in text
        who.client.post(f"{page}decide/", {**answer, "form": mark[1], "then": "queue"})
    text = read(who)
    assert "You have decided this one." in text and "Noted: refuse it." in text
    undo = re.search(r'name="form"\s+value="([^"]+)"', text)
    assert undo and who.client.post(f"{page}undo/", {"form": undo[1]})["Location"] == page
    text = read(who, page)
    assert re.search(r'value="allow"[^>]*checked', text) and ">It is something else.</textarea>" in text
    who.client.post(f"{page}decide/", {**FORM, "form": mark[1], "then": "queue"})
    with later(seconds=11):
        undoing.settle()
        who.client.post(f"{page}decide/", {**FORM, "ground": "law-fr-226-2-1", "form": mark[1]})
        assert "It can be undone no more." in read(who)
    assert outcomes() == {"refuse"}


def test_an_undo_whose_words_cannot_be_kept_undoes_nothing(
    someone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision("altered")
    who = someone("moderator")
    page = taken(who)
    who.client.post(f"{page}decide/", {**FORM, "then": "queue"})

    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(drafts, "put_back", broken)
    with pytest.raises(OSError):
        who.client.post(f"{page}undo/")
    assert PendingDecision.objects.exists()
    assert not AuditRow.objects.filter(action="review decision undone").exists()


def test_nobody_else_takes_frees_or_undoes_what_can_still_be_undone(someone: Make) -> None:
    decision("altered")
    who, other, chief = someone("moderator"), someone("moderator"), someone("supervisor")
    page = taken(who)
    name = page.split("/")[3]
    who.client.post(f"{page}decide/", FORM)
    assert queue.take(other.member) is None and queue.held_by(who.member) is None
    queue.give_back(who.member)
    with pytest.raises(NotFound):
        queue.free(name, chief.member)
    with pytest.raises(TransitionRefused):
        undoing.undo(other.member, name)
    with later(hours=2):  # nobody was there to make it take effect
        assert queue.free_overdue() == 0
        assert undoing.settle() == 1
    assert outcomes() == {"refuse"}


def test_what_was_let_go_in_the_moment_of_the_decision_stays_with_whoever_decided(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    name = taken(who).split("/")[3]
    seen = Review.objects.get()  # by another tab that gives it back, or a supervisor who frees it
    undoing.press(who.member, name, REFUSE)
    assert not queue._free(seen, who.member, "given back")
    with later(seconds=11):
        assert undoing.settle() == 1
    assert outcomes() == {"refuse"}


def test_a_decision_whose_review_was_let_go_all_the_same_keeps_nobody_from_it(someone: Make) -> None:
    decision("altered")
    who, other = someone("moderator"), someone("moderator")
    name = taken(who).split("/")[3]
    undoing.press(who.member, name, REFUSE)
    assert queue._free(Review.objects.get(), who.member, "given back")
    with pytest.raises(undoing.TooLate):
        undoing.undo(who.member, name)
    with later(seconds=11):
        assert undoing.settle() == 0 and nothing_followed()
        assert not PendingDecision.objects.exists()
        assert taken(other).split("/")[3] == name


def test_of_two_the_second_is_told(someone: Make) -> None:
    decision("altered")
    slow, fast, late = someone("moderator"), someone("moderator"), someone("senior")
    page = taken(slow)
    name = page.split("/")[3]
    queue.free(name, someone("supervisor").member)
    assert taken(fast) == page
    assert slow.client.post(f"{page}decide/", FORM)["Location"] == "/staff/review/"
    assert "somebody else has it" in read(slow)
    assert late.client.post("/staff/review/next/", {"name": name})["Location"] == "/staff/review/"
    assert "Somebody else has just taken that one." in read(late)
    assert Review.objects.get().holder == fast.member and not PendingDecision.objects.exists()


def test_a_clock_that_jumps_neither_loses_a_decision_nor_keeps_it_for_ever(someone: Make) -> None:
    decision("altered"), decision("altered")
    who = someone("moderator")
    for hours in (-3, 30):
        page = taken(who)
        undoing.press(who.member, page.split("/")[3], REFUSE)
        with later(hours=hours):
            assert undoing.settle() == 1
    assert Review.objects.filter(outcome="refuse").count() == 2


def test_a_clock_set_back_a_little_leaves_the_time_to_undo(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    with later(minutes=-1):
        assert undoing.settle() == 0
        assert undoing.undo(who.member, Review.objects.get().name) == REFUSE


def test_a_worker_that_was_overtaken_makes_nothing_take_effect_twice(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    with later(seconds=11):
        row = undoing._claims.claim()  # and this process is killed here
        assert row is not None and undoing.settle() == 0 and nothing_followed()
        with pytest.raises(TransitionRefused):
            undoing.undo(who.member, row.review.name)  # it may be taking effect
    with later(seconds=80):
        assert undoing.settle() == 1
        assert undoing._settled(row) is False  # it was only asleep
    assert Step.objects.exclude(outcome="").count() == 1


def test_what_fails_within_leaves_nothing_half_done_and_is_tried_again(
    someone: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision("altered", item="item-1"), decision("altered")
    who = someone("moderator")
    for _ in range(2):
        undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    broken = Review.objects.get(decision__item="item-1").name
    real = opinions.note

    def note(review: Review, *rest: object) -> None:
        real(review, *rest)  # type: ignore[arg-type]
        if review.name == broken:
            raise ValueError

    monkeypatch.setattr(opinions, "note", note)
    with later(seconds=11):
        assert undoing.settle() == 1  # one does not keep the other
    assert Review.objects.get(name=broken).state == "held" and OutgoingOpinion.objects.count() == 1
    monkeypatch.undo()
    with later(minutes=2):
        assert undoing.settle() == 1
    assert Review.objects.filter(outcome="refuse").count() == OutgoingOpinion.objects.count() == 2


def test_a_ground_that_is_no_rule_any_more_gives_it_back_to_the_queue(
    someone: Make, tmp_path_factory: pytest.TempPathFactory
) -> None:
    decision("altered")
    who = someone("moderator")
    undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    rules = tmp_path_factory.mktemp("rules") / "grounds.toml"
    rules.write_text('[[grounds]]\ncode="a"\nkind="law"\ntitle={fr="A",en="A"}\ntext={fr="A",en="A"}\n')
    with override_settings(REPIT_REVIEW_GROUNDS=str(rules)), later(seconds=11):
        assert "Noted: refuse it." in read(who, "/staff/review/keys/")
        assert undoing.settle() == 0
    assert Review.objects.get().state == "waiting" and not PendingDecision.objects.exists()
    assert ">It is the picture.</textarea>" in read(who, taken(who))


def test_the_second_look_stays_blind_while_it_can_be_undone(someone: Make) -> None:
    decision("possible")
    first, second = someone("moderator"), someone("senior")
    page = taken(first)
    first.client.post(f"{page}decide/", {**FORM, "then": "queue"})
    assert "Someone else looks at it too." in read(first)
    with later(seconds=11):
        undoing.settle()
        taken(second)
        second.client.post(f"{page}decide/", {"outcome": "allow", "then": "queue"})
        text = read(second)
        assert "Noted: let it through." in text
        assert "third" not in text and "differently" not in text and "Someone else" not in text


def test_whoever_needs_longer_takes_longer(someone: Make) -> None:
    decision("altered")
    who = someone("moderator")
    who.client.post("/staff/review/keys/", {"undo_seconds": "100"})
    assert wellbeing.workload(who.member).undo_seconds == 100
    assert wellbeing.workload(who.member).shortcuts
    for wrong in ("99999999", "0", "-1", "11"):
        who.client.post("/staff/review/keys/", {"undo_seconds": wrong})
    assert wellbeing.workload(who.member).undo_seconds == 100
    undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    with later(seconds=99):
        assert undoing.settle() == 0
    with later(seconds=101):
        assert undoing.settle() == 1


def test_an_objection_that_came_while_it_could_be_undone_is_read_before_it_is_answered(someone: Make) -> None:
    row = decision("altered")
    who, chief = someone("moderator"), someone("supervisor")
    page, why = taken(who), "It is the picture. " * 250
    undoing.press(who.member, page.split("/")[3], Answer("refuse", "terms-intimate", why.strip()))
    with later(seconds=5):
        assert objections.object_to(row, "That is my dog.").state == "held"
    with later(seconds=11):
        assert undoing.settle() == 0 and nothing_followed()
        assert objections.to(row).get().answered_at is None
        record = read(chief, f"/staff/review/oversight/{page.split('/')[3]}/")
        assert "an objection came in meanwhile – It is the picture." in record
        assert taken(who) == page
        text = read(who, page)
        assert "That is my dog." in text and f">{why.strip()}</textarea>" in text
        who.client.post(f"{page}decide/", {**FORM, "then": "queue"})
    with later(seconds=30):
        assert undoing.settle() == 1
    assert objections.to(row).get().upheld is False and outcomes() == {"refuse"}


def test_nobody_else_reads_the_words_of_a_decision_that_was_handed_back(someone: Make) -> None:
    row = decision("altered")
    who, other = someone("moderator"), someone("moderator")
    undoing.press(who.member, taken(who).split("/")[3], REFUSE)
    with later(seconds=5):
        objections.object_to(row, "That is my dog.")
    with later(seconds=11):
        undoing.settle()
        assert "It is the picture." not in read(other, taken(other))


def test_no_objection_holds_a_referral_up(someone: Make) -> None:
    row = decision("altered")
    who = someone("moderator")
    undoing.press(who.member, taken(who).split("/")[3], Answer("refer"))
    with later(seconds=5):
        objections.object_to(row, "That is my dog.")
    with later(seconds=11):
        assert undoing.settle() == 1
    assert outcomes() == {"refer"}
