"""Typography of French and English sentences, as rules that can be applied twice without harm. Pure.

In: a sentence; what is no prose in it (placeholders, tags, addresses, commands) is left alone. Out: the edits
that make it right. Next: `typography`, which refuses sentences that have any, or writes them into the files.

French, after the Imprimerie nationale's rules as the web writes them: a no-break space before `:` and inside
« », a narrow one before `; ! ?`, the typographic apostrophe, guillemets, one sign for an ellipsis. English:
the apostrophe and the ellipsis.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

WIDE, NARROW = "\u00a0", "\u202f"
# In sources the same spaces may be written as escapes; each is one sign while rules are applied.
_ESCAPES: Final = {r"\u00a0": "\ue000", r"\xa0": "\ue001", r"\u202f": "\ue002"}
_HIDDEN: Final = "\ue010"
_NO_PROSE: Final = re.compile(
    r"""%\(\w+\)\w | %[sd] | \{\{.*?\}\} | \{%.*?%\} | \{[^{}\n]*\} | <[^<>\n]{1,400}?> | &\#?\w+;
      | https?://[^\s»”"]+ | `[^`\n]*` | \b(?:Authorization|X-[\w-]+|Accept-Language):(?=\s\w)
      | \b[a-z]+://\S+ | \\[nt] | --?[a-z][\w-]*(?:=\S+)?""",
    re.VERBOSE,
)
_SPACES: Final = f"[ {WIDE}{NARROW}\ue000\ue001\ue002]*"
_IS_WIDE: Final = (WIDE, "\ue000", "\ue001")
_IS_NARROW: Final = (NARROW, "\ue002")
_LETTER: Final = rf"(?:[^\W\d_]|{_HIDDEN})"
_AFTER: Final = rf"(?:$|[\s»”’)\]…,.{WIDE}{NARROW}{_HIDDEN}])"


class Edit(NamedTuple):
    """`text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str


class _Rule(NamedTuple):
    """What each group of the pattern is to be; the first of several is written, the others are right too."""

    pattern: re.Pattern[str]
    groups: tuple[tuple[str, ...], ...]


def _rule(pattern: str, *groups: tuple[str, ...]) -> _Rule:
    return _Rule(re.compile(pattern), groups)


_ELLIPSIS: Final = _rule(r"(?<![.\w/\[])(\.\.\.)(?!\.)|(?<=\w)(\.\.\.)(?![\w./])", ("…",), ("…",))
_ENGLISH: Final = (
    _ELLIPSIS,
    _rule(rf"(?<={_LETTER})(\\?')(?={_LETTER})", ("’",)),
    # Of several people, "others’ parts", where no quotation begins before.
    _rule(r"(?<![\w'])(?:\w[\w’-]*s)(')(?= [a-z])(?![^']*')", ("’",)),
)
_FRENCH: Final = (
    _ELLIPSIS,
    _rule(rf"(?<={_LETTER})(\\?')(?=«|{_LETTER})", ("’",)),
    _rule(r'(\\?")(?=[^\s"«»])[^"\n]*?(?<=[^\s"«»\\])(\\?")', ("«" + WIDE,), (WIDE + "»",)),
    _rule(rf"«({_SPACES})(?=\S)", _IS_WIDE),
    _rule(rf"(?<=[^\s«\ue000\ue001\ue002])({_SPACES})(?=»)", _IS_WIDE),
    _rule(rf"(?<=[^\s(\[«;!?\ue000\ue001\ue002])({_SPACES})(?=[;!?]+{_AFTER})", _IS_NARROW),
    _rule(rf"(?<=[^\s(\[«:/\ue000\ue001\ue002])({_SPACES})(?=:(?:$|[\s{WIDE}]))", _IS_WIDE),
)


def french(sentence: str) -> list[Edit]:
    """What is to be changed in a French sentence."""
    return _edits(sentence, _FRENCH)


def english(sentence: str) -> list[Edit]:
    """What is to be changed in an English sentence."""
    return _edits(sentence, _ENGLISH)


def in_french(sentence: str) -> str:
    """The same sentence, right."""
    return _settled(sentence, french)


def in_english(sentence: str) -> str:
    """The same sentence, right."""
    return _settled(sentence, english)


def written(text: str, edits: Iterable[Edit]) -> str:
    """The text with its edits."""
    for edit in sorted(set(edits), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _settled(sentence: str, rules: Callable[[str], list[Edit]]) -> str:
    """Edits of one rule may be work for another, a sign a round where signs stand in a row: until there is
    none."""
    for _ in range(len(sentence) + 1):
        edits = rules(sentence)
        if not edits:
            break
        sentence = written(sentence, edits)
    return sentence


def _edits(sentence: str, rules: tuple[_Rule, ...]) -> list[Edit]:
    masked, places = _masked(sentence)
    found: dict[tuple[int, int], Edit] = {}
    for rule in rules:
        for match in rule.pattern.finditer(masked):
            for number, right in enumerate(rule.groups, 1):
                if match[number] is None or match[number] in right:
                    continue
                start, end = (places[at] for at in match.span(number))
                found.setdefault((start, end), Edit(start, end, right[0]))
    return list(found.values())


def _masked(sentence: str) -> tuple[str, list[int]]:
    """The sentence with one sign for each part that is no prose; and where each sign stood."""
    masked: list[str] = []
    places: list[int] = []
    parts = [(each.start(), each.end(), _HIDDEN) for each in _NO_PROSE.finditer(sentence)]
    for escape, sign in _ESCAPES.items():
        parts += [(each.start(), each.end(), sign) for each in re.finditer(re.escape(escape), sentence)]
    at = 0
    for start, end, sign in sorted(parts):
        if start < at:
            continue
        masked += [*sentence[at:start], sign]
        places += [*range(at, start), start]
        at = end
    masked += sentence[at:]
    places += range(at, len(sentence) + 1)
    return "".join(masked), places
