"""A secret as eight words, in French or in English.

In: a secret of sixteen digits (80 bits), or what a person typed. Out: words; or the digits again. Next:
`access_codes`, the receipt page.

Each list has 1,024 words of three to six letters, so a word is ten bits, two digits. They were chosen for
this purpose: everyday, written without accents, none that could hurt someone on a bad day. The first four
letters tell a word from all others of its list, and no word begins another, so a cut or misheard ending
does no harm. The same secret can be read in either language.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from repit.foundation.ids import ALPHABET, SECRET_DIGITS, grouped, normal

LANGUAGES: Final = ("fr", "en")
WORDS: Final = SECRET_DIGITS // 2
TELLING: Final = 4


@cache
def listed(language: str) -> tuple[str, ...]:
    """The 1,024 words of a language, in alphabetical order, which is their numbering."""
    return tuple((Path(__file__).parent / f"words_{language}.txt").read_text(encoding="ascii").split())


@cache
def _numbers(language: str) -> dict[str, int]:
    return {word[:TELLING]: number for number, word in enumerate(listed(language))}


def spelled(secret: str, language: str) -> list[str]:
    """The secret as words. Raises `ValueError` for anything but sixteen digits."""
    digits = normal(secret)
    if len(digits) != SECRET_DIGITS:
        raise ValueError
    values = [ALPHABET.index(digit) for digit in digits]
    pairs = zip(values[::2], values[1::2], strict=True)
    return [listed(language)[high * 32 + low] for high, low in pairs]


def read(typed: str) -> str:
    """The secret in the form it is derived from, whether words or digits were typed."""
    letters = unicodedata.normalize("NFKD", typed.casefold()).encode("ascii", "ignore").decode()
    parts = re.findall(r"[a-z]+", letters)
    if len(parts) == WORDS:
        for language in LANGUAGES:
            numbers = [_number(part, language) for part in parts]
            found = [number for number in numbers if number is not None]
            if len(found) == WORDS:
                return "".join(ALPHABET[n // 32] + ALPHABET[n % 32] for n in found)
    return normal(typed)


def grouped_secret(secret: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS`."""
    return grouped(normal(secret), TELLING)


def _number(part: str, language: str) -> int | None:
    known = _numbers(language)
    number = known.get(part[:TELLING], known.get(part[: TELLING - 1]))
    if number is None:
        return None
    word = listed(language)[number]
    # A cut ending is read; another ending is another word, and not ours.
    return number if word.startswith(part) or part.startswith(word) else None
