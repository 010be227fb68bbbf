"""Every promise of what is forgotten, on the person's pages, in the guides and in the threat model, has
someone who keeps it and a test that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from promises import IN_GUIDES, ON_PAGES, PROMISES

ROOT = Path(__file__).resolve().parents[4]
SERVICE = ROOT / "service" / "src" / "repit"
TESTS = ROOT / "service" / "tests"
WORDS = {
    "en": re.compile(
        r"\b(forgets?|forgot(ten)?|erases?d?|erasing|destroy(s|ed|ing)?|delet(es?|ed|ion)|nothing is left"
        r"|nothing (of|about) (it|them|your|what)|keeps? nothing|nothing is kept|not kept|no longer than"
        r"|at the latest|is gone|thrown away|does not write down|never leaves?|are (kept|told)|is (kept|told)"
        r"|stays, locked|only the day|nothing changes)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"oubli|effac|détrui|supprim|ne reste|n['’]est pas gardé|jeté|au plus tard|disparaît|seul(ement)?"
        r" le jour"
        r"|(est|sont) gardé|ne garde rien|rien ne change",
        re.IGNORECASE,
    ),
}


def sentences(text: str) -> Iterator[str]:
    for part in re.split(r"(?<=[.!?…:])\s+(?=[A-ZÀÉ“«*`(\[])", re.sub(r"\s+", " ", text)):
        if part.strip():
            yield part.strip()


def on_pages() -> set[str]:
    found = set[str]()
    with (SERVICE / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for message in read_po(file):
            if any("case_pages" in place for place, _ in message.locations):
                texts = message.id if isinstance(message.id, tuple | list) else [message.id]
                found.update(s for text in texts for s in sentences(text) if WORDS["en"].search(s))
    return found


def in_guide(name: str) -> set[str]:
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.DOTALL)
    parts = [
        part for line in text.splitlines() for part in (line.split("|") if line.startswith("|") else [line])
    ]
    words = WORDS["fr" if "/fr/" in name else "en"]
    return {sentence for part in parts for sentence in sentences(part) if words.search(sentence)}


def test_every_sentence_on_the_persons_pages_that_promises_is_known() -> None:
    assert on_pages() == set(ON_PAGES)


@pytest.mark.parametrize("guide", IN_GUIDES)
def test_every_sentence_of_a_guide_that_promises_is_known(guide: str) -> None:
    assert in_guide(guide) == set(IN_GUIDES[guide])


def test_every_promise_is_made_somewhere_and_no_other() -> None:
    made = {*ON_PAGES.values(), *(promise for guide in IN_GUIDES.values() for promise in guide.values())} - {
        None
    }
    assert made == set(PROMISES)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_someone_who_keeps_it(promise: str) -> None:
    """From where a process starts, or a page is asked for, down to what does it."""
    assert PROMISES[promise].calls
    for file, words in PROMISES[promise].calls:
        assert words in (SERVICE / file).read_text(), f"{file} does not hold: {words}"


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_a_test(promise: str) -> None:
    assert PROMISES[promise].tests
    for test in PROMISES[promise].tests:
        file, _, name = test.partition("::")
        assert re.search(rf"^def {name}\w*\(", (TESTS / file).read_text(), re.MULTILINE), test
