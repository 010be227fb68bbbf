"""What a moderator was writing is not lost by a missing ground, a claim or a sign-in that ended."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from amiss import amiss, chosen, typed
from review_rows import decision
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.kept.models import Kept
from repit.platform.gate.pictures import Signature
from repit.platform.review import objections, questions, queue, undoing
from repit.platform.review.models import Review, Step

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
WHY = "The same picture,\nwith a <border>."


class Desk:
    """A moderator who holds a review, at its page."""

    def __init__(self, someone: Make) -> None:
        self.who = someone("moderator")
        decision()
        self.take()
        self.page = f"/staff/review/{Review.objects.get().name}/"

    def take(self) -> None:
        self.who.client.post("/staff/review/next/")

    def mark(self) -> str:
        text = self.who.client.get(self.page).content.decode()
        found = re.search(r'name="form"\s+value="([^"]+)"', text.split(f'action="{self.page}decide/"')[1])
        assert found
        return found[1]

    def decide(self, mark: str, outcome: str = "allow", **fields: str):
        return self.who.client.post(
            f"{self.page}decide/", {"form": mark, "outcome": outcome, "why": WHY} | fields
        )

    def shown(self) -> str:
        answer = self.who.client.get(self.page)
        assert answer.status_code == 200, answer.get("Location")
        return answer.content.decode()


def taken_effect(moment: datetime) -> None:
    """What was decided by then can be undone no more."""
    with clock.at(lambda: moment + timedelta(seconds=11)):
        undoing.settle()


def written(text: str) -> str:
    found = re.search(r'<textarea id="why".*?>(.*?)</textarea>', text, re.S)
    assert found
    return html.unescape(found[1])


@pytest.fixture
def desk(someone: Make) -> Desk:
    return Desk(someone)


def test_a_refusal_without_a_ground_comes_back_with_its_words(desk: Desk) -> None:
    answer = desk.decide(desk.mark(), "refuse")
    assert answer.status_code == 400
    amiss(answer, "ground")
    text = answer.content.decode()
    assert written(text) == WHY and "a refusal rests on a rule" in text
    assert re.search(r"<title>\s*Error:\s+One upload", text)
    assert re.search(r'value="refuse"[^>]*checked', text) and Review.objects.get().state == "held"
    again = desk.decide(desk.mark(), "refuse", ground="nonsense").content.decode()
    assert written(again) == WHY and "<border>" not in again


def test_a_decision_that_is_amiss_leads_to_what_is_missing(desk: Desk) -> None:
    page = amiss(desk.decide(desk.mark(), ""), "outcome")
    assert typed(page, "why") == WHY
    page = amiss(desk.decide(desk.mark(), "allow", why="x" * 5_001), "why")
    assert chosen(page, "outcome") == ["allow"]


def test_a_decision_without_an_outcome_asks_for_one_in_french_and_keeps_the_rest(desk: Desk) -> None:
    fields = {"form": desk.mark(), "ground": "law-fr-226-2-1", "why": WHY}
    answer = desk.who.client.post(f"{desk.page}decide/", fields, headers={"accept-language": "fr"})
    text = answer.content.decode()
    assert re.search("<title>\\s*Erreur\u00a0:\\s+Un envoi", text) and '<a href="#refuse">' in text
    assert re.search(r'value="law-fr-226-2-1"\s+selected', text) and written(text) == WHY
    assert "Choisissez ce que devient l’envoi." in text


def test_letting_the_picture_go_stays_chosen_where_the_words_are_too_long(someone: Make) -> None:
    row = decision("standard", item="known", outcome="block")
    objections.object_to(row, "Everybody knows it.")
    questions.compared(row.name, {"known": 87}, Signature(bytes(32), bytes(128)))
    who = someone("senior")
    page = who.client.post("/staff/review/next/")["Location"]
    text = who.client.post(f"{page}decide/", {"outcome": "free", "why": "x" * 5001}).content.decode()
    assert re.search(r'id="free"[^>]*checked', text) and '<a href="#why">' in text and "x" * 5001 in text


def test_a_claim_that_lapsed_while_one_wrote_leaves_the_words_until_it_is_held_again(desk: Desk) -> None:
    mark = desk.mark()
    moment = clock.now() + timedelta(minutes=16)
    with clock.at(lambda: moment):
        away = desk.decide(mark)
        assert away["Location"] == "/staff/review/"
        assert "You no longer hold that one." in desk.who.client.get("/staff/review/").content.decode()
        assert desk.who.client.get(desk.page)["Location"] == "/staff/review/"
        queue.free_overdue()
        desk.take()
        assert written(desk.shown()) == WHY and "It was not sent yet." in desk.shown()
        assert desk.decide(desk.mark()).status_code == 302
    taken_effect(moment)
    assert Review.objects.get().outcome == "allow"


def test_a_sign_in_that_ended_while_one_wrote_leaves_the_words(desk: Desk) -> None:
    mark, session = desk.mark(), desk.who.client.cookies["repit_staff"].value
    del desk.who.client.cookies["repit_staff"]
    assert desk.decide(mark)["Location"] == f"/staff/login/?next={desk.page}"
    desk.who.client.cookies["repit_staff"] = session  # signed in again
    assert written(desk.shown()) == WHY and Review.objects.get().state == "held"
    assert re.search(r'value="allow"[^>]*checked', desk.shown())


def test_a_decision_pressed_twice_is_one_and_leads_on(desk: Desk) -> None:
    mark = desk.mark()
    other = decision()
    first, second = desk.decide(mark), desk.decide(mark)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] != desk.page
    taken_effect(clock.now())
    assert desk.decide(mark)["Location"] == first["Location"]
    assert Step.objects.exclude(outcome="").count() == 1
    assert Review.objects.get(decision=other).state == "held"
    for _ in range(2):
        desk.who.client.get("/staff/review/")
    queue_page = desk.who.client.get("/staff/review/").content.decode()
    assert "You no longer hold" not in queue_page and not Kept.objects.exists()


def test_a_decision_pressed_twice_at_the_end_of_the_work_leads_to_the_queue(desk: Desk) -> None:
    mark = desk.mark()
    for _ in range(2):
        assert desk.decide(mark, then="queue")["Location"] == "/staff/review/"
    taken_effect(clock.now())
    assert Step.objects.exclude(outcome="").count() == 1


def test_what_someone_else_holds_is_still_not_found(desk: Desk, someone: Make) -> None:
    other = someone("moderator")
    assert other.client.get(desk.page).status_code == 404
    assert other.client.post(f"{desk.page}decide/", {"outcome": "allow", "why": WHY}).status_code == 404
    assert other.client.post(f"{desk.page}decide/", {"outcome": "refuse", "why": WHY}).status_code == 404
    assert other.client.get("/staff/review/nothing-here/").status_code == 404
    assert not Kept.objects.exists()


def test_opening_the_upload_while_one_writes_takes_the_words_along(desk: Desk) -> None:
    beside = {"beside:why": WHY, "beside:outcome": "refer"}
    answer = desk.who.client.post(f"{desk.page}open/", {"form": desk.mark(), **beside})
    text = answer.content.decode()
    assert written(text) == WHY and re.search(r'value="refer"[^>]*checked', text)
    assert written(desk.shown()) == WHY
