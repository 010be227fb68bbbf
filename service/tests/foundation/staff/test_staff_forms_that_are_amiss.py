"""Every form of the sign-in, sent empty and wrong: what is amiss is said where it is."""

import pytest
from amiss import amiss, typed
from django.test import Client
from staff_people import PASSWORD, Someone

pytestmark = pytest.mark.django_db


def test_a_sign_in_that_is_amiss_leads_to_the_name_which_is_kept() -> None:
    amiss(Client().post("/staff/login/", {"login": "", "password": ""}), "login", "password")
    page = amiss(Client().post("/staff/login/", {"login": "Camille", "password": "no"}), "login")
    assert typed(page, "login") == "Camille" and typed(page, "password") == ""


def test_a_first_password_that_is_amiss_leads_to_it_or_to_its_repetition() -> None:
    someone = Someone("moderator")
    amiss(someone.client.post(someone.link, {"password": PASSWORD, "again": "other"}), "again")
    amiss(someone.client.post(someone.link, {"password": "x", "again": "x"}), "password")


def test_a_second_factor_that_is_amiss_leads_to_the_code() -> None:
    someone = Someone("moderator").enrol().with_app()
    other = Client()
    other.post("/staff/login/", {"login": someone.name, "password": PASSWORD})
    for code in ("", "000000"):
        amiss(other.post("/staff/second-factor/authenticate/", {"code": code}), "code")


def test_an_app_that_is_set_up_with_a_wrong_code_leads_to_it() -> None:
    someone = Someone("moderator").enrol()
    someone.client.get("/staff/second-factor/totp/activate/")
    for code in ("", "000000"):
        amiss(someone.client.post("/staff/second-factor/totp/activate/", {"code": code}), "code")


def test_a_change_of_password_that_is_amiss_leads_to_each_field() -> None:
    someone = Someone("moderator").enrol().with_app()
    sent = {"oldpassword": "", "password1": "", "password2": ""}
    amiss(someone.client.post("/staff/password/", sent), "oldpassword", "password1", "password2")
    sent = {"oldpassword": "no", "password1": PASSWORD + " x", "password2": PASSWORD + " y"}
    amiss(someone.client.post("/staff/password/", sent), "oldpassword", "password2")


def test_an_address_for_mail_that_is_amiss_is_kept() -> None:
    someone = Someone("moderator").enrol().with_app()
    shown = someone.client.get("/staff/mail/").content.decode()
    mark = shown.split('name="form"')[1].split('value="')[1].split('"')[0]
    sent = {"address": "x", "from": "25", "to": "8", "zone": "Nowhere", "what": "save", "form": mark}
    page = amiss(someone.client.post("/staff/mail/", sent), "from", "address", "zone")
    assert [typed(page, name) for name in ("address", "from", "zone")] == ["x", "25", "Nowhere"]
