"""A code works once; a secret opens in its member's row only; a session opens for its own cookie only."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from django.contrib.sessions.backends.db import SessionStore as PlainSessions
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from staff_people import PASSWORD, Someone, code_of

from repit.foundation import clock
from repit.foundation.errors import SealBroken
from repit.foundation.limits import once, retention
from repit.foundation.limits.models import Count, Spent
from repit.foundation.staff import factors
from repit.foundation.staff.adapters import SecondFactorAdapter
from repit.foundation.staff.sessions import SessionStore, stored

pytestmark = pytest.mark.django_db
Make = Callable[..., Someone]
ACTIVATE, CODE, AGAIN = (
    f"/staff/second-factor/{page}/" for page in ("totp/activate", "authenticate", "reauthenticate")
)


def signs_in(who: Someone, code: str) -> bool:
    client = Client()
    client.post("/staff/login/", {"login": who.name, "password": PASSWORD})
    client.post(CODE, {"code": code})
    return bool(client.get("/staff/").status_code == 200)


def sets_up(who: Someone) -> str:
    """Through the pages, as a browser would; the code that was typed."""
    page = who.client.get(ACTIVATE).content.decode()
    [who.secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
    code = code_of(who.secret)
    assert who.client.post(ACTIVATE, {"code": code}).status_code == 302
    return code


def test_a_code_signs_in_once_whatever_a_process_remembers(someone: Make) -> None:
    who = someone("moderator")
    code = code_of(who.secret)
    assert signs_in(who, code)
    cache.clear()
    spaced = f" {code[:3]} {code[3:]} "
    assert not signs_in(who, code) and not signs_in(who, spaced)
    assert signs_in(who, code_of(who.secret, later=1))


def test_the_code_that_set_an_app_up_does_not_sign_in(db: None) -> None:
    who = Someone("moderator").enrol()
    code = sets_up(who)
    assert not signs_in(who, code)
    assert signs_in(who, code_of(who.secret, later=1))


def test_a_password_alone_sets_no_second_factor_up(db: None) -> None:
    """Between the link and the second factor, whoever knows the password would be who comes first."""
    who = Someone("supervisor").enrol()
    other = Client()
    answer = other.post("/staff/login/", {"login": who.name, "password": PASSWORD}, follow=True)
    assert "Ask your administrator for a new link" in answer.content.decode()
    for page in ("/staff/", "/staff/second-factor/", ACTIVATE):
        assert other.get(page).headers["Location"].startswith("/staff/login/"), page
    assert not Authenticator.objects.exists()
    sets_up(who)
    assert signs_in(who, code_of(who.secret, later=1))


def test_a_code_that_opened_one_form_opens_no_other(someone: Make) -> None:
    who = someone("moderator")
    assert signs_in(who, code := code_of(who.secret))
    cache.clear()
    assert b"used before" in who.client.post(AGAIN, {"code": code}).content
    later = code_of(who.secret, later=1)
    assert who.client.post(AGAIN, {"code": later}).status_code == 302
    assert not signs_in(who, later)


def test_a_code_on_paper_works_once(someone: Make) -> None:
    who = someone("moderator")
    with factors.of(who.member):
        code = RecoveryCodes.activate(who.member).get_unused_codes()[3]
    assert signs_in(who, code)
    assert not signs_in(who, code)
    with factors.of(who.member):
        assert len(RecoveryCodes.activate(who.member).get_unused_codes()) == 9


@given(st.integers(-10, 10), st.integers(0, 29))
def test_a_code_of_the_half_minute_before_or_after_is_taken_and_of_no_other(later: int, second: int) -> None:
    moment = clock.now().replace(second=second, microsecond=0)
    with clock.at(lambda: moment):
        shown = code_of("JBSWY3DPEHPK3PXP", later)
        near = {code_of("JBSWY3DPEHPK3PXP", step) for step in (-1, 0, 1)}
        assert (factors._step("JBSWY3DPEHPK3PXP", shown) is not None) == (shown in near)


def test_what_was_used_is_kept_until_it_could_not_be_used_and_longer_while_a_clock_runs_ahead() -> None:
    begin, lasts = clock.now(), timedelta(minutes=2)
    assert once.spend("test", b"one", lasts=lasts) and once.spend("test", b"o", b"ne", lasts=lasts)
    with clock.at(lambda: begin + timedelta(hours=20)):
        retention.sweep()
        assert not once.spend("test", b"one", lasts=lasts) and once.spend("other", b"one", lasts=lasts)
    with clock.at(lambda: begin + timedelta(days=1, minutes=3)):
        retention.sweep()
    assert Spent.objects.count() == 1  # what was used last


def test_a_secret_copied_to_another_member_s_row_opens_nothing(someone: Make) -> None:
    thief, victim = someone("moderator"), Someone("supervisor").enrol()
    sets_up(victim)
    own = Authenticator.objects.get(user=thief.member, type="totp")
    Authenticator.objects.filter(user=victim.member, type="totp").update(data=own.data)
    assert not signs_in(victim, code_of(thief.secret))
    with pytest.raises(SealBroken):
        SecondFactorAdapter().decrypt(own.data["secret"])  # nobody's
    with factors.of(thief.member):
        assert decrypt(own.data["secret"]) == thief.secret


def test_a_session_opens_for_its_own_cookie_only(someone: Make) -> None:
    first, other = someone("moderator"), someone("supervisor")
    for who in (first, other):
        assert who.client.get("/staff/").status_code == 200
    keys = [who.client.cookies["repit_staff"].value for who in (first, other)]
    rows = [Session.objects.get(session_key=stored(key)) for key in keys]
    assert SessionStore(keys[0])["_auth_user_id"] == str(first.member.pk)
    assert not any(name in row.session_data for row in rows for name in (*keys, "auth"))
    Session.objects.filter(pk=rows[0].pk).update(session_data=rows[1].session_data)
    assert first.client.get("/staff/").status_code == 302
    data = base64.b64decode(rows[1].session_data)
    touched = base64.b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()
    Session.objects.filter(pk=rows[1].pk).update(session_data=touched)
    assert other.client.get("/staff/").status_code == 302


def test_a_session_from_before_they_were_sealed_is_over_and_nothing_fails(someone: Make) -> None:
    who = someone("moderator")
    key = who.client.cookies["repit_staff"].value
    plain: dict[str, Any] = dict(SessionStore(key).items())
    Session.objects.filter(session_key=stored(key)).update(session_data=PlainSessions().encode(plain))
    assert who.client.get("/staff/").status_code == 302
    assert who.client.get("/staff/login/").status_code == 200


def test_the_size_of_a_session_does_not_tell_what_its_member_is_at(db: None) -> None:
    who = Someone("moderator").enrol()

    def size() -> int:
        key = who.client.cookies["repit_staff"].value
        return len(Session.objects.get(session_key=stored(key)).session_data)

    before = size()
    who.client.get(ACTIVATE)
    assert size() == before


def test_passphrases_and_codes_are_counted_apart(someone: Make) -> None:
    who = someone("moderator")
    for number in range(5):
        Client().post("/staff/login/", {"login": who.name, "password": f"wrong {number}"})
    assert Count.objects.count() == 1
    assert who.client.post(AGAIN, {"code": code_of(who.secret)}).status_code == 302
