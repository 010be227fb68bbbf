"""Names and secrets made at random.

In: the operating system's randomness. Out: opaque tokens, public case numbers with a check digit, secrets
to be read aloud and typed. Next: bank, cases, exchange.

The alphabet is Douglas Crockford's Base 32: no I, L, O or U, either case, I and L read as 1, O as 0. The
check digit is his too (the number modulo 37), which finds every single wrong digit and every pair swapped.
Numbers whose check digit would be one of his five extra symbols are drawn again, so that it is always one
of the 32. https://www.crockford.com/base32.html
"""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_DIGITS: Final = 9
SECRET_DIGITS: Final = 16
_CHECK_MODULUS: Final = 37
_READ: Final = str.maketrans("ILO", "110")
_SEPARATORS: Final = re.compile(r"[\s\-‐-―_.]+")


def token(bits: int = 128) -> str:
    """An opaque name in Base 64 for URLs; nothing can be learned from it, not even order."""
    return secrets.token_urlsafe(bits // 8)


def random_key() -> int:
    """A primary key of 62 random bits: rows stored by it betray neither their order nor their number."""
    return secrets.randbits(62) + 1


def normal(typed: str) -> str:
    """What a person typed, as the alphabet has it: upper case, no separators, look-alikes resolved."""
    return _SEPARATORS.sub("", typed).upper().translate(_READ)


def _value(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 32 + ALPHABET.index(digit)
    return value


def case_number() -> str:
    """Nine random digits (45 bits) and a check digit, written `XXXXX-XXXXX`."""
    while True:
        digits = "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_DIGITS))
        check = _value(digits) % _CHECK_MODULUS
        if check < len(ALPHABET):
            return grouped(digits + ALPHABET[check])


def is_case_number(typed: str) -> bool:
    """Whether this could be one of ours: right length, right alphabet, right check digit."""
    number = normal(typed)
    if len(number) != NUMBER_DIGITS + 1 or any(digit not in ALPHABET for digit in number):
        return False
    return _value(number[:-1]) % _CHECK_MODULUS == ALPHABET.index(number[-1])


def case_secret() -> str:
    """Sixteen random digits: 80 bits, in fours. `hotline.cases.words` spells them as eight words."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(SECRET_DIGITS)), 4)


def grouped(digits: str, size: int = 5) -> str:
    """`ABCDEFGHJK` as `ABCDE-FGHJK`."""
    return "-".join(digits[i : i + size] for i in range(0, len(digits), size))
