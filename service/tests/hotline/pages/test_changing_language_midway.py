"""The intake in the other language, halfway through: nothing that was typed is lost, nothing is kept."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from repit.hotline.cases.models import Case

pytestmark = pytest.mark.django_db
START = {"en": "/en/start/", "fr": "/fr/commencer/"}
STEPS = (("happening", "threatened"), ("who", "adult"))
CHOICES = {"kind": "deepfake", "level": "one"}


def post(address: str, answer: HttpResponse, **fields: object) -> HttpResponse:
    found = re.search(r'name="state"\s+value="([^"]*)"', answer.content.decode())
    assert found
    body = urlencode({"state": html.unescape(found[1]), **fields}, doseq=True)
    return Client().post(address, body, content_type="application/x-www-form-urlencoded")


def chosen(answer: HttpResponse) -> dict[str, list[str]]:
    """What stands in the form."""
    text = answer.content.decode()
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        if "checked" in tag:
            name, value = re.findall(r'(?:name|value)="([^"]*)"', tag)
            fields.setdefault(name, []).append(value)
    return fields


def test_each_step_is_shown_in_the_other_language_with_what_was_answered() -> None:
    here, there = "en", "fr"
    answer = post(START[here], Client().get(START[here]), happening="threatened")
    switch = re.search(r'value="(..)"\s+formaction="([^"]+)"', answer.content.decode())
    assert switch and switch.groups() == (there, START[there])
    answer = post(START[there], answer, language=there)
    assert answer.status_code == 200 and f'<html lang="{there}"' in answer.content.decode()
    assert 'class="steps short"' in answer.content.decode()  # for whom is threatened
    answer = post(START[there], answer, who="adult")
    answer = post(START[here], answer, language=here, **CHOICES)
    assert f'<html lang="{here}"' in answer.content.decode() and 'name="hashes"' in answer.content.decode()
    assert chosen(answer) == {name: [value] for name, value in CHOICES.items()}
    assert not answer.cookies and Case.objects.count() == 0
    for _ in range(2):
        answer = post(START[there], answer, back="1")
    assert "Que se passe-t-il" in answer.content.decode()


def test_a_form_half_filled_or_filled_with_nonsense_changes_language_too() -> None:
    answer = Client().get(START["en"])
    for step, answered in STEPS:
        for fields in ({}, {step: "nonsense"}, {step: "<script>"}, {"level": "9", "kind": "\0"}):
            shown = post(START["fr"], answer, language="fr", **fields)
            assert shown.status_code == 200 and chosen(shown) == {}
            assert "<script>" not in shown.content.decode().replace("<script src", "")
        answer = post(START["en"], answer, **{step: answered})
    shown = post(START["fr"], answer, language="fr", kind="<script>", level="9")
    assert chosen(shown) == {"kind": ["intimate"], "level": ["family"]}


def test_the_device_s_codes_do_not_travel_when_the_language_changes() -> None:
    answer = Client().get(START["en"])
    for step, answered in STEPS:
        answer = post(START["en"], answer, **{step: answered})
    forms = re.findall(r"<form.*?</form>", answer.content.decode(), re.S)
    switching = [form for form in forms if 'name="language"' in form]
    assert len(switching) == 1 and 'name="hashes"' not in switching[0]
