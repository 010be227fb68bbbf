"""Signing in to the staff area: two factors or nothing, no mail, no cookie for anyone else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.templatetags.static import static
from django.test import Client
from staff_people import PASSWORD, Someone, code_of

from repit.foundation import audit, clock
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.models import AuditRow
from repit.foundation.staff import members, middleware
from repit.foundation.staff.models import Enrolment, Member
from repit.foundation.staff.roles import GRANTS, granted
from repit.foundation.staff.sessions import stored

pytestmark = pytest.mark.django_db
Make = Callable[..., Someone]


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


def sign_in(who: Someone, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/staff/login/", {"login": who.name, "password": password})
    return client


def test_a_stranger_sees_the_sign_in_page_and_nothing_else() -> None:
    for address in ("/staff/", "/staff/second-factor/", "/staff/password/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/staff/login/")
    assert Client().get("/staff/login/").status_code == 200
    assert Client().get("/staff/signup/").status_code in (302, 404)


def test_a_link_lets_its_member_choose_a_password_once_and_then_asks_for_a_second_factor() -> None:
    who = Someone("moderator").enrol()
    answer = who.client.get("/staff/")
    assert answer.headers["Location"] == "/staff/second-factor/"
    assert who.client.get("/staff/second-factor/").status_code == 200
    assert Client().post(who.link, {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert PASSWORD not in who.member.password


def test_a_link_ends_after_three_days() -> None:
    who = Someone("moderator")
    with clock.at(lambda: clock._wall() + timedelta(days=3, minutes=1)):
        assert Client().get(who.link).status_code == 404
    assert Client().get(who.link).status_code == 200


def test_a_weak_or_misspelt_password_is_refused_and_the_link_still_holds() -> None:
    who = Someone("moderator", name="Camille")
    for password, other in (
        ("short", "short"),
        ("password1234", "password1234"),
        (PASSWORD, "another one, long"),
    ):
        answer = Client().post(who.link, {"password": password, "again": other})
        assert answer.status_code == 200
        assert b'role="alert"' in answer.content
    who.enrol()


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(someone: Make) -> None:
    who = someone("moderator")
    client = sign_in(who)
    assert client.get("/staff/").headers["Location"].startswith("/staff/login/")
    wrong = client.post("/staff/second-factor/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert client.get("/staff/").status_code == 302
    right = client.post("/staff/second-factor/authenticate/", {"code": code_of(who.secret)})
    assert right.headers["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200


def test_the_key_of_a_session_changes_when_someone_signs_in(someone: Make) -> None:
    who = someone("moderator")
    client = sign_in(who)
    before = client.cookies["repit_staff"].value
    client.post("/staff/second-factor/authenticate/", {"code": code_of(who.secret)})
    assert client.cookies["repit_staff"].value != before
    assert not Session.objects.filter(session_key=stored(before)).exists()


def test_the_database_holds_neither_session_keys_nor_second_factors_in_clear(someone: Make) -> None:
    who = someone("moderator")
    key = who.client.cookies["repit_staff"].value
    assert who.client.get("/staff/").status_code == 200
    assert not Session.objects.filter(session_key=key).exists()
    stolen = Client()
    for row in Session.objects.all():
        stolen.cookies["repit_staff"] = row.session_key
        assert stolen.get("/staff/").status_code == 302
    assert who.secret not in str(Authenticator.objects.get(user=who.member).data)
    assert who.link.split("/")[3].encode() not in b"".join(
        bytes(row.digest) for row in Enrolment.objects.all()
    )


def test_the_cookie_is_for_the_staff_area_and_scripts_cannot_read_it(someone: Make) -> None:
    cookie = someone("moderator").client.cookies["repit_staff"]
    assert cookie["path"] == "/staff/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_visitors_get_no_cookie_and_no_session() -> None:
    visitor = Client()
    for address in ("/fr/", "/en/first-steps/", "/health", "/staffroom"):
        answer = visitor.get(address)
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert not hasattr(answer.wsgi_request, "session")


def test_an_idle_session_ends_and_so_does_one_that_is_never_idle(someone: Make) -> None:
    who = someone("moderator")
    begin = clock.now()
    with clock.at(lambda: begin + timedelta(minutes=21)):
        assert who.client.get("/staff/").status_code == 302
    busy = someone("moderator")
    assert busy.client.get("/staff/").status_code == 200
    with clock.at(lambda: begin + timedelta(hours=12, minutes=1)):
        session = Session.objects.get(session_key=stored(busy.client.cookies["repit_staff"].value))
        session.expire_date = begin + timedelta(days=1)
        session.save()
        assert busy.client.get("/staff/").status_code == 302


def test_guessing_is_slowed_down_for_one_name_and_for_one_source(someone: Make) -> None:
    who = someone("moderator")
    for _ in range(5):
        sign_in(who, "wrong")
    answer = Client().post("/staff/login/", {"login": who.name, "password": PASSWORD})
    assert answer.status_code == 200
    assert b"complaint" in answer.content


def test_six_wrong_codes_stop_further_guesses(someone: Make) -> None:
    who = someone("moderator")
    client = sign_in(who)
    for _ in range(6):
        client.post("/staff/second-factor/authenticate/", {"code": "000000"})
    client.post("/staff/second-factor/authenticate/", {"code": code_of(who.secret)})
    assert client.get("/staff/").status_code == 302


def test_nobody_can_take_away_their_last_second_factor(someone: Make) -> None:
    who = someone("moderator")
    who.client.post("/staff/second-factor/totp/deactivate/")
    assert Authenticator.objects.filter(user=who.member, type="totp").exists()


def test_resetting_ends_sessions_factors_and_password_and_gives_a_new_link(someone: Make) -> None:
    who = someone("moderator")
    assert who.client.get("/staff/").status_code == 200
    secret = members.reset(who.name.upper(), actor="test")
    assert who.client.get("/staff/").status_code == 302
    assert not Authenticator.objects.filter(user=who.member).exists()
    sign_in(who)
    assert Client().get(f"/staff/enrol/{secret}/").status_code == 200


def test_closing_ends_access_and_the_audit_tells_the_story(someone: Make) -> None:
    who = someone("moderator")
    members.close(who.name, actor="test")
    assert who.client.get("/staff/").status_code == 302
    assert who.member.permissions == frozenset()
    actions = list(AuditRow.objects.filter(subject=who.name).values_list("action", flat=True))
    assert actions == ["staff added", "staff enrolled", "staff closed"]
    assert audit.verify() is None


@pytest.mark.parametrize("name", ["", " a", "a ", "<b>", "a@b.c", "x" * 61, "new\nline", "-"])
def test_a_name_is_letters_and_digits(name: str) -> None:
    with pytest.raises(InputRefused):
        members.add(name, ["moderator"], actor="test")


def test_a_name_is_taken_once_whatever_its_capitals_and_roles_are_known() -> None:
    members.add("Zoë", ["moderator"], actor="test")
    with pytest.raises(InputRefused):
        members.add(
            "zoë" if Member.objects.filter(name__iexact="zoë").exists() else "Zoë", ["moderator"], actor="t"
        )
    with pytest.raises(InputRefused):
        members.add("Someone", ["king"], actor="test")
    with pytest.raises(InputRefused):
        members.add("Someone", [], actor="test")
    with pytest.raises(NotFound):
        members.reset("nobody", actor="test")


def test_a_used_link_cannot_be_used_by_two_at_once() -> None:
    secret = members.add("Sam", ["moderator"], actor="test")
    members.enrol(secret, PASSWORD)
    with pytest.raises(NotFound):
        members.enrol(secret, PASSWORD)
    with pytest.raises(NotFound):
        members.enrol("", PASSWORD)
    other = members.add("Alex", ["moderator"], actor="test")
    with pytest.raises(ValidationError):
        members.enrol(other, "short")


def test_roles_grant_what_their_table_says_and_unknown_ones_nothing() -> None:
    assert granted(["moderator", "supervisor"]) == GRANTS["moderator"] | GRANTS["supervisor"]
    assert granted(["king"]) == frozenset()
    assert not any("review.work" in GRANTS[role] for role in ("administrator", "supervisor", "caseworker"))


def test_the_language_is_kept_and_only_our_own_pages_are_gone_back_to(someone: Make) -> None:
    who = someone("moderator")
    answer = who.client.post("/staff/language/", {"language": "fr", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/staff/"
    assert b'lang="fr"' in who.client.get("/staff/", headers={"accept-language": "en"}).content
    who.client.post("/staff/language/", {"language": "xx", "next": "/staff/"})
    assert who.member.language == "fr"


def test_problems_of_the_staff_area_are_told_in_its_own_pages(someone: Make) -> None:
    answer = someone("moderator").client.get("/staff/absent/")
    assert answer.status_code == 404
    assert static("staff/staff.css") in answer.content.decode()


def test_a_page_that_nobody_listed_is_shut() -> None:
    listed = middleware.BEFORE_SIGN_IN | middleware.BEFORE_SECOND_FACTOR
    assert "staff-home" not in listed
    assert not any(name.startswith(("review", "desk", "case")) for name in listed)


def test_a_passkey_is_asked_for_this_site_and_nonsense_opens_nothing(someone: Make) -> None:
    someone("moderator")
    client = Client()
    options = client.get("/staff/second-factor/webauthn/login/", headers={"accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["rpId"] == "testserver"
    for credential in ("", "{}", "[]", "null", '{"id": 1}', '{"rawId": "AA", "response": {}}', "x" * 100_000):
        client.post("/staff/second-factor/webauthn/login/", {"credential": credential})
        assert client.get("/staff/").status_code == 302
