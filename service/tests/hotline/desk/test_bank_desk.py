"""Where people at a hotline decide about items: what waits is shown with its evidence and can be acted on."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings
from staff_people import Someone

from repit.foundation.clock import now
from repit.foundation.hashes import Hash
from repit.foundation.models import AuditRow
from repit.hotline.bank import admitting, doubt_rule, feed, floods, items, widely_published
from repit.hotline.bank.doubt_rule import Voice
from repit.hotline.bank.models import Item, Question
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import caps, keys, opinions, subscribers, voices
from repit.hotline.feeds.models import Alarm, Subscriber
from repit.hotline.web.bank_desk import reasons

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
BANK = "/staff/bank/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


def picture(value: bytes | None = None) -> Submission:
    hash_ = Hash("pdq", "whole", value or secrets.token_bytes(32), 90)
    return Submission("picture", "intimate", (hash_,))


def submit(value: bytes | None = None) -> str:
    return items.submit(picture(value), actor="test", publish=True).item


def flood(name: str) -> None:
    for reporter in ("forum", "video site"):
        floods.report(reporter, {name: 70}, now(), now() + timedelta(minutes=1))


def state_of(name: str) -> str:
    return [change.item.state for change in feed.changes_after(0) if change.item.item == name][-1]


def read(who: Someone, address: str = BANK) -> str:
    answer = who.client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("caseworker", True),
        ("supervisor", True),
        ("moderator", False),
        ("senior", False),
        ("administrator", False),
    ],
)
def test_a_role_opens_the_desk_or_does_not(someone: Make, role: str, opens: bool):
    name, who = submit(), someone(role)
    flood(name)
    for address in (BANK, f"{BANK}{name}/"):
        assert who.client.get(address).status_code == (200 if opens else 403)
    decide = who.client.post(f"{BANK}{name}/decide/", {"what": "withdraw", "why": "because"})
    assert decide.status_code == (302 if opens else 403)
    assert state_of(name) == ("withdrawn" if opens else "active")
    assert ("bank" in read(who, "/staff/").lower()) == opens
    assert Client().get(BANK).status_code == 302


def test_a_flood_is_put_before_a_person_with_its_counts_and_goes_on_being_refused(someone: Make):
    name, quiet, who = submit(), submit(), someone("supervisor")
    flood(name)
    shown = read(who)
    assert name in shown and quiet not in shown and "refused meanwhile" in shown
    page = read(who, f"{BANK}{name}/")
    assert "video site" in page and "70" in page and "no reason to suspend it" in page
    assert "<img" not in page and state_of(name) == "active"
    looks = AuditRow.objects.filter(action="item looked at", actor=who.name)
    assert looks.values_list("subject", flat=True).get() == name


@pytest.mark.parametrize("zone", ["America/Montreal", "Pacific/Auckland"])
def test_of_what_people_do_the_day_is_told_and_of_doubts_the_time(
    someone: Make, settings: Settings, zone: str
):
    settings.REPIT_TIME_ZONE = zone
    who, day = someone("supervisor"), f"{now().day}\u00a0{now():%B %Y}"
    waits = items.submit(picture(), actor="test", publish=False).item
    name, gone = submit(), submit()
    for each in (name, gone):
        flood(each)
    items.suspend(name, actor="test", reason="doubt")
    items.withdraw(gone, actor="test", reason="over")
    assert re.search(rf"<td>{day}</td>\s*<th scope=\"row\">\s*<a href=\"{BANK}{waits}/", read(who))
    page = read(who, f"{BANK}{name}/")
    assert re.search(rf"<li>\s*{day} –", page) and re.search(r"<li>[^<]* at [^<]* in force → suspended", page)
    page = read(who, f"{BANK}{gone}/")
    assert len(re.findall(rf"<li>\s*{day} ", page)) == 4, (
        "it came, was published, went, and that was the answer"
    )


@pytest.mark.parametrize(
    ("what", "state", "decision"),
    [
        ("keep", "active", "kept"),
        ("suspend", "disputed", "suspended"),
        ("withdraw", "withdrawn", "withdrawn"),
        ("everyones", "withdrawn", "withdrawn"),
    ],
)
def test_a_person_decides_with_a_reason_that_is_kept(someone: Make, what: str, state: str, decision: str):
    value = secrets.token_bytes(32)
    name, who = submit(value), someone("caseworker")
    flood(name)
    for why, status in (("", 400), ("x" * 201, 400), ("A press photograph.", 302)):
        answer = who.client.post(f"{BANK}{name}/decide/", {"what": what, "why": why})
        assert answer.status_code == status
        if status == 400:
            assert b'role="alert"' in answer.content and state_of(name) == "active"
    assert state_of(name) == state
    question = Question.objects.get()
    assert (question.decision, question.by, question.explanation) == (
        decision,
        who.name,
        "A press photograph.",
    )
    near = Hash("pdq", "whole", bytes([value[0] ^ 3]) + value[1:], 90)
    assert widely_published.near([Submission("picture", "intimate", (near,))]) == (what == "everyones")
    assert "A press photograph." in read(who, f"{BANK}{name}/")


def test_a_person_may_ask_platforms_to_look_again_and_nothing_opens_meanwhile(someone: Make):
    name, who = submit(), someone("supervisor")
    answer = who.client.post(f"{BANK}{name}/decide/", {"what": "ask", "why": "They differ."})
    assert answer.status_code == 302
    newest = feed.changes_after(0)[-1].item
    assert (newest.item, newest.state, newest.asked) == (name, "active", 1)


def test_the_desk_says_who_has_people_that_met_it_and_did_not_speak(someone: Make):
    name, who = submit(), someone("supervisor")
    for platform in ("forum", "video site"):
        subscribers.add(platform)
        subscribers.set_people(platform, True)
    desk = keys.recognise(subscribers.rotate("forum", desk=True), "repit", opinions=True)
    flood(name)
    assert "have not spoken yet" in read(who, f"{BANK}{name}/")
    opinions.give(desk, [name], "not_blocked", depth=88)
    page = read(who, f"{BANK}{name}/")
    silent = page.split("have not spoken yet")[1].split("</p>")[0]
    assert "video site" in silent and "forum" not in silent
    assert "moderators who looked" in page and "88" in page


def test_what_waits_to_be_published_is_published_or_withdrawn_here(someone: Make):
    famous = secrets.token_bytes(32)
    widely_published.add([famous], actor="operator")
    name, who = submit(famous), someone("supervisor")
    assert name in read(who)
    who.client.post(f"{BANK}{name}/decide/", {"what": "keep", "why": "Not that picture."})
    assert state_of(name) == "active"


def test_an_alarm_is_shown_and_its_platform_is_heard_again_only_when_a_person_says_so(someone: Make):
    who, chief = keys.recognise(subscribers.add("broken into")), someone("supervisor")
    most, _ = caps.CAPS["not_blocked"]
    with pytest.raises(caps.MovedTooMuch):
        caps.spend(who, "not_blocked", most + 1)
    page = read(chief)
    assert "broken into" in page and "does not count until you say so" in page
    for what, muted in (("seen", True), ("again", False)):
        answer = chief.client.post(f"{BANK}alarms/", {"subscriber": "broken into", "what": what})
        assert answer.status_code == 302
        assert (Subscriber.objects.get().muted_at is not None) == muted
        assert not Alarm.objects.filter(closed_at__isnull=True).exists()
    assert "broken into" not in read(chief)
    assert chief.client.post(f"{BANK}alarms/", {"subscriber": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    "reason",
    [
        doubt_rule.by_counts({"a": 30, "b": 40}, []).reason,
        doubt_rule.by_voices([Voice("a", "not_blocked", people=True, deep=90)], family=True).reason,
        doubt_rule.by_voices(
            [Voice("a", "not_blocked", people=True, deep=90), Voice("b", "not_blocked", people=True)],
            family=True,
        ).reason,
        doubt_rule.by_voices(
            [Voice(name, "not_blocked", people=True, deep=90) for name in "abc"], family=True
        ).reason,
        doubt_rule.by_voices([Voice(name, "not_blocked") for name in "abc"], family=True).reason,
        admitting.SUBMITTED,
        admitting.PUBLISHED,
        admitting.AGAIN,
        widely_published.REASON,
        voices.ACTOR,
    ],
)
def test_what_the_bank_notes_is_read_in_the_reader_s_language(reason: str):
    with translation.override("fr"):
        assert reason and reasons.shown(reason) != reason and "%" not in reasons.shown(reason)
        assert reasons.shown("Une amie l'a dit") == "Une amie l'a dit"


@pytest.mark.parametrize("address", ["nobody/", "nobody/decide/", "%00/", "../cases/"])
def test_what_is_not_there_is_said_so(someone: Make, address: str):
    who = someone("supervisor")
    assert who.client.get(BANK + address).status_code in (302, 403, 404, 405)
    assert who.client.post(BANK + address, {"what": "keep", "why": "x"}).status_code in (
        302,
        400,
        403,
        404,
        405,
    )
    assert not Item.objects.exists()
