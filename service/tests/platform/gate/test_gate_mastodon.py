"""The Mastodon channel, against a stand-in for the server that is written from its documentation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from gate_pictures import entry, jpeg, pdq, sample
from mastodon_stand_in import SECRET, TOKEN, StandIn, signed

from repit.foundation import clock
from repit.foundation.errors import SettingsRefused, Text, TransitionRefused
from repit.foundation.jobs import claims
from repit.platform.gate import fetching
from repit.platform.gate.models import Decision
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Verdict
from repit.platform.integrations.mastodon import queue, start, states
from repit.platform.integrations.mastodon.models import Move, QueuedMedia
from repit.platform.integrations.mastodon.worker import Follower
from repit.platform.review import queue as reviews
from repit.platform.review.models import Review

CAT, ROCKET, COFFEE = jpeg(sample()), jpeg(sample("rocket")), jpeg(sample("coffee"))
CANARY = Path(__file__).resolve().parents[4] / "docs" / "canary.png"
HOOK = "/v1/hooks/mastodon"
Tell = Callable[..., int]


@pytest.fixture
def server(settings) -> Iterator[StandIn]:
    stand_in = StandIn()
    settings.REPIT_MASTODON_URL = stand_in.base
    settings.REPIT_MASTODON_SECRET = SECRET
    settings.REPIT_MASTODON_TOKEN = TOKEN
    settings.REPIT_MASTODON_ACT = "report"
    settings.REPIT_OUTBOUND_ALLOW = frozenset({stand_in.host})
    yield stand_in
    stand_in.close()


@pytest.fixture
def tell(server: StandIn) -> Tell:
    def deliver(event: str, thing: Any) -> int:
        body, signature = server.webhook(event, thing)
        return _post(body, signature)

    return deliver


@pytest.fixture
def follower(gate: Gate, server: StandIn) -> Follower:
    gate.index.apply(entry("cat", pdq(CAT)))
    return Follower(gate)


def _post(body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"X-Hub-Signature": signature}
    return Client().post(HOOK, data=body, content_type="application/json", headers=headers).status_code


def work(follower: Follower) -> int:
    """Do everything that is due; how much it was."""
    return sum(1 for _ in itertools.takewhile(lambda _: follower.once(), itertools.count()))


def work_after(follower: Follower, wait: timedelta) -> int:
    with clock.at(lambda: real() + wait):
        return work(follower)


def real() -> datetime:
    return clock._wall()


def standing() -> list[str]:
    return list(QueuedMedia.objects.order_by("pk").values_list("state", flat=True))


# --- who may tell -----------------------------------------------------------------------------------------


def test_only_what_the_server_signed_is_taken_in(gate: Gate, server: StandIn, settings) -> None:
    body, right = server.webhook("status.created", server.status(CAT))
    wrong = [None, "", "sha256=", right[:-1], right.upper(), right.replace("sha256", "sha1"), "é" * 71]
    for signature in (*wrong, signed(body, "another secret"), signed(body + b" ")):
        assert _post(body, signature) == 401
    assert not QueuedMedia.objects.exists()
    assert _post(body, right) == 202
    assert QueuedMedia.objects.count() == 1
    settings.REPIT_MASTODON_SECRET = ""
    assert _post(body, signed(body, "")) == 401
    settings.REPIT_MASTODON_URL = ""
    assert _post(body, right) == 404


def _hostile(server: StandIn) -> list[bytes]:
    status = server.status(CAT)

    def of(thing: Any) -> bytes:
        return json.dumps({"event": "status.created", "object": thing}).encode()

    return [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"event": 7, "object": {}}',
        b'{"event": "status.created"}',
        b'{"event": "status.created", "object": [1]}',
        b"\xff\xfe",
        of({}),
        of({**status, "id": 7}),
        of({**status, "id": "../../admin"}),
        of({**status, "id": "9" * 41}),
        of({**status, "account": None}),
        of({**status, "reblog": [status]}),
        of({**status, "account": {"id": "1/action"}}),
        of({**status, "media_attachments": "x"}),
        of({**status, "media_attachments": [server.attachment("http://a/\ud800")]}),
        of({**status, "media_attachments": [{"id": "1", "url": "http://a/" + "a" * 3000}]}),
        of({**status, "media_attachments": [server.attachment("http://a/")] * 65}),
    ]


def test_what_is_signed_and_not_in_the_form_is_refused_without_a_trace(gate: Gate, server: StandIn) -> None:
    for body in _hostile(server):
        assert _post(body, signed(body)) == 400, body[:80]
    assert not QueuedMedia.objects.exists()
    large = json.dumps({"event": "x", "object": {"text": "a" * 9_000_000}}).encode()
    assert _post(large, signed(large)) == 413


def test_events_that_show_nothing_leave_no_row(tell: Tell, gate: Gate, server: StandIn) -> None:
    assert tell("something.new", {"id": 1}) == 202
    assert tell("status.created", server.status()) == 202
    assert tell("account.created", server.admin_account(server.account())) == 202
    odd = (None, "file:///a", "http://a/\0", "http://[", "http://a:b@c/d")
    still = {**server.status(), "media_attachments": [server.attachment(media) for media in odd]}
    assert tell("status.created", still) == 202
    assert not QueuedMedia.objects.exists()


# --- what follows -----------------------------------------------------------------------------------------


def test_a_banked_picture_is_reported_once_however_often_it_is_told_of(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    mirrored = jpeg(sample().transpose(0))
    status = server.status(ROCKET, mirrored)
    for event in ("status.created", "status.created", "status.updated"):
        assert tell(event, status) == 202
    assert work(follower) == 2
    (report,) = server.reports.values()
    assert report["status_ids"] == [status["id"]]
    assert report["target_account"]["id"] == status["account"]["id"]
    assert not report["forwarded"] and report["category"] == "other"
    assert "keep off this site: 1. Nobody has looked at it yet." in report["comment"]
    assert tell("status.updated", {**status, "edited_at": "2026-01-01T00:00:00.000Z"}) == 202
    assert tell("report.created", server.report_of(status["account"], status)) == 202
    assert work(follower) == 0
    row = QueuedMedia.objects.get()
    assert (row.state, row.report, row.media) == ("reported", report["id"], [])
    assert list(row.moves.order_by("pk").values_list("before", "after")) == [
        ("judge", "report"),
        ("report", "reported"),
    ]
    assert server.sensitized == []
    webhook = json.dumps([*QueuedMedia.objects.values(), *Move.objects.values()], default=str)
    assert not any(word in webhook for word in ("192.0.2.7", "mail.example", "nobody's business", "someone"))


def test_an_unrelated_picture_a_film_and_a_profile_without_pictures_are_let_be(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08moov" + b"\7" * 200_000
    tell("status.created", server.status(ROCKET, COFFEE, film))
    assert work(follower) == 1
    assert standing() == ["clear"]
    assert server.transcript == []


def test_media_that_an_edit_brings_in_are_looked_at(tell: Tell, follower: Follower, server: StandIn) -> None:
    status = server.status(ROCKET)
    tell("status.created", status)
    edited = {
        **status,
        "media_attachments": [*status["media_attachments"], *server.status(CAT)["media_attachments"]],
    }
    tell("status.updated", edited)
    work(follower)
    assert standing() == ["clear", "reported"]


def test_profiles_and_posts_of_other_servers_are_looked_at_once_somebody_reports_them(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    theirs = server.account(avatar=CAT)
    tell("report.created", server.report_of(theirs, server.status(ROCKET, account=theirs)))
    work(follower)
    assert sorted(QueuedMedia.objects.values_list("kind", "state")) == [
        ("account", "reported"),
        ("status", "clear"),
    ]
    (report,) = server.reports.values()
    assert report["status_ids"] == [] and report["target_account"]["id"] == theirs["id"]
    tell("account.updated", server.admin_account(server.account(avatar=COFFEE)))
    work(follower)
    assert len(server.reports) == 1


def test_a_post_of_another_server_that_somebody_here_passes_on_is_looked_at(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    theirs = server.status(CAT)
    tell("status.created", {**server.status(), "reblog": theirs})
    work(follower)
    (report,) = server.reports.values()
    assert report["status_ids"] == [theirs["id"]]
    assert report["target_account"]["id"] == theirs["account"]["id"]


def test_the_canary_opens_a_report_so_that_an_operator_sees_that_it_works(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    tell("status.created", server.status(CANARY.read_bytes()))
    work(follower)
    assert len(server.reports) == 1


@pytest.mark.parametrize(
    "case",
    [
        ("report", "refuse", 1, 0),
        ("report", "allow", 0, 0),
        ("report", "refer", 1, 0),
        ("sensitive", "refuse", 1, 1),
        ("sensitive", "refer", 1, 0),
        ("sensitive", "allow", 0, 0),
    ],
    ids="{0[0]}-{0[1]}".format,
)
def test_what_needs_a_person_waits_for_the_desk_and_only_a_person_leads_to_a_measure(
    tell: Tell, follower: Follower, server: StandIn, settings, case: tuple[str, str, int, int]
) -> None:
    act, outcome, reports, measures = case
    settings.REPIT_MASTODON_ACT = act
    settings.REPIT_GATE_OBJECTIONS, settings.REPIT_ADDRESS = True, "https://gate.example"
    server.scopes = frozenset({"write:reports", "admin:write:accounts"})
    follower._gate.index.apply(entry("disputed", pdq(ROCKET), state="disputed"))
    tell("status.created", server.status(ROCKET))
    work(follower)
    assert standing() == ["desk"] and server.transcript == []
    reviews.take_in()
    work_after(follower, timedelta(minutes=1))
    assert standing() == ["desk"] and server.transcript == []
    assert Review.objects.update(state="decided", outcome=outcome, decided_at=real()) == 1
    work_after(follower, timedelta(minutes=2))
    assert (len(server.reports), len(server.sensitized)) == (reports, measures)
    if measures:
        assert server.sensitized == [(QueuedMedia.objects.get().account, QueuedMedia.objects.get().report)]
        assert server.transcript[-1].form["send_email_notification"] == ["true"]
    if reports:
        word = {"refuse": "refused it", "refer": "refers it to you"}[outcome]
        comment = next(iter(server.reports.values()))["comment"]
        assert word in comment
        # Who would pass the address on would tell the sender of a referral.
        assert ("gate.example/objection/" in comment) is (outcome == "refuse")


def test_a_match_alone_never_leads_to_a_measure_not_even_by_the_database(
    tell: Tell, follower: Follower, server: StandIn, settings
) -> None:
    settings.REPIT_MASTODON_ACT = "sensitive"
    server.scopes = frozenset({"write:reports", "admin:write:accounts"})
    tell("status.created", server.status(CAT))
    work(follower)
    assert standing() == ["reported"] and server.sensitized == []
    with pytest.raises(IntegrityError):
        QueuedMedia.objects.update(state="restrict")
    for before in (*states.WORK, *states.DONE):
        if before != "report":
            with pytest.raises(TransitionRefused):
                states.step(before, "restrict")


def test_without_acting_decisions_are_recorded_only(
    tell: Tell, follower: Follower, server: StandIn, settings
) -> None:
    settings.REPIT_MASTODON_ACT = "none"
    tell("status.created", server.status(CAT))
    work(follower)
    assert standing() == ["clear"] and server.transcript == []
    assert QueuedMedia.objects.get().decisions[0]["outcome"] == "block"


# --- what goes wrong --------------------------------------------------------------------------------------


def test_the_servers_limit_is_minded_and_nothing_is_lost(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    server.remaining, server.reset = 1, timedelta(seconds=1)
    for _ in range(3):
        tell("status.created", server.status(CAT))
    work(follower)
    assert len(server.transcript) == 1, "asked on after its limit was used up"
    assert sorted(standing()) == ["report", "report", "reported"]
    server.remaining = 300
    follower._server._resting_until = 0.0
    work_after(follower, timedelta(minutes=10))
    assert len(server.reports) == 3
    assert standing() == ["reported"] * 3


def test_a_server_that_says_too_many_is_left_alone_until_its_reset(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    server.answers, server.reset = [429], timedelta(minutes=4)
    tell("status.created", server.status(CAT))
    work(follower)
    row = QueuedMedia.objects.get()
    assert (row.state, row.trouble) == ("report", "peer-busy")
    assert timedelta(minutes=3) < row.due_at - real() <= timedelta(minutes=4)
    work_after(follower, timedelta(minutes=4, seconds=1))
    assert len(server.transcript) == 1, "the monotonic clock says that it must still rest"


@pytest.mark.parametrize(
    "case",
    [
        (500, "report", "peer-failed"),
        (302, "report", "peer-failed"),
        (401, "report", "key-refused"),
        (403, "report", "not-granted"),
        (404, "gone", ""),
        (422, "given-up", "input-refused"),
    ],
    ids="{0[0]}".format,
)
def test_each_refusal_of_the_server_has_its_consequence(
    tell: Tell, follower: Follower, server: StandIn, case: tuple[int, str, str]
) -> None:
    status, state, trouble = case
    server.answers = [status]
    tell("status.created", server.status(CAT))
    work(follower)
    row = QueuedMedia.objects.get()
    assert (row.state, row.trouble) == (state, trouble)
    work_after(follower, timedelta(minutes=20))
    assert (QueuedMedia.objects.get().state == "reported") == (state == "report")


def test_media_that_are_gone_or_cannot_be_fetched_are_not_held_against_anybody(
    tell: Tell, follower: Follower, server: StandIn, settings
) -> None:
    gone = server.status(CAT)
    server.files.clear()
    tell("status.created", gone)
    away = {**server.status(), "media_attachments": [server.attachment("http://127.0.0.1:1/a.jpeg")]}
    inside = {**server.status(), "media_attachments": [server.attachment("http://10.0.0.7/secret")]}
    settings.REPIT_OUTBOUND_ALLOW |= {"127.0.0.1:1"}
    tell("status.created", away)
    tell("status.created", inside)
    work(follower)
    assert standing() == ["gone", "judge", "desk"]
    for hours in range(1, 8):
        work_after(follower, timedelta(hours=hours))
    assert standing() == ["gone", "desk", "desk"]
    assert server.transcript == []


def test_what_was_looked_at_is_not_looked_at_again_because_another_file_was_away(
    tell: Tell, follower: Follower, server: StandIn, settings
) -> None:
    settings.REPIT_OUTBOUND_ALLOW |= {"127.0.0.1:1"}
    status = server.status(CAT)
    status["media_attachments"].append(server.attachment("http://127.0.0.1:1/a.jpeg"))
    tell("status.created", status)
    for hours in range(8):
        work_after(follower, timedelta(hours=hours))
    assert standing() == ["reported"]
    assert sorted(Decision.objects.values_list("outcome", flat=True)) == ["block", "review"]
    (report,) = server.reports.values()
    assert "keep off this site: 1." in report["comment"]


def test_a_policy_that_blocks_what_cannot_be_seen_says_so_in_its_report(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    policy = parse_policy(b'{"version": 1, "rules": [], "undecided": {"default": "block"}}')
    object.__setattr__(follower._gate.inspector, "policy", policy)
    tell("status.created", server.status(CAT[:700]))
    work(follower)
    (report,) = server.reports.values()
    assert "could not be looked at: 1" in report["comment"] and "agree" not in report["comment"]


def test_nobody_does_the_same_row_twice(gate: Gate, server: StandIn, tell: Tell) -> None:
    for _ in range(3):
        tell("status.created", server.status(ROCKET))
    claimed = [queue.claim() for _ in range(4)]
    assert len({row.pk for row in claimed if row}) == 3 and claimed[3] is None
    row = claimed[0]
    assert row is not None
    QueuedMedia.objects.filter(pk=row.pk).update(state="clear")
    with pytest.raises(TransitionRefused):
        queue.move(row, "report")


def test_of_two_who_see_the_same_row_one_gets_it(
    gate: Gate, server: StandIn, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("status.created", server.status(ROCKET))
    tokens, theirs = itertools.count(), []
    token = claims.secrets.token_hex

    def between(size: int) -> str:
        """Called once the row was found: before it is held the other one holds it."""
        if next(tokens) == 0:
            theirs.append(queue.claim())
        return token(size)

    monkeypatch.setattr(claims.secrets, "token_hex", between)
    ours = queue.claim()
    assert len(theirs) == 1 and theirs[0] is not None and ours is None


def test_what_is_worked_on_stays_held_however_long_it_takes(
    gate: Gate, server: StandIn, tell: Tell, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("status.created", server.status(CAT))
    taken, inspect = [], fetching.inspect_there

    def slow(*asked: Any) -> Verdict:
        for seconds in range(20, 200, 20):
            with clock.at(lambda after=seconds: real() + timedelta(seconds=after)):
                follower.keep()
                taken.append(queue.claim())
        return inspect(*asked)

    monkeypatch.setattr(fetching, "inspect_there", slow)
    work(follower)
    assert taken == [None] * 9 and standing() == ["reported"]
    follower.keep()
    row = QueuedMedia.objects.get()
    assert (row.claim, row.claimed_until, row.due_at) == ("", None, None)


def test_what_a_killed_process_held_is_free_soon_after(gate: Gate, server: StandIn, tell: Tell) -> None:
    tell("status.created", server.status(CAT))
    assert queue.claim() is not None
    assert queue.claim() is None
    with clock.at(lambda: real() + queue.LEASE):
        assert queue.claim() is not None


def test_addresses_that_are_signed_anew_each_time_do_not_make_it_new(
    gate: Gate, server: StandIn, tell: Tell
) -> None:
    status = server.status(ROCKET)
    address = status["media_attachments"][0]["url"]
    for signature in ("", "?X-Amz-Signature=1", "?X-Amz-Signature=2"):
        status["media_attachments"][0]["url"] = address + signature
        assert tell("status.updated", status) == 202
    assert QueuedMedia.objects.count() == 1


def test_a_decision_that_could_not_be_recorded_is_taken_again(
    tell: Tell, follower: Follower, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Verdict("block", "known", Text("", ""), decision="a-name", recorded=False)
    monkeypatch.setattr(fetching, "inspect_there", lambda *_: lost)
    tell("status.created", server.status(CAT))
    work(follower)
    assert standing() == ["judge"] and QueuedMedia.objects.get().trouble == "DatabaseUnavailable"
    monkeypatch.undo()
    work_after(follower, timedelta(hours=1))
    assert standing() == ["reported"]


def test_rows_are_forgotten_a_month_after_they_are_done(
    tell: Tell, follower: Follower, server: StandIn
) -> None:
    tell("status.created", server.status(ROCKET))
    work(follower)
    tell("status.created", server.status(COFFEE))
    with clock.at(lambda: real() + timedelta(days=31)):
        assert queue.delete_expired() == 1
    assert standing() == ["judge"]


# --- how it is opened -------------------------------------------------------------------------------------


def test_without_a_server_no_channel_is_opened_and_without_secret_or_token_nothing_starts(
    server: StandIn, settings
) -> None:
    assert len(start.channels()) == 1
    settings.REPIT_MASTODON_SECRET = "short"
    with pytest.raises(SettingsRefused) as refused:
        start.channels()
    assert "REPIT_MASTODON_SECRET" in refused.value.message.en
    settings.REPIT_MASTODON_SECRET, settings.REPIT_MASTODON_TOKEN = SECRET, ""
    with pytest.raises(SettingsRefused):
        start.channels()
    settings.REPIT_MASTODON_ACT = "none"
    assert len(start.channels()) == 1
    settings.REPIT_MASTODON_URL = ""
    assert start.channels() == ()
