"""The words of a receipt: none that hurts, each told by its beginning, and old receipts are read for good."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from making import picture

from repit.foundation import ids
from repit.foundation.ids import normal
from repit.hotline.cases import access_codes, service, words

_ENDINGS = ("s", "e", "es", "d", "ed", "er", "ing", "y")


def _banned(language: str) -> set[str]:
    """Words, also as parts of longer ones, that no list may hold."""
    return set((Path(__file__).parent / f"banned_words_{language}.txt").read_text(encoding="ascii").split())


def _meant(word: str, banned: set[str]) -> list[str]:
    """What of the banned words is read in a word, in its first letters (which are enough), in its forms."""
    begins = {word[:length] for length in range(4, len(word) + 1)}
    return sorted(banned & (begins | {word + ending for ending in _ENDINGS}))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_word_of_a_receipt_hurts_shames_or_frightens(language: str) -> None:
    banned = _banned(language)
    assert {word: meant for word in words.listed(language) if (meant := _meant(word, banned))} == {}
    assert not set(words.listed(language)) & banned


def test_the_check_on_hurtful_words_finds_them_whole_cut_and_inflected() -> None:
    for word, language in (("viole", "fr"), ("salon", "en"), ("hello", "en"), ("pin", "fr"), ("noyer", "fr")):
        banned = _banned(language) | {"salo", "pine"}
        assert word in banned or _meant(word, banned), word


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_word_is_told_by_its_beginning_and_begins_no_other(language: str) -> None:
    listed, retired = words.listed(language), words.retired(language)
    assert len(listed) == len(set(listed)) == 1024
    every = sorted([*listed, *retired])
    assert len({word[:4] for word in every}) == len(every)
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 6 for word in every)
    assert not any(b.startswith(a) for a, b in pairwise(every))
    for start in range(0, 1024, 8):
        eight = listed[start : start + 8]
        for spelling in (eight, [word[:4] for word in eight], [f"{word}s" for word in eight]):
            assert words.spelled(words.read(" ".join(spelling)), language) == list(eight)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_retired_word_is_read_as_its_number_and_never_shown(language: str) -> None:
    retired = words.retired(language)
    assert not set(retired) & set(words.listed(language))
    assert len(set(retired.values())) == len(retired)
    filler = [
        word
        for word in words.listed(language)
        if word not in words.listed("fr" if language == "en" else "en")
    ]
    for word, number in retired.items():
        shown = words.spelled(words.read(" ".join([word, *filler[-7:]])), language)
        assert shown == [words.listed(language)[number], *filler[-7:]], word


def test_a_receipt_that_was_written_down_with_a_word_since_retired_still_opens() -> None:
    """The numbers of the first lists were the places of their words in the alphabet."""
    retired = words.retired("fr")
    assert retired["viole"] == 1001 and words.listed("fr")[0] == "abord"
    before = ["viole", "abord", "viole", "queue", "pipe", "viole", "viole", "viole"]
    numbers = [retired.get(word, 0) for word in before]
    secret = "".join(ids.ALPHABET[n // 32] + ids.ALPHABET[n % 32] for n in numbers)
    assert words.read(" ".join(before)) == secret
    assert "viole" not in words.spelled(secret, "fr")


@pytest.mark.django_db
def test_a_secret_that_reads_as_another_in_the_other_language_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [word for word in words.listed("en") if words.is_word(word, "fr")][:8]
    numbers = [words.listed("en").index(word) for word in both]
    ambiguous = "".join(ids.ALPHABET[n // 32] + ids.ALPHABET[n % 32] for n in numbers)
    assert not words.is_unambiguous(ambiguous)
    clear = ids.case_secret()
    drawn = [clear, ambiguous]
    monkeypatch.setattr(access_codes, "case_secret", drawn.pop)
    receipt = service.open_case([picture()])
    assert normal(receipt.secret) == normal(clear) and not drawn
