"""An operator hears of a problem once and of its end; a member that something waits, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import mail_server
import pytest
import webhook_receiver
from mail_server import MailServer
from pytest_django import Settings as SettingsWrapper
from staff_people import Someone

from repit.foundation import clock
from repit.foundation.errors import Text
from repit.foundation.models import AuditRow
from repit.foundation.notify import loop, outbox, problems, quiet, work_mail
from repit.foundation.notify.models import Announced, Look, OperatorNews, WorkAddress
from repit.foundation.notify.problem import Problem
from repit.foundation.staff import members, menu
from repit.foundation.staff.models import Member

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
OPERATOR, WORK = "operator@mail.example", "ana@work.example"
DISK = Problem(
    "disk", Text("The disk is nearly full.", "Le disque est presque plein."), Text("Add.", "Ajoutez.")
)


@dataclass
class World:
    """An installation whose time the test tells, with what is amiss and what waits in it."""

    server: MailServer
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    amiss: list[Problem] = field(default_factory=list)
    waits: dict[str, set[str]] = field(default_factory=dict)

    def later(self, minutes: float = 1) -> None:
        """Time goes by, and what is due is done."""
        self.time += timedelta(minutes=minutes)
        loop.once()

    def mails(self) -> list[str]:
        return [mail.message["Subject"] + "\n" + mail.message.get_content() for mail in self.server.taken]


@pytest.fixture
def world(tmp_path: Path, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
    monkeypatch.setattr(work_mail, "_SOURCES", {})
    with mail_server.running(tmp_path) as server:
        settings.REPIT_SMTP_URL, settings.REPIT_MAIL_FROM = server.url(), "repit@mail.example"
        settings.REPIT_OPERATOR_MAIL, settings.REPIT_LANGUAGE = (OPERATOR,), "en"
        settings.ALLOWED_HOSTS, settings.REPIT_HTTPS = ["localhost", "desk.example", "testserver"], True
        found = World(server)

        def waiting(people: Collection[Member]) -> Mapping[str, Collection[str]]:
            return {who.name: found.waits.get(who.name, set()) for who in people}

        problems.register("test", lambda: found.amiss)
        work_mail.register("test", waiting)
        with clock.at(lambda: found.time):
            yield found
        problems.unregister("test")


def test_a_problem_is_told_once_again_when_it_changes_and_that_it_is_over(world: World) -> None:
    world.amiss = [DISK]
    for _ in range(10):
        world.later()
    (announced,) = world.mails()
    assert (
        "something needs you" in announced and "The disk is nearly full." in announced and "Add." in announced
    )
    assert world.server.taken[0].to == [OPERATOR]
    world.amiss = [Problem(DISK.key, DISK.message, DISK.next_step, mark="full")]
    for _ in range(5):
        world.later()
    assert len(world.mails()) == 2
    world.amiss = []
    for _ in range(5):
        world.later()
    assert len(world.mails()) == 3
    assert "a problem is over" in world.mails()[2] and "- The disk is nearly full." in world.mails()[2]
    assert problems.present() == [] and outbox.waiting() == 0


def test_what_comes_and_goes_within_a_minute_wakes_nobody(world: World) -> None:
    for _ in range(5):
        world.amiss = [DISK]
        world.later()
        world.amiss = []
        world.later()
    assert world.mails() == []


def test_several_problems_at_once_are_one_mail(world: World) -> None:
    world.amiss = [DISK, Problem("feed", Text("The feed is broken.", "Le flux est coupé."))]
    world.later()
    world.later()
    (announced,) = world.mails()
    assert "The disk" in announced and "The feed is broken." in announced


def test_a_source_that_fails_says_of_nothing_that_it_is_over(world: World) -> None:
    world.amiss = [DISK]
    world.later()
    world.later()

    def fails() -> list[Problem]:
        raise RuntimeError

    problems.register("test", fails)
    for _ in range(20):
        world.later()
    assert len(world.mails()) == 1 and [each.key for each in problems.present()] == ["disk"]


def test_a_message_that_nobody_takes_is_tried_again_and_given_up_after_days_and_counted(
    world: World, settings: SettingsWrapper, caplog: pytest.LogCaptureFixture
) -> None:
    working, settings.REPIT_SMTP_URL = settings.REPIT_SMTP_URL, "smtps://127.0.0.1:1"
    world.amiss = [DISK]
    world.later()
    world.later()
    assert outbox.waiting() == 1 and OperatorNews.objects.get().trouble == "mail-no-answer"
    settings.REPIT_SMTP_URL = working
    world.later(2)
    assert len(world.mails()) == 1 and outbox.waiting() == 0
    settings.REPIT_SMTP_URL = "smtps://127.0.0.1:1"
    world.amiss = []
    for _ in range(80):
        world.later(60)
    assert (outbox.waiting(), outbox.given_up()) == (0, 1)
    assert OPERATOR not in caplog.text and "127.0.0.1" not in caplog.text
    for _ in range(32):
        world.later(24 * 60)
    assert outbox.given_up() == 0


def test_a_crash_between_delivering_and_noting_it_tells_twice_and_never_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.amiss = [DISK]
    world.later()

    def crash(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbox._claims, "remove", crash)
        with suppress(KeyboardInterrupt):
            world.later()
    assert len(world.mails()) == 1 and outbox.waiting() == 1
    world.later(3)
    assert len(world.mails()) == 2 and outbox.waiting() == 0
    first, second = (mail.message["Message-ID"] for mail in world.server.taken)
    assert first == second  # so that whoever reads them can tell


def test_mail_and_webhook_are_told_each_by_itself(world: World, settings: SettingsWrapper) -> None:
    with webhook_receiver.running() as receiver:
        settings.REPIT_OPERATOR_WEBHOOK = f"http://{receiver.peer}/"
        settings.REPIT_OUTBOUND_ALLOW = frozenset({receiver.peer})
        receiver.status = 500
        world.amiss = [DISK]
        world.later()
        world.later()
        assert len(world.mails()) == 1 and outbox.waiting() == 1
        receiver.status = 200
        world.later(5)
        assert len(world.mails()) == 1 and outbox.waiting() == 0
    assert receiver.announced[0].headers["webhook-id"] == receiver.announced[1].headers["webhook-id"]
    (begun,) = json.loads(receiver.announced[1].body)["data"]["begun"]
    assert begun == {"key": "disk", "message": "The disk is nearly full.", "next_step": "Add."}


def ask(who: Someone, **fields: str) -> Any:
    form = {"address": WORK, "zone": "Europe/Paris", "from": "", "to": "", "what": "save", **fields}
    return who.client.post("/staff/mail/", form)


def test_a_member_who_asked_is_told_that_something_waits_and_nothing_more(
    world: World, someone: Make
) -> None:
    ana = someone("caseworker", name="Ana")
    world.waits["Ana"] = {"case-4711:1"}
    assert ask(ana).status_code == 302
    world.later(60)
    assert world.mails() == []  # what waited already is known to her
    world.waits["Ana"] = {"case-4711:1", "case-4712:1"}
    for _ in range(60):
        world.later()
    (announced,) = world.mails()
    assert world.server.taken[0].to == [WORK]
    assert "waits for you" in announced and "https://desk.example/staff/" in announced
    for secret in ("4711", "4712", "Ana", "1\n"):
        assert secret not in announced
    for _ in range(120):
        world.later()
    assert len(world.mails()) == 1


def test_there_is_at_most_one_mail_an_hour_and_what_came_meanwhile_is_told_by_the_next(
    world: World, someone: Make
) -> None:
    ask(someone("caseworker", name="Ana"))
    moments = []
    for minute in range(6 * 60):
        world.waits["Ana"] = {f"case:{number}" for number in range(minute + 1)}
        before = len(world.mails())
        world.later()
        if len(world.mails()) > before:
            moments.append(world.time)
    assert 3 <= len(moments) <= 6
    assert all(late - early >= timedelta(hours=1) for early, late in pairwise(moments))


def test_the_moment_of_a_mail_is_drawn_by_chance_from_beyond_the_quarter_of_an_hour() -> None:
    came = datetime(2026, 11, 30, 9, 7, tzinfo=UTC)
    drawn = {quiet.next_mail(came, "Europe/Paris", 0, 0) for _ in range(200)}
    assert min(drawn) >= datetime(2026, 11, 30, 9, 15, tzinfo=UTC)
    assert max(drawn) <= datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    assert max(drawn) - min(drawn) > timedelta(minutes=10)


def test_in_quiet_hours_nothing_goes_and_it_goes_afterwards() -> None:
    for hour in (20, 23, 2, 6):
        came = datetime(2026, 11, 30, hour, 0, tzinfo=UTC)
        due = quiet.next_mail(came, "Europe/Paris", 20 * 60, 8 * 60)
        local = due.astimezone(quiet.ZoneInfo("Europe/Paris"))
        assert (local.hour, local.minute // 15) == (8, 0) and due > came
    came = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    assert quiet.next_mail(came, "Europe/Paris", 20 * 60, 8 * 60) - came <= timedelta(minutes=30)


def test_an_address_is_sealed_its_own_and_gone_when_its_member_ends_it_or_leaves(
    world: World, someone: Make
) -> None:
    ana, bea = someone("caseworker", name="Ana"), someone("caseworker", name="Béa")
    ask(ana)
    ask(bea, address="bea@work.example")
    row = WorkAddress.objects.get(member=ana.member)
    assert b"work.example" not in bytes(row.sealed)
    assert WORK in ana.client.get("/staff/mail/").content.decode()
    assert WORK not in bea.client.get("/staff/mail/").content.decode()
    assert not AuditRow.objects.filter(reason__contains="work.example").exists()
    world.waits["Ana"] = {"1"}
    world.later(16)
    assert Announced.objects.count() == 1 and bytes(Announced.objects.get().mark) != b"1"
    assert ana.client.post("/staff/mail/", {"what": "end"}).status_code == 302
    members.close("Béa", actor="test")
    world.later(60)
    assert not WorkAddress.objects.exists() and not Announced.objects.exists()
    assert world.mails() == []


@pytest.mark.parametrize(
    ("fields", "stated"),
    [
        ({"address": "nobody"}, "Write one mail address"),
        ({"address": "a@b.example\nBcc: c@d.example"}, "Write one mail address"),
        ({"zone": "Nowhere"}, "Write a time zone"),
        ({"from": "25:00", "to": "08:00"}, "Write both times"),
        ({"from": "20:00"}, "Write both times"),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    someone: Make, fields: dict[str, str], stated: str
) -> None:
    who = someone("moderator")
    who.client.post("/staff/language/", {"language": "en"})
    answer = ask(who, **fields)
    assert answer.status_code == 400 and stated in answer.content.decode()
    assert "Europe/Paris" in answer.content.decode() or "zone" in fields
    assert not WorkAddress.objects.exists()


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("caseworker", True),
        ("moderator", True),
        ("senior", True),
        ("supervisor", False),
        ("administrator", False),
    ],
)
def test_who_works_on_something_may_ask_for_mail(someone: Make, role: str, opens: bool) -> None:
    who = someone(role)
    assert who.client.get("/staff/mail/").status_code == (200 if opens else 403)
    listed = [entry.route for entry in menu.open_to(who.member)]
    assert listed[-1:] == ["staff-mail"] if opens else "staff-mail" not in listed


def test_without_a_mail_server_nothing_is_lost_and_nobody_is_told(
    world: World, someone: Make, settings: SettingsWrapper
) -> None:
    who = someone("caseworker", name="Ana")
    ask(who)
    url, settings.REPIT_SMTP_URL = settings.REPIT_SMTP_URL, ""
    assert (
        "sends no mail yet"
        in who.client.get("/staff/mail/", headers={"accept-language": "en"}).content.decode()
    )
    world.waits["Ana"] = {"1"}
    world.later(90)
    assert world.mails() == []
    settings.REPIT_SMTP_URL = url
    for _ in range(60):
        world.later()
    assert len(world.mails()) == 1


def test_one_process_looks_at_a_time(world: World) -> None:
    world.later()
    held = loop._claims.claim_one("problems")
    assert held is not None
    world.amiss = [DISK]
    for _ in range(4):
        world.later()
    assert world.mails() == []
    world.later(10)
    world.later(1)
    assert len(world.mails()) == 1 and Look.objects.count() == 3
