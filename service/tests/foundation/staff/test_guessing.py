"""Guessing at passwords and codes stays bounded, and nobody who guesses holds a member up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.cache import cache
from django.test import Client
from soft_passkey import SoftPasskey
from staff_people import PASSWORD, Someone, code_of

from repit.foundation import clock
from repit.foundation.errors import NotFound
from repit.foundation.limits import retention
from repit.foundation.limits.models import Count
from repit.foundation.models import AuditRow
from repit.foundation.staff import browsers, letting_in, members
from repit.foundation.staff.models import KnownBrowser, LettingIn, Member

pytestmark = pytest.mark.django_db
Make = Callable[..., Someone]
LOGIN, CODE = "/staff/login/", "/staff/second-factor/authenticate/"


@pytest.fixture
def passwords_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was compared with a member's digest."""
    seen: list[str] = []

    def looked_at(self: Member, raw: str) -> bool:
        seen.append(raw)
        return check_password(raw, self.password)

    monkeypatch.setattr(Member, "check_password", looked_at)
    return seen


@pytest.fixture
def behind_a_proxy(settings: Any) -> None:
    settings.REPIT_PROXIES = 1


def from_address(address: str) -> Client:
    return Client(headers={"x-forwarded-for": address})


def guess(name: str, times: int, client: Client | None = None) -> None:
    for number in range(times):
        (client or Client()).post(LOGIN, {"login": name, "password": f"a wrong one, no {number}"})


def with_password(client: Client, who: Someone) -> Any:
    return client.post(LOGIN, {"login": who.name, "password": PASSWORD})


def signs_in(client: Client, who: Someone, later: int = 0) -> bool:
    with_password(client, who)
    client.post(CODE, {"code": code_of(who.secret, later)})
    return bool(client.get("/staff/").status_code == 200)


def after_leaving(who: Someone) -> Client:
    """The browser in which they signed in, signed out."""
    assert who.client.get("/staff/").status_code == 200
    who.client.post("/staff/logout/")
    return who.client


def test_six_wrong_passwords_by_a_stranger_leave_a_browser_that_knows_the_member_alone(someone: Make) -> None:
    who = someone("moderator")
    own = after_leaving(who)
    guess(who.name, 6)
    assert signs_in(own, who)
    assert not signs_in(Client(), who, later=1)


def test_six_wrong_passwords_by_a_stranger_leave_a_passkey_alone(someone: Make) -> None:
    who, key, other = someone("moderator"), SoftPasskey(), SoftPasskey()
    key.add_to(who.client)
    other.add_to(who.client)
    guess(who.name, 6)
    fresh = Client()
    assert key.sign_in_alone(fresh).status_code == 302
    assert fresh.get("/staff/").status_code == 200
    for _ in range(40):
        Client().post("/staff/second-factor/webauthn/login/", {"credential": "{}"})
    assert other.sign_in_alone(another := Client()).status_code == 302
    assert another.get("/staff/").status_code == 200


def test_wrong_codes_by_someone_with_the_password_hold_up_neither_passkey_nor_known_browser(
    someone: Make,
) -> None:
    who, key = someone("moderator"), SoftPasskey()
    key.add_to(who.client)
    own = after_leaving(who)
    thief = Client()
    with_password(thief, who)
    for number in range(6):
        thief.post(CODE, {"code": f"00000{number}"})
    thief.post(CODE, {"code": code_of(who.secret)})
    assert thief.get("/staff/").status_code == 302
    second = Client()
    with_password(second, who)
    key.sign_in_beside(second)
    assert second.get("/staff/").status_code == 200
    assert signs_in(own, who)
    assert AuditRow.objects.filter(action="second factor refused", subject=who.name).count() == 5


def test_many_addresses_guess_at_one_name_no_more_often_than_one(
    someone: Make, passwords_looked_at: list[str], behind_a_proxy: None
) -> None:
    who = someone("moderator")
    for number in range(60):
        guess(who.name if number % 2 else who.name.upper(), 1, from_address(f"198.51.100.{number}"))
    assert len(passwords_looked_at) == 5
    passwords_looked_at.clear()
    begin = clock.now()
    for minute in range(0, 24 * 60, 15):
        with clock.at(lambda at=begin + timedelta(minutes=minute): at):
            for number in range(6):
                guess(who.name, 1, from_address(f"203.0.113.{number}"))
    assert len(passwords_looked_at) == 20 - 5


def test_one_address_guesses_at_many_names_no_more_often_than_thirty_times_an_hour(
    someone: Make, passwords_looked_at: list[str], behind_a_proxy: None
) -> None:
    people = [someone("moderator") for _ in range(40)]
    for who in people:
        guess(who.name, 1, from_address("198.51.100.7"))
    assert len(passwords_looked_at) == 30
    # Elsewhere nobody is held up by it, and in the same place not who is known there.
    assert signs_in(from_address("198.51.100.8"), people[0])
    own = after_leaving(people[1])
    own.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.7"
    assert signs_in(own, people[1])


def test_addresses_of_one_network_count_as_one_and_what_a_visitor_claims_counts_as_nothing(
    someone: Make, passwords_looked_at: list[str], behind_a_proxy: None
) -> None:
    people = [someone("moderator") for _ in range(40)]
    for number, who in enumerate(people):
        guess(who.name, 1, from_address(f"192.0.2.{number}, 10.0.0.{number}, 2001:db8:1:2::{number:x}"))
    assert len(passwords_looked_at) == 30


@pytest.mark.parametrize(("proxies", "https"), [(2, True), (2, False), (1, False), (0, True)])
def test_the_address_is_the_one_that_the_declared_proxies_report(
    someone: Make, passwords_looked_at: list[str], settings: Any, proxies: int, https: bool
) -> None:
    """With two proxies the last entry is the outer proxy's own: counting it locks everyone out together."""
    settings.REPIT_PROXIES, settings.REPIT_HTTPS = proxies, https
    ours = ", 10.1.1.1" * (max(proxies, 1) - 1)
    spare = someone("moderator")
    for _ in range(35):
        guess(someone("moderator").name, 1, from_address(f"9.9.9.9, 198.51.100.1{ours}"))
    assert len(passwords_looked_at) == 30
    assert signs_in(from_address(f"198.51.100.1, 198.51.100.2{ours}"), spare)


def test_behind_a_proxy_that_nobody_declared_strangers_do_not_lock_everyone_out(someone: Make) -> None:
    who = someone("moderator")
    for number in range(60):
        guess(f"nobody {number}", 1, from_address("198.51.100.1"))
    assert signs_in(from_address("198.51.100.2"), who)


def test_a_name_that_nobody_has_is_refused_as_one_that_somebody_has(someone: Make) -> None:
    who = someone("moderator", name="Camille")
    answers: dict[str, list[str]] = {}
    for name in (who.name, "Dominique"):
        for number in range(7):
            page = Client().post(LOGIN, {"login": name, "password": f"a wrong one, no {number}"})
            text = re.findall(r'<p class="amiss" id="id_login_error">(.*?)</p>', page.content.decode())
            answers.setdefault(name, []).append(f"{page.status_code} {text}")
    assert answers["Camille"] == answers["Dominique"]
    assert "Too many wrong tries" in answers["Camille"][5]
    assert "Too many" not in answers["Camille"][4]


def test_counting_does_not_depend_on_the_memory_of_a_process(someone: Make) -> None:
    who = someone("moderator")
    guess(who.name, 5)
    cache.clear()
    assert not signs_in(Client(), who)


def test_a_right_password_costs_nothing_and_does_not_wash_wrong_ones_away(
    someone: Make, passwords_looked_at: list[str]
) -> None:
    who = someone("moderator")
    for _ in range(8):
        with_password(Client(), who)
    guess(who.name, 4)
    with_password(Client(), who)
    passwords_looked_at.clear()
    guess(who.name, 5)
    assert len(passwords_looked_at) == 1


def test_a_known_browser_is_bounded_too_and_known_to_its_own_member_only(
    someone: Make, passwords_looked_at: list[str]
) -> None:
    member, other = someone("moderator"), someone("moderator")
    own = after_leaving(member)
    guess(member.name, 5, own)
    guess(member.name, 5)
    passwords_looked_at.clear()
    guess(member.name, 3, own)
    assert passwords_looked_at == []
    guess(other.name, 5)
    guess(other.name, 1, own)
    assert passwords_looked_at.count("a wrong one, no 0") == 1


def test_the_cookie_of_a_known_browser_opens_nothing_and_a_planted_one_is_worth_nothing(
    someone: Make,
) -> None:
    who = someone("moderator")
    planted = "A" * 43
    who.client.cookies[browsers.COOKIE] = planted
    own = after_leaving(who)
    cookie = own.cookies[browsers.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/staff/", True, "Strict")
    only_that = Client()
    only_that.cookies[browsers.COOKIE] = cookie.value
    assert only_that.get("/staff/").status_code == 302
    attacker = Client()
    attacker.cookies[browsers.COOKIE] = planted
    guess(who.name, 6)
    assert not signs_in(attacker, who)
    made = cookie.value.split(".")[-1]
    assert made.encode() not in bytes(KnownBrowser.objects.get().digest)


@pytest.mark.parametrize(
    "brought", ["", ".", "x" * 5000, "\x00", ".".join(["B" * 43] * 100), "é" * 43, "a b;c"]
)
def test_nonsense_in_the_cookie_is_no_known_browser(someone: Make, brought: str) -> None:
    who = someone("moderator")
    client = Client()
    client.cookies[browsers.COOKIE] = brought
    assert signs_in(client, who)
    assert who.member.browsers.count() == 1


def test_two_members_share_a_browser_and_the_cookie_does_not_grow_for_ever(someone: Make) -> None:
    people = [someone("moderator") for _ in range(10)]
    shared = Client()
    for who in people:
        assert signs_in(shared, who)
        shared.post("/staff/logout/")
    assert len(shared.cookies[browsers.COOKIE].value.split(".")) == 8
    last = people[-1]
    guess(last.name, 6)
    assert signs_in(shared, last, later=1)


def test_a_member_has_twenty_known_browsers_and_each_for_half_a_year(someone: Make) -> None:
    who = someone("moderator")
    old = after_leaving(who)
    rows = [
        KnownBrowser(member=who.member, digest=bytes([n] * 32), seen_on=clock.now().date()) for n in range(25)
    ]
    KnownBrowser.objects.bulk_create(rows)
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(minutes=10)):
        assert signs_in(Client(), who)
        assert who.member.browsers.count() == 20
    guess(who.name, 6)
    KnownBrowser.objects.all().delete()
    KnownBrowser.objects.create(
        member=who.member, digest=bytes(32), seen_on=(begin - timedelta(days=200)).date()
    )
    assert not signs_in(old, who, later=1)


def test_beginning_again_and_closing_forget_browsers_and_links(someone: Make) -> None:
    for end in (members.reset, members.close):
        who = someone("moderator")
        after_leaving(who)
        letting_in.give(who.name, actor="test")
        end(who.name, actor="test")
        assert not KnownBrowser.objects.exists() and not LettingIn.objects.exists()


def test_a_supervisor_gives_a_link_that_lets_one_browser_try_whatever_strangers_do(someone: Make) -> None:
    who, lead = someone("moderator"), someone("supervisor")
    guess(who.name, 6)
    assert not signs_in(Client(), who)
    shown = lead.client.get("/staff/people/").content.decode()
    assert who.name in shown and "held back" in shown
    page = lead.client.post("/staff/people/", {"name": who.name}).content.decode()
    [link] = re.findall(r"http://testserver(/staff/let-in/[\w-]+/)", page)
    browser = Client()
    assert browser.get(link).status_code == 200  # looking at it uses nothing up
    assert browser.post(link).headers["Location"] == LOGIN
    assert browser.get("/staff/").status_code == 302
    guess(who.name, 6)
    assert signs_in(browser, who)
    assert Client().post(link).status_code == 404
    actions = AuditRow.objects.filter(subject=who.name, action__startswith="staff link")
    assert [(row.actor, row.action) for row in actions.order_by("sequence")] == [
        (lead.name, "staff link given"),
        (who.name, "staff link used"),
    ]


def test_a_link_ends_after_a_day_and_a_newer_one_takes_its_place(someone: Make) -> None:
    who = someone("moderator")
    first, second = (f"/staff/let-in/{letting_in.give(who.name, actor='test')}/" for _ in range(2))
    assert Client().get(first).status_code == 404
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(days=1, minutes=1)):
        assert Client().post(second).status_code == 404
    assert Client().get(second).status_code == 200
    members.close(who.name, actor="test")
    for name in (who.name, "nobody"):
        with pytest.raises(NotFound):
            letting_in.give(name, actor="test")


@pytest.mark.parametrize("role", ["moderator", "senior", "caseworker"])
def test_only_those_who_lead_or_administer_give_links(someone: Make, role: str) -> None:
    assert someone(role).client.post("/staff/people/", {"name": "x"}).status_code == 403
    assert someone("administrator").client.get("/staff/people/").status_code == 200
    assert someone("supervisor").client.post("/staff/people/", {"name": "nobody"}).status_code == 404


def test_whoever_finds_the_page_open_does_not_guess_on_at_the_old_password(
    someone: Make, passwords_looked_at: list[str]
) -> None:
    who = someone("moderator")
    for page, field in (("/staff/password/", "oldpassword"), ("/staff/reauthenticate/", "password")):
        for number in range(8):
            new = {"password1": "a new one, and long", "password2": "a new one, and long"}
            who.client.post(page, {field: f"wrong {number}", **new})
    assert len(passwords_looked_at) <= 10


def test_what_is_counted_says_neither_who_was_tried_nor_from_where_and_goes_away(
    someone: Make, behind_a_proxy: None
) -> None:
    who = someone("moderator", name="Camille")
    guess("Camille", 3, from_address("198.51.100.77"))
    assert Count.objects.count() == 2
    for row in Count.objects.all():
        text = f"{row.slot} {row.moments}"
        assert "Camille" not in text and "198.51" not in text and who.name not in text
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(hours=1, minutes=1)):
        retention.sweep()
        assert Count.objects.count() == 1  # what is counted by the address is gone first
    with clock.at(lambda: begin + timedelta(days=1, minutes=1)):
        retention.sweep()
    assert not Count.objects.exists()


def test_a_clock_that_ran_ahead_holds_nobody_up_for_longer(someone: Make) -> None:
    who = someone("moderator")
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(days=400)):
        guess(who.name, 6)
    assert signs_in(Client(), who)


@pytest.fixture(autouse=True)
def _nothing_in_memory() -> Iterator[None]:
    cache.clear()
    yield
