"""Decisions of people: four eyes, a third's word, objections, statements of reasons, what the bank hears."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from review_rows import decision
from staff_people import Someone

from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, NotFound, SettingsRefused, TransitionRefused
from repit.foundation.models import AuditRow
from repit.platform.review import grounds, media, objections, opinions, queue
from repit.platform.review.deciding import Answer, decide
from repit.platform.review.models import OutgoingOpinion, Review

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
ALLOW = Answer("allow", "", "Another picture.")


def decided_by(who: Someone, answer: Answer) -> Review:
    taken = queue.take(who.member)
    assert taken is not None
    return decide(who.member, taken.name, answer)


def test_one_person_decides_what_needs_one_and_the_platform_reads_the_statement(someone: Make) -> None:
    row = decision("altered", item="item-1")
    review = decided_by(someone("moderator"), REFUSE)
    assert (review.state, review.outcome) == ("decided", "refuse")
    shown = Client().get(f"/v1/reviews/{row.name}", headers={"accept-language": "fr"}).json()
    assert (shown["state"], shown["outcome"]) == ("decided", "refuse")
    statement = shown["statement"]
    # Regulation (EU) 2022/2065, article 17(3): (a) restriction, scope, duration; (b) facts and source;
    # (c) automated means; (d) or (e) ground; (f) redress
    for field in (
        "restriction",
        "territorial_scope",
        "until",
        "facts",
        "source",
        "automated_detection",
        "automated_decision",
        "ground",
        "ground_text",
        "redress",
    ):
        assert field in statement
    assert "concorde" in statement["facts"]
    assert statement["automated_decision"] is False
    assert statement["ground_kind"] == "terms"
    assert "item-1" not in json.dumps(shown)


def test_four_eyes_agree_and_the_second_does_not_see_what_the_first_decided(someone: Make) -> None:
    decision("possible")
    moderator, senior = someone("moderator"), someone("senior")
    review = decided_by(moderator, REFUSE)
    assert (review.state, review.outcome) == ("second", "")
    assert queue.take(moderator.member) is None
    assert queue.take(someone("moderator").member) is None
    taken = queue.take(senior.member)
    assert taken is not None
    page = senior.client.get(
        f"/staff/review/{taken.name}/", headers={"accept-language": "en"}
    ).content.decode()
    assert "It is the picture." not in page
    review = decide(senior.member, taken.name, REFUSE)
    assert (review.state, review.outcome) == ("decided", "refuse")


def test_where_two_disagree_a_third_decides_who_has_not_looked_yet(someone: Make) -> None:
    decision("possible")
    moderator, two, three = someone("moderator"), someone("senior"), someone("senior")
    decided_by(moderator, REFUSE)
    assert decided_by(two, ALLOW).state == "split"
    assert queue.take(two.member) is None
    review = decided_by(three, ALLOW)
    assert (review.state, review.outcome) == ("decided", "allow")
    assert not hasattr(Review.objects.get(pk=review.pk), "statement")


def test_a_referral_is_never_held_up(someone: Make) -> None:
    decision("possible", item="i")
    review = decided_by(someone("moderator"), Answer("refer"))
    assert (review.state, review.outcome) == ("decided", "refer")
    assert OutgoingOpinion.objects.count() == 0


def test_letting_through_what_surely_agrees_needs_a_second_look(someone: Make) -> None:
    decision("standard")
    assert decided_by(someone("moderator"), ALLOW).state == "second"


@override_settings(REPIT_REVIEW_SECOND_LOOK=())
def test_the_operator_may_want_no_second_looks(someone: Make) -> None:
    decision("possible")
    assert decided_by(someone("moderator"), REFUSE).state == "decided"


@pytest.mark.parametrize(
    "answer",
    [
        Answer("delete"),
        Answer(""),
        Answer("refuse"),
        Answer("refuse", "no-such-ground"),
        Answer("allow", "", "x" * 5001),
        Answer("allow", "", "a\0b"),
    ],
)
def test_an_answer_that_is_not_whole_changes_nothing(someone: Make, answer: Answer) -> None:
    decision("altered")
    who = someone("moderator")
    taken = queue.take(who.member)
    assert taken
    with pytest.raises(InputRefused):
        decide(who.member, taken.name, answer)
    assert Review.objects.get().state == "held"


def test_nobody_decides_what_they_do_not_hold_or_no_longer_hold(someone: Make) -> None:
    decision("altered")
    moderator, other = someone("moderator"), someone("moderator")
    taken = queue.take(moderator.member)
    assert taken
    with pytest.raises(NotFound):
        decide(other.member, taken.name, REFUSE)
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(minutes=16)), pytest.raises(NotFound):
        decide(moderator.member, taken.name, REFUSE)
    decide(moderator.member, taken.name, REFUSE)
    with pytest.raises(NotFound):
        decide(moderator.member, taken.name, REFUSE)


def test_an_objection_is_answered_by_someone_else_who_may_reverse_it(someone: Make) -> None:
    row = decision("altered", item="item-7")
    senior = someone("senior")
    decided_by(senior, REFUSE)
    address = f"/v1/reviews/{row.name}/appeals"
    answer = Client().post(address, {"text": "That is my dog."}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (201, "appealed")
    assert queue.take(senior.member) is None
    other = someone("senior")
    taken = queue.take(other.member)
    assert taken
    page = other.client.get(f"/staff/review/{taken.name}/").content.decode()
    assert "That is my dog." in page
    decide(other.member, taken.name, Answer("allow", "", "You are right, sorry."))
    shown = Client().get(f"/v1/reviews/{row.name}").json()
    assert (shown["outcome"], shown["statement"]) == ("allow", None)
    assert shown["appeal"] == {"number": 1, "upheld": True, "answer": "You are right, sorry."}
    # That this upload is let go says nothing of the item.
    assert list(OutgoingOpinion.objects.values_list("opinion", "state")) == [("blocked", "due")]


def test_objections_are_answered_with_a_first_look_and_not_without_end(someone: Make) -> None:
    objections.object_to(decision("altered"), "no")
    decided_by(someone("senior"), REFUSE)
    assert Review.objects.get().objections.get().upheld is False
    for number in range(2):
        objections.object_to(Review.objects.get().decision, f"no, {number}")
        decided_by(someone("senior"), REFUSE)
    with pytest.raises(TransitionRefused):
        objections.object_to(Review.objects.get().decision, "no")


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"text": ""}', '{"text": 5}', '{"text": "a", "more": 1}', "\0"]
)
def test_nonsense_at_the_platform_s_channels_is_refused(someone: Make, body: str) -> None:
    row = decision("altered")
    client = Client()
    for address in (f"/v1/reviews/{row.name}/appeals", f"/v1/reviews/{row.name}"):
        assert client.post(address, body, content_type="application/json").status_code == 400
    assert client.get("/v1/reviews/absent").status_code == 404
    objection = '{"text": "That is my dog."}'
    assert (
        client.post("/v1/reviews/absent/appeals", objection, content_type="application/json").status_code
        == 404
    )


def test_the_platform_needs_a_key_where_there_are_keys() -> None:
    row = decision("altered")
    with override_settings(REPIT_GATE_KEYS=("secret-key",)):
        assert Client().get(f"/v1/reviews/{row.name}").status_code == 401
        headers = {"authorization": "Bearer secret-key"}
        assert Client().get(f"/v1/reviews/{row.name}", headers=headers).status_code == 200


def test_every_look_and_every_decision_stands_in_the_chained_record(someone: Make) -> None:
    decision("altered")
    who, chief = someone("moderator"), someone("supervisor")
    taken = queue.take(who.member)
    assert taken
    who.client.get(f"/staff/review/{taken.name}/")
    decide(who.member, taken.name, REFUSE)
    looks = list(AuditRow.objects.filter(subject=taken.name).values_list("actor", "action"))
    assert looks == [(who.name, "review looked at"), (who.name, "review refuse")]
    assert audit.verify() is None
    page = chief.client.get(f"/staff/review/oversight/{taken.name}/").content.decode()
    assert "looked at it" in page and "refused it" in page


def test_who_does_not_hold_a_review_cannot_look_at_it(someone: Make) -> None:
    decision("altered")
    queue.take_in()
    name = Review.objects.get().name
    for role in ("moderator", "supervisor", "administrator", "caseworker"):
        answer = someone(role).client.get(f"/staff/review/{name}/")
        assert answer.status_code in (403, 404)
    assert Client().get(f"/staff/review/{name}/").status_code == 302
    assert AuditRow.objects.filter(action="review looked at").count() == 0


def test_opinions_are_tried_again_ever_later_and_given_up_in_the_end(someone: Make) -> None:
    decision("altered", item="item-9")
    decided_by(someone("moderator"), REFUSE)
    moment = clock.now()
    waits = []
    for _ in range(opinions.MOST_ATTEMPTS):
        with clock.at(lambda moment=moment: moment):
            row = opinions.claim()
            assert row
            assert opinions.claim() is None
            opinions.failed(row, "peer-failed", for_good=False)
            row.refresh_from_db()
            if row.due_at is not None:
                waits.append((row.due_at - moment).total_seconds())
                moment = row.due_at
    assert waits[:4] == [30, 60, 120, 240]
    assert (len(waits), max(waits)) == (opinions.MOST_ATTEMPTS - 1, 6 * 3600)
    assert (row.state, row.due_at) == ("given-up", None)


def test_the_desk_shows_what_a_file_says_of_itself_and_what_the_gate_did_with_it(someone: Make) -> None:
    row = decision("", outcome="allow")
    objections.object_to(row, "It is me.")
    who = someone("moderator")
    taken = queue.take(who.member)
    assert taken is not None
    page = who.client.get(f"/staff/review/{taken.name}/", headers={"accept-language": "en"}).content.decode()
    for words in ("its C2PA manifest says", "The gate let it through by itself", "It is me."):
        assert words in page
    assert "objected to its having passed" in page


def test_indicators_alone_and_the_canary_say_nothing_to_a_bank(someone: Make) -> None:
    decision("")
    decided_by(someone("moderator"), ALLOW)
    decision("altered", item="canary")
    decided_by(someone("moderator"), REFUSE)
    assert OutgoingOpinion.objects.count() == 0


@pytest.fixture
def holding(tmp_path: Path) -> Any:
    with override_settings(REPIT_REVIEW_MEDIA="hold", REPIT_DATA=tmp_path):
        yield tmp_path


@pytest.mark.parametrize("content", [b"\0\0\0\x18ftypmp42" + bytes(200), b"MM\0*" + bytes(200)])
def test_what_the_desk_never_shows_is_not_kept(db: None, holding: Path, content: bytes) -> None:
    row = decision("altered")
    media.hold(row.name, content)
    assert not (holding / "held").exists()
    media.hold(row.name, b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert [file.name for file in (holding / "held").iterdir()] == [row.name]


def test_a_held_upload_is_sealed_opens_once_a_ticket_and_goes_with_the_decision(
    someone: Make, holding: Path
) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(200)
    row = decision("altered")
    media.hold(row.name, content)
    (file,) = (holding / "held").iterdir()
    assert content not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    who, other = someone("moderator"), someone("moderator")
    taken = queue.take(who.member)
    assert taken
    page = who.client.post(f"/staff/review/{taken.name}/open/").content.decode()
    address = page.split('<img src="')[1].split('"')[0]
    assert other.client.get(address).status_code == 404
    picture = who.client.get(address)
    assert (picture.content, picture["Content-Type"]) == (content, "image/png")
    assert "sandbox" in picture["Content-Security-Policy"]
    assert who.client.get(address).status_code == 404
    assert AuditRow.objects.filter(action="review media opened", actor=who.name).count() == 1
    decide(who.member, taken.name, REFUSE)
    assert not file.exists()


def test_the_day_s_budget_shuts_media_but_not_the_evidence(someone: Make, holding: Path) -> None:
    row = decision("altered")
    media.hold(row.name, b"\xff\xd8\xff" + bytes(50))
    who = someone("moderator")
    taken = queue.take(who.member)
    assert taken
    with override_settings(REPIT_REVIEW_LOOKS=2):
        for wanted in (True, True, False):
            page = who.client.post(f"/staff/review/{taken.name}/open/").content.decode()
            assert ("data-reveal" in page) is wanted
    assert AuditRow.objects.filter(action="review media opened").count() == 2


def test_a_held_upload_that_nobody_decides_is_erased_and_one_too_large_is_not_kept(holding: Path) -> None:
    media.hold("decision-of-old", b"\xff\xd8\xff")
    with override_settings(REPIT_REVIEW_HOLD_BYTES=10):
        media.hold("decision-large", b"\xff\xd8\xff" * 4)
    assert [file.name for file in (holding / "held").iterdir()] == ["decision-of-old"]
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(hours=97)):
        assert media.forget_old() == 1


def test_by_default_nothing_is_kept(tmp_path: Path) -> None:
    with override_settings(REPIT_DATA=tmp_path):
        media.hold("some-decision", b"\xff\xd8\xff")
    assert not (tmp_path / "held").exists()


def test_a_platform_s_own_grounds_are_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "grounds.toml"
    texts = 'title = {fr = "T", en = "T"}\ntext = {fr = "x", en = "y"}\n'
    good = f'[[grounds]]\ncode = "t-1"\nkind = "terms"\n{texts}'
    file.write_text(good)
    with override_settings(REPIT_REVIEW_GROUNDS=str(file)):
        assert [ground.code for ground in grounds.grounds()] == ["t-1"]
        assert grounds.named("law-fr-226-2-1") is None
    for number, bad in enumerate(
        (good.replace("terms", "whim"), good.replace(', en = "y"', ""), good * 2, "x")
    ):
        other = tmp_path / f"bad-{number}.toml"
        other.write_text(bad)
        with override_settings(REPIT_REVIEW_GROUNDS=str(other)), pytest.raises(SettingsRefused):
            grounds.grounds()
