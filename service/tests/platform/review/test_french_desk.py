"""A French page of the desk, and of senders, is French in all its parts: states, channels, reasons, dates."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import override_settings
from review_rows import decision
from staff_people import Someone

from repit.platform.gate.channels import CHANNELS
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import TIERS
from repit.platform.review import deciding, objections, queue, undoing
from repit.platform.review.deciding import Answer
from repit.platform.review.models import Review

Make = Callable[..., Someone]
pytestmark = pytest.mark.django_db
ENGLISH = re.compile(
    r"(?i)\b(the|an|of|is|are|it|its|this|that|not|with|without|and|to|by|from|for|which|review|refuse[ds]?|"
    r"allow|allowed|refer|block|check|bare|held|waiting|decided|given|back|time|ran|out|looked|opened|freed|"
    r"altered|standard|orientation|exact|upright|mirrored|active|disputed|intimate|damaged-picture|too-many|"
    r"unsupported|undecided|trimmed|anchor|whole|law-|terms-|upload|decision)\b"
)
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
# Codes for machines, and what is in another language on purpose.
NOT_READ = re.compile(r"(?s)<(code|script|style|option|kbd)\b.*?</\1>|<[^>]*\blang=\"en\".*?</\w+>")


def seen(who: Someone, address: str) -> str:
    """What a reader of French reads there, names of colleagues and banks left out."""
    answer = who.client.get(address, headers={"accept-language": "fr"}, follow=True)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert '<html lang="fr">' in text
    labels = " ".join(re.findall(r'aria-label="([^"]*)"', text))
    body = re.sub(r"(?s)<[^>]+>", " ", NOT_READ.sub(" ", text.split("<body>")[1]))
    return html.unescape(f"{body} {labels}").replace("a-hotline", "")


def french(text: str) -> list[str]:
    return [match[0] for match in (*ENGLISH.finditer(text), *ISO.finditer(text))]


def test_no_english_word_no_code_and_no_machines_date_stands_on_a_french_page(someone: Make) -> None:
    chief = someone("supervisor", "senior", name="Dominique")
    words = Answer("refuse", "terms-intimate", "C’est la même image.")
    for number, channel in enumerate(CHANNELS):
        tier = (*TIERS, "")[number % 6]
        row = decision(tier, turned=("upright", "mirrored", "half_turn")[number % 3])
        undecided = "" if tier else "damaged-picture"
        Decision.objects.filter(pk=row.pk).update(channel=channel, undecided=undecided)
        if not tier:
            Decision.objects.filter(pk=row.pk).update(indicators="")
    queue.take_in()
    assert french(seen(chief, "/staff/review/")) == []
    for review in Review.objects.order_by("pk"):
        queue.take_named(chief.member, review.name)
        assert french(seen(chief, f"/staff/review/{review.name}/")) == [], review.basis
        undoing.press(chief.member, review.name, words)
        assert french(seen(chief, "/staff/review/")) == []
        undoing.undo(chief.member, review.name)
        queue.give_back(chief.member)
        while Review.objects.get(pk=review.pk).state != "decided":
            other = someone("senior")
            queue.take_named(other.member, review.name)
            deciding.decide(other.member, review.name, words)
        assert french(seen(chief, f"/staff/review/oversight/{review.name}/")) == [], review.basis
    for page in ("", "keys/", "rest/", "oversight/"):
        assert french(seen(chief, f"/staff/review/{page}")) == [], page


@override_settings(REPIT_GATE_OBJECTIONS=True, REPIT_ADDRESS="https://filtre.example")
def test_no_english_stands_on_the_french_page_for_senders(someone: Make) -> None:
    who = someone("senior")
    for tier in (*TIERS, ""):
        for outcome in ("block", "review", "allow"):
            row = decision(tier, outcome=outcome)
            Decision.objects.filter(pk=row.pk).update(undecided="" if tier else "too-many-pixels")
            assert french(seen(who, f"/fr/objection/{row.name}/").replace(row.name, "")) == []
            objections.object_to(row, "C’est mon chien.")
            assert french(seen(who, f"/fr/objection/{row.name}/").replace(row.name, "")) == []
    assert french(seen(who, "/fr/objection/")) == []
    assert Review.objects.exists()
