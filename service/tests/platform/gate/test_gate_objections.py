"""Every decision of a gate can be found by its number, explained, objected to and reversed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings
from gate_pictures import entry, jpeg, made_up, pdq, sample
from review_rows import decision
from staff_people import Someone
from typer.testing import CliRunner

from repit.foundation.clock import now
from repit.foundation.errors import NotFound
from repit.foundation.hashes import Hash
from repit.platform.commands import decision as command
from repit.platform.gate import runtime
from repit.platform.gate.channels import CHANNELS
from repit.platform.gate.inspection.question import BareHashes, LongFile, WholeFile
from repit.platform.gate.models import Decision
from repit.platform.gate.policy import default_policy
from repit.platform.gate.verdict import Verdict
from repit.platform.review import deciding, let_go, queue
from repit.platform.review.deciding import Answer
from repit.platform.review.models import Appeal, LetGo, Review
from repit_engine.picture.kinds import Kind

Start = Callable[..., runtime.Gate]
Members = Callable[[str], Someone]
CAT = jpeg(sample("chelsea"))
AGAIN = jpeg(sample("chelsea"), quality=70)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
ALLOW = Answer("allow", "", "It is a dog.")


def stands(number: str, language: str = "en") -> tuple[int, dict[str, Any]]:
    answer = Client().get(f"/v1/reviews/{number}", headers={"accept-language": language})
    return answer.status_code, answer.json()


def object_to(number: str, text: str = "That is my dog.") -> tuple[int, dict[str, Any]]:
    body = json.dumps({"text": text})
    answer = Client().post(f"/v1/reviews/{number}/appeals", body, content_type="application/json")
    return answer.status_code, answer.json()


def upload(gate: runtime.Gate, content: bytes, channel: str = "check") -> Verdict:
    let_go.forget_memory()
    return gate.inspector.inspect(WholeFile(content, channel))


def decided(who: Someone, answer: Answer) -> Review:
    taken = queue.take(who.member)
    assert taken is not None
    return deciding.decide(who.member, taken.name, answer)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_decision_of_any_outcome_at_any_channel_is_found_by_its_number(db: None, channel: str) -> None:
    expected = {
        "block": ("decided", "refuse", True),
        "allow": ("decided", "allow", True),
        "review": ("waiting", None, False),
    }
    for outcome, wanted in expected.items():
        for tier in ("standard", "possible", ""):
            row = decision(tier, outcome=outcome)
            Decision.objects.filter(pk=row.pk).update(
                channel=channel, undecided="" if tier else "damaged-picture"
            )
            status, body = stands(row.name)
            assert (status, body["state"], body["outcome"], body["automated"]) == (200, *wanted)
            assert (body["channel"], body["verdict"], body["decision"]) == (channel, outcome, row.name)
            assert bool(body["statement"]) == (outcome == "block")
            status, body = object_to(row.name)
            assert (status, body["state"], body["outcome"]) == (201, "appealed", wanted[1])
    assert stands("A" * 22)[0] == 404 and object_to("A" * 22)[0] == 404


def test_what_the_gate_alone_refused_has_its_statement_of_reasons_at_once(start: Start) -> None:
    gate = start(entry("cat", pdq(CAT)))
    _, body = stands(upload(gate, CAT).decision or "", "fr")
    statement = body["statement"]
    # Regulation (EU) 2022/2065, article 17(3): (a) restriction, scope, duration; (b) facts and source;
    # (c) automated means; (d) or (e) ground; (f) redress
    assert (statement["automated_detection"], statement["automated_decision"]) == (True, True)
    assert "programme" in statement["automated_text"] and "concorde" in statement["facts"]
    assert (statement["source"], statement["ground"], statement["ground_kind"]) == (
        "notice",
        "terms-intimate",
        "terms",
    )
    assert statement["restriction"] == "not-published" and "contester" in statement["redress"]
    assert statement["made_at"] == body["decided_at"] and "cat" not in json.dumps(body)


def test_a_refusal_by_the_gate_alone_is_reversed_by_people_and_that_file_passes_from_then_on(
    start: Start, members: Members
) -> None:
    gate = start(entry("cat", pdq(CAT)))
    number = upload(gate, CAT).decision or ""
    assert object_to(number)[0] == 201
    for _ in range(2):  # two must agree, since the item itself is in question
        decided(members("senior"), ALLOW)
    _, body = stands(number)
    assert (body["state"], body["outcome"], body["automated"], body["statement"]) == (
        "decided",
        "allow",
        False,
        None,
    )
    assert body["appeal"] == {"number": 1, "upheld": True, "answer": "It is a dog."}
    again = upload(gate, CAT)
    assert (again.outcome, again.rule) == ("allow", "let-go-here")
    assert upload(gate, AGAIN).outcome == "block"  # that is another file, and nobody has looked at it


def test_a_file_that_was_let_go_is_refused_again_for_whoever_submits_the_picture_after(
    start: Start, members: Members
) -> None:
    gate = start(entry("cat", pdq(CAT)))
    object_to(upload(gate, CAT).decision or "")
    for _ in range(2):
        decided(members("senior"), ALLOW)
    assert upload(gate, CAT).outcome == "allow"
    gate.index.apply(entry("another person's", pdq(CAT)))
    assert upload(gate, CAT).outcome == "block"


def test_a_pass_may_be_objected_to_and_ends_what_was_let_go(start: Start, members: Members) -> None:
    gate = start(entry("cat", pdq(CAT)))
    object_to(upload(gate, CAT).decision or "")
    for _ in range(2):
        decided(members("senior"), ALLOW)
    passed = upload(gate, CAT).decision or ""
    assert stands(passed)[1]["outcome"] == "allow"
    assert object_to(passed, "It is me, and I never agreed.")[0] == 201
    Review.objects.filter(about="cat").update(not_before=None)  # an answer rests for a week
    for _ in range(2):
        decided(members("senior"), REFUSE)
    _, body = stands(passed)
    assert (body["outcome"], body["appeal"]["upheld"]) == ("refuse", True)
    assert body["statement"]["automated_decision"] is False
    assert upload(gate, CAT).outcome == "block" and not LetGo.objects.exists()


def test_an_objection_to_a_pass_that_people_let_stand_is_not_upheld(db: None, members: Members) -> None:
    row = decision("possible", outcome="allow")
    object_to(row.name, "It is me.")
    decided(members("moderator"), ALLOW)
    assert stands(row.name)[1]["appeal"]["upheld"] is False
    assert object_to(row.name, "It is me, really.")[0] == 201


def test_what_could_not_be_checked_is_refused_by_a_ground_of_its_own_and_reversed_alike(
    start: Start, members: Members
) -> None:
    gate = start(entry("cat", pdq(CAT)))
    gate.policy.undecided_channels["check"] = "block"  # type: ignore[index]
    number = upload(gate, SVG).decision or ""
    statement = stands(number)[1]["statement"]
    assert (statement["ground"], statement["source"]) == ("terms-unchecked", "own")
    assert "its format is not read here" in statement["facts"]
    object_to(number)
    assert decided(members("moderator"), ALLOW).state == "decided"
    assert upload(gate, SVG).outcome == "allow"
    assert upload(gate, SVG + b" ").outcome == "block"


def test_the_very_file_is_known_again_by_its_digests_alone(start: Start, members: Members) -> None:
    film = b"a long film"
    digests = {name: hashlib.new(name, film).digest() for name in ("md5", "sha256")}
    gate = start(entry("clip", *(Hash(name, "whole", value) for name, value in digests.items())))
    asked = BareHashes(tuple(Hash(name, "whole", value) for name, value in digests.items()), "wordpress")
    object_to(gate.inspector.inspect(asked).decision or "")
    for _ in range(2):
        decided(members("senior"), ALLOW)
    let_go.forget_memory()
    long = LongFile(tuple(digests.items()), Kind.FILM, "clamd")
    for question in (asked, long, WholeFile(film, "check")):
        assert gate.inspector.inspect(question).rule == "let-go-here"


def test_the_canary_is_refused_whatever_people_say(start: Start, members: Members) -> None:
    gate = start(entry("canary", made_up(1)))
    asked = BareHashes((made_up(1), Hash("sha256", "whole", bytes(32))), "check")
    object_to(gate.inspector.inspect(asked).decision or "")
    for _ in range(2):
        decided(members("senior"), ALLOW)
    let_go.forget_memory()
    assert gate.inspector.inspect(asked).outcome == "block"


@override_settings(REPIT_REVIEW_SECOND_LOOK=())
def test_an_objection_sent_again_is_noted_once_and_a_fourth_is_refused(db: None, members: Members) -> None:
    number = decision("possible", outcome="block").name
    for text in ("one", "two", "three"):
        first = object_to(number, text)
        assert first[0] == 201 and object_to(number, text) == first
        assert object_to(number, "meanwhile")[0] == 409
        decided(members("senior"), REFUSE)
    assert object_to(number, "four")[0] == 409
    assert Appeal.objects.count() == 3


def test_what_others_objected_to_one_item_is_answered_where_their_upload_is_looked_at(
    start: Start, members: Members
) -> None:
    gate = start(entry("cat", pdq(CAT)))
    mine, other = (upload(gate, content).decision or "" for content in (CAT, AGAIN))
    object_to(mine)
    object_to(other, "Mine is another one.")
    for _ in range(2):
        decided(members("senior"), ALLOW)
    answered = {number: stands(number)[1] for number in (mine, other)}
    states = sorted((body["state"], (body["appeal"] or {}).get("upheld")) for body in answered.values())
    assert states == [("appealed", None), ("decided", True)]
    decided(members("senior"), REFUSE)
    assert sorted(stands(number)[1]["outcome"] for number in (mine, other)) == ["allow", "refuse"]


def test_a_reference_is_kept_where_people_are_asked_and_refused_where_they_are_not(db: None) -> None:
    number = decision("standard", outcome="block").name
    post = lambda: Client().post(  # noqa: E731
        f"/v1/reviews/{number}", {"reference": "77"}, content_type="application/json"
    )
    assert post().status_code == 409
    object_to(number)
    assert post().status_code == 200 and Review.objects.get().reference == "77"


def test_a_plain_pass_keeps_nothing_of_the_file(start: Start) -> None:
    gate = start(entry("cat", pdq(CAT)))
    upload(gate, jpeg(sample("rocket")))
    assert not Decision.objects.exists()
    upload(gate, CAT)
    row = Decision.objects.get()
    assert row.file and hashlib.sha256(CAT).hexdigest()[:40] != row.file
    gate.policy.undecided_channels["check"] = "allow"  # type: ignore[index]
    assert default_policy().undecided == "review"
    assert upload(gate, SVG).outcome == "allow"
    assert Decision.objects.get(outcome="allow").file == ""


def test_the_operator_reads_a_decision_in_plain_words_or_as_json(
    start: Start, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_ready", lambda: None)
    gate = start(entry("cat", pdq(CAT)))
    number = upload(gate, CAT, "clamd").decision or ""
    object_to(number)

    def printed(*arguments: str, language: str = "en") -> str:
        done = CliRunner(env={"REPIT_LANGUAGE": language}).invoke(command.app, arguments)
        assert done.exit_code == 0, done.exception
        return done.stdout

    assert number in printed("list", "--channel", "clamd") and number not in printed(
        "list", "--channel", "icap"
    )
    english, french = printed("show", number), printed("show", number, language="fr")
    for part in ("channel clamd: refused by the gate", "Rule: known", "cat (a-hotline", "That is my dog."):
        assert part in english
    assert "refused by the gate alone; an objection is being looked at" in english
    assert "refusé par le filtre seul" in french and "une contestation est en cours d’examen" in french
    data = json.loads(printed("show", number, "--json"))
    assert (data["decision"], data["outcome"], data["automated"]) == (number, "refuse", True)
    assert data["objections"][0]["text"] == "That is my dog." and data["statement"]["ground"]
    assert isinstance(CliRunner().invoke(command.app, ["show", "A" * 22]).exception, NotFound)
    Decision.objects.create(
        name="-begins-as-an-option", at=now(), channel="check", outcome="allow", milliseconds=1, sequence=1
    )
    assert "let through by the gate" in printed("show", "-begins-as-an-option")
