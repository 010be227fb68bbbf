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
STEPS = (
    ("kind", {"kind": "deepfake"}),
    ("wants", {"wants": ["remove", "talk"]}),
    ("where", {"where": "https://a.example/<é>\nseconde ligne"}),
    ("level", {"level": "family"}),
)


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
    area = re.search(r'<textarea id="where"[^>]*>(.*?)</textarea>', text, re.S)
    if area:
        fields["where"] = [html.unescape(area[1])]
    return fields


def test_each_step_is_shown_in_the_other_language_with_what_was_typed() -> None:
    here, there = "en", "fr"
    answer = Client().get(START[here])
    answer = post(START[here], answer, who="adult")
    for name, typed in STEPS:
        switch = re.search(r'value="(..)"\s+formaction="([^"]+)"', answer.content.decode())
        assert switch and switch.groups() == (there, START[there]), name
        answer = post(START[there], answer, language=there, **typed)
        assert answer.status_code == 200 and f'<html lang="{there}"' in answer.content.decode()
        kept = chosen(answer)[name]
        assert kept == (typed[name] if isinstance(typed[name], list) else [typed[name]]), name
        answer = post(START[there], answer, **typed)
        here, there = there, here
    assert 'name="hashes"' in answer.content.decode()
    answer = post(START[there], answer, language=there)
    assert f'<html lang="{there}"' in answer.content.decode() and 'name="hashes"' in answer.content.decode()
    assert not answer.cookies and Case.objects.count() == 0
    for _ in range(3):
        answer = post(START[there], answer, back="1")
    assert chosen(answer)["wants"] == ["remove", "talk"]


def test_a_form_half_filled_or_filled_with_nonsense_changes_language_too() -> None:
    answer = post(START["en"], Client().get(START["en"]), who="adult")
    for fields in (
        {},
        {"kind": "nonsense"},
        {"kind": "<script>"},
        {"wants": "x", "where": "\0", "level": "9"},
    ):
        shown = post(START["fr"], answer, language="fr", **fields)
        assert shown.status_code == 200 and "kind" not in chosen(shown)
        assert "<script>" not in shown.content.decode().replace("<script src", "")


def test_the_device_s_codes_do_not_travel_when_the_language_changes() -> None:
    answer = post(START["en"], Client().get(START["en"]), who="adult")
    for _, typed in STEPS:
        answer = post(START["en"], answer, **typed)
    forms = re.findall(r"<form.*?</form>", answer.content.decode(), re.S)
    switching = [form for form in forms if 'name="language"' in form]
    assert len(switching) == 1 and 'name="hashes"' not in switching[0]
