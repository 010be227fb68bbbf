"""What is amiss with a number and words that were typed, as far as the public lists tell.

In: what was typed. Out: sentences, one for each thing that cannot be right. Next: the pages where a code is
entered, which say them beside the field; the page's own script says the same while one types.

Nothing here looks at any case: whether a word is in the list anyone can look up, whether it is the right one
is not asked. So whoever tries to guess learns nothing that they did not know.
"""

from collections.abc import Iterable
from typing import Final

from repit.foundation.errors import Text
from repit.foundation.ids import ALPHABET, NUMBER_DIGITS, SECRET_DIGITS, is_case_number, normal
from repit.hotline.cases import words

_NUMBER: Final = NUMBER_DIGITS + 1
_SLACK: Final = 4
"""So many characters more or fewer than sixteen are still taken for the sixteen."""
_EN: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FR: Final = ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


def number(typed: str) -> Text | None:
    """What is amiss with a number."""
    held = normal(typed)
    if not held:
        return Text("The number is missing.", "Il manque le numéro.")
    if len(held) != _NUMBER:
        return Text(
            f"The number has ten letters and digits; here there {_are(len(held))}.",
            f"Le numéro a dix lettres et chiffres ; ici, il y en a {len(held)}.",
        )
    if not is_case_number(typed):
        return Text(
            "There is a typing error in the number. Compare it with what you wrote down.",
            "Il y a une faute de frappe dans le numéro. Comparez-le avec ce que vous avez noté.",
        )
    return None


def secret(typed: str) -> list[Text]:
    """What is amiss with eight words, or with the sixteen characters."""
    held = words.read(typed)
    if len(held) == SECRET_DIGITS and all(sign in ALPHABET for sign in held):
        return []
    found = words.parts(typed)
    if not found and not held:
        return [Text("The eight words are missing.", "Il manque les huit mots.")]
    language = _language(found)
    if _are_characters(found, held, language):
        return [_characters(held)]
    # Of what is more than eight words the first eight: looking for what was meant costs time, and nobody
    # reads fifty sentences.
    unknown = [
        _unknown(at, part, language)
        for at, part in enumerate(found[: words.WORDS], 1)
        if not words.is_word(part, language)
    ]
    return [*([_counted(len(found))] if len(found) != words.WORDS else []), *unknown]


def others(typed: str, right: str) -> list[Text]:
    """Which of eight words are not those of a receipt that whoever typed them may be shown anyway."""
    held, meant = words.read(typed), normal(right)
    pairs = zip(_pairs(held), _pairs(meant), strict=False)
    return [
        Text(f"Word {at} is not the one on your receipt.", f"Le mot {at} n’est pas celui de votre récépissé.")
        for at, (typed_pair, right_pair) in enumerate(pairs, 1)
        if typed_pair != right_pair
    ]


def nearest(part: str, language: str) -> str:
    """The word of the list that was probably meant; nothing where none is near, or several are."""
    most = 1 if len(part) <= words.TELLING else 2
    measured = [(_distance(part, word, most), word) for word in words.listed(language)]
    least = min(distance for distance, _ in measured)
    found = [word for distance, word in measured if distance == least]
    return found[0] if least <= most and len(found) == 1 else ""


def _language(found: Iterable[str]) -> str:
    return max(words.LANGUAGES, key=lambda language: sum(words.is_word(part, language) for part in found))


def _are_characters(found: list[str], held: str, language: str) -> bool:
    if sum(words.is_word(part, language) for part in found) > 1:
        return False
    return abs(len(held) - SECRET_DIGITS) <= _SLACK


def _characters(held: str) -> Text:
    if len(held) != SECRET_DIGITS:
        return Text(
            f"There {_are(len(held))} characters; there must be sixteen.",
            f"Il y a {len(held)} caractères ; il en faut seize.",
        )
    wrong = next(at for at, sign in enumerate(held, 1) if sign not in ALPHABET)
    return Text(
        f"Character {wrong} is not one that our codes have. Compare it with what you wrote down.",
        f"Le caractère {wrong} n’existe pas dans nos codes. Comparez-le avec ce que vous avez noté.",
    )


def _counted(count: int) -> Text:
    missing = words.WORDS - count
    if missing <= 0:
        return Text(
            f"There are {count} words; there must be eight.", f"Il y a {count} mots ; il en faut huit."
        )
    have = "is one word" if count == 1 else f"are {_EN[count]} words"
    lack = "one is" if missing == 1 else f"{_EN[missing]} are"
    mots = "un mot" if count == 1 else f"{_FR[count]} mots"
    return Text(
        f"There {have}; there must be eight: {lack} missing.",
        f"Il y a {mots} ; il en faut huit : il en manque {_FR[missing]}.",
    )


def _unknown(at: int, part: str, language: str) -> Text:
    meant = nearest(part, language)
    if meant:
        return Text(
            f"Word {at} is not in the list. Did you mean “{meant}”?",
            f"Le mot {at} n’est pas dans la liste. Vouliez-vous écrire « {meant} » ?",
        )
    return Text(
        f"Word {at} is not in the list. Compare it with what you wrote down.",
        f"Le mot {at} n’est pas dans la liste. Comparez-le avec ce que vous avez noté.",
    )


def _are(count: int) -> str:
    return f"is {_EN[count]}" if count == 1 else f"are {count}"


def _pairs(digits: str) -> list[str]:
    return [digits[at : at + 2] for at in range(0, SECRET_DIGITS, 2)]


def _distance(part: str, word: str, most: int) -> int:
    """How many letters were left out, added, changed or swapped with the next; `most` + 1 where many."""
    if abs(len(part) - len(word)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(word) + 1))
    for i, letter in enumerate(part, 1):
        row = [i]
        for j, another in enumerate(word, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != another))
            if i > 1 and j > 1 and letter == word[j - 2] and part[i - 2] == another:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
    return last[-1]
