"""A platform's own people are asked about what refuses uploads there: once, two of them, and they see it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.test import Client, override_settings
from gate_pictures import entry, jpeg, made_up, sample
from PIL import Image
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.errors import TransitionRefused
from repit.foundation.hashes import Hash
from repit.platform.gate import runtime
from repit.platform.gate.entries import KnownEntry
from repit.platform.gate.inspection.question import BareHashes, WholeFile
from repit.platform.gate.models import Decision, MatchTally
from repit.platform.gate.pictures import Signature, agreement, signature
from repit.platform.gate.senders import Senders, sent_by
from repit.platform.review import asking, deciding, let_go, media, objections, questions, queue
from repit.platform.review.deciding import Answer
from repit.platform.review.models import AskedItem, LetGo, OutgoingOpinion, Part, Review
from repit_engine.anchors import bank_family, query_stages
from repit_engine.picture import open_picture
from repit_engine.stoplist import package_stoplist

REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
FREE = Answer("allow", "", "Everyone has seen this.", picture=True)
CAT = jpeg(sample("chelsea"))
AGAIN = jpeg(sample("chelsea").resize((300, 200)), quality=70)
ASKING = b"""{"version": 1, "rules": [
  {"name": "held back", "when": {"asked": ["yes"]}, "then": "review"},
  {"name": "known", "when": {"tier": ["exact", "standard", "orientation"]}, "then": "block"}]}"""


def family(name: str, picture: bytes = CAT, anchored: bytes | None = None) -> KnownEntry:
    """An item as a person's device makes it; `anchored`: with the anchored hashes of another picture."""
    whole = bank_family(open_picture(picture, full=True))
    other = whole if anchored is None else bank_family(open_picture(anchored, full=True))
    values = [("whole", whole.hashes[0], whole.qualities[0])]
    values += [
        ("anchored", row, worth) for row, worth in zip(other.hashes[1:], other.qualities[1:], strict=True)
    ]
    return entry(name, *(Hash("pdq", role, row.tobytes(), int(worth)) for role, row, worth in values))


def verdict_of(gate: runtime.Gate, content: bytes = CAT, sender: str = "") -> tuple[str, str]:
    with sent_by(sender):
        verdict = gate.inspector.inspect(WholeFile(content, "check"))
    assert verdict.recorded
    return verdict.outcome, verdict.rule


def freed(gate: runtime.Gate, members: Callable[[str], Someone]) -> None:
    """It came as often as it takes for people to be asked, and two of them let it go."""
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    for role in ("moderator", "senior"):
        decide(members(role), FREE)


def decide(who: Someone, answer: Answer) -> Review:
    taken = queue.take(who.member)
    assert taken is not None
    review = deciding.decide(who.member, taken.name, answer)
    let_go.forget_memory()
    return review


def test_fifty_uploads_are_all_refused_and_cost_people_one_look_at_one_of_them(
    start: Callable[..., runtime.Gate],
):
    gate = start(family("cat"), entry("other", made_up(1)))
    assert [verdict_of(gate, CAT if n % 2 else AGAIN) for n in range(50)] == [("block", "known")] * 50
    [review] = Review.objects.all()
    assert (review.about, review.why, review.state) == ("cat", "counts", "waiting")
    assert review.compared and review.depths["cat"] >= deciding.DEEP
    assert Decision.objects.filter(at__lt=review.decision.at).count() == asking.LOOK_AFTER - 1
    assert MatchTally.objects.get(item="cat").count == 50


def test_one_account_that_tries_again_and_again_counts_once(start: Callable[..., runtime.Gate]):
    gate = start(family("cat"))
    for _ in range(20):
        assert verdict_of(gate, sender="anna")[0] == "block"
    assert MatchTally.objects.get(item="cat").count == 1 and not Review.objects.exists()
    for number in range(asking.LOOK_AFTER - 1):
        verdict_of(gate, sender=f"account {number}")
    assert Review.objects.get().why == "counts"


def test_who_sent_what_is_forgotten_with_the_day_and_stands_nowhere_in_clear():
    senders, begin = Senders(), clock.elapsed()
    with sent_by("anna"):
        assert senders.first("cat") and not senders.first("cat") and senders.first("dog")
        assert "anna" not in repr(vars(senders))
        senders._until = begin - 1
        assert senders.first("cat")
    assert senders.first("cat") and senders.first("cat")  # of whom nothing is known


def test_two_people_let_the_picture_go_here_and_a_supervisor_takes_it_back(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"), family("cat too", AGAIN), entry("other", made_up(1)))
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    assert decide(members("moderator"), FREE).state == "second"
    assert verdict_of(gate) == ("block", "known")
    assert decide(members("senior"), FREE).state == "decided"
    assert verdict_of(gate) == verdict_of(gate, AGAIN) == ("allow", "let-go-here")
    body = OutgoingOpinion.objects.values_list("item", "opinion", "depth")
    assert {(item, view) for item, view, _ in body} == {("cat", "not_blocked"), ("cat too", "not_blocked")}
    assert all(depth >= deciding.DEEP for _, _, depth in body)
    chief = members("supervisor").client
    [row] = let_go.rows()
    assert row.name in chief.get("/staff/review/oversight/").content.decode()
    for status in (302, 404):
        answer = chief.post("/staff/review/oversight/refuse-again/", {"name": row.name})
        assert answer.status_code == status
    let_go.forget_memory()
    assert verdict_of(gate) == ("block", "known")


def test_what_is_submitted_tomorrow_of_the_same_picture_refuses_nobody_here(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    freed(gate, members)
    tomorrow = [family(f"cat {n}", jpeg(sample("chelsea"), 60 + 9 * n)) for n in range(3)]
    gate.take_changes("feed", 2, [*tomorrow, family("private", jpeg(sample("coffee")))], None)
    assert verdict_of(gate) == verdict_of(gate, AGAIN) == ("allow", "let-go-here")
    assert verdict_of(gate, jpeg(sample("coffee")))[0] == "block"


def test_another_picture_in_a_corner_of_one_that_was_let_go_is_refused(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"), family("private", jpeg(sample("coffee"))))
    freed(gate, members)
    collage = Image.new("RGB", (902, 300))
    collage.paste(sample("chelsea"), (0, 0))
    collage.paste(sample("coffee").resize((451, 300)), (451, 0))
    assert verdict_of(gate, jpeg(collage))[0] != "allow"


def test_people_who_refuse_are_two_as_well_and_the_bank_hears_that_they_confirm(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    assert decide(members("moderator"), REFUSE).state == "second"
    assert decide(members("senior"), FREE).state == "split"
    assert decide(members("senior"), REFUSE).state == "decided"
    assert verdict_of(gate) == ("block", "known")
    assert OutgoingOpinion.objects.values_list("item", "opinion").get() == ("cat", "blocked")
    for _ in range(20):
        verdict_of(gate)
    assert Review.objects.count() == 1  # counts ask once


def test_a_harmless_picture_that_only_has_the_hash_frees_itself_and_nothing_else(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    """What moderators see is a cat; what a person protects has its standard hash, and another family."""
    private = family("private", CAT, anchored=jpeg(sample("rocket")))
    gate = start(private)
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    review = Review.objects.get()
    assert review.depths == {"private": 0} and not deciding.is_the_item(review)
    for role in ("moderator", "senior"):
        decide(members(role), FREE)
    assert verdict_of(gate) == ("allow", "let-go-here")
    # Their word goes out with how little agreed, so that no bank takes it for one about the item.
    assert OutgoingOpinion.objects.values_list("item", "opinion", "depth").get() == (
        "private",
        "not_blocked",
        0,
    )
    # Another picture with the same standard hash is refused: it is not what they saw.
    bare = Hash("pdq", "whole", private.hashes[0].value)
    assert gate.inspector.inspect(BareHashes((bare,), "check")).outcome == "block"
    held = let_go.here().pictures
    rocket = list(query_stages(open_picture(jpeg(sample("rocket")))))
    assert len(held) == 1 and not held[0].signature.shown_by(rocket)


@pytest.mark.parametrize("name", ["chelsea", "coffee", "astronaut", "coins", "camera"])
def test_a_picture_stored_anew_is_known_again_and_no_other_is_taken_for_it(name: str):
    picture, stoplist = sample(name), package_stoplist()
    views = list(query_stages(open_picture(jpeg(picture))))
    known = signature(views, stoplist)
    anchored = bank_family(open_picture(jpeg(picture), full=True)).hashes[1:]
    assert known is not None and known == Signature.unpacked(known.packed())
    for altered in (jpeg(picture, 50), jpeg(picture.resize((picture.width // 2, picture.height // 2)))):
        again = list(query_stages(open_picture(altered)))
        assert known.near(again[0].hashes[0]) and known.shown_by(again)
        assert (agreement(again, anchored) or 0) >= deciding.DEEP
    rocket = list(query_stages(open_picture(jpeg(sample("rocket")))))
    assert not known.shown_by(rocket) and agreement(rocket, anchored) == 0
    assert agreement(views, np.zeros((0, 32), np.uint8)) is None
    assert signature(views[:1], stoplist) is None and "0x" not in repr(known)


def object_to(decision: str, text: str = "That is my dog.") -> tuple[int, dict]:
    answer = Client().post(
        f"/v1/reviews/{decision}/appeals", json.dumps({"text": text}), content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_whoever_was_refused_by_the_gate_alone_may_object_and_is_answered(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    verdict_of(gate)
    first = Decision.objects.get()
    status, body = object_to(first.name)
    assert (status, body["state"], body["outcome"]) == (201, "appealed", "refuse")
    assert body["automated"] and body["statement"]["automated_decision"]
    assert object_to(first.name) == (status, body)  # sent again, it is noted once
    assert object_to(first.name, "And another thing.")[0] == 409
    verdict_of(gate, AGAIN)  # the next upload is put before those who look, since the first is gone
    review = Review.objects.get()
    assert review.compared and review.decision_id != first.name and review.parts.count() == 2
    senior = members("senior")
    taken = queue.take(senior.member)
    assert taken is not None
    page = senior.client.get(f"/staff/review/{taken.name}/").content.decode()
    assert "That is my dog." in page and 'value="free"' in page
    deciding.decide(senior.member, taken.name, REFUSE)
    decide(members("senior"), REFUSE)
    body = Client().get(f"/v1/reviews/{first.name}").json()
    assert (body["state"], body["outcome"], body["decision"]) == ("decided", "refuse", first.name)
    assert body["appeal"] == {"number": 1, "upheld": False, "answer": "It is the picture."}


def test_an_answer_rests_however_many_object_and_then_is_taken_up_again(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    for role in ("moderator", "senior"):
        decide(members(role), REFUSE)
    decided = Review.objects.get()
    verdict_of(gate)
    refused = list(Decision.objects.exclude(pk=decided.decision_id).order_by("at"))
    for row in refused:
        assert object_to(row.name)[0] == 201
    again = Review.objects.get(state="waiting")
    assert again.why == "objection" and again.parts.count() == len(refused)
    senior = members("senior")
    assert queue.take(senior.member) is None
    later = clock.now() + asking.ANSWER_RESTS + timedelta(minutes=1)
    with clock.at(lambda: later):
        taken = queue.take(senior.member)
        assert taken is not None and taken.pk == again.pk
        deciding.decide(senior.member, taken.name, REFUSE)
        decide(members("senior"), REFUSE)
    row = AskedItem.objects.get(item="cat")
    assert row.looks == 2 and asking.rest(2) == 2 * asking.ANSWER_RESTS


def test_a_bank_that_asks_again_has_the_next_upload_looked_at_and_nothing_opens_meanwhile(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    freed(gate, members)
    assert verdict_of(gate) == ("allow", "let-go-here")
    asked = replace(family("cat"), asked=1)
    for _ in range(2):
        gate.take_changes("feed", 2, [asked], None)
    verdict_of(gate)
    assert Review.objects.get(state="waiting").why == "again"
    for role in ("senior", "senior"):
        decide(members(role), REFUSE)
    assert verdict_of(gate) == ("block", "known") and not LetGo.objects.exists()
    gate.take_changes("feed", 3, [replace(asked, state="withdrawn", hashes=())], None)
    assert not AskedItem.objects.exists()


def test_a_platform_may_hold_back_instead_of_refusing_while_its_people_look(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"), policy=ASKING)
    for _ in range(asking.LOOK_AFTER):
        assert verdict_of(gate) == ("block", "known")
    let_go.forget_memory()
    for _ in range(30):
        assert verdict_of(gate) == ("review", "held back")
    while queue.take_in():
        pass
    [review] = Review.objects.all()
    assert review.parts.count() == 31
    for role in ("moderator", "senior"):
        decide(members(role), FREE)
    held = Decision.objects.filter(outcome="review")
    body = {Client().get(f"/v1/reviews/{row.name}").json()["outcome"] for row in held}
    assert body == {"allow"} and verdict_of(gate) == ("allow", "let-go-here")


def test_what_was_decided_of_one_upload_alone_holds_for_no_other(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("private", CAT, anchored=jpeg(sample("rocket"))), policy=ASKING)
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    let_go.forget_memory()
    for _ in range(3):
        verdict_of(gate)
    queue.take_in()
    for role in ("moderator", "senior"):
        decide(members(role), FREE)
    waiting = Review.objects.filter(state="waiting")
    assert waiting.count() == 3 and set(waiting.values_list("about", flat=True)) == {""}
    assert Part.objects.filter(review__state="decided").count() == 1


def test_the_upload_at_hand_is_held_where_the_operator_wants_uploads_held(
    start: Callable[..., runtime.Gate], tmp_path: Path
):
    gate = start(family("cat"))
    with override_settings(REPIT_REVIEW_MEDIA="hold", REPIT_DATA=tmp_path):
        for _ in range(asking.LOOK_AFTER + 5):
            verdict_of(gate)
        assert len(list((tmp_path / "held").iterdir())) == 1
        assert media.opened(Review.objects.get()) == CAT


def test_the_desk_is_not_flooded_by_many_items_in_a_day(
    start: Callable[..., runtime.Gate], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "LOOKS_A_DAY", 2)
    names = ("chelsea", "coffee", "astronaut", "coins")
    gate = start(*(family(name, jpeg(sample(name))) for name in names))
    for name in names:
        for _ in range(asking.LOOK_AFTER):
            assert verdict_of(gate, jpeg(sample(name))) == ("block", "known")
    assert Review.objects.count() == 2
    latest = Decision.objects.filter(item="coins").first()
    assert latest is not None and object_to(latest.name)[0] == 201
    assert Review.objects.filter(about="coins").exists()


def test_what_may_show_a_minor_is_never_asked_about_again(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"))
    for _ in range(asking.LOOK_AFTER):
        verdict_of(gate)
    assert decide(members("moderator"), Answer("refer")).state == "decided"
    questions.bank_asks({"cat": 3}, ())
    for _ in range(20):
        assert verdict_of(gate) == ("block", "known")
    assert Review.objects.count() == 1
    with pytest.raises(TransitionRefused):
        objections.object_to(Review.objects.get().decision, "No.")


def film(*others: Image.Image) -> bytes:
    """A film that begins with what was let go; each of its pictures stands for a second."""
    out, first = io.BytesIO(), sample("chelsea")
    first = first if len(others) == 1 else first.resize((120, 80))
    rest = [image.convert("RGB").resize(first.size, Image.Resampling.NEAREST) for image in others]
    first.save(out, "WEBP", save_all=True, append_images=rest, duration=1000, loop=0, quality=90)
    return out.getvalue()


def test_a_film_that_begins_with_what_was_let_go_is_judged_by_all_of_it(
    start: Callable[..., runtime.Gate], members: Callable[[str], Someone]
):
    gate = start(family("cat"), family("private", jpeg(sample("coffee"))))
    freed(gate, members)
    assert verdict_of(gate) == verdict_of(gate, film(sample("chelsea"))) == ("allow", "let-go-here")
    assert verdict_of(gate, film(sample("coffee"))) == ("block", "known")
    noise = np.random.default_rng(3).integers(0, 256, (300, 16, 16, 3), np.uint8)
    # More pictures than are looked at: what was let go says nothing of the others.
    assert verdict_of(gate, film(*map(Image.fromarray, noise))) == ("review", "undecided")
