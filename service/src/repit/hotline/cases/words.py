"""A secret as eight words, in French or in English.

In: a secret of sixteen digits (80 bits), or what a person typed. Out: words; or the digits again. Next:
`access_codes`, the receipt page; `misspelt`, which says what is wrong with words that were typed.

Each list has 1,024 words of three to six letters, so a word is ten bits, two digits. They were chosen for
this purpose: everyday, written without accents, none that could hurt, shame or frighten someone on a bad day.
The first four letters tell a word from all others of its list, and no word begins another, so a cut or
misheard ending does no harm. The same secret can be read in either language.

A word's line in its list is its number, for good: receipts are on paper. A word that turned out to hurt is
replaced on its line and goes into the list of those retired, with that number: it is shown to nobody any
more, and still read from the receipts that have it. The first four letters tell the retired ones too.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from repit.foundation.ids import ALPHABET, SECRET_DIGITS, grouped, normal

LANGUAGES: Final = ("fr", "en")
WORDS: Final = SECRET_DIGITS // 2
TELLING: Final = 4


@cache
def listed(language: str) -> tuple[str, ...]:
    """The 1,024 words of a language that are shown, each in the place that is its number."""
    return tuple(_lines(f"words_{language}.txt"))


@cache
def retired(language: str) -> dict[str, int]:
    """Words that are read and no longer shown, with their numbers."""
    lines = (line.split() for line in _lines(f"words_retired_{language}.txt"))
    return {word: int(number) for number, word in lines}


def spelled(secret: str, language: str) -> list[str]:
    """The secret as words. Raises `ValueError` for anything but sixteen digits."""
    digits = normal(secret)
    if len(digits) != SECRET_DIGITS:
        raise ValueError
    values = [ALPHABET.index(digit) for digit in digits]
    pairs = zip(values[::2], values[1::2], strict=True)
    return [listed(language)[high * 32 + low] for high, low in pairs]


def parts(typed: str) -> list[str]:
    """What was typed, word by word: small letters without accents."""
    letters = unicodedata.normalize("NFKD", typed.casefold()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z]+", letters)


def read(typed: str) -> str:
    """The secret in the form it is derived from, whether words or digits were typed."""
    found = parts(typed)
    if len(found) == WORDS:
        for language in LANGUAGES:
            numbers = _numbers(found, language)
            if len(numbers) == WORDS:
                return "".join(ALPHABET[n // 32] + ALPHABET[n % 32] for n in numbers)
    return normal(typed)


def is_unambiguous(secret: str) -> bool:
    """Whether its words, written out or cut, are read as this secret and no other. About one in a hundred
    thousand is not: eight words of one language that are eight of the other too, with other numbers."""
    for language in LANGUAGES:
        whole = spelled(secret, language)
        if any(
            read(" ".join(written)) != normal(secret) for written in (whole, [w[:TELLING] for w in whole])
        ):
            return False
    return True


def is_word(part: str, language: str) -> bool:
    """Whether something typed is read as a word of that language."""
    return _number(part, language) is not None


def grouped_secret(secret: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS`."""
    return grouped(normal(secret), TELLING)


def _numbers(found: Sequence[str], language: str) -> list[int]:
    return [number for part in found if (number := _number(part, language)) is not None]


def _number(part: str, language: str) -> int | None:
    known = _known(language)
    word, number = known.get(part[:TELLING]) or known.get(part[: TELLING - 1]) or ("", -1)
    # A cut ending is read; another ending is another word, and not ours.
    return number if word and (word.startswith(part) or part.startswith(word)) else None


@cache
def _known(language: str) -> dict[str, tuple[str, int]]:
    """Every word that is read, by its beginning."""
    shown = {word: number for number, word in enumerate(listed(language))}
    return {word[:TELLING]: (word, number) for word, number in {**retired(language), **shown}.items()}


def _lines(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="ascii").splitlines()
