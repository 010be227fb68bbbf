"""Every form of the subscriber's page, sent empty and wrong: what is amiss is said where it is, and a name
that was typed is kept."""

from __future__ import annotations

import pytest
from amiss import amiss, typed
from django.test import Client

from repit.hotline.feeds import subscribers

pytestmark = pytest.mark.django_db

PAGE = {"en": "/en/subscribers/", "fr": "/fr/abonnes/"}
NAME = {"en": "/en/subscribers/name/", "fr": "/fr/abonnes/nom/"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_key_that_does_not_open_and_a_name_that_cannot_stand_are_led_to(language: str) -> None:
    client, key = Client(), subscribers.add("forum.example")
    amiss(client.post(PAGE[language], {"key": "nothing"}), "key")
    assert client.post(PAGE[language], {"key": key}).status_code == 302
    for wrong in ("<b>", ""):
        answer = client.post(NAME[language], {"what": "name", "public_name": wrong})
        assert answer.status_code == 400
        assert typed(amiss(answer, "public_name"), "public_name") == wrong
