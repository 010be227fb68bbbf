"""The helplines that ship with the code, as a person reads them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.translation import override

from repit.foundation import moments
from repit.hotline.awareness.composing import texts_of
from repit.hotline.awareness.defaults import BY_KEY, HELPLINES, NAMED_FIRST
from repit.hotline.awareness.fields import HELPLINE, clean

pytestmark = pytest.mark.django_db
PAGES = {"en": ("who-can-help/", "threats/"), "fr": ("qui-peut-aider/", "menaces/")}


def lines(page: str) -> dict[str, str]:
    """Each helpline of a page by its name: its words and what its links lead to."""
    found = re.findall(r'<li class="helpline">(.*?)</li>', page, re.S)
    return {
        re.sub(r"<[^>]*>", "", re.search(r"<strong>(.*?)</strong>", each, re.S)[1]): each for each in found
    }  # type: ignore[index]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_adults_in_france_read_whom_to_call_and_when(language: str) -> None:
    for page in PAGES[language]:
        shown = lines(Client().get(f"/{language}/{page}").content.decode())
        victims, women = shown["116 006"], shown["3919"]
        assert 'href="tel:116006"' in victims and 'href="mailto:victimes@france-victimes.fr"' in victims
        assert ("every day from 9 am to 8 pm" if language == "en" else "de 9\u00a0h à 20\u00a0h") in victims
        assert (
            'href="tel:3919"' in women and ("day and night" if language == "en" else "jour et nuit") in women
        )
        assert ("1 pm to 8 pm" if language == "en" else "de 13\u00a0h à 20\u00a0h") in women


@pytest.mark.parametrize("language", ["en", "fr"])
def test_whoever_cannot_speak_aloud_can_write(language: str) -> None:
    shown = lines(Client().get(f"/{language}/{PAGES[language][0]}").content.decode())
    for name in ("3018", "3919", "119", "Childline"):
        chat = next(each.chat for each in HELPLINES if each.name.en == name)
        assert re.search(rf'<a class="number"\s+href="{re.escape(chat)}"', shown[name]), name
    police = shown["Police and rescue" if language == "en" else "Police et secours"]
    assert 'href="sms:114"' in police


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_says_on_which_day_it_was_checked(language: str) -> None:
    shown = lines(Client().get(f"/{language}/{PAGES[language][0]}").content.decode())
    assert len(shown) == len(HELPLINES)
    with override(language):
        for helpline in HELPLINES:
            day = moments.on(helpline.checked_on)
            assert day in shown[getattr(helpline.name, language)], helpline.key


def test_the_first_of_each_role_is_there_and_each_could_be_typed_at_the_desk() -> None:
    assert set(NAMED_FIRST.values()) <= set(BY_KEY)
    for helpline in HELPLINES:
        # A form of one line keeps no spaces but plain ones.
        plain = {place: " ".join(text.split()) for place, text in texts_of(helpline).items()}
        assert clean(HELPLINE, texts_of(helpline)) == plain, helpline.key
